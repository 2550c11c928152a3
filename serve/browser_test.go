//go:build real

package serve

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mailcheck/internal/lab"
	"mailcheck/probes"
)

// view is what somebody looks at the page with.
type view struct {
	name          string
	width, height int64
	scheme        string
}

var views = []view{{"wide", 1000, 900, "light"}, {"phone-dark", 360, 740, "dark"}}

// browser starts Chromium, which needs no network but this machine.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true)}
	ctx, cancel := chromedp.NewContext(t.Context(), chromedp.WithAllocatorOptions(options...))
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(stop)
	return ctx
}

// axe is the source of axe-core, where realtest/pages keeps it.
func axe(t *testing.T) string {
	t.Helper()
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		cache = filepath.Join(os.Getenv("HOME"), ".cache")
	}
	found, _ := filepath.Glob(filepath.Join(cache, "mailcheck-realtest", "axe-core@*", "node_modules", "axe-core", "axe.min.js"))
	if len(found) == 0 {
		t.Skip("there is no axe-core; realtest/pages gets it")
	}
	source, err := os.ReadFile(found[len(found)-1])
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// onSockets serves a scenario to a browser.
func onSockets(t *testing.T, scenario string) (base string) {
	t.Helper()
	found, ok := lab.Find(scenario)
	if !ok {
		t.Fatalf("no scenario %q", scenario)
	}
	l := lab.New(found)
	l.RTT = 50 * time.Millisecond
	c := &probes.Client{Dial: l.Dial, Resolvers: []string{lab.Resolver}, Anchors: l.Anchors(), Roots: l.Roots(), PublicOnly: true, AllowNets: lab.Nets()}
	s := &Server{Runs: &Runs{Client: c}, Access: Access{Passwords: true, Proxies: prefixes("127.0.0.0/8")}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- s.Serve(ctx, listener, time.Minute) }()
	t.Cleanup(func() {
		end()
		if err := <-over; err != nil {
			t.Error(err)
		}
		c.Close()
		l.Close()
	})
	return "http://" + listener.Addr().String()
}

// reader is somebody with a browser.
type reader struct {
	t   *testing.T
	ctx context.Context
	axe string
	view
}

func (r *reader) do(steps ...chromedp.Action[chromedp.Void]) {
	r.t.Helper()
	if err := chromedp.Do(r.ctx, steps...); err != nil {
		r.t.Fatalf("%s: %v", r.name, err)
	}
}

// says returns what an expression is.
func says[T any](r *reader, expression string) T {
	r.t.Helper()
	got, err := chromedp.Run(r.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		r.t.Fatalf("%s: %s: %v", r.name, expression, err)
	}
	return got
}

// until waits until an expression is true. While one page gives way to another it is neither.
func (r *reader) until(expression string) {
	r.t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	var last error
	for {
		got, err := chromedp.Run(r.ctx, chromedp.Evaluate[bool](expression))
		if err == nil && got {
			return
		}
		last = err
		select {
		case <-look.C:
		case <-r.ctx.Done():
			r.t.Fatalf("%s: waiting for %s: %v, %v", r.name, expression, last, r.ctx.Err())
		}
	}
}

// judge has axe-core look at the page, and at what it cannot judge alone, which is colours; and
// looks whether the page fits and has its style. It leaves a picture where those are wanted.
func (r *reader) judge(page string) {
	r.t.Helper()
	found, err := chromedp.Run(r.ctx, chromedp.Evaluate[[]string](r.axe+`;(async () => {
		const found = await axe.run({resultTypes: ['violations', 'incomplete']})
		return found.violations.concat(found.incomplete.filter(v => v.id === 'color-contrast'))
			.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + ' ' + n.any.map(a => a.message).join('; ')).join(' | '))
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		r.t.Fatalf("%s, %s: axe: %v", page, r.name, err)
	}
	for _, problem := range found {
		r.t.Errorf("%s, %s: %s", page, r.name, problem)
	}
	if width := says[int64](r, "document.documentElement.scrollWidth"); width > r.width {
		r.t.Errorf("%s, %s: the page is %d wide", page, r.name, width)
	}
	if says[string](r, "getComputedStyle(document.body).paddingLeft") != "16px" {
		r.t.Errorf("%s, %s: the policy refuses the style", page, r.name)
	}
	if folder := os.Getenv("MAILCHECK_PICTURES"); folder != "" {
		picture, err := chromedp.Run(r.ctx, chromedp.FullScreenshot(100))
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, page+"-"+r.name+".png"), picture, 0o644)
		}
		if err != nil {
			r.t.Error(err)
		}
	}
}

// picture takes one of what is on the screen, for the documents.
func (r *reader) picture(page string) {
	folder := os.Getenv("MAILCHECK_PICTURES")
	if folder == "" {
		return
	}
	r.do(chromedp.EmulateViewport(r.width, r.height)) // which the picture of the whole page may have changed
	picture, err := chromedp.Run(r.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, page+"-"+r.name+"-screen.png"), picture, 0o644)
	}
	if err != nil {
		r.t.Error(err)
	}
}

// focused says where the keyboard is, and whether one sees it there.
const focused = `(() => { const e = document.activeElement; return e.tagName + ' ' + (e.id || e.textContent.trim().slice(0, 40)) + ' ' + getComputedStyle(e).outlineStyle })()`

// walk goes from place to place with the Tab key until it is at one, and wants to be seen at each.
func (r *reader) walk(to string) {
	r.t.Helper()
	for range 80 {
		r.do(chromedp.KeyEvent(kb.Tab))
		at := says[string](r, focused)
		if !strings.HasPrefix(at, "BODY") && !strings.HasSuffix(at, " solid") {
			r.t.Errorf("%s: nobody sees that the keyboard is at %s", r.name, at)
		}
		if strings.Contains(at, to) {
			return
		}
	}
	r.t.Fatalf("%s: the keyboard does not come to %q", r.name, to)
}

// Somebody without a mouse tests an account, sees the test as it goes on, reads the result, opens
// a setup file, makes a copy for somebody else, and prints it: wide in light and narrow in dark, of
// an account that is well, one that is broken and one that is slow.
func TestBrowser(t *testing.T) {
	source := axe(t)
	ctx := browser(t)
	for _, v := range views {
		for _, scenario := range []string{"healthy", "cert-expired", "silent-server"} {
			t.Run(scenario+" "+v.name, func(t *testing.T) {
				tab, cancel := chromedp.NewContext(ctx)
				defer cancel()
				tab, stop := context.WithTimeout(tab, time.Minute)
				defer stop()
				(&reader{t, tab, source, v}).visit(onSockets(t, scenario), scenario)
			})
		}
	}
}

func (r *reader) visit(base, scenario string) {
	r.do(chromedp.EmulateViewport(r.width, r.height))
	if _, err := chromedp.Call(r.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: r.scheme}}}); err != nil {
		r.t.Fatal(err)
	}
	r.do(chromedp.Navigate(base + "/"))
	r.judge("form")
	r.typed("no address")
	r.until(`!!document.querySelector('[role=alert]')`)
	r.judge("form-wrong")
	r.do(chromedp.Navigate(base + "/"))
	r.typed("alice@example.com")
	r.until(`document.querySelectorAll('.progress li').length > 2`)
	if scenario != "healthy" {
		if says[bool](r, `!!document.querySelector('#report')`) {
			r.t.Logf("%s, %s: the result came before anybody looked", scenario, r.name)
		} else {
			r.judge("progress")
		}
	}
	r.until(`document.readyState === 'complete' && !!document.querySelector('#report')`)
	if says[string](r, `getComputedStyle(document.querySelector('.progress')).display`) != "none" {
		r.t.Errorf("%s: the progress is still shown", r.name)
	}
	r.judge(scenario + "-arrived")
	at := says[string](r, "location.pathname")
	if !strings.HasPrefix(at, "/r/") || strings.Contains(at, "alice") {
		r.t.Errorf("%s: the page is at %s", r.name, at)
	}
	r.do(chromedp.Reload())
	if title := says[string](r, "document.title"); !strings.Contains(title, "alice@example.com - mailcheck") || says[string](r, "location.pathname") != at {
		r.t.Errorf("%s: reloaded it is %q", r.name, title)
	}
	r.judge(scenario)
	r.picture(scenario)
	r.walk("QR code")
	r.do(chromedp.KeyEvent(kb.Enter))
	r.until(`[...document.images].every(i => i.complete && i.naturalWidth > 100) && document.images.length > 0`)
	r.walk("Copy as text")
	r.do(chromedp.KeyEvent(kb.Enter))
	r.judge(scenario + "-open")
	r.print(scenario)
	r.walk("Share a copy")
	r.do(chromedp.KeyEvent(kb.Enter))
	r.until(`location.pathname.startsWith('/s/') && document.readyState === 'complete'`)
	r.judge("shared")
	if strings.Contains(says[string](r, "document.documentElement.textContent"), "alice") {
		r.t.Errorf("%s: the copy tells of the person", r.name)
	}
	for _, tag := range []string{"gu", "de", "en"} {
		r.do(chromedp.Navigate(base + at + "?lang=" + tag))
		if got := says[string](r, "document.documentElement.lang"); got != tag {
			r.t.Errorf("%s: the page is in %q, not in %s", r.name, got, tag)
		}
		r.judge(scenario + "-" + tag)
		r.print(scenario + "-" + tag)
		r.do(chromedp.Navigate(base + "/"))
		if got := says[string](r, "document.documentElement.lang"); got != tag {
			r.t.Errorf("%s: the form is in %q, and %s was chosen", r.name, got, tag)
		}
		r.judge("form-" + tag)
	}
	r.do(chromedp.Navigate(base + "/explain/tls.expired"))
	r.judge("explain")
	r.do(chromedp.Navigate(base + "/nothing"))
	r.judge("nothing")
}

// typed types into the field where the keyboard is from the beginning.
func (r *reader) typed(address string) {
	r.until(`document.activeElement.id === 'address'`)
	r.do(chromedp.KeyEvent(address + kb.Enter))
}

// print prints the page, without what paper has no use for.
func (r *reader) print(scenario string) {
	pdf, err := chromedp.Run(r.ctx, chromedp.PrintToPDF())
	if err != nil || len(pdf) < 10_000 {
		r.t.Errorf("%s: printing: %d bytes, %v", r.name, len(pdf), err)
	}
	if folder := os.Getenv("MAILCHECK_PICTURES"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s-%s.pdf", scenario, r.name)), pdf, 0o644); err != nil {
			r.t.Error(err)
		}
	}
}

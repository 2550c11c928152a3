//go:build real

package realtest

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// recordings are the servers of a file in probes/testdata/recorded: scenario and
// ports.
var recordings = map[string][]struct {
	scenario string
	ports    []int
}{
	"dovecot":   {{"healthy", []int{993, 143, 995, 110}}, {"starttls-missing", []int{143}}},
	"postfix":   {{"healthy", []int{465, 587}}, {"starttls-missing", []int{587}}},
	"exim":      {{"exim", []int{465, 587}}, {"exim-lost", []int{587}}, {"exim-turn-away", []int{587}}},
	"courier":   {{"courier", []int{993, 143, 995, 110}}, {"courier-plain", []int{143, 110}}},
	"cyrus":     {{"cyrus", []int{993, 143, 995, 110}}, {"cyrus-none", []int{143}}},
	"opensmtpd": {{"opensmtpd-plain", []int{587}}},
	"stunnel":   {{"stunnel", []int{993, 143}}},
	"nginx":     {{"nginx", []int{993, 143, 995, 110, 465, 587}}},
}

// packages say which versions were recorded.
var packages = map[string]string{
	"dovecot": "dovecot-core", "postfix": "postfix", "exim": "exim4-daemon-light", "courier": "courier-imap",
	"cyrus": "cyrus-imapd", "opensmtpd": "opensmtpd", "stunnel": "stunnel4", "nginx": "libnginx-mod-mail",
}

// TestRecord writes the recordings anew.
func TestRecord(t *testing.T) {
	if os.Getenv("MAILCHECK_RECORD") == "" {
		t.Skip("MAILCHECK_RECORD is not set")
	}
	for name, servers := range recordings {
		text := fmt.Sprintf("# %s of Debian 12, recorded by MAILCHECK_RECORD=1 realtest/run.\n", version(packages[name]))
		for _, r := range servers {
			for _, port := range r.ports {
				text += dialogue(t, internet.of(r.scenario), port)
			}
		}
		check(os.WriteFile(filepath.Join("..", "probes", "testdata", "recorded", name+".txt"), []byte(text), 0o644))
	}
}

// version returns name and version of a package, installed or fetched.
func version(name string) string {
	fetched, _ := os.ReadFile(filepath.Join(os.Getenv("MAILCHECK_PROGRAMS"), "..", "versions"))
	for line := range strings.Lines(string(fetched)) {
		if strings.HasPrefix(line, name+" ") {
			return strings.TrimSpace(line)
		}
	}
	out, _ := exec.Command("dpkg-query", "-W", name).Output()
	return strings.Join(strings.Fields(string(out)), " ")
}

// talk is a conversation that is being recorded.
type talk struct {
	conn  net.Conn
	in    *bufio.Reader
	state string // "plain" or "tls"
	text  strings.Builder
}

// dialogue records greeting, capabilities and STARTTLS of one port.
func dialogue(t *testing.T, s scenario, port int) string {
	t.Helper()
	conn := must(net.Dial("tcp", netip.AddrPortFrom(s.address, uint16(port)).String()))
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	d := &talk{conn: conn, state: "plain"}
	fmt.Fprintf(&d.text, "\n[%s %d]\n", s.name, port)
	capability, starttls := "CAPABILITY", "STARTTLS"
	switch port {
	case 995, 110:
		capability, starttls = "CAPA", "STLS"
	case 465, 587:
		capability = "EHLO"
	}
	if port == 993 || port == 995 || port == 465 {
		d.secure(s)
	}
	d.in = bufio.NewReader(d.conn)
	if greeting := d.reply("greeting"); !strings.HasPrefix(greeting, "*") && !strings.HasPrefix(greeting, "+") && !strings.HasPrefix(greeting, "2") {
		return d.text.String()
	}
	d.reply(capability)
	if d.state == "plain" {
		if answer := d.reply(starttls); strings.HasPrefix(answer, "a OK") || strings.HasPrefix(answer, "+OK") || strings.HasPrefix(answer, "220") {
			d.secure(s)
			d.reply(capability)
		}
	}
	return d.text.String()
}

func (d *talk) secure(s scenario) {
	c := tls.Client(d.conn, &tls.Config{InsecureSkipVerify: true, ServerName: "imap." + s.domain()})
	check(c.Handshake())
	d.conn, d.in, d.state = c, bufio.NewReader(c), "tls"
}

// reply sends a command, if it is one, and notes the answer in the form that
// lab.Recorded reads.
func (d *talk) reply(command string) string {
	switch command {
	case "greeting":
	case "EHLO":
		fmt.Fprint(d.conn, "EHLO client.example\r\n")
	case "CAPABILITY":
		fmt.Fprint(d.conn, "a CAPABILITY\r\n")
	default:
		prefix := ""
		if strings.Contains(d.text.String(), "* OK") {
			prefix = "a "
		}
		fmt.Fprint(d.conn, prefix+command+"\r\n")
	}
	fmt.Fprintf(&d.text, "%s %s\n", d.state, command)
	first := ""
	for {
		line, err := d.in.ReadString('\n')
		check(err)
		line = strings.TrimRight(line, "\r\n")
		if first == "" {
			first = line
		}
		shown := line
		if rest, ok := strings.CutPrefix(line, "a "); ok {
			shown = "{tag} " + rest
		}
		fmt.Fprintf(&d.text, "\t%s\n", shown)
		if last(command, line) {
			return first
		}
	}
}

// last reports whether a line is the last of a reply.
func last(command, line string) bool {
	switch {
	case command == "greeting" && !strings.HasPrefix(line, "220-"), strings.HasPrefix(line, "a "):
		return true
	case command == "CAPA":
		return line == "." || strings.HasPrefix(line, "-ERR")
	case strings.HasPrefix(line, "*"):
		return false
	}
	return len(line) < 4 || line[3] != '-'
}

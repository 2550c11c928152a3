package lab

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Reply answers one HTTP request. It may close the connection.
type Reply func(c *Conn, r *http.Request)

// HTTP returns a web server. A route is a path with its query, else a path
// alone, else "*" for everything; what has no route is 404.
func HTTP(routes map[string]Reply) Behaviour {
	return func(c *Conn) {
		for {
			r, err := http.ReadRequest(c.in)
			if err != nil {
				return
			}
			c.logRequest(r)
			route(routes, r)(c, r)
			if _, err := io.Copy(io.Discard, r.Body); err != nil || r.Close {
				return
			}
		}
	}
}

func (c *Conn) logRequest(r *http.Request) {
	scheme := "http"
	if c.Secure {
		scheme = "https"
	}
	url := scheme + "://" + r.Host + r.RequestURI
	record(c.lab, &c.lab.requests, r.Method+" "+url)
	if !c.Secure {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16))
		r.Body = io.NopCloser(bytes.NewReader(body))
		record(c.lab, &c.lab.inClear, r.Method+" "+url+" "+string(body))
	}
	if secret := r.Header.Get("Authorization") + r.Header.Get("Cookie"); secret != "" {
		record(c.lab, &c.lab.credentials, scheme+" to "+url+": "+secret)
	}
}

func route(routes map[string]Reply, r *http.Request) Reply {
	for _, key := range []string{r.URL.RequestURI(), r.URL.Path, "*"} {
		if reply, ok := routes[key]; ok {
			return reply
		}
	}
	return Status(http.StatusNotFound)
}

// Body answers 200 with a body of a media type.
func Body(mediaType, body string) Reply {
	return func(c *Conn, r *http.Request) {
		respond(c, r, http.StatusOK, http.Header{"Content-Type": {mediaType}}, body)
	}
}

// XML answers 200 with an XML document.
func XML(body string) Reply { return Body("text/xml", body) }

// HTML answers 200 with a web page.
func HTML(body string) Reply { return Body("text/html; charset=utf-8", body) }

// Status answers with a status and a small page that names it.
func Status(code int) Reply {
	return func(c *Conn, r *http.Request) {
		text := fmt.Sprintf("<!DOCTYPE html><title>%d</title><h1>%d %s</h1>\n", code, code, http.StatusText(code))
		respond(c, r, code, http.Header{"Content-Type": {"text/html"}}, text)
	}
}

// Redirect answers 301 with a place to go to.
func Redirect(url string) Reply {
	return func(c *Conn, r *http.Request) {
		respond(c, r, http.StatusMovedPermanently, http.Header{"Location": {url}}, "")
	}
}

// GzipBomb answers with a small body that decompresses to a size in bytes.
func GzipBomb(size int) Reply {
	body := sync.OnceValue(func() string {
		var packed bytes.Buffer
		w, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
		block := bytes.Repeat([]byte(" "), 64<<10)
		for range size / len(block) {
			w.Write(block)
		}
		w.Close()
		return packed.String()
	})
	return func(c *Conn, r *http.Request) {
		respond(c, r, http.StatusOK, http.Header{"Content-Type": {"text/xml"}, "Content-Encoding": {"gzip"}}, body())
	}
}

// The replies below write HTTP by hand, since they break its rules or its pace.

const okXML = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n"

// EndlessBody answers with an XML document that never ends.
func EndlessBody(c *Conn, _ *http.Request) {
	Then(Say(okXML+"<clientConfig>"), Endless("<!-- more -->\n"))(c)
	c.Close()
}

// DripBody answers with a body that arrives byte by byte, one every so often.
func DripBody(body string, every time.Duration) Reply {
	return func(c *Conn, _ *http.Request) {
		Then(Say(okXML), Drip(body, every))(c)
		c.Close()
	}
}

// NoAnswer reads the request and stays silent.
func NoAnswer(c *Conn, _ *http.Request) { Silent(c) }

// Raw answers with these bytes and closes.
func Raw(text string) Reply {
	return func(c *Conn, _ *http.Request) {
		c.Say(text)
		c.Close()
	}
}

// After answers later.
func After(d time.Duration, next Reply) Reply {
	return func(c *Conn, r *http.Request) {
		if c.Sleep(d) {
			next(c, r)
		}
	}
}

func respond(c *Conn, r *http.Request, status int, header http.Header, body string) {
	header.Set("Date", time.Now().Add(c.lab.scenario.Behind).UTC().Format(http.TimeFormat))
	response := &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Request: r, Close: r.Close,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
	var all bytes.Buffer // one packet, so that it costs one half round trip
	response.Write(&all)
	c.Write(all.Bytes())
}

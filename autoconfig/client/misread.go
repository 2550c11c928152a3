package client

import "mailcheck"

// misread says by which words the client came to a server without encryption, where they
// mean something else.
func (w *walk) misread(servers []mailcheck.Server) mailcheck.Text {
	for _, s := range servers {
		for _, c := range w.discovery.Copies {
			var why mailcheck.Text
			switch {
			case c.URL != s.Position.Document || s.Position.Line == 0:
			case c.Config != nil:
				why = c.Config.Misread(s)
			case c.Answer != nil:
				why = c.Answer.Misread(s)
			}
			if !why.Empty() {
				return why
			}
		}
	}
	return mailcheck.Text{}
}

package autoconfig

import (
	"context"
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/document"
)

// watchers are the sources that look into what the others find. They are told of
// each thing once, at whatever time they begin to watch, with the board locked:
// they must not wait.
type watchers struct {
	servers  []mailcheck.Server // those handed over so far
	issuers  []document.Issuer
	relied   []string // names of issuers that somebody names in a way that cannot be forged
	onServer []func(mailcheck.Server)
	onIssuer []func(document.Issuer)
}

func (w *watchers) tellServer(s mailcheck.Server) {
	w.servers = append(w.servers, s)
	for _, tell := range w.onServer {
		tell(s)
	}
}

// watchServers calls tell for every distinct server, until stop is called.
func (b *board) watchServers(tell func(mailcheck.Server)) (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	watching := true
	b.onServer = append(b.onServer, func(s mailcheck.Server) {
		if watching {
			tell(s)
		}
	})
	for _, s := range b.servers {
		tell(s)
	}
	return b.stop(&watching)
}

func (b *board) stop(watching *bool) func() {
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		*watching = false
	}
}

// nameIssuer tells that a source names an OAuth2 issuer. Issuers beyond the bound
// are left out.
func (b *board) nameIssuer(issuer document.Issuer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	known := slices.ContainsFunc(b.issuers, func(i document.Issuer) bool { return i.Name == issuer.Name })
	if known || len(b.issuers) == document.MaxIssuers {
		return
	}
	b.issuers = append(b.issuers, issuer)
	for _, tell := range b.onIssuer {
		tell(issuer)
	}
}

// relyOn notes that nobody can forge that the settings name an issuer.
func (b *board) relyOn(issuer string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.relied = append(b.relied, issuer)
}

// reliedOn reports whether that was noted.
func (b *board) reliedOn(issuer string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Contains(b.relied, issuer)
}

// watchIssuers calls tell for every distinct issuer, until stop is called.
func (b *board) watchIssuers(tell func(document.Issuer)) (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	watching := true
	b.onIssuer = append(b.onIssuer, func(i document.Issuer) {
		if watching {
			tell(i)
		}
	})
	for _, i := range b.issuers {
		tell(i)
	}
	return b.stop(&watching)
}

// hosts returns the hosts of the servers handed over so far.
func (b *board) hosts() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var hosts []string
	for _, s := range b.servers {
		hosts = append(hosts, s.Host)
	}
	return hosts
}

// awaitAll waits for every source before this one, or for the end of the run.
func (s *search) awaitAll(ctx context.Context) {
	for _, other := range s.before {
		select {
		case <-other.done:
		case <-ctx.Done():
			return
		}
	}
}

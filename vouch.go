package mailcheck

// Vouch is why a server may get the credentials of an address: how the address's own
// domain, or the user, names it in a way that nobody on the path can forge. The zero
// value is no trust; nothing else makes mailcheck send a password.
type Vouch int

// The ways to be vouched for. Each is given in one place only, named as here: package
// autoconfig, vouch.go, for those of the domain and of databases, and package probes for the user's.
const (
	NotVouched            Vouch = iota
	VouchedByFile               // a settings file of the domain, fetched over https
	VouchedByPACC               // a PACC document of the domain, fetched over https
	VouchedByAutodiscover       // Autodiscover of the domain, over https all the way
	VouchedByWellKnown          // the domain's own web server leads to it from /.well-known, over https all the way
	VouchedByOwnName            // an SRV record with a host of the domain, whose certificate is the domain's own affair
	VouchedByDNSSEC             // an SRV record whose signatures lead to the root of DNS
	VouchedByTable              // the table of providers has the domain
	VouchedByDatabase           // the public provider database has the domain
	VouchedByUser               // the user named the server
)

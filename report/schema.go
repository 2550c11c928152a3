package report

// The document of the json format, schema 1. Fields are added, never renamed,
// removed or given another type; docs/json.md names them all.

type jsonReport struct {
	Schema    int           `json:"schema"`
	Tool      jsonTool      `json:"tool"`
	View      string        `json:"view"` // what it is read for: account, sources, clients or file
	Address   string        `json:"address"`
	Domain    string        `json:"domain"`
	File      string        `json:"file"` // that was judged; empty for a run
	Kind      string        `json:"kind"` // what the file is, in words
	Started   string        `json:"started"`
	ElapsedMS float64       `json:"elapsed_ms"`
	Verdict   string        `json:"verdict"`
	Settings  []jsonSetting `json:"settings"`
	Sources   []jsonSource  `json:"sources"`
	Servers   []jsonServer  `json:"servers"`
	Network   []jsonStep    `json:"network"` // what was asked about this machine's own network
	Findings  []jsonFinding `json:"findings"`
	Clock     *jsonClock    `json:"clock,omitempty"`   // where another clock was seen
	SignIn    *jsonSignIn   `json:"sign_in,omitempty"` // the kept one that the run logged in with, or could not use
	Clients   []jsonClient  `json:"clients"`           // of the clients command, and of a file
	LeftOff   int           `json:"left_off"`          // entries that are not here, of lists that have no count of their own

	RoundTrip       *jsonRoundTrip       `json:"round_trip,omitempty"`      // where a message was to be sent
	Synchronisation *jsonSynchronisation `json:"synchronisation,omitempty"` // where a folder was to be made

	Wording []jsonSaid `json:"wording"` // of the sentences that were made for this report
}

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// jsonClock is how this machine's clock differs from those of web servers.
type jsonClock struct {
	BehindMS float64 `json:"behind_ms"` // negative: ahead
	Servers  int     `json:"servers"`
}

// jsonSignIn is what became of a sign-in with OAuth2.
type jsonSignIn struct {
	Issuer string `json:"issuer"`
	State  string `json:"state"`
	Reason string `json:"reason"`
	Fix    string `json:"fix"`
	Who    string `json:"who"` // can do that; empty for whom the check names
}

// jsonPublished is a server as a source names it.
type jsonPublished struct {
	Protocol string   `json:"protocol"`
	Host     string   `json:"host"`
	Port     uint16   `json:"port"`
	Security string   `json:"security"`
	Path     string   `json:"path"` // of the URL, for protocols over HTTPS
	Username string   `json:"username"`
	OwnName  bool     `json:"own_name"` // the user name is that of the account at the provider, which the address does not tell
	Auth     []string `json:"auth"`
	Sources  []string `json:"sources"`
	Kind     string   `json:"kind"`    // of the source that tells most
	Vouched  string   `json:"vouched"` // how the domain itself names it in a way that cannot be forged; empty where it does not

	Position *jsonPosition `json:"position,omitempty"` // none where nothing is known of it
}

// jsonPosition is where a source names a server.
type jsonPosition struct {
	Document string `json:"document"` // URL or folder; empty for records
	Line     int    `json:"line"`     // from 1; 0 where there is none
	Priority int    `json:"priority"` // of the SRV record
	Weight   int    `json:"weight"`
}

// jsonOAuth is where a source says that one gets leave to log in.
type jsonOAuth struct {
	Issuer    string   `json:"issuer"`
	AuthURL   string   `json:"auth_url"`
	TokenURL  string   `json:"token_url"`
	DeviceURL string   `json:"device_url"`
	Scopes    []string `json:"scopes"`
	Vouched   bool     `json:"vouched"` // nobody can forge that the settings name it
}

// jsonLink is a page for people that a source names.
type jsonLink struct {
	Kind    string `json:"kind"`
	URL     string `json:"url"`
	Vouched bool   `json:"vouched"` // nobody can forge that the settings name it
}

type jsonSetting struct {
	jsonPublished
	Verdict string `json:"verdict"`
}

type jsonSource struct {
	Name      string          `json:"name"`
	Kind      string          `json:"kind"`
	Form      string          `json:"form"`
	State     string          `json:"state"`
	Reason    string          `json:"reason"`
	ElapsedMS float64         `json:"elapsed_ms"`
	Servers   []jsonPublished `json:"servers"`
	Places    []jsonPlace     `json:"places"`
	OAuth     []jsonOAuth     `json:"oauth"`
	Links     []jsonLink      `json:"links"`
	DNSSEC    string          `json:"dnssec"`
	Steps     []jsonStep      `json:"steps"`
}

// jsonPlace is what a web server answered where a source is asked.
type jsonPlace struct {
	Method  string          `json:"method"`
	URL     string          `json:"url"`
	Final   string          `json:"final"` // after redirects
	Status  int             `json:"status"`
	Servers []jsonPublished `json:"servers"`
}

// jsonServer is a tested server. Its auth is what the server offers; what is
// published for it has another name here than in settings.
type jsonServer struct {
	Protocol      string           `json:"protocol"`
	Host          string           `json:"host"`
	Port          uint16           `json:"port"`
	Security      string           `json:"security"`
	Path          string           `json:"path"`
	Username      string           `json:"username"`
	OwnName       bool             `json:"own_name"`
	PublishedAuth []string         `json:"published_auth"`
	Sources       []string         `json:"sources"`
	Kind          string           `json:"kind"`
	Vouched       string           `json:"vouched"`
	Position      *jsonPosition    `json:"position,omitempty"`
	Guessed       bool             `json:"guessed"`
	Verdict       string           `json:"verdict"`
	ElapsedMS     float64          `json:"elapsed_ms"`
	Addresses     []jsonAddress    `json:"addresses"`
	Greeting      string           `json:"greeting"`
	Software      string           `json:"software"`
	Capabilities  jsonCapabilities `json:"capabilities"`
	Auth          jsonLists        `json:"auth"`
	PasswordOK    bool             `json:"password_ok"`
	TLS           *jsonTLS         `json:"tls"`       // null if TLS was never up
	TLSAudit      *jsonTLSAudit    `json:"tls_audit"` // null unless it was asked for
	Login         jsonLogin        `json:"login"`
	Mailbox       *jsonMailbox     `json:"mailbox"` // null unless a login was accepted
	Neighbours    []jsonNeighbour  `json:"neighbours"`
	Steps         []jsonStep       `json:"steps"`
	Conversation  []jsonLine       `json:"conversation"`
}

type jsonNeighbour struct {
	Port  uint16 `json:"port"`
	State string `json:"state"`
	Door  string `json:"door"` // tls or starttls where the server's protocol works there
}

type jsonAddress struct {
	IP        string  `json:"ip"`
	State     string  `json:"state"`
	ElapsedMS float64 `json:"elapsed_ms"`
	Error     string  `json:"error"`
	NoRoute   bool    `json:"no_route"`
}

type jsonLists struct {
	BeforeTLS []string `json:"before_tls"`
	AfterTLS  []string `json:"after_tls"`
	LeftOff   int      `json:"left_off"` // entries of both that are not here
}

type jsonCapabilities struct {
	jsonLists
	AfterLogin        []string `json:"after_login"`
	AfterLoginLeftOff int      `json:"after_login_left_off"`
}

type jsonTLS struct {
	Version  string            `json:"version"`
	Cipher   string            `json:"cipher"`
	Curve    string            `json:"curve"`
	Verified bool              `json:"verified"`
	Chain    []jsonCertificate `json:"chain"`
	LeftOff  int               `json:"chain_left_off"` // certificates that are not here
	OCSP     *jsonOCSP         `json:"ocsp"`           // null if no answer is stapled
	SCTs     int               `json:"scts"`
	DANE     *jsonDANE         `json:"dane"` // null if no TLSA record is published
}

type jsonOCSP struct {
	Status     string `json:"status"`      // good, revoked, unknown, stale, unreadable or unverified
	ThisUpdate string `json:"this_update"` // empty where it could not be read
	NextUpdate string `json:"next_update"`
}

type jsonDANE struct {
	State   string   `json:"state"` // ok, mismatch, unusable, unsigned or unchecked
	Name    string   `json:"name"`
	Records []string `json:"records"`
}

type jsonCertificate struct {
	Subject   string   `json:"subject"`
	Issuer    string   `json:"issuer"`
	Names     []string `json:"names"`
	LeftOff   int      `json:"names_left_off"` // names that are not here
	NotBefore string   `json:"not_before"`
	NotAfter  string   `json:"not_after"`
	SHA256    string   `json:"sha256"`
	Key       string   `json:"key"`
	KeySHA256 string   `json:"key_sha256"`
}

type jsonLogin struct {
	Credentials bool          `json:"credentials"` // some were given
	Mechanism   string        `json:"mechanism"`
	State       string        `json:"state"`
	Reason      string        `json:"reason"`
	Username    string        `json:"username"` // that was accepted, or tried first
	Refused     []string      `json:"refused"`  // user names that the server refused
	Attempts    []jsonAttempt `json:"attempts"` // where every way to log in was to be tried
}

type jsonAttempt struct {
	Mechanism string `json:"mechanism"`
	Binding   string `json:"binding"` // type of channel binding; "y": the client said that the server offers none
	Username  string `json:"username"`
	State     string `json:"state"`
	Reason    string `json:"reason"`
}

// jsonMailbox is what a login opened.
type jsonMailbox struct {
	Messages   int             `json:"messages"` // -1 where that is not known
	Alerts     []string        `json:"alerts"`
	Identity   []jsonProperty  `json:"identity"`
	Namespaces []jsonNamespace `json:"namespaces"`
	Folders    []jsonFolder    `json:"folders"`      // that are there for something
	Count      int             `json:"folder_count"` // of all; 0 where they are not known
	More       bool            `json:"folders_more"`
	Quotas     []jsonQuota     `json:"quotas"`
	Collecting *jsonCollecting `json:"collecting"` // null but for POP3
	Sending    *jsonSending    `json:"sending"`    // null but for submission
}

type jsonProperty struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type jsonNamespace struct {
	Kind      string `json:"kind"`
	Prefix    string `json:"prefix"`
	Delimiter string `json:"delimiter"`
}

type jsonFolder struct {
	Name    string `json:"name"`
	Use     string `json:"use"`
	Guessed bool   `json:"guessed"`
}

type jsonQuota struct {
	Root     string `json:"root"`
	Resource string `json:"resource"`
	Used     int64  `json:"used"`
	Limit    int64  `json:"limit"` // 0 for none
}

type jsonCollecting struct {
	Leave   string  `json:"leave"`
	Days    int     `json:"days"`
	Top     bool    `json:"top"`
	DelayMS float64 `json:"login_delay_ms"`
	Octets  int64   `json:"octets"`
}

type jsonSending struct {
	As         string `json:"address"`
	State      string `json:"state"`
	MaxSize    int64  `json:"max_size"` // 0 for none
	EightBit   bool   `json:"eight_bit"`
	UTF8       bool   `json:"smtputf8"`
	Deliveries bool   `json:"dsn"`
}

// jsonLine is one line of a conversation.
type jsonLine struct {
	AtMS   float64 `json:"at_ms"`
	Client bool    `json:"client"` // sent by mailcheck
	Secure bool    `json:"secure"` // inside TLS
	Step   int     `json:"step"`   // index of the step it belongs to
	Text   string  `json:"text"`
}

type jsonStep struct {
	Op        string           `json:"op"`
	Target    string           `json:"target"`
	StartMS   float64          `json:"start_ms"`
	ElapsedMS float64          `json:"elapsed_ms"`
	Detail    string           `json:"detail"`
	Error     string           `json:"error"`
	Reach     string           `json:"reach"`
	Leaf      *jsonCertificate `json:"leaf"`              // null unless it could not be verified
	Records   *jsonRecordSet   `json:"records,omitempty"` // that DNS has, where that was asked
	Findings  []string         `json:"findings"`          // ids
	Found     []jsonFinding    `json:"found"`             // the same, whole
}

// jsonRecordSet is all that DNS has of one type at one name.
type jsonRecordSet struct {
	Name string   `json:"name"`
	Type string   `json:"type"`
	Data []string `json:"data"`
}

type jsonFinding struct {
	ID        string    `json:"id"`
	Severity  string    `json:"severity"`
	Who       string    `json:"who"`
	Summary   string    `json:"summary"`
	Detail    string    `json:"detail"`
	Remedy    string    `json:"remedy"` // meanwhile and fix, or the check's own
	Fix       string    `json:"fix"`
	Meanwhile string    `json:"meanwhile"`
	Ref       string    `json:"ref"`
	Server    string    `json:"server"`
	Source    string    `json:"source"`
	Line      int       `json:"line"`   // from 1; 0 for the whole file
	Column    int       `json:"column"` // in bytes
	About     jsonAbout `json:"about"`
	BecauseOf string    `json:"because_of"`
}

type jsonAbout struct {
	Server  string   `json:"server"`
	Source  string   `json:"source"`
	Name    string   `json:"name"`
	Record  string   `json:"record"`
	Target  string   `json:"target"`
	URL     string   `json:"url"`
	Line    int      `json:"line"`
	Column  int      `json:"column"`
	Element string   `json:"element"`
	Clients []string `json:"clients"`
	Instead string   `json:"instead"`
}

type jsonClient struct {
	Client  string          `json:"client"`
	Outcome string          `json:"outcome"`
	Source  string          `json:"source"`
	Reason  string          `json:"reason"`
	Servers []jsonPublished `json:"servers"`
	Asked   []string        `json:"asked"`
	Ref     string          `json:"ref"`

	Password       string `json:"password"`
	OverHTTP       string `json:"over_http"`
	Confirms       string `json:"confirms"`
	BadCertificate string `json:"bad_certificate"`
	NoStartTLS     string `json:"no_starttls"`
	PresetsPlain   bool   `json:"presets_plain"`

	Setup string `json:"setup"`
}

type jsonTLSAudit struct {
	Versions    []jsonTLSVersion  `json:"versions"` // newest first
	Ciphers     []string          `json:"ciphers"`  // of TLS 1.2 with forward secrecy, in the order the server chose them
	AllCiphers  bool              `json:"all_ciphers"`
	Weak        []string          `json:"weak"`
	Groups      []string          `json:"groups"` // in the order the server chose them
	AllGroups   bool              `json:"all_groups"`
	Hybrid      bool              `json:"hybrid"`
	Handshake   *jsonTLSHandshake `json:"handshake"` // null where TLS 1.2 and older are not offered
	ALPN        string            `json:"alpn"`
	OtherALPN   string            `json:"other_alpn"`
	WithoutSNI  string            `json:"without_sni"`
	Injection   string            `json:"injection"`
	Connections int               `json:"connections"`
	Complete    bool              `json:"complete"`
	CutShort    string            `json:"cut_short"`
	Unanswered  []string          `json:"unanswered"`
}

type jsonTLSVersion struct {
	Version  string         `json:"version"`
	Offered  bool           `json:"offered"`
	Cipher   string         `json:"cipher"`
	Suites   []jsonTLSSuite `json:"suites"`
	Complete bool           `json:"complete"`
	Order    string         `json:"order"` // server, client or empty
}

type jsonTLSSuite struct {
	Name     string `json:"name"`
	Strength string `json:"strength"` // recommended, acceptable, discouraged or forbidden
	Why      string `json:"why"`
	DHBits   int    `json:"dh_bits,omitempty"`
}

type jsonTLSHandshake struct {
	SecureRenegotiation  bool `json:"secure_renegotiation"`
	ExtendedMasterSecret bool `json:"extended_master_secret"`
	SessionTickets       bool `json:"session_tickets"`
	Compression          bool `json:"compression"`
}

// jsonFailure is the document where there is no report.
type jsonFailure struct {
	Schema int       `json:"schema"`
	Error  jsonError `json:"error"`
}

type jsonError struct {
	What string `json:"what"`
	Hint string `json:"hint"` // what to do about it, or empty
}

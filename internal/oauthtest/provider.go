// Package oauthtest is an OpenID provider in memory, for tests: that of zitadel/oidc,
// with its example of a store mended where a mail server's needs go beyond it. It signs
// people in at once ([Provider.Consent], [Provider.Approve]), so that no browser is
// needed. What it adds of its own is registration (RFC 7591), which the library has not.
package oauthtest

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// What is known at every provider.
const (
	Password = "verysecure" // of every user

	ClientID = "mail-program" // of a public app, with the redirect http://127.0.0.1/callback

	ServerID     = "mail-server" // of a mail server that asks what a token is worth (RFC 7662)
	ServerSecret = "introspect-secret"
)

// redirect is that of every app, with any port.
const redirect = "http://127.0.0.1/callback"

// maxRegistered is how many apps can be registered.
const maxRegistered = 50

func registeredID(i int) string { return fmt.Sprintf("registered-%d", i+1) }

// Provider is an authorization server; its ServeHTTP answers at all paths.
type Provider struct {
	issuer string
	router http.Handler
	store  *store
}

// New returns a provider whose users are known by their addresses. Access tokens are JWTs,
// or else opaque, so that the mail server has to ask.
func New(issuer string, jwt bool, addresses ...string) *Provider {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // each request is logged there
	clients := map[string]*storage.Client{
		ClientID: storage.NativeClient(ClientID, redirect),
		ServerID: storage.WebClient(ServerID, ServerSecret, "http://127.0.0.1/unused"),
	}
	for i := range maxRegistered { // the library reads its clients without a lock of ours
		clients[registeredID(i)] = storage.NativeClient(registeredID(i), redirect)
	}
	s := &store{Storage: storage.NewStorageWithClients(users(addresses), clients), jwt: jwt}
	return &Provider{issuer, exampleop.SetupServer(issuer, s, nil, false), s}
}

// ServeHTTP answers a request, whatever host it is for.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/register":
		p.register(w, r)
	case oidc.DiscoveryEndpoint:
		p.metadata(w, r)
	default:
		p.router.ServeHTTP(w, r)
	}
}

// metadata adds to the library's own what it lacks.
func (p *Provider) metadata(w http.ResponseWriter, r *http.Request) {
	recorded := httptest.NewRecorder()
	p.router.ServeHTTP(recorded, r)
	var known map[string]any
	if err := json.Unmarshal(recorded.Body.Bytes(), &known); err != nil {
		panic(err)
	}
	known["registration_endpoint"] = p.issuer + "/register"
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(known)
}

// register gives an id to a public app (RFC 7591 section 3).
func (p *Provider) register(w http.ResponseWriter, r *http.Request) {
	var wish struct {
		Redirects []string `json:"redirect_uris"`
		Auth      string   `json:"token_endpoint_auth_method"`
	}
	w.Header().Set("Content-Type", "application/json")
	i := int(p.store.registered.Add(1)) - 1
	if json.NewDecoder(r.Body).Decode(&wish) != nil || len(wish.Redirects) != 1 || wish.Redirects[0] != redirect || wish.Auth != "none" || i >= maxRegistered {
		w.WriteHeader(http.StatusBadRequest)
		json.NewEncoder(w).Encode(map[string]string{"error": "invalid_redirect_uri"})
		return
	}
	w.WriteHeader(http.StatusCreated)
	json.NewEncoder(w).Encode(map[string]any{"client_id": registeredID(i), "redirect_uris": wish.Redirects, "token_endpoint_auth_method": "none"})
}

// Registered is how often an app has asked for an id.
func (p *Provider) Registered() int { return int(p.store.registered.Load()) }

// Consent signs a user in at a page and returns where the browser is sent then.
func (p *Provider) Consent(page, address, password string) (redirect string, err error) {
	to, err := p.location(httptest.NewRequest(http.MethodGet, page, nil))
	if err != nil {
		return "", err
	}
	id := to.Query().Get("authRequestID")
	if id == "" {
		return to.String(), nil // an error, which the app has to hear
	}
	form := url.Values{"id": {id}, "username": {address}, "password": {password}}
	if to, err = p.location(post("/login/username", form)); err != nil {
		return "", err
	}
	if to, err = p.location(httptest.NewRequest(http.MethodGet, to.String(), nil)); err != nil {
		return "", err
	}
	return to.String(), nil
}

// Approve signs a user in with the code of the device flow, and allows or denies what is
// asked for.
func (p *Provider) Approve(code, address, password string, allow bool) error {
	recorded := httptest.NewRecorder()
	p.ServeHTTP(recorded, post("/device/login", url.Values{"user_code": {code}, "username": {address}, "password": {password}}))
	cookies := recorded.Result().Cookies()
	if len(cookies) == 0 {
		return fmt.Errorf("not signed in: %s", recorded.Header().Get("Location"))
	}
	action := "denied"
	if allow {
		action = "allowed"
	}
	confirm := post("/device/confirm", url.Values{"action": {action}})
	confirm.AddCookie(cookies[0])
	recorded = httptest.NewRecorder()
	p.ServeHTTP(recorded, confirm)
	if recorded.Code != http.StatusOK {
		return fmt.Errorf("not confirmed: status %d", recorded.Code)
	}
	return nil
}

func post(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// location returns where a request is sent on to.
func (p *Provider) location(r *http.Request) (*url.URL, error) {
	recorded := httptest.NewRecorder()
	p.ServeHTTP(recorded, r)
	if recorded.Code/100 != 3 {
		return nil, fmt.Errorf("%s %s: status %d: %.200s", r.Method, r.URL.Path, recorded.Code, recorded.Body)
	}
	return recorded.Result().Location()
}

// Key returns the public key that JWTs are signed with, and its name in them.
func (p *Provider) Key() (id string, public []byte) {
	keys, err := p.store.KeySet(context.Background())
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKIXPublicKey(keys[0].Key())
	if err != nil {
		panic(err)
	}
	return keys[0].ID(), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// users are known by their addresses alone: the page of the device flow takes the name
// that was typed for the id.
type users []string

func (u users) GetUserByID(address string) *storage.User {
	for _, known := range u {
		if known == address {
			return &storage.User{ID: known, Username: known, Password: Password, Email: known, EmailVerified: true}
		}
	}
	return nil
}

func (u users) GetUserByUsername(address string) *storage.User { return u.GetUserByID(address) }

func (u users) ExampleClientID() string { return "unused" }

// store is the example's, mended.
type store struct {
	*storage.Storage
	jwt        bool
	registered atomic.Int32
}

// GetClientByClientID lets public apps do what a mail program does.
func (s *store) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	c, err := s.Storage.GetClientByClientID(ctx, id)
	if err != nil || id == ServerID {
		return c, err
	}
	return &mailApp{c, s.jwt}, nil
}

// CreateAccessAndRefreshTokens gives the tokens of the device flow to the app that asked;
// those of the example belong to nobody.
func (s *store) CreateAccessAndRefreshTokens(ctx context.Context, r op.TokenRequest, current string) (string, string, time.Time, error) {
	if d, ok := r.(*op.DeviceAuthorizationState); ok {
		r = storage.RefreshTokenRequestFromBusiness(&storage.RefreshToken{
			ApplicationID: d.ClientID, UserID: d.Subject, Audience: d.GetAudience(), Scopes: d.Scopes, AuthTime: time.Now(),
		})
	}
	return s.Storage.CreateAccessAndRefreshTokens(ctx, r, current)
}

// SetIntrospectionFromToken tells a mail server of every token, not only of those that
// were made for it.
func (s *store) SetIntrospectionFromToken(ctx context.Context, answer *oidc.IntrospectionResponse, token, subject, _ string) error {
	for i := range maxRegistered + 1 {
		app := ClientID
		if i < maxRegistered {
			app = registeredID(i)
		}
		if s.Storage.SetIntrospectionFromToken(ctx, answer, token, subject, app) == nil {
			return nil
		}
	}
	return errors.New("token is invalid")
}

// GetPrivateClaimsFromScopes puts into JWTs whose mailbox they open, and what for.
func (s *store) GetPrivateClaimsFromScopes(_ context.Context, user, _ string, scopes []string) (map[string]any, error) {
	return map[string]any{"email": user, "scope": strings.Join(scopes, " ")}, nil
}

// mailApp is a public app that may use the device flow and ask for any scope.
type mailApp struct {
	op.Client
	jwt bool
}

func (a *mailApp) GrantTypes() []oidc.GrantType {
	return append(a.Client.GrantTypes(), oidc.GrantTypeDeviceCode)
}

func (a *mailApp) IsScopeAllowed(string) bool { return true }

func (a *mailApp) AccessTokenType() op.AccessTokenType {
	if a.jwt {
		return op.AccessTokenTypeJWT
	}
	return op.AccessTokenTypeBearer
}

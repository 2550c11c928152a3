package probes_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/internal/lab"
	"mailcheck/probes"
)

// inMemory returns a client whose network is a scenario of the lab, so that examples
// run anywhere, and what closes both. An ordinary program writes &probes.Client{}.
func inMemory(scenario string) (c *probes.Client, closeAll func()) {
	s, _ := lab.Find(scenario)
	internet := lab.New(s)
	c = &probes.Client{Dial: internet.Dial, Resolvers: []string{lab.Resolver}, Anchors: internet.Anchors(), Roots: internet.Roots()}
	return c, func() {
		c.Close()
		internet.Close()
	}
}

func ExampleClient_Account() {
	c, done := inMemory("cert-expired")
	defer done()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	address, err := mailcheck.ParseAddress("alice@example.com")
	if err != nil {
		log.Fatal(err)
	}
	r, err := c.Account(ctx, address, nil)
	if err != nil {
		log.Fatal(err) // no run was made; a server that fails is in the report
	}
	fmt.Println("verdict:", r.Verdict)
	for _, s := range r.Settings {
		fmt.Println(s.Verdict, s.URL())
	}
	for _, f := range r.Findings {
		fmt.Println(f.Severity, f.Check.ID, f.Check.Summary)
	}
	// Output:
	// verdict: fail
	// fail imaps://imap.example.com:993
	// pass pop3s://pop.example.com:995
	// pass submissions://smtp.example.com:465
	// pass submission://smtp.example.com:587
	// failure tls.expired The server's certificate has expired.
}

// A password tests the login, too. It goes only inside verified TLS, and only to
// servers that the address's own domain has named beyond doubt.
func ExampleClient_Account_login() {
	c, done := inMemory("login")
	defer done()

	address, err := mailcheck.ParseAddress("alice@example.com")
	if err != nil {
		log.Fatal(err)
	}
	r, err := c.Account(context.Background(), address, &probes.Options{
		Credentials: probes.Credentials{Password: "correct horse"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range r.Servers {
		fmt.Println(s.URL(), s.Login.Mechanism, s.Login.State)
	}
	// Output:
	// imaps://imap.example.com:993 PLAIN accepted
	// pop3s://pop.example.com:995 PLAIN accepted
	// submissions://smtp.example.com:465 PLAIN accepted
	// submission://smtp.example.com:587 PLAIN accepted
}

// Given servers are tested without looking for settings.
func ExampleClient_Servers() {
	c, done := inMemory("cert-expired")
	defer done()

	var servers []mailcheck.Server
	for _, url := range []string{"imaps://imap.example.com", "submission://smtp.example.com"} {
		s, err := mailcheck.ParseServer(url)
		if err != nil {
			log.Fatal(err)
		}
		servers = append(servers, s)
	}
	r, err := c.Servers(context.Background(), servers, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range r.Servers {
		fmt.Println(s.URL(), s.Verdict)
	}
	// Output:
	// imaps://imap.example.com:993 fail
	// submission://smtp.example.com:587 pass
}

// What each source publishes, without testing it.
func ExampleClient_Discover() {
	c, done := inMemory("autoconfig-only")
	defer done()
	c.Discovery = autoconfig.Options{ISPDB: "off", NoGuess: true}

	address, err := mailcheck.ParseAddress("alice@example.com")
	if err != nil {
		log.Fatal(err)
	}
	r, err := c.Discover(context.Background(), address, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, source := range r.Sources {
		if source.State == mailcheck.Found && source.Publishes() {
			fmt.Println(source.Name, "names", len(source.Servers), "servers")
		}
	}
	// Output:
	// autoconfig names 4 servers
}

// What each mail program would end up with on its own.
func ExampleClient_Clients() {
	c, done := inMemory("autoconfig-only")
	defer done()

	address, err := mailcheck.ParseAddress("alice@example.com")
	if err != nil {
		log.Fatal(err)
	}
	r, err := c.Clients(context.Background(), address, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, program := range r.Clients[:3] {
		fmt.Printf("%s: %s\n", program.Client, program.Outcome)
	}
	// Output:
	// Thunderbird: configures itself
	// Outlook (classic): asks the user
	// Outlook (new): not known
}

package catalogue

import (
	"testing"
	"testing/fstest"
	"time"

	"mailcheck"
)

// french is a language that there is no file of: one is all that it takes.
func french(t *testing.T) *Catalogue {
	t.Helper()
	c, err := open(fstest.MapFS{"languages/fr.json": {Data: []byte(`{
"name": "Français", "reviewed": "false",
"tls.expired.summary": {"hash": "00000000", "other": "Le certificat du serveur a expiré."},
"verdict.read.not-working": "aucun serveur ne permet de lire le courrier",
"verdict.all-work-with-warnings": "les {{.Count}} serveurs fonctionnent, avec {{.Warnings}}.",
"count.warning": {"one": "{{.PluralCount}} avertissement", "other": "{{.PluralCount}} avertissements"},
"count.day": {"one": "{{.PluralCount}} jour", "other": "{{.PluralCount}} jours"},
"count.minute": {"other": "{{.PluralCount}} min"},
"list.and-more": "{{.Words}} et {{.Count}} autres",
"settings.no-user-name": "non publié ; le plus souvent l'adresse",
"fix.publish.srv-order": "Port {{.Port}} : {{.Record}}",
"table.tested": "Testé le {{.Time}} en {{.Seconds}} s."
}`)}}, "fr")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestText(t *testing.T) {
	c := french(t)
	reason := mailcheck.Textf("%s: %s.", mailcheck.Textf("no working server for reading mail"), mailcheck.Clause("The server's certificate has expired."))
	for _, test := range []struct {
		text mailcheck.Text
		want string
	}{
		{mailcheck.Text{}, ""},
		{mailcheck.Text{Format: "The server's certificate has expired."}, "Le certificat du serveur a expiré."},
		{reason, "aucun serveur ne permet de lire le courrier: Le certificat du serveur a expiré."},
		{mailcheck.Textf("all %d servers work, with %s.", 3, mailcheck.Count{N: 1, Noun: "warning"}), "les 3 serveurs fonctionnent, avec 1 avertissement."},
		{mailcheck.Textf("all %d servers work, with %s.", 3, mailcheck.Count{N: 2, Noun: "warning"}), "les 3 serveurs fonctionnent, avec 2 avertissements."},
		{mailcheck.Textf("%s", mailcheck.Span(49*time.Hour)), "2 jours"},
		{mailcheck.Textf("%s", mailcheck.Span(time.Hour)), "1 hour"},
		{mailcheck.Textf("%s", mailcheck.Span(time.Minute)), "1 min"},
		{mailcheck.Textf("%s", mailcheck.ListOf([]string{"a", "b", "c"}).AtMost(1)), "a et 2 autres"},
		{mailcheck.Textf("%s", mailcheck.Heading("The server's certificate has expired.")), "Le certificat du serveur a expiré"},
		{mailcheck.Textf("Publish %s and give the record for port %d a higher number than 0 in front, or take it out. Or add port %[2]d to the settings file.", "R", 993), "Port 993 : R"},
		{mailcheck.Textf("Tested on %s in %.1f s.", "x", 1.25), "Testé le x en 1.2 s."},
		{mailcheck.Textf("%s", "The server's certificate has expired."), "The server's certificate has expired."}, // somebody else's words
		{mailcheck.Textf("User name: %s", "{{.Count}} %d"), "User name: {{.Count}} %d"},                           // no translation, and no template
	} {
		if got := c.Text(test.text).String(); got != test.want {
			t.Errorf("%q: got %q, want %q", test.text.String(), got, test.want)
		}
	}
	var english *Catalogue
	if got := english.Text(reason); !got.Equal(reason) {
		t.Errorf("English is %q", got.String())
	}
	if c.Reviewed() || c.Foot().Empty() || !english.Foot().Empty() || c.Name() != "Français" || c.Direction() != "ltr" {
		t.Error("what the file says of itself is not known")
	}
	if _, err := Open("../de"); err == nil {
		t.Error("a path is a language")
	}
}

func TestChoice(t *testing.T) {
	for _, test := range []struct {
		environment map[string]string
		system      []string
		want        string
	}{
		{nil, nil, "en"},
		{map[string]string{"LANG": "gu_IN.UTF-8"}, nil, "gu"},
		{map[string]string{"LANG": "de_AT@euro"}, nil, "de"},
		{map[string]string{"LANG": "gu_IN", "LC_ALL": "C.UTF-8"}, []string{"de-DE"}, "en"},
		{map[string]string{"LANG": "gu_IN", "LC_MESSAGES": "de_DE"}, nil, "de"},
		{map[string]string{"LANG": "fr_FR", "LANGUAGE": "ja:gu:de"}, nil, "gu"},
		{map[string]string{"LANG": "POSIX", "LANGUAGE": "gu"}, nil, "en"},
		{map[string]string{"LANG": "mr_IN"}, nil, "en"},
		{map[string]string{"LANG": "\x1b[2J"}, nil, "en"},
		{nil, []string{"fr-FR", "gu-IN"}, "gu"},
	} {
		if got := OfUser(func(name string) string { return test.environment[name] }, func() []string { return test.system }); got != test.want {
			t.Errorf("%q and %q: got %s, want %s", test.environment, test.system, got, test.want)
		}
	}
	for header, want := range map[string]string{"": "", "gu-IN,gu;q=0.9,en;q=0.8": "gu", "mr-IN,en;q=0.8": "en", "fr": "", "de-CH": "de", "*": "", ";;;": ""} {
		if got := Accepted(header); got != want {
			t.Errorf("Accept-Language %q: got %q, want %q", header, got, want)
		}
	}
	if !Latin("de") || Latin("gu") || !Latin(English) {
		t.Error("which languages are in Latin letters is not known")
	}
}

// What comes from a browser or a file chooses a language, and no more.
func FuzzChoice(f *testing.F) {
	f.Add("gu_IN.UTF-8", "de;q=0.5, *")
	f.Fuzz(func(t *testing.T, locale, header string) {
		for _, tag := range []string{Match(locale), Accepted(header)} {
			if _, err := Open(tag); err != nil {
				t.Error(err)
			}
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if _, err := Open("gu"); err != nil {
			b.Fatal(err)
		}
	}
}

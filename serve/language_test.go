package serve

import (
	"net/http"
	"strings"
	"testing"
)

// A page is in the language that the browser asks for, or that its reader has chosen; the
// interface for programs never changes.
func TestLanguage(t *testing.T) {
	served(t, "cert-expired", func(t *testing.T, _ *Server, v *visitor) {
		gujarati := []string{`<html lang="gu">`, "સર્વરનું પ્રમાણપત્ર સમાપ્ત થઈ ગયું છે", "મશીને કરેલો અનુવાદ", `href="?lang=en"`, `lang="de"`}
		plain := v.get("/")
		v.wants(plain, 200, `<html lang="en">`, `hreflang="gu">ગુજરાતી</a>`, "Test a mail account")
		if !strings.Contains(plain.Header().Get("Vary"), "Accept-Language") || plain.Header().Get("Set-Cookie") != "" {
			t.Errorf("the headers are %v", plain.Header())
		}
		page := v.started("alice@example.com")

		v.with = map[string]string{"Accept-Language": "gu-IN,gu;q=0.9,en;q=0.8"}
		v.wants(v.get("/"), 200, `<html lang="gu">`)
		v.wants(v.get(page), 200, append(gujarati, "નું પરીક્ષણ થઈ રહ્યું છે", "કામ કરતું નથી")...) // as it goes on
		v.wants(v.get(page), 200, gujarati...)
		v.wants(v.get(page+".txt"), 200, "[1] નિષ્ફળતા: સર્વરનું પ્રમાણપત્ર સમાપ્ત થઈ ગયું છે.")
		v.wants(v.get(page+".json"), 200, `"summary": "The server's certificate has expired."`)
		v.wants(v.get(page+"/setup/human-html/mail-settings.html"), 200, `<html lang="gu">`)
		v.wants(v.get("/explain/tls.expired"), 200, `<html lang="gu">`, "પ્રમાણપત્ર રિન્યૂ કરો")
		v.wants(v.send("/check", "address", "nobody@@nowhere"), 400, `<html lang="gu">`, `href="/?lang=en"`)
		v.wants(v.get("/r/none"), 404, `<html lang="gu">`)

		v.with["Accept-Language"] = "ja"
		v.wants(v.get("/"), 200, `<html lang="en">`)

		// What a reader chooses is kept, and goes before what the browser asks for.
		v.with["Accept-Language"] = "gu"
		chosen := v.get(page + "?lang=de")
		v.wants(chosen, 200, `<html lang="de">`, "Das Zertifikat des Servers ist abgelaufen", "Maschinelle Übersetzung")
		cookies, err := http.ParseSetCookie(chosen.Header().Get("Set-Cookie"))
		if err != nil || cookies.Name != "lang" || cookies.Value != "de" || !cookies.HttpOnly || cookies.SameSite != http.SameSiteLaxMode {
			t.Errorf("the cookie is %v: %v", cookies, err)
		}
		v.with["Cookie"] = "lang=de"
		v.wants(v.get(page), 200, `<html lang="de">`)
		for _, nonsense := range []string{"lang=xx", "lang=../../etc", "lang=\"", "lang=" + strings.Repeat("a-", 3000)} {
			v.with["Cookie"] = nonsense
			v.wants(v.get("/"), 200, `<html lang="gu">`)
		}
	})
}

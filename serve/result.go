package serve

import (
	"bytes"
	"html/template"
	"net/http"
	"path"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup"
	"mailcheck/autoconfig/setup/sheet"
	"mailcheck/checks"
	"mailcheck/report"
)

// endings are the formats of a report, by how the last part of a URL ends.
var endings = map[string]string{".json": "json", ".md": "markdown", ".txt": "table", ".html": "html"}

// result shows a run: as it goes on, or what came of it.
func (s *Server) result(w http.ResponseWriter, r *http.Request) { s.show(w, r, false) }

// shared shows a copy that somebody gave away.
func (s *Server) shared(w http.ResponseWriter, r *http.Request) { s.show(w, r, true) }

func (s *Server) show(w http.ResponseWriter, r *http.Request, shared bool) {
	ending := path.Ext(r.PathValue("id"))
	run := s.Runs.Find(strings.TrimSuffix(r.PathValue("id"), ending))
	switch {
	case run == nil || run.Shared != shared || ending != "" && endings[ending] == "":
		s.nothing(w, r)
	case !run.Over() && ending != "":
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Retry-After", "2")
		http.Error(w, "The test is under way.", http.StatusServiceUnavailable)
	case !run.Over():
		s.follow(w, r, run)
	case ending != "":
		s.formatted(w, r, run, ending)
	default:
		s.finished(w, r, run)
	}
}

// formatted serves a report in another format.
func (s *Server) formatted(w http.ResponseWriter, r *http.Request, run *Run, ending string) {
	result, err := run.Report()
	if err != nil {
		s.failed(w, r)
		return
	}
	f, _ := report.FormatByName(endings[ending])
	var b bytes.Buffer
	if err := f.Write(&b, result, s.options(r)); err != nil {
		s.failed(w, r)
		return
	}
	if r.URL.Query().Has("download") || ending == ".html" { // the policy of the site is not that of the file
		w.Header().Set("Content-Disposition", `attachment; filename="mailcheck`+ending+`"`)
	}
	serveBytes(w, r, f.Media, b.Bytes())
}

func (s *Server) failed(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	write(w, r, http.StatusInternalServerError, "message", messagePage{newTop(r, "Not tested - mailcheck"), "The test could not be made", "Try again. If that does not help, whoever runs this service can find out why."})
}

// finished serves the page of a run that is over.
func (s *Server) finished(w http.ResponseWriter, r *http.Request, run *Run) {
	page, err := s.pageOf(r, run)
	if err != nil {
		s.failed(w, r)
		return
	}
	body, err := rendered(r, "finished", struct {
		top
		Body template.HTML
	}{newTop(r, page.Title), page.Body})
	if err != nil {
		s.failed(w, r)
		return
	}
	serveBytes(w, r, "text/html; charset=utf-8", body)
}

// pageOf makes the page of a run, with what can be done with it.
func (s *Server) pageOf(r *http.Request, run *Run) (report.Page, error) {
	result, err := run.Report()
	if err != nil {
		return report.Page{}, err
	}
	further, err := s.further(r, run, result)
	if err != nil {
		return report.Page{}, err
	}
	return report.PageOf(result, s.options(r), further...)
}

// options says how a report is shown to whoever asks.
func (s *Server) options(r *http.Request) report.Options {
	return report.Options{Version: s.Runs.Version, Language: in(languageOf(r)).language}
}

// further are the sections that a site has and a file has not.
func (s *Server) further(r *http.Request, run *Run, result *mailcheck.Report) ([]report.Section, error) {
	var text bytes.Buffer
	if err := report.Table(&text, result, s.options(r)); err != nil {
		return nil, err
	}
	var sections []report.Section
	add := func(id, title, name string, data any) error {
		body, err := rendered(r, name, data)
		sections = append(sections, report.Section{ID: id, Title: in(languageOf(r)).language.Words(title), HTML: template.HTML(body)})
		return err
	}
	if !run.Shared {
		if err := add("setup", "Setup files", "setup", setupsOf(run, result)); err != nil {
			return nil, err
		}
	}
	err := add("keep", "Keep it, or pass it on", "keep", struct {
		*Run
		Base, Text, Until string
		Checks            []*checks.Check
	}{run, run.path(), text.String(), run.Until().UTC().Format("15:04 UTC"), checksOf(result)})
	return sections, err
}

// path is where a run is found.
func (r *Run) path() string {
	if r.Shared {
		return "/s/" + r.ID
	}
	return "/r/" + r.ID
}

// checksOf are the checks that a report has findings of, each once.
func checksOf(r *mailcheck.Report) []*checks.Check {
	var all []*checks.Check
	for _, f := range r.Findings {
		if !slices.Contains(all, f.Check) && checks.ByID(f.Check.ID) != nil {
			all = append(all, f.Check)
		}
	}
	return all
}

// share makes a copy without the person, at an address of its own.
func (s *Server) share(w http.ResponseWriter, r *http.Request) {
	run := s.Runs.Find(r.PathValue("id"))
	if run == nil || run.Shared || !run.Over() {
		s.nothing(w, r)
		return
	}
	result, err := run.Report()
	if err != nil {
		s.failed(w, r)
		return
	}
	if result, err = report.Share(result, s.OwnNames...); err != nil {
		s.failed(w, r)
		return
	}
	copied, err := s.Runs.keep(result)
	if err != nil {
		s.failed(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, copied.path(), http.StatusSeeOther)
}

// madeSetup is the setup for one program, as the page shows it.
type madeSetup struct {
	setup.Format
	setup.Setup
	Base    string // where its files are
	Picture string // of its files, the one to scan; empty for none
}

// setups are what can be written of a report.
type setups struct {
	People, Others []madeSetup // for one person, by what many have and what few have
	Domain         []madeSetup // for whoever runs the domain
}

// frequent are the programs that most people have.
var frequent = []string{"apple", "android", "thunderbird", "outlook", "human"}

func setupsOf(run *Run, result *mailcheck.Report) (all setups) {
	for _, f := range setup.Formats {
		files, err := f.Make(result, setup.Options{}) // whose texts the page translates
		if err != nil {
			continue
		}
		made := madeSetup{Format: f, Setup: files, Base: run.path() + "/setup/" + f.Name + "/"}
		for _, file := range files.Files {
			if path.Ext(file.Name) == ".png" {
				made.Picture = file.Name
			}
		}
		switch {
		case f.Zone, f.Name == "site":
			all.Domain = append(all.Domain, made)
		case slices.Contains(frequent, f.Name):
			all.People = append(all.People, made)
		default:
			all.Others = append(all.Others, made)
		}
	}
	return all
}

// setupFile serves one file of a setup.
func (s *Server) setupFile(w http.ResponseWriter, r *http.Request) {
	file, ok := s.findSetup(r)
	if !ok {
		s.nothing(w, r)
		return
	}
	media, known := setupMedia[path.Ext(file.Name)]
	if !known {
		media = "application/octet-stream"
	}
	if media != "image/png" {
		w.Header().Set("Content-Disposition", `attachment; filename="`+fileName(file.Name)+`"`)
	}
	serveBytes(w, r, media, file.Body())
}

// setupMedia are the media types by which a device knows what to do with a file.
var setupMedia = map[string]string{".mobileconfig": "application/x-apple-aspen-config", ".png": "image/png"}

// fileName is the last part of a name, as a header can have it.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, path.Base(name))
}

func (s *Server) findSetup(r *http.Request) (sheet.File, bool) {
	run := s.Runs.Find(r.PathValue("id"))
	f, known := setup.ByName(r.PathValue("format"))
	if run == nil || run.Shared || !run.Over() || !known {
		return sheet.File{}, false
	}
	result, err := run.Report()
	if err != nil {
		return sheet.File{}, false
	}
	made, err := f.Make(result, setup.Options{Language: in(languageOf(r)).language})
	if err != nil {
		return sheet.File{}, false
	}
	i := slices.IndexFunc(made.Files, func(f sheet.File) bool { return f.Name == r.PathValue("file") })
	if i < 0 {
		return sheet.File{}, false
	}
	return made.Files[i], true
}

package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mailcheck/catalogue"
)

// languageFlag is in which language people read a result.
type languageFlag struct{ wanted string }

func (f *languageFlag) register(c *cobra.Command) {
	c.Flags().StringVar(&f.wanted, "lang", "", "say what people read in this `LANGUAGE`: "+strings.Join(catalogue.Languages(), ", ")+" (default that of MAILCHECK_LANG; else, on a terminal, yours)")
	offer(c, "lang", catalogue.Languages())
}

// asked returns the language that was asked for; nothing where none was.
func (f *languageFlag) asked() (string, error) {
	if f.wanted != "" {
		tag := catalogue.Match(f.wanted)
		if tag == "" {
			return "", usage("choose one of: "+strings.Join(catalogue.Languages(), ", "), "--lang: there is no translation into %q", f.wanted)
		}
		return tag, nil
	}
	if name := os.Getenv("MAILCHECK_LANG"); name != "" {
		return catalogue.Match(name), nil
	}
	return "", nil
}

// open returns the catalogue for a result: of the language that was asked for, else of
// the user's where he reads it at a terminal. Pipes and files of a job stay English, since
// others read them.
func (f *languageFlag) open(terminal bool) (*catalogue.Catalogue, error) {
	tag, err := f.asked()
	if err != nil {
		return nil, err
	}
	if tag == "" && terminal {
		tag = catalogue.OfUser(os.Getenv, systemLanguages)
		if !consoleShows(tag) {
			tag = catalogue.English
		}
	}
	return catalogue.Open(tag)
}

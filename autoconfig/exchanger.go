package autoconfig

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/provider"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// judgeExchanger notes a mail exchanger whose name has no label that a program could
// take away on its way to the operator's settings file: it would ask below a public
// suffix, where anybody may register the name. Who finds the domain's own file does not
// go that way. mailcheck itself never asks there.
func judgeExchanger(steps []mailcheck.Step, d *Discovery) {
	own := slices.ContainsFunc(d.Sources, func(s mailcheck.SourceResult) bool {
		return s.Name == ownFiles && s.State == mailcheck.Found
	})
	_, known := provider.ByMX(d.Exchanger)
	_, suffix, _ := strings.Cut(d.Exchanger, ".")
	if own || known || len(steps) == 0 || suffix == "" || registrable(d.Exchanger) != d.Exchanger {
		return
	}
	t := &trace.Trace{Steps: steps}
	t.FindAt(0, checks.MXRegistrable, "the mail exchanger is %s, and no settings file is published; such a program asks autoconfig.%s", d.Exchanger, suffix)
}

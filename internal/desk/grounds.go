// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"fmt"
	"strings"

	"iolaus/internal/iru"
)

// grounds makes a statement of reasons of a finding. The names of others at the address, and third parties' mail, are weighed and not
// told to the addressee.
func grounds(f iru.Assessment) string {
	var b strings.Builder
	for _, l := range f.Limbs {
		fmt.Fprintf(&b, "Article 2(7)(%s): %s. ", l, iru.Limbs[l])
	}
	for n, q := range f.Quotes() {
		switch {
		case len(f.Quotes()) == 1:
			b.WriteString("Passage: ")
		default:
			fmt.Fprintf(&b, "Passage %d, which meets (%s): ", n+1, strings.Join(q.Limbs, "), ("))
		}
		switch {
		case strings.TrimSpace(q.Text) == "":
			fmt.Fprintf(&b, "%s. ", q.Range())
		case q.To != 0:
			fmt.Fprintf(&b, "“%s” (%s). ", strings.TrimSpace(q.Text), q.Range())
		default:
			fmt.Fprintf(&b, "“%s”. ", strings.TrimSpace(q.Text))
		}
		if q.Translation != "" {
			fmt.Fprintf(&b, "In %s: “%s” (%s). ", q.Into, strings.TrimSpace(q.Translation), q.By())
		}
	}
	fmt.Fprintf(&b, "%s Purpose examined: %s", f.Reason, f.PurposeReason)
	say := func(format string, args ...any) {
		if !strings.HasSuffix(b.String(), ".") {
			b.WriteString(".")
		}
		fmt.Fprintf(&b, " "+format, args...)
	}
	g := f.Grounds
	if p := g.Press; p != nil {
		say("Editorial responsibility: %s; press standards: %s. %s", p.Responsible, p.Standards, p.Why)
	}
	if a := g.Attribution; a != nil {
		say("Attributed to %s, graded %s: %s", a.Name, a.Grade, a.Why)
	}
	if l := g.Listing; l != nil {
		for _, e := range l.Found {
			say("Listed: %s, as “%s”, %s; an important factor, neither required nor sufficient.", e.List, e.Name, e.Date)
		}
		if len(l.Found) == 0 {
			say("Listing, looked up on %s: none found. %s", l.Checked, l.Words)
		}
	}
	if m := g.Measure; m != nil {
		for _, w := range m.Weighed {
			say("Weighed and not enough: %s, since %s", w.Measure, w.Why)
		}
		say("%s", m.Words)
	}
	if g.Collateral != nil {
		say("What else shares the address was weighed.")
	}
	return b.String()
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// The match job finds the unit's terms in the text of an exhibit, at their place in its text file, and learns of every change to them.
func TestTermsAreSpotted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newScene(t, d), t.Context()
		s.says("tram.test", page("Trams", "<p>The har&shy;bour trаm waits; قِطَارُ الميناء متأخر."))
		s.look(small, nil)
		_, i := s.watch("http://tram.test/")
		s.ok(s.capture(i, 0))
		match := func() []iru.TermHit {
			x := s.newest()
			s.ok((&matcher{Crew: s.Crew}).Work(ctx, &river.Job[desk.Match]{JobRow: &rivertype.JobRow{}, Args: desk.Match{Exhibit: x.ID}}))
			var hits []iru.TermHit
			s.ok(d.View(ctx, func(x2 *db.Tx) error {
				var err error
				hits, err = x2.TermHitsOf(ctx, s.scope, x.ID)
				return err
			}))
			text := string(s.file(x, "text.txt"))
			for _, h := range hits {
				if text[h.Start:h.End] != h.Words {
					t.Errorf("%q stands at %d to %d, not %q", text[h.Start:h.End], h.Start, h.End, h.Words)
				}
			}
			return hits
		}
		if hits := match(); len(hits) != 0 {
			t.Errorf("without terms: %v", hits)
		}
		l, err := s.Desk.AddTermList(ctx, s.scope, iru.TermList{Name: "Lines"})
		s.ok(err)
		tram, err := s.Desk.AddTerm(ctx, s.scope, iru.Term{List: l.ID, Text: "harbour tram", Lang: "en"})
		s.ok(err)
		if hits := match(); len(hits) != 1 || hits[0].Term != tram.ID {
			t.Errorf("one term: %v", hits)
		}
		_, err = s.Desk.AddTerm(ctx, s.scope, iru.Term{List: l.ID, Text: "قطار الميناء", Lang: "ar"})
		s.ok(err)
		if hits := match(); len(hits) != 2 {
			t.Errorf("two terms: %v", hits)
		}
		reasons := 0
		for _, r := range s.item(iru.Asset{Unit: i.Unit, Locator: i.Locator}).Reasons {
			if r.Kind == "watch list" {
				reasons++
			}
		}
		if reasons != 1 {
			t.Errorf("%d reasons", reasons)
		}
		_, err = s.Desk.JudgeTerm(ctx, s.scope, tram.ID, "mute", "")
		s.ok(err)
		if hits := match(); len(hits) != 1 {
			t.Errorf("one of two terms muted: %v", hits)
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"slices"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

func (u *unit) active() []string {
	u.t.Helper()
	var out []string
	for _, x := range view(u, func(x *db.Tx) ([]iru.Term, error) { return x.ActiveTerms(u.t.Context(), u.people["ada"].Unit) }) {
		out = append(out, x.Text)
	}
	return out
}

func (u *unit) version() int64 {
	u.t.Helper()
	return view(u, func(x *db.Tx) (int64, error) { return x.TermsVersion(u.t.Context(), u.people["ada"].Unit) })
}

func TestWatchLists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		u, ctx := newUnit(t, d), t.Context()
		u.second()
		ada := u.scope("ada")

		_, err := u.AddTermList(ctx, u.scope("lena"), iru.TermList{Name: "Trams"})
		refused(t, "a reviewer begins a list", err, iru.Forbidden, "")
		_, err = u.AddTermList(ctx, ada, iru.TermList{Name: "  "})
		refused(t, "a list without a name", err, iru.Invalid, "no name")
		_, err = u.AddTermList(ctx, ada, iru.TermList{Name: "Trams", Handling: iru.Handling{TLP: "BLUE", PAP: "AMBER", H: "H0"}})
		refused(t, "a code that does not exist", err, iru.Invalid, "TLP:BLUE")
		l, err := u.AddTermList(ctx, ada, iru.TermList{Name: "Trams", Note: "names of lines"})
		must(t, err)
		if l.Handling != iru.DefaultHandling {
			t.Errorf("handled as %v", l.Handling)
		}
		_, err = u.AddTermList(ctx, u.scope("ben"), iru.TermList{Name: "Trams"})
		refused(t, "a second list of the name", err, iru.Conflict, "active")

		x, err := u.AddTerm(ctx, ada, iru.Term{List: l.ID, Text: " harbour tram ", Lang: "EN"})
		must(t, err)
		for what, bad := range map[string]iru.Term{"no letter": {Text: "—"}, "sentence": {Text: "Regen! Schnee"}, "letters": {Text: "tram", Lang: "english"}} {
			bad.List = l.ID
			_, err = u.AddTerm(ctx, ada, bad)
			refused(t, "a term: "+what, err, iru.Invalid, what)
		}
		_, err = u.AddTerm(ctx, ada, iru.Term{List: l.ID, Text: "harbour tram", Lang: "en"})
		refused(t, "the same term again", err, iru.Conflict, "active")
		_, err = u.AddTerm(ctx, u.scope("bea"), iru.Term{List: l.ID, Text: "ferry"})
		refused(t, "another unit's list", err, iru.NotFound, "")

		// Each step can be taken back, and whoever compiled the terms learns of it.
		steps := []struct {
			verb string
			left []string
		}{{"mute", nil}, {"unmute", []string{"harbour tram"}}, {"remove", nil}, {"put_back", []string{"harbour tram"}}}
		for _, s := range steps {
			was := u.version()
			_, err := u.JudgeTerm(ctx, ada, x.ID, s.verb, "tried")
			must(t, err)
			if got := u.active(); !slices.Equal(got, s.left) || u.version() == was {
				t.Errorf("after %s of the term: %q, version %d to %d", s.verb, got, was, u.version())
			}
		}
		for _, s := range steps {
			was := u.version()
			_, err := u.JudgeTermList(ctx, ada, l.ID, s.verb, "tried")
			must(t, err)
			if got := u.active(); !slices.Equal(got, s.left) || u.version() == was {
				t.Errorf("after %s of the list: %q", s.verb, got)
			}
		}
		_, err = u.JudgeTerm(ctx, u.scope("bea"), x.ID, "mute", "")
		refused(t, "another unit's term", err, iru.NotFound, "")
		_, err = u.JudgeTerm(ctx, ada, x.ID, "unmute", "")
		refused(t, "unmuting what is not muted", err, iru.Conflict, "mute")
		var told []string
		for _, e := range u.events("term", int64(x.ID)) {
			told = append(told, e.Verb)
		}
		if !slices.Equal(told, []string{"enter", "mute", "unmute", "remove", "put_back"}) {
			t.Errorf("events %q", told)
		}
		_, err = u.JudgeTerm(ctx, ada, x.ID, "remove", "")
		must(t, err)
		back, err := u.AddTerm(ctx, ada, iru.Term{List: l.ID, Text: "harbour tram", Lang: "en"})
		if must(t, err); back.ID != x.ID || back.State != iru.TermActive {
			t.Errorf("entered again: %+v", back)
		}
	})
}

func TestImportTerms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		u, ctx := newUnit(t, d), t.Context()
		ada := u.scope("ada")
		l, err := u.AddTermList(ctx, ada, iru.TermList{Name: "Weather"})
		must(t, err)
		const file = "text,lang,note\nsnow line,en,\n\"Große, Brücke\",de,a bridge\nمحطة,ar,\n—,,\nsnow line,en,\nrain,english,\n\"broken,en,\n"
		out, err := u.ImportTerms(ctx, ada, desk.TermImport{List: l.ID}, strings.NewReader(file))
		refused(t, "a file with wrong lines", err, iru.Invalid, "line 5")
		if len(out.Wrong) != 3 || out.Wrong[1].Line != 7 || out.Wrong[2].Line != 8 || len(u.active()) != 0 {
			t.Errorf("%+v, stored %q", out, u.active())
		}
		out, err = u.ImportTerms(ctx, ada, desk.TermImport{List: l.ID, Rest: true, Name: "weather.csv"}, strings.NewReader(file))
		if must(t, err); out.Added != 3 || len(out.Wrong) != 3 || len(u.active()) != 3 {
			t.Errorf("%+v, stored %q", out, u.active())
		}
		again, err := u.ImportTerms(ctx, ada, desk.TermImport{List: l.ID, Lang: "en"}, strings.NewReader("# lines\n\nsnow line\nfog\n"))
		if must(t, err); again.Added != 1 || again.Present != 1 {
			t.Errorf("again: %+v", again)
		}
		n, err := u.UndoImport(ctx, ada, l.ID, out.Event, "wrong file")
		if must(t, err); n != 3 || !slices.Equal(u.active(), []string{"fog"}) {
			t.Errorf("taken back: %d, left %q", n, u.active())
		}
		_, err = u.UndoImport(ctx, ada, l.ID, out.Event, "again")
		refused(t, "taking it back twice", err, iru.Conflict, "")
		_, err = u.UndoImport(ctx, ada, l.ID, 0, "none")
		refused(t, "no import", err, iru.NotFound, "")
		out, err = u.ImportTerms(ctx, ada, desk.TermImport{List: l.ID, Rest: true}, strings.NewReader(file))
		if must(t, err); out.Back != 3 || out.Added != 0 || len(u.active()) != 4 {
			t.Errorf("put back: %+v, %q", out, u.active())
		}
		for what, bad := range map[string]string{"no terms": "# nothing\n", "quot": "\"text\",\"lang\nx"} {
			_, err = u.ImportTerms(ctx, ada, desk.TermImport{List: l.ID, Rest: true}, strings.NewReader(bad))
			refused(t, what, err, iru.Invalid, "")
		}
		_, err = u.ImportTerms(ctx, u.scope("sig"), desk.TermImport{List: l.ID}, strings.NewReader("fog"))
		refused(t, "a signer imports", err, iru.Forbidden, "")
		var out2 strings.Builder
		must(t, iru.WriteTerms(&out2, view(u, func(x *db.Tx) ([]iru.Term, error) { return x.TermsAfter(ctx, ada, l.ID, 0, 99) })))
		if back, wrong, err := iru.ReadTerms(strings.NewReader(out2.String()), ""); err != nil || len(wrong) > 0 || len(back) != 4 {
			t.Errorf("what was written reads as %v, %v, %v", back, wrong, err)
		}
	})
}

func TestTermHits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		u, ctx := newUnit(t, d), t.Context()
		ada := u.scope("ada")
		_, i, _ := u.watched(ctx)
		i = u.item(i.ID)
		l, err := u.AddTermList(ctx, ada, iru.TermList{Name: "Weather"})
		must(t, err)
		x, err := u.AddTerm(ctx, ada, iru.Term{List: l.ID, Text: "snow line"})
		must(t, err)
		var hits []iru.TermHit
		ts, err := recognise.CompileTerms([]recognise.Term{{ID: int64(x.ID), Text: x.Text}})
		must(t, err)
		ts.Find(i.Text, func(h recognise.TermHit) bool { hits = append(hits, iru.NewTermHit(h, i.Text)); return true })
		for range 2 { // a job may run again
			must(t, u.RecordTermHits(ctx, i.Exhibit, hits))
		}
		got := view(u, func(x *db.Tx) ([]iru.TermHit, error) { return x.TermHitsOf(ctx, ada, i.Exhibit) })
		if len(got) != 1 || got[0].Words != "snow line" || got[0].After != " falls tonight" || got[0].List != "Weather" || got[0].Text != "snow line" || got[0].Handling != iru.DefaultHandling {
			t.Fatalf("%+v", got)
		}
		spots := 0
		for _, e := range u.events("item", int64(i.ID)) {
			if e.Verb == "spot" {
				spots++
			}
		}
		if spots != 1 {
			t.Errorf("%d events", spots)
		}
		watched := func() (n int) {
			for _, r := range u.item(i.ID).Reasons {
				if r.Kind == "watch list" && r.Words == "snow line" && strings.Contains(r.Note, "Weather") {
					n++
				}
			}
			return n
		}
		before := u.item(i.ID).Priority
		steps := []struct {
			verb string
			want int
		}{{"mute", 0}, {"unmute", 1}, {"remove", 0}, {"put_back", 1}}
		for _, s := range steps {
			_, err = u.JudgeTerm(ctx, ada, x.ID, s.verb, "")
			if must(t, err); watched() != s.want {
				t.Errorf("after %s: %+v", s.verb, u.item(i.ID).Reasons)
			}
		}
		for _, s := range steps {
			_, err = u.JudgeTermList(ctx, ada, l.ID, s.verb, "")
			if must(t, err); watched() != s.want {
				t.Errorf("after %s of the list: %+v", s.verb, u.item(i.ID).Reasons)
			}
		}
		if now := u.item(i.ID).Priority; now != before {
			t.Errorf("priority %d, was %d", now, before)
		}
	})
}

// What stood around a term is destroyed with the exhibit.
func TestErasedWordsOfHits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		u, ctx := newUnit(t, d), t.Context()
		x := u.sealedExhibit()
		l, err := u.AddTermList(ctx, u.scope("ada"), iru.TermList{Name: "Weather"})
		must(t, err)
		term, err := u.AddTerm(ctx, u.scope("ada"), iru.Term{List: l.ID, Text: "snow line"})
		must(t, err)
		hit := iru.TermHit{Term: term.ID, Start: 5, End: 14, Before: "The ", Words: "snow line", After: " falls"}
		must(t, u.RecordTermHits(ctx, x.ID, []iru.TermHit{hit}))
		_, err = u.Erase(ctx, u.scope("lena"), x.ID, "retention is over")
		must(t, err)
		u.seal()
		_, err = u.Erase(ctx, u.scope("sig"), x.ID, "I confirm")
		must(t, err)
		must(t, u.RecordTermHits(ctx, x.ID, []iru.TermHit{{Term: term.ID, Start: 20, End: 29, Words: "snow line"}}))
		got := view(u, func(x2 *db.Tx) ([]iru.TermHit, error) { return x2.TermHitsOf(ctx, u.scope("ada"), x.ID) })
		if len(got) != 1 || got[0].Before+got[0].Words+got[0].After != "" || got[0].Start != 5 {
			t.Errorf("left of an erased exhibit: %+v", got)
		}
	})
}

func TestNewTermHit(t *testing.T) {
	long := strings.Repeat("قطار ", 40)
	text := long + "harbour tram\xff" + long
	h := iru.NewTermHit(recognise.TermHit{Term: 3, Start: len(long), End: len(long) + 12}, text)
	if h.Words != "harbour tram" || len([]rune(h.Before)) != 60 || len([]rune(h.After)) != 60 || !strings.HasPrefix(h.After, "\ufffd") {
		t.Errorf("%+v", h)
	}
	if h := iru.NewTermHit(recognise.TermHit{Start: 0, End: 4}, "tram"); h.Before+h.After != "" || h.Words != "tram" {
		t.Errorf("%+v", h)
	}
}

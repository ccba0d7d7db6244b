// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// consultations are the searches in the log, oldest first.
func (u *unit) consultations() []iru.Event {
	u.t.Helper()
	es := view(u, func(x *db.Tx) ([]iru.Event, error) {
		return x.EventsBefore(u.t.Context(), iru.Program(), iru.Subject{Noun: desk.Searching}, 0, 50)
	})
	slices.Reverse(es)
	return es
}

// An officer finds what a page said; where it stands is told in the text as it was captured; the log knows who looked for what.
func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, _ := u.watched(ctx)
		r := captured(i, u.now, "x")
		r.Title, r.Lang, r.Langs, r.Dir = "النشرة", "ar-SY", []string{"ar", "en", "<script>"}, "rtl"
		r.Text = strings.Repeat("كلام آخر عن الطقس. ", 60) + "تأخّر القِطارُ المسائيّ (Tram 5) بسبب الثلوج."
		_, err := u.RecordCapture(ctx, r)
		must(t, err)

		got, err := u.Search(ctx, u.scope("ada"), desk.Query{Text: "القطار tram", Why: "Lantern", Search: iru.Search{Lang: "en"}, Size: 10})
		must(t, err)
		if len(got.Finds) != 1 || got.More {
			t.Fatalf("%+v", got)
		}
		f := got.Finds[0]
		var hits []string
		for _, h := range f.Excerpt.Hits {
			hits = append(hits, f.Excerpt.Text[h.Start:h.End])
		}
		if !slices.Equal(hits, []string{"القِطارُ", "Tram"}) || r.Text[f.Excerpt.Start:f.Excerpt.Start+len(f.Excerpt.Text)] != f.Excerpt.Text || len(f.InTitle) != 0 {
			t.Errorf("%q in %+v", hits, f.Excerpt)
		}
		if !slices.Equal(f.Langs, []string{"ar", "en"}) || f.Outlet != a.Outlet || f.Locator != i.Locator || f.Handling != iru.DefaultHandling || f.Captured.Item != i.ID {
			t.Errorf("%+v", f)
		}
		if now := u.item(i.ID); !slices.Equal(now.Languages, []string{"ar", "en"}) {
			t.Errorf("the item has %q", now.Languages)
		}
		if now := u.asset(a.ID); !slices.Contains(now.Languages, "ar-SY") || !slices.Contains(now.Languages, "en") {
			t.Errorf("the asset has %q", now.Languages)
		}
		none, err := u.Search(ctx, u.scope("ada"), desk.Query{Text: "earthquake"})
		must(t, err)
		if len(none.Finds) != 0 {
			t.Errorf("%+v", none)
		}
		// what it said before is still found
		if before, err := u.Search(ctx, u.scope("ada"), desk.Query{Text: `"snow line"`, Size: 3}); err != nil || len(before.Finds) != 1 {
			t.Errorf("%+v, %v", before, err)
		}
		if shown := u.events(desk.Searching, 0); len(shown) != 0 {
			t.Errorf("consultations are for anybody to read: %+v", shown)
		}
		es := u.consultations()
		if len(es) != 3 {
			t.Fatalf("%d searches are in the log", len(es))
		}
		e := es[0]
		if e.Verb != "consult" || !e.Consultation() || e.By != u.people["ada"].ID || e.Note != "القطار tram; Lantern" || e.Facts["query"] != "القطار tram" || e.Facts["language"] != "en" ||
			fmt.Sprint(e.Facts["texts"]) != fmt.Sprintf("[%d]", f.Captured.ID) {
			t.Errorf("in the log: %+v", e)
		}
		u.whole()
	})
}

func TestSearchRefuses(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	for text, want := range map[string]string{
		"": "there is no word", " \t": "there is no word", "?!": "no letter and no digit", "-snow": "only says what must not", `"snow`: "does not end", "s*": "too many words", "* *": "no letter",
		strings.Repeat("word ", 40): "more than 32", strings.Repeat("x", 1001): "1001 bytes", `""`: "no letter",
	} {
		_, err := u.Search(ctx, u.scope("ada"), desk.Query{Text: text})
		refused(t, text, err, iru.Invalid, want)
	}
	for what, q := range map[string]desk.Query{
		"only the first": {Text: "snow", Skip: 5000}, "ends before": {Text: "snow", Search: iru.Search{From: u.now, Until: u.now.Add(-time.Hour)}},
	} {
		_, err := u.Search(ctx, u.scope("ada"), q)
		refused(t, what, err, iru.Invalid, what)
	}
	_, err := u.Search(ctx, iru.Scope{}, desk.Query{Text: "snow"})
	refused(t, "nobody", err, iru.Forbidden, "")
	if n := len(u.consultations()); n != 0 {
		t.Errorf("%d refused searches are in the log", n)
	}
}

// What was erased is not found any more.
func TestErasedIsNotFound(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	x := u.sealedExhibit()
	find := func() int {
		r, err := u.Search(ctx, u.scope("ada"), desk.Query{Text: "snow", Size: 5})
		must(t, err)
		return len(r.Finds)
	}
	if find() != 1 {
		t.Fatal("it is not found before")
	}
	_, err := u.Erase(ctx, u.scope("lena"), x.ID, "retention is over")
	must(t, err)
	u.seal()
	_, err = u.Erase(ctx, u.scope("sig"), x.ID, "I confirm")
	must(t, err)
	if find() != 0 {
		t.Error("it is found after it was erased")
	}
}

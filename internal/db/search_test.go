// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// say adds a capture of an item that says something.
func say(t *testing.T, d *db.DB, h household, i iru.ItemID, at time.Time, title, body string, langs ...string) (c iru.Captured, fresh bool) {
	t.Helper()
	ctx := t.Context()
	must(t, d.Tx(ctx, func(x *db.Tx) (err error) {
		e := iru.Exhibit{Unit: h.unit.ID, Asset: h.asset.ID, Item: i, At: at, State: iru.ExhibitRecorded}
		if err := x.AddExhibit(ctx, &e); err != nil {
			return err
		}
		c = iru.Captured{Unit: h.unit.ID, Asset: h.asset.ID, Item: i, Exhibit: e.ID, Lang: "en", Sum: title + "\n" + body, First: at, Last: at}
		fresh, err = x.AddCaptured(ctx, &c, db.Writing{Title: title, Body: body, Langs: langs})
		return err
	}))
	return c, fresh
}

func found(t *testing.T, d *db.DB, s iru.Scope, query string, q iru.Search) (titles []string) {
	t.Helper()
	var err error
	if q.Terms, err = iru.ParseSearch(query); err != nil {
		t.Fatalf("%q: %v", query, err)
	}
	must(t, d.View(t.Context(), func(x *db.Tx) error {
		fs, err := x.Search(t.Context(), s, q, 0, 50)
		titles = nil
		for _, f := range fs {
			titles = append(titles, f.Title)
		}
		return err
	}))
	return titles
}

// The same queries find the same texts, in every script, on both engines.
func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := house(t, d, "a")
		s := h.officer.Scope()
		item := func(n int) iru.ItemID {
			i := iru.Item{Unit: h.unit.ID, Asset: h.asset.ID, Locator: fmt.Sprintf("%sp%d", h.asset.Locator, n), State: iru.ItemReady}
			must(t, d.Tx(t.Context(), func(x *db.Tx) error { return x.AddItem(t.Context(), &i) }))
			return i.ID
		}
		day := func(n int) time.Time { return midday.AddDate(0, 0, n) }
		for n, p := range []struct{ title, body, lang string }{
			{"trams", "Snow delays the evening tram to the harbour. It's cold; the bus runs.", "en"},
			{"köln", "Straßenbahn nach KÖLN, ohne Schnee", "de"},
			{"arabic", "تأخّر القِطارُ المسائيّ ۱۲ دقيقة بسبب الثلوج", "ar"},
			{"chinese", "天气预报说\n明天下雪", "zh"},
			{"thai", "พยากรณ์อากาศวันนี้", "th"},
			{"mixed", "Tram 12 קו הרכבת evening snow", "he"},
			{"bengali", "আবহাওয়ার পূর্বাভাস", "bn"},
			{"quotes", `a 'quoted' \ back "slash" & | ! ( ) : * <-> NOT OR AND near`, "en"},
		} {
			say(t, d, h, item(n), day(n), p.title, p.body, p.lang)
		}
		say(t, d, h, item(99), day(20), "long", strings.Repeat("plain weather words ", 7000)+"lighthouse", "en")
		for query, want := range map[string]string{
			"tram": "a mixed trams", "TRAMS": "trams", "snow tram": "mixed trams", `"evening tram"`: "trams", `"tram evening"`: "", "“evening tram”": "trams",
			"tram -harbour": "mixed", `tram -"evening tram" -harbour`: "mixed", "harb*": "a trams", "strassenbahn": "köln", "koln": "köln",
			"القطار": "arabic", "«القطار المسائي»": "arabic", "12": "arabic mixed", "الثلوج -القطار": "", "预报": "chinese", "天": "chinese", "雪": "chinese", "预报说明天": "chinese",
			"报预": "", "อากาศ": "thai", "พยากรณ์": "thai", "הרכבת": "mixed", "পূর্বাভাস": "bengali", "it's": "trams", "quoted slash": "quotes", "not or and near": "quotes",
			`"back slash"`: "quotes", "lighthouse": "long", `"weather words plain"`: "long", "köln*": "köln", "nothing": "", "trams harbour": "trams", `"trams snow"`: "",
		} {
			got := found(t, d, s, query, iru.Search{})
			slices.Sort(got)
			if strings.Join(got, " ") != want {
				t.Errorf("%q finds %q, want %q", query, got, want)
			}
		}
		for _, c := range []struct {
			q    iru.Search
			want string
		}{
			{iru.Search{Lang: "en"}, "a trams"}, {iru.Search{Lang: "he"}, "mixed"}, {iru.Search{Outlet: h.outlet.ID}, "a mixed trams"}, {iru.Search{Outlet: h.outlet.ID + 1}, ""},
			{iru.Search{Kind: h.asset.Kind}, "a mixed trams"}, {iru.Search{Kind: iru.Stream}, ""}, {iru.Search{From: day(1)}, "mixed"}, {iru.Search{Until: day(1)}, "a trams"},
			{iru.Search{From: day(5), Until: day(6)}, "mixed"},
		} {
			got := found(t, d, s, "tram", c.q)
			slices.Sort(got)
			if strings.Join(got, " ") != c.want {
				t.Errorf("%+v finds %q, want %q", c.q, got, c.want)
			}
		}
		if got := found(t, d, s, "trams", iru.Search{}); len(got) != 1 {
			t.Errorf("trams: %q", got)
		}
		say(t, d, h, item(100), day(9), "snow", "Of the sky.", "en")
		if got := found(t, d, s, "snow", iru.Search{}); got[0] != "snow" { // a word of the title weighs more
			t.Errorf("the best is %q", got)
		}
		terms, err := iru.ParseSearch("snow")
		must(t, err)
		must(t, d.View(t.Context(), func(x *db.Tx) error {
			whole := found(t, d, s, "snow", iru.Search{})
			for n := range whole {
				fs, err := x.Search(t.Context(), s, iru.Search{Terms: terms}, n, 1)
				if err != nil || len(fs) != 1 || fs[0].Title != whole[n] {
					t.Errorf("place %d: %v, %v, want %q", n, fs, err, whole[n])
				}
			}
			return nil
		}))
	})
}

// The same text of the same item is stored once; erased, it is found as long as another capture shows it, and then no longer.
func TestCapturedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := house(t, d, "a"), t.Context()
		s := h.officer.Scope()
		first, fresh := say(t, d, h, h.item.ID, midday, "sky", "hail and thunder", "en")
		again, more := say(t, d, h, h.item.ID, midday.Add(time.Hour), "sky", "hail and thunder", "en")
		earlier, yet := say(t, d, h, h.item.ID, midday.Add(-time.Hour), "sky", "hail and thunder", "en")
		if !fresh || more || yet || again.ID != first.ID || earlier.ID != first.ID || !earlier.First.Equal(midday.Add(-time.Hour)) || !earlier.Last.Equal(midday.Add(time.Hour)) {
			t.Fatalf("%+v %+v %+v", first, again, earlier)
		}
		must(t, d.Tx(ctx, func(x *db.Tx) error { // a second time round changes nothing
			c := first
			fresh, err := x.AddCaptured(ctx, &c, db.Writing{Title: "sky", Body: "hail and thunder"})
			if fresh {
				t.Error("one exhibit was entered twice")
			}
			return err
		}))
		var xs []iru.Exhibit
		must(t, d.View(ctx, func(x *db.Tx) (err error) { xs, err = x.ExhibitsOf(ctx, s, h.item.ID); return err }))
		for n, x := range xs[:3] { // newest first: earlier, again, first
			if got := found(t, d, s, "hail", iru.Search{}); len(got) != 1 {
				t.Fatalf("with %d erased: %q", n, got)
			}
			must(t, d.Tx(ctx, func(tx *db.Tx) error { return tx.ForgetShown(ctx, x.ID) }))
			must(t, d.View(ctx, func(tx *db.Tx) error {
				if c, known, err := tx.Shows(ctx, x.ID); c != 0 || !known || err != nil {
					t.Errorf("the erased exhibit shows %d, %v, %v", c, known, err)
				}
				if n == 2 {
					return nil
				}
				c, _, err := tx.Captured(ctx, first.ID)
				if c.Exhibit == x.ID || c.First.Before(midday) {
					t.Errorf("with %d erased: %+v", n+1, c)
				}
				return err
			}))
		}
		if got := found(t, d, s, "hail", iru.Search{}); len(got) != 0 {
			t.Errorf("erased and found: %q", got)
		}
		if got := found(t, d, s, "harbour", iru.Search{}); len(got) != 1 {
			t.Errorf("what was not erased: %q", got)
		}
	})
}

// Nothing of a text whose last exhibit was erased is in the files of the store: not the text, not its words.
func TestErasedWordsAreGone(t *testing.T) {
	name := filepath.Join(t.TempDir(), "store.db")
	d, err := db.Open(t.Context(), name)
	must(t, err)
	defer d.Close()
	h := house(t, d, "a")
	for n := range 300 {
		say(t, d, h, h.item.ID, midday, fmt.Sprintf("filler %d", n), strings.Repeat(fmt.Sprintf("barometer%d ", n), 50), "en")
	}
	c, _ := say(t, d, h, h.item.ID, midday, "sky", "the xylophonist plays "+strings.Repeat("softly ", 2000), "en")
	if !inFiles(t, name, "xylophonist") || !inFiles(t, name, "ylophonist") {
		t.Fatal("the test does not see a word that is there")
	}
	must(t, d.Tx(t.Context(), func(x *db.Tx) error { return x.ForgetShown(t.Context(), c.Exhibit) }))
	must(t, d.Scrub(t.Context()))
	if inFiles(t, name, "xylophonist") || inFiles(t, name, "ylophonist") {
		t.Error("an erased word is still in the files of the store")
	}
	must(t, d.Tx(t.Context(), func(x *db.Tx) error {
		_, err := x.Exec(t.Context(), "INSERT INTO captured_words (captured_words) VALUES ('integrity-check')")
		return err
	}))
}

// What another unit captured is found by who has a task about it, where the codes of its outlet let it leave its unit.
func TestSearchOfOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, other, ctx := house(t, d, "a"), house(t, d, "b"), t.Context()
		say(t, d, h, h.item.ID, midday, "sky", "hail and thunder", "en")
		s := other.officer.Scope()
		if got := found(t, d, s, "hail", iru.Search{}); len(got) != 0 {
			t.Errorf("without a task: %q", got)
		}
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			n := h.notice
			n.ID, n.Unit, n.Ref, n.Key = 0, other.unit.ID, "shared task", "shared task"
			return x.AddNotice(ctx, &n)
		}))
		for _, c := range []struct {
			codes iru.Handling
			want  int
		}{
			{iru.DefaultHandling, 0}, {iru.Handling{TLP: "AMBER", PAP: "AMBER", H: "H2"}, 0}, {iru.Handling{TLP: "RED", PAP: "RED", H: "H0"}, 0},
			{iru.Handling{TLP: "AMBER", PAP: "AMBER", H: "H0"}, 1}, {iru.Handling{TLP: "GREEN", PAP: "AMBER", H: "H1 H3", Note: "ask"}, 1},
		} {
			must(t, d.Tx(ctx, func(x *db.Tx) error {
				o := h.outlet
				o.Handling = c.codes
				return x.UpdateOutlet(ctx, o, o.State)
			}))
			if got := found(t, d, s, "hail", iru.Search{}); len(got) != c.want {
				t.Errorf("%v: %q", c.codes, got)
			}
			if got := found(t, d, h.officer.Scope(), "hail", iru.Search{}); len(got) != 1 {
				t.Errorf("its own unit, %v: %q", c.codes, got)
			}
		}
	})
}

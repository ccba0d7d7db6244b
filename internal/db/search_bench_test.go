// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// A press writes pages of invented words, some much commoner than others, as in a language (Zipf).
type press struct {
	r     *rand.Rand
	zipf  *rand.Zipf
	words []string
}

func newPress() *press {
	r := rand.New(rand.NewPCG(7, 11))
	p := &press{r: r, zipf: rand.NewZipf(r, 1.07, 4, 49_999)}
	parts := [][]string{{"tra", "ne", "lu", "ko", "si", "va", "mer", "dol", "pin", "ga", "ro", "fel", "bu", "ti", "sha", "wen"}, {"قط", "ري", "مو", "سا", "لي", "ثل", "جو", "بح"}}
	for n := range 50_000 {
		set, w := parts[min(n%10/9, 1)], ""
		for k := n + 17; k > 0; k /= len(set) {
			w += set[k%len(set)]
		}
		p.words = append(p.words, w)
	}
	return p
}

func (p *press) word() string { return p.words[p.zipf.Uint64()] }

func (p *press) page() (title, body string) {
	var b strings.Builder
	for n := range 80 + p.r.IntN(160) {
		if b.WriteString(p.word()); n%12 == 11 {
			b.WriteString(". ")
		} else {
			b.WriteByte(' ')
		}
	}
	return p.word() + " " + p.word(), b.String()
}

// queries are of every kind, by words from the commonest to rare ones.
func (p *press) queries() (out []string) {
	for _, rank := range []int{2, 10, 50, 200, 1000, 5000, 20_000} {
		w, v := p.words[rank], p.words[rank/2+1]
		prefix := []rune(w)
		out = append(out, w, w+" "+v, `"`+w+" "+v+`"`, w+" -"+v, string(prefix[:max(3, len(prefix)-1)])+"*", w+" "+v+" "+p.words[rank+3])
	}
	return out
}

// BenchmarkSearch measures a page of finds with excerpts over IOLAUS_SEARCH_PAGES captured pages (2,000 without), and the same queries put to
// SQLite FTS5 alone, with its own snippets. IOLAUS_SEARCH_POSTGRES measures the other engine, and nothing beside it.
func BenchmarkSearch(b *testing.B) {
	pages, err := strconv.Atoi(os.Getenv("IOLAUS_SEARCH_PAGES"))
	if err != nil {
		pages = 2000
	}
	var d *db.DB
	var alone *sql.DB
	if os.Getenv("IOLAUS_SEARCH_POSTGRES") != "" {
		if d, err = db.Open(b.Context(), dbtest.DurablePostgres(b)); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { d.Close() })
	} else {
		d = dbtest.Open(b)
		if alone, err = sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "alone.db")+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)"); err != nil {
			b.Fatal(err)
		}
		defer alone.Close()
	}
	began := time.Now()
	sc := print1(b, d, pages)
	entered := time.Since(began)
	began = time.Now()
	if alone != nil {
		printAlone(b, alone, pages)
	}
	b.Logf("%d pages entered in %v, by FTS5 alone in %v", pages, entered.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	qs := newPress().queries()
	var ours, theirs []time.Duration
	for b.Loop() {
		for range 3 {
			for _, q := range qs {
				at := time.Now()
				n := ask1(b, d, sc, q)
				ours = append(ours, time.Since(at))
				if alone == nil {
					continue
				}
				at = time.Now()
				m := askAlone(b, alone, q)
				theirs = append(theirs, time.Since(at))
				if n != m {
					b.Fatalf("%s: %d found, by FTS5 alone %d", q, n, m)
				}
			}
		}
	}
	report := func(name string, all []time.Duration) (p95 float64, sum float64) {
		slices.Sort(all)
		for _, x := range all {
			sum += x.Seconds()
		}
		p95 = all[len(all)*95/100].Seconds() * 1000
		b.ReportMetric(all[len(all)/2].Seconds()*1000, name+"-p50-ms")
		b.ReportMetric(p95, name+"-p95-ms")
		return p95, sum
	}
	p, s := report("ours", ours)
	if alone != nil {
		q, t := report("alone", theirs)
		b.ReportMetric(p/q, "p95-ratio")
		b.ReportMetric(s/t, "sum-ratio")
	}
	b.ReportMetric(0, "ns/op")
}

func print1(b *testing.B, d *db.DB, pages int) iru.Scope {
	ctx, p, at := b.Context(), newPress(), time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
	u := iru.Unit{Name: "a", Country: "XA", Kind: "unit", State: iru.UnitActive}
	o := iru.Outlet{Name: "Halcyon Weather Wire", State: iru.OutletWatched, Handling: iru.DefaultHandling}
	a := iru.Asset{Locator: "https://halcyon.test/", Kind: iru.Site, State: iru.AssetLive, Presence: iru.Presence{State: iru.PresenceUp}}
	var items []iru.ItemID
	err := d.Tx(ctx, func(x *db.Tx) error {
		if err := x.AddUnit(ctx, &u); err != nil {
			return err
		}
		o.Unit, a.Unit = u.ID, u.ID
		if err := x.AddOutlet(ctx, &o); err != nil {
			return err
		}
		a.Outlet = o.ID
		if err := x.AddAsset(ctx, &a); err != nil {
			return err
		}
		for n := range 1000 {
			i := iru.Item{Unit: u.ID, Asset: a.ID, Locator: fmt.Sprintf("https://halcyon.test/%d", n), State: iru.ItemReady}
			if err := x.AddItem(ctx, &i); err != nil {
				return err
			}
			items = append(items, i.ID)
		}
		return nil
	})
	for n := 0; n < pages && err == nil; {
		from := n
		type made struct{ title, body string }
		var batch []made
		for ; n < min(pages, from+5000); n++ {
			t, body := p.page()
			batch = append(batch, made{t, body})
		}
		err = d.Tx(ctx, func(x *db.Tx) error {
			for k, m := range batch {
				e := iru.Exhibit{Unit: u.ID, Asset: a.ID, Item: items[(from+k)%len(items)], At: at, State: iru.ExhibitRecorded}
				if err := x.AddExhibit(ctx, &e); err != nil {
					return err
				}
				c := iru.Captured{Unit: u.ID, Asset: a.ID, Item: e.Item, Exhibit: e.ID, Lang: "en", Dir: "ltr", Sum: strconv.Itoa(from + k), First: at, Last: at}
				if _, err := x.AddCaptured(ctx, &c, db.Writing{Title: m.title, Body: m.body, Langs: []string{"en"}}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		b.Fatal(err)
	}
	return iru.ProgramFor(u.ID)
}

func printAlone(b *testing.B, d *sql.DB, pages int) {
	p := newPress()
	if _, err := d.Exec("CREATE VIRTUAL TABLE pages USING fts5 (title, body)"); err != nil {
		b.Fatal(err)
	}
	for n := 0; n < pages; {
		tx, err := d.Begin()
		if err != nil {
			b.Fatal(err)
		}
		st, err := tx.Prepare("INSERT INTO pages (title, body) VALUES (?, ?)")
		if err != nil {
			b.Fatal(err)
		}
		for end := min(pages, n+5000); n < end; n++ {
			title, body := p.page()
			if _, err := st.Exec(title, body); err != nil {
				b.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}

const perAnswer = 20

func ask1(b *testing.B, d *db.DB, sc iru.Scope, query string) int {
	terms, err := iru.ParseSearch(query)
	if err != nil {
		b.Fatal(err)
	}
	q := iru.Search{Terms: terms}
	var fs []db.Found
	if err := d.View(b.Context(), func(x *db.Tx) (err error) {
		fs, err = x.Search(b.Context(), sc, q, 0, perAnswer)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	for n := range fs {
		fs[n].Excerpt = recognise.Excerpts(fs[n].Body, q.Phrases(), 360)
	}
	return len(fs)
}

func askAlone(b *testing.B, d *sql.DB, query string) (n int) {
	rows, err := d.Query("SELECT rowid, title, snippet(pages, 1, '[', ']', '…', 40) FROM pages WHERE pages MATCH ? ORDER BY rank LIMIT ?", aloneQuery(query), perAnswer)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int
		var title, text string
		if err := rows.Scan(&id, &title, &text); err != nil {
			b.Fatal(err)
		}
		n++
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return n
}

// aloneQuery writes a query as FTS5 reads it.
func aloneQuery(query string) string {
	if a, not, ok := strings.Cut(query, " -"); ok {
		return a + " NOT " + not
	}
	return query
}

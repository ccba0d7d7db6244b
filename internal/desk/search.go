// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// Searching is the noun under which searches of captured texts are in the log of consultations.
const Searching = "search"

// A Query is what an officer looks for in captured texts.
type Query struct {
	Text       string // see iru.ParseSearch
	Why        string // what it is needed for; the log keeps it
	iru.Search        // its filters; Terms are those of Text
	Skip       int    // of what was found before
	Size       int    // at most so many
}

// Bounds of one answer: how many texts, how far into what was found, how long an excerpt is, in bytes.
const (
	MaxFinds    = 50
	maxSkip     = 1000
	excerptSize = 360
)

// A Result is one page of what was found.
type Result struct {
	Finds []iru.Find
	More  bool // there is more behind it
}

// Search finds what captured texts say, within the officer's reach, the best first. The search and what it showed are in the log of
// consultations before anything is shown (Directive (EU) 2016/680, Article 25). Errors: Invalid says what is wrong with the query.
func (d *Desk) Search(ctx context.Context, s iru.Scope, q Query) (Result, error) {
	var r Result
	if err := s.May(iru.ToRead); err != nil {
		return r, err
	}
	var err error
	if q.Terms, err = iru.ParseSearch(q.Text); err != nil {
		return r, err
	}
	q.Size, q.Skip = min(max(q.Size, 1), MaxFinds), max(q.Skip, 0)
	switch {
	case q.Skip > maxSkip:
		return r, iru.Refuse(iru.Invalid, fmt.Sprintf("only the first %d finds are shown", maxSkip+MaxFinds), "look for more words at once, or narrow the search by a filter")
	case !q.From.IsZero() && !q.Until.IsZero() && !q.From.Before(q.Until):
		return r, iru.Refuse(iru.Invalid, "the search ends before it begins", "change the days")
	}
	var found []db.Found
	if err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		found, err = t.Search(ctx, s, q.Search, q.Skip, q.Size+1)
		return err
	}); err != nil {
		return r, err
	}
	if r.More = len(found) > q.Size; r.More {
		found = found[:q.Size]
	}
	phrases := q.Phrases()
	shown := []int64{}
	for _, f := range found {
		shown = append(shown, int64(f.Captured.ID))
		f.Excerpt = recognise.Excerpts(f.Body, phrases, excerptSize)
		f.InTitle, _ = recognise.Find(f.Title, phrases)
		r.Finds = append(r.Finds, f.Find)
	}
	return r, d.enact(ctx, func(t *db.Tx, now time.Time) error {
		_, err := t.Record(ctx, searched(s, q, shown, now))
		return err
	})
}

// searched is the event of a search.
func searched(s iru.Scope, q Query, shown []int64, now time.Time) iru.Event {
	note := clip(q.Text, iru.MaxQuery)
	if why := strings.TrimSpace(q.Why); why != "" {
		note += "; " + clip(why, 500)
	}
	e := happened(Searching, 0, "consult", s.Officer, s.Unit, now, note).With("query", q.Text).With("texts", shown)
	if q.Skip > 0 {
		e = e.With("after", q.Skip)
	}
	if q.Outlet != 0 {
		e = e.With("outlet", int64(q.Outlet))
	}
	if q.Kind != "" {
		e = e.With("kind", string(q.Kind))
	}
	if q.Lang != "" {
		e = e.With("language", q.Lang)
	}
	if !q.From.IsZero() {
		e = e.With("from", q.From.UTC().Format(time.RFC3339))
	}
	if !q.Until.IsZero() {
		e = e.With("until", q.Until.UTC().Format(time.RFC3339))
	}
	return e
}

// A Said is what an exhibit says.
type Said struct {
	Title string
	Lang  string   // of the most of it
	Langs []string // all, the main one first
	Dir   string
	Text  string // as the exhibit holds it; what is beyond iru.MaxCaptured is not searched
}

// spoken are the languages as an asset has them: the main one as the page declares it.
func (w Said) spoken() []string {
	return append([]string{w.Lang}, w.Langs[min(1, len(w.Langs)):]...)
}

// takeText makes what an exhibit says findable.
func takeText(ctx context.Context, t *db.Tx, x iru.Exhibit, w Said) error {
	if strings.TrimSpace(w.Title+w.Text) == "" {
		return t.ShowsNothing(ctx, x.ID)
	}
	w.Text = w.Text[:fit(w.Text, iru.MaxCaptured)]
	sum := sha256.Sum256([]byte(w.Title + "\x00" + w.Text))
	c := iru.Captured{Unit: x.Unit, Asset: x.Asset, Item: x.Item, Exhibit: x.ID, Lang: w.Lang, Dir: w.Dir, Sum: hex.EncodeToString(sum[:]), First: x.At, Last: x.At}
	langs, _ := merge(nil, w.Langs) // a page can claim any
	_, err := t.AddCaptured(ctx, &c, db.Writing{Title: w.Title, Body: w.Text, Langs: langs})
	return err
}

// fit is the greatest length up to n at which a text ends with a whole letter.
func fit(s string, n int) int {
	if len(s) <= n {
		return len(s)
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return n
}

// RecordText makes an earlier exhibit findable by what it says. Nothing is done for one that is already, or that was erased meanwhile.
func (d *Desk) RecordText(ctx context.Context, id iru.ExhibitID, w Said) error {
	return d.enact(ctx, func(t *db.Tx, _ time.Time) error {
		x, err := t.Exhibit(ctx, iru.Program(), id)
		if err != nil || x.State == iru.ExhibitErased {
			return err
		}
		if _, known, err := t.Shows(ctx, id); known || err != nil {
			return err
		}
		if err := takeText(ctx, t, x, w); err != nil || len(w.Langs) == 0 {
			return err
		}
		i, err := t.Item(ctx, iru.Program(), x.Item)
		if err != nil {
			return err
		}
		if i.Exhibit == x.ID && len(i.Languages) == 0 {
			i.Languages, _ = merge(nil, w.Langs)
			if err := t.UpdateItem(ctx, i, i.State); err != nil {
				return err
			}
		}
		a, err := t.Asset(ctx, iru.Program(), x.Asset)
		if err != nil {
			return err
		}
		langs, grew := merge(a.Languages, w.spoken())
		if !grew {
			return nil
		}
		a.Languages = langs
		if err := t.UpdateAsset(ctx, a, a.State); err != nil {
			return err
		}
		return spreadLanguages(ctx, t, a)
	})
}

// spreadLanguages gives an outlet the languages of its asset.
func spreadLanguages(ctx context.Context, t *db.Tx, a iru.Asset) error {
	if a.Outlet == 0 {
		return nil
	}
	o, err := t.Outlet(ctx, iru.Program(), a.Outlet)
	if errors.Is(err, iru.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	langs, grew := merge(o.Languages, a.Languages)
	if !grew {
		return nil
	}
	o.Languages = langs
	return t.UpdateOutlet(ctx, o, o.State)
}

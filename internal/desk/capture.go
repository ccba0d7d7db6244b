// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A Recording is what a worker brings back from one capture. The bytes are in the evidence store already.
type Recording struct {
	Item     iru.ItemID
	Vantage  string
	At       time.Time
	Outcome  iru.Outcome
	Status   int
	Final    string
	Detail   string
	Took     time.Duration
	Manifest string // SHA-256 of the canonical manifest
	Files    []iru.File
	Key      string // under which the files are sealed; "" where they lie in the clear
	Prints   []iru.Print
	Kind     iru.AssetKind // what the content type says the asset is; "" to leave it
	Title    string
	Lang     string
	Langs    []string // all languages of the text, the main one first
	Dir      string
	Text     string
	Shown    string // the text as the exhibit holds it, by which it is found; "" is Text
	Content  string // SHA-256 of the content
	Features []iru.Feature
	Cert     string // SHA-256 of the certificate that was shown, hex; "" where none was, or where it is a platform's
	Links    []Link
}

// RecordCapture takes a capture in: exhibit, observation, what the page says, what it links to, and a suggestion whose it is.
func (d *Desk) RecordCapture(ctx context.Context, r Recording) (iru.Exhibit, error) {
	var x iru.Exhibit
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		i, err := t.Item(ctx, iru.Program(), r.Item)
		if err != nil {
			return err
		}
		a, err := t.Asset(ctx, iru.Program(), i.Asset)
		if err != nil {
			return err
		}
		e, err := t.Record(ctx, happened("item", int64(i.ID), "capture", 0, i.Unit, r.At, r.Detail).
			With("manifest", r.Manifest).With("vantage", r.Vantage).With("outcome", string(r.Outcome)).With("status", r.Status))
		if err != nil {
			return err
		}
		x = iru.Exhibit{Unit: i.Unit, Asset: a.ID, Item: i.ID, Locator: i.Locator, Vantage: r.Vantage, At: r.At, Outcome: r.Outcome,
			Status: r.Status, Final: r.Final, Manifest: r.Manifest, Files: r.Files, Prints: r.Prints, State: iru.ExhibitRecorded, Event: e, Key: r.Key}
		if err := t.AddExhibit(ctx, &x); err != nil {
			return err
		}
		what := fmt.Sprintf("captured %s: %s, %d files under one manifest", i.Locator, r.Outcome, len(r.Files))
		if x.Event, err = d.handle(ctx, t, &x, iru.Scope{}, Handled{Verb: "record", What: what, Why: "evidence of what was published at this address",
			Where: "vantage point " + r.Vantage, Digest: r.Manifest}, now); err != nil {
			return err
		}
		if err := t.UpdateExhibit(ctx, x, x.State); err != nil {
			return err
		}
		if err := d.takePage(ctx, t, a, i, x, r, now); err != nil {
			return err
		}
		if err := takeText(ctx, t, x, r.said()); err != nil {
			return err
		}
		if a, err = d.takeMarks(ctx, t, a, i, r, now); err != nil {
			return err
		}
		if err := d.chartCapture(ctx, t, a, i, r); err != nil {
			return err
		}
		o := iru.Observation{Asset: a.ID, Item: i.ID, At: r.At, Vantage: r.Vantage, Outcome: r.Outcome, Status: r.Status, Detail: r.Detail, Took: r.Took}
		if i.Locator == a.Locator {
			if a, err = d.observe(ctx, t, a, o, now); err != nil {
				return err
			}
		}
		if r.Outcome != iru.Up { // where its readers are sent is told all the same
			return d.discover(ctx, t, a, slices.DeleteFunc(leadsOf(a, i, r.Links), func(l iru.Lead) bool { return l.Source != iru.LeadRedirect }), now)
		}
		if err := reprobe(ctx, t, a, i, now); err != nil {
			return err
		}
		if err := d.discover(ctx, t, a, leadsOf(a, i, r.Links), now); err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, Match{Exhibit: x.ID}, read(soon))
		return err
	})
	return x, err
}

// said is what the capture is found by.
func (r Recording) said() Said {
	if r.Outcome != iru.Up {
		return Said{}
	}
	if r.Shown == "" {
		r.Shown = r.Text
	}
	return Said{Title: r.Title, Lang: r.Lang, Langs: r.Langs, Dir: r.Dir, Text: r.Shown}
}

// takePage stores what the page says with its item; a capture that met no content fails and leaves earlier content alone. A finding
// rests on what was seen then: later captures are exhibits beside it. Only what returned with other content than was judged goes
// back into the queue, once a return; for the same content the finding stands.
func (d *Desk) takePage(ctx context.Context, t *db.Tx, a iru.Asset, i iru.Item, x iru.Exhibit, r Recording, now time.Time) error {
	old := i.State
	verb := "capture"
	if r.Outcome != iru.Up {
		verb = "fail"
	}
	judged := i.State == iru.ItemReferred || i.State == iru.ItemDismissed || i.State == iru.ItemSecond
	if r.Outcome == iru.Up && judged && i.Content != r.Content {
		if a.State != iru.AssetReturned || !i.Captured.Before(a.Presence.Since) || !iru.ItemTable.Can(i.State, "return") {
			return nil
		}
		verb = "return"
	}
	if r.Outcome == iru.Up {
		i.Title, i.Lang, i.Dir, i.Text, i.Content, i.Captured, i.Exhibit = r.Title, r.Lang, r.Dir, r.Text, r.Content, r.At, x.ID
		i.Languages, _ = merge(nil, r.Langs)
	} else if i.Exhibit == 0 {
		i.Exhibit = x.ID
	}
	if iru.ItemTable.Can(i.State, verb) {
		next, e, err := i.Step(verb, 0, now, r.Detail)
		if err != nil {
			return err
		}
		i = next
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
	}
	return t.UpdateItem(ctx, i, old)
}

// takeMarks stores the marks of identity of an asset's own address and, for a candidate, whom it resembles.
func (d *Desk) takeMarks(ctx context.Context, t *db.Tx, a iru.Asset, i iru.Item, r Recording, now time.Time) (iru.Asset, error) {
	if r.Outcome != iru.Up {
		return a, nil
	}
	fresh := i.Locator == a.Locator && !slices.ContainsFunc(a.Features, func(f iru.Feature) bool { return f.Family != "tls" }) // a log may have told its key
	if i.Locator == a.Locator {
		if r.Kind != "" && a.Kind == iru.Site {
			a.Kind = r.Kind
		}
		more, err := shownBefore(ctx, t, a.ID)
		if err != nil {
			return a, err
		}
		a.Features, _ = joined(r.Features, more)
	}
	a.Languages, _ = merge(a.Languages, r.said().spoken())
	if a.State == iru.AssetCandidate && i.Locator == a.Locator {
		e, err := estateWith(ctx, t, a)
		if err != nil {
			return a, err
		}
		a.Lineage = e.suggest(a)
		if err := seeShared(ctx, t, e, a, now); err != nil {
			return a, err
		}
	}
	if err := spreadLanguages(ctx, t, a); err != nil {
		return a, err
	}
	if err := t.UpdateAsset(ctx, a, a.State); err != nil || a.Outlet == 0 || !fresh {
		return a, err
	}
	if err := t.LookBack(ctx, "ct ", lookBack); err != nil { // its key is looked for
		return a, err
	}
	return a, d.resuggest(ctx, t, a.Unit)
}

// reprobeAfter is how old what is known of an asset's carriers may be.
const reprobeAfter = 7 * 24 * time.Hour

// reprobe has it found out anew who carries a watched asset, when that is long known.
func reprobe(ctx context.Context, t *db.Tx, a iru.Asset, i iru.Item, now time.Time) error {
	if a.Outlet == 0 || i.Locator != a.Locator {
		return nil
	}
	cs, err := t.Carriers(ctx, a.ID)
	if err != nil {
		return err
	}
	for _, c := range cs {
		if now.Sub(c.At) < reprobeAfter {
			return nil
		}
	}
	_, err = t.Enqueue(ctx, Probe{Asset: a.ID}, look(soon))
	return err
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// maxSearched is how much of an exhibit's text is searched, in bytes.
const maxSearched = 8 << 20

// watchTerms keeps what units look for, made ready: a hundred thousand terms take a second.
type watchTerms struct {
	mu    sync.Mutex
	units map[iru.UnitID]unitTerms
}

type unitTerms struct {
	version int64
	terms   *recognise.Terms
}

// of gives the unit's terms as the store has them now; nil if there are none.
func (w *watchTerms) of(ctx context.Context, d *db.DB, u iru.UnitID) (*recognise.Terms, error) {
	w.mu.Lock() // who comes meanwhile waits for the same
	defer w.mu.Unlock()
	last, known := w.units[u]
	var list []iru.Term
	now := unitTerms{}
	err := d.View(ctx, func(t *db.Tx) error {
		var err error
		if now.version, err = t.TermsVersion(ctx, u); err != nil || known && now.version == last.version {
			return err
		}
		list, err = t.ActiveTerms(ctx, u)
		return err
	})
	if err != nil {
		return nil, err
	}
	if known && now.version == last.version {
		return last.terms, nil
	}
	if len(list) > 0 {
		if now.terms, err = compile(list); err != nil {
			return nil, err
		}
	}
	if w.units == nil {
		w.units = map[iru.UnitID]unitTerms{}
	}
	w.units[u] = now
	return now.terms, nil
}

func compile(list []iru.Term) (*recognise.Terms, error) {
	terms := make([]recognise.Term, len(list))
	for n, x := range list {
		terms[n] = recognise.Term{ID: int64(x.ID), Text: x.Text, Lang: x.Lang}
	}
	ts, err := recognise.CompileTerms(terms)
	if err != nil {
		return nil, fmt.Errorf("make terms ready: %w: %w", iru.Internal, err)
	}
	return ts, nil
}

// spot looks for the unit's terms in the text of an exhibit.
func (c *Crew) spot(ctx context.Context, x iru.Exhibit) error {
	terms, err := c.terms.of(ctx, c.Desk.DB, x.Unit)
	if err != nil || terms == nil || x.State == iru.ExhibitErased {
		return err
	}
	text, err := c.textOf(ctx, x)
	if err != nil {
		return err
	}
	return c.Desk.RecordTermHits(ctx, x.ID, hitsIn(terms, text))
}

func hitsIn(terms *recognise.Terms, text string) (hits []iru.TermHit) {
	terms.Find(text, func(h recognise.TermHit) bool {
		hits = append(hits, iru.NewTermHit(h, text))
		return len(hits) < maxSpotted
	})
	return hits
}

// maxSpotted is how many hits of one text are counted at all.
const maxSpotted = 10_000

// textOf is the text of an exhibit: its file, or, where it has none, what its item says while it is the newest.
func (c *Crew) textOf(ctx context.Context, x iru.Exhibit) (string, error) {
	if at := slices.IndexFunc(x.Files, func(f iru.File) bool { return f.Kind == "text" }); at >= 0 {
		f, err := c.Vault.File(ctx, x, x.Files[at])
		if err != nil {
			return "", err
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, maxSearched))
		return string(b), err
	}
	var i iru.Item
	err := c.Desk.DB.View(ctx, func(t *db.Tx) error {
		var err error
		i, err = t.Item(ctx, iru.Program(), x.Item)
		return err
	})
	if err != nil || i.Exhibit != x.ID {
		return "", err
	}
	return i.Text, nil
}

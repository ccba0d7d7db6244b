// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"io"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// enterWords makes exhibits findable by what they say that were recorded before there was a search. One that cannot be read is counted and
// left out. Found counts those with a text.
func (c *Crew) enterWords(ctx context.Context, _ iru.UnitID, xs []iru.Exhibit, p *iru.Part) error {
	for _, x := range xs {
		if x.State == iru.ExhibitErased {
			continue
		}
		known := false
		if err := c.Desk.DB.View(ctx, func(t *db.Tx) (err error) {
			_, known, err = t.Shows(ctx, x.ID)
			return err
		}); err != nil {
			return err
		}
		if known {
			continue
		}
		said, err := c.saidBy(ctx, x)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, iru.Unavailable):
			return err
		case err != nil:
			p.Failed++
			c.Log.Warn("the text of an exhibit could not be made findable", "exhibit", x.ID, "error", err)
			continue
		}
		if said.Text != "" {
			p.Found++
		}
		if err := c.Desk.RecordText(ctx, x.ID, said); err != nil {
			return err
		}
	}
	return nil
}

// saidBy is what an exhibit says, read from its files.
func (c *Crew) saidBy(ctx context.Context, x iru.Exhibit) (desk.Said, error) {
	if x.Outcome != iru.Up {
		return desk.Said{}, nil
	}
	text, err := c.textOf(ctx, x)
	if err != nil {
		return desk.Said{}, err
	}
	var page exhibit.PageFacts
	if at := slices.IndexFunc(x.Files, func(f iru.File) bool { return f.Kind == "manifest" }); at >= 0 {
		f, err := c.Vault.File(ctx, x, x.Files[at])
		if err != nil {
			return desk.Said{}, err
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, exhibit.ManifestBytes))
		if err != nil {
			return desk.Said{}, err
		}
		m, err := exhibit.ParseManifest(b)
		if err != nil {
			return desk.Said{}, err
		}
		page = m.Page
	}
	w := desk.Said{Title: line(page.Title, maxDetail), Lang: recognise.LanguageOf(page.Lang, text), Langs: recognise.LanguagesOf(page.Lang, text),
		Dir: page.Dir, Text: limited(clean(text), iru.MaxCaptured)}
	if w.Dir == "" {
		w.Dir = recognise.Direction(text)
	}
	return w, nil
}

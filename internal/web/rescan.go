// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// A RescanCard says how far the search of what was captured earlier has come.
type RescanCard struct {
	iru.Rescan
	Left int // exhibits still to go through
}

// rescan reads how far it has come; nothing is shown where it was never asked for.
func (v *visit) rescan(t *db.Tx, what iru.Sought) (c RescanCard, err error) {
	if c.Rescan, err = t.Rescan(v.ctx(), v.by.Unit, what); err != nil {
		return c, err
	}
	c.Left, err = t.RescanLeft(v.ctx(), c.Rescan)
	return c, err
}

func (c RescanCard) meter(ctx context.Context) ui.Meter {
	return ui.Meter{What: ui.T(ctx, "Looked through, newest first"), N: c.Seen, Of: c.Seen + c.Left}
}

func (c RescanCard) state(ctx context.Context) ui.State {
	if c.Running {
		return ui.Info(ui.T(ctx, "Goes on"))
	}
	return ui.OK(ui.T(ctx, "Done"))
}

// what says what is sought, and how to keep from it.
func (c RescanCard) what(ctx context.Context) string {
	switch {
	case c.Sought == iru.SoughtWords && c.Running:
		return ui.T(ctx, "What was captured before there was a search is made findable, beside other work. Until then the search misses it.")
	case c.Sought == iru.SoughtWords:
		return ui.T(ctx, "Everything that was captured before is found by the search.")
	case !c.Running && c.Sought == iru.SoughtTerms:
		return ui.T(ctx, "What is on the lists was looked for in everything that was captured before.")
	case !c.Running:
		return ui.T(ctx, "What is in the banks was looked for in everything that was captured before.")
	case c.Sought == iru.SoughtTerms:
		return ui.T(ctx, "New terms are looked for in what was captured earlier, beside other work. Mute a term or its list, and it is not looked for any more.")
	}
	return ui.T(ctx, "New known content is looked for in what was captured earlier, beside other work. Mute a bank, and nothing in it is looked for any more.")
}

// found says in how many captures something was found, and how many could not be read.
func (c RescanCard) found(ctx context.Context) string {
	out := ui.Tn(ctx, c.Found, "something was found in %d captures")
	if c.Failed > 0 {
		out = join(out, ui.Tn(ctx, c.Failed, "%d captures could not be read"))
	}
	return out
}

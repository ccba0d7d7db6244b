// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strconv"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// lookState is what one look found, with its HTTP status.
func lookState(ctx context.Context, o iru.Outcome, status int) ui.State {
	s := outcomeState(ctx, o)
	if o == iru.Gone && status > 0 {
		s.Word = ui.T(ctx, "gone")
	}
	if status > 0 {
		s.Word += ", " + strconv.Itoa(status)
	}
	return s
}

// agreementWords says how far one vantage point has come towards believing that the content is gone.
func agreementWords(ctx context.Context, p iru.Presence, vantage string, need iru.Agreement) string {
	r, ok := p.Runs[vantage]
	switch {
	case !ok:
		return ui.T(ctx, "not counted yet")
	case r.Up:
		return ui.T(ctx, "still served")
	}
	return ui.T(ctx, "gone %d of %d", min(r.Length, need.Rounds), need.Rounds)
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

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

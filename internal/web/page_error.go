// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"net/http"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// ErrorPage says what happened, what was kept and what to try.
type ErrorPage struct {
	Frame     ui.Frame
	Status    int
	What      string
	Why       string // may be empty
	Kept      string
	Try       []string
	Back      string // where a button leads; empty: to the first page
	Reference string // for the administrator; empty: none
}

// ErrorFor fills the page for a status. Of err only a Refusal's reason and way out are shown.
func ErrorFor(ctx context.Context, frame ui.Frame, status int, err error) ErrorPage {
	p := ErrorPage{Frame: frame, Status: status, Kept: ui.T(ctx, "Nothing was changed."), Back: "/"}
	again := ui.T(ctx, "Go back and look at what you wrote; the browser keeps it.")
	switch status {
	case http.StatusNotFound:
		p.What = ui.T(ctx, "There is nothing at this address, or it is not within your reach")
		p.Try = []string{ui.T(ctx, "Search for it: what you may see, you will find."), ui.T(ctx, "Ask the person who gave you the address which unit it belongs to.")}
	case http.StatusForbidden:
		p.What = ui.T(ctx, "You may not do this")
		p.Try = []string{ui.T(ctx, "Ask a colleague who may, or the head of your unit.")}
	case http.StatusConflict:
		p.What = ui.T(ctx, "Somebody was first")
		p.Kept = ui.T(ctx, "Their decision stands and yours was not recorded.")
		p.Try = []string{ui.T(ctx, "Open it again, see what was decided and by whom, then decide.")}
	case http.StatusUnprocessableEntity, http.StatusBadRequest:
		p.What = ui.T(ctx, "This could not be accepted as it is")
		p.Try = []string{again}
	case http.StatusRequestEntityTooLarge:
		p.What = ui.T(ctx, "This is too large")
		p.Try = []string{ui.T(ctx, "Send it in parts, or import it from a folder on the server.")}
	case http.StatusTooManyRequests:
		p.What = ui.T(ctx, "Too many attempts")
		p.Kept = ui.T(ctx, "The sign-in pauses for a while. Sessions that are open go on.")
		p.Try = []string{ui.T(ctx, "Wait a few minutes. If it was not you, tell your administrator.")}
	case http.StatusServiceUnavailable:
		p.What = ui.T(ctx, "A part of the system does not answer")
		p.Kept = ui.T(ctx, "What was recorded before stays recorded; work in the background goes on by itself.")
		p.Try = []string{ui.T(ctx, "Try again in a minute."), ui.T(ctx, "If it lasts, tell your administrator the reference below.")}
	default:
		p.What = ui.T(ctx, "Something went wrong on our side")
		p.Kept = ui.T(ctx, "What was recorded before stays recorded. Your last step was not, or was recorded whole: never in part.")
		p.Try = []string{ui.T(ctx, "Open the page again and see whether your step is there."), ui.T(ctx, "If it lasts, tell your administrator the reference below.")}
	}
	var refusal *iru.Refusal
	if errors.As(err, &refusal) {
		p.Why = refusal.Reason
		if refusal.Instead != "" {
			p.Try = append([]string{refusal.Instead}, p.Try...)
		}
	}
	p.Frame.Title = p.What
	return p
}

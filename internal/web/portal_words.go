// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strings"
	"time"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// means says in plain words what an instrument asks of its addressee.
func means(ctx context.Context, i legal.Instrument) []string {
	switch {
	case i == legal.RemovalOrder:
		return []string{
			ui.T(ctx, "This is an order of a competent authority under Regulation (EU) 2021/784. It binds you."),
			ui.T(ctx, "Remove the content at the address, or disable access to it in all Member States, as soon as possible and within one hour of receipt (Article 3(3))."),
			ui.T(ctx, "Keep the content and the data that belong to it for six months (Article 6)."),
			ui.T(ctx, "Tell the authority when you have acted (Annex II). If you cannot, say so at once and why (Annex III): then the hour stands still until you can."),
		}
	case i.Binding():
		return []string{ui.T(ctx, "This is an order. It binds you; what it rests on stands in its text."), ui.T(ctx, "Say what effect you gave to it, and when, without undue delay.")}
	}
	return []string{ui.T(ctx, "This is not an order. You decide, by your own terms and the law that applies to you."), ui.T(ctx, "Your answer helps either way: also when you do not act.")}
}

// overWords say of an act without effect what that means for whoever got it.
func overWords(ctx context.Context, v desk.PortalView) []string {
	on := v.Notice.OutcomeAt.UTC().Format("2006-01-02 15:04")
	first := ui.T(ctx, "The unit withdrew it on %s UTC. You need not act on it any more.", on)
	switch v.Lost {
	case "annul":
		first = ui.T(ctx, "It was annulled; recorded on %s UTC. It does not bind you any more.", on)
	case "revoke":
		first = ui.T(ctx, "The unit revoked it on %s UTC. It does not bind you any more.", on)
	}
	out := []string{first}
	if v.PutBack {
		out = append(out, ui.T(ctx, "Put the content back, or enable access to it again, at once; your own terms may keep it down (Article 4(7))."),
			ui.T(ctx, "Tell the unit when you have, or why you do not. It looks for itself."))
	}
	return out
}

// redress says where an addressee turns who holds that the act is wrong.
func redress(ctx context.Context, i legal.Instrument, u iru.Unit) string {
	if i.Binding() {
		return ui.T(ctx, "You can challenge the act before the court that stands in its text, within the time that stands there. Within 48 hours of receipt you can also ask the authority of your own Member State to examine a removal order from abroad (Article 4(4)). Telling us here replaces neither.")
	}
	return ui.T(ctx, "Tell us here, or write to %s: a person looks at it who did not decide before.", u.Mail)
}

// dueWords says of a time limit, in words, what its figures say.
func dueWords(ctx context.Context, c iru.Clock, now time.Time) string {
	until := c.Due.UTC().Format("2006-01-02 15:04:05")
	switch left := c.Due.Sub(now); {
	case c.State != iru.ClockRunning:
		return ui.T(ctx, "It stands still since %s UTC.", c.Ended.UTC().Format("2006-01-02 15:04:05"))
	case left < 0:
		return ui.T(ctx, "It ended at %s UTC.", until)
	}
	return ui.T(ctx, "It runs until %s UTC; what is shown here is as of the time above.", until)
}

// textLines are those of a text, at most 2000.
func textLines(text string) []string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return all[:min(len(all), 2000)]
}

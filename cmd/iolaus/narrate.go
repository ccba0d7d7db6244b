// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
)

// narrate tells the story as it happens: a line an event, in words, with defanged addresses.
func (p *play) narrate(ctx context.Context) error {
	last := iru.EventID(0)
	for {
		err := p.house.db.View(ctx, func(t *db.Tx) error {
			for {
				es, err := t.EventsAfter(ctx, iru.Program(), last, 200)
				if err != nil || len(es) == 0 {
					return err
				}
				for _, e := range es {
					last = e.ID
					if line := p.tell(ctx, t, e); line != "" {
						fmt.Fprintf(p.out, "%7.2f s  %s%s\n", e.At.Sub(p.begun.UTC()).Seconds(), p.prefix, line)
					}
				}
			}
		})
		if err != nil && ctx.Err() == nil {
			return err
		}
		if !pause(ctx, 200*time.Millisecond) {
			return nil
		}
	}
}

func (p *play) tell(ctx context.Context, t *db.Tx, e iru.Event) string {
	who := "the program"
	for _, o := range p.cast.officers {
		if o.ID == e.By {
			who = o.Name
		}
	}
	switch e.Subject.Noun {
	case "asset":
		a, err := t.Asset(ctx, iru.Program(), iru.AssetID(e.Subject.ID))
		if err != nil {
			return ""
		}
		at := defanged(a.Locator)
		switch e.Verb {
		case "find":
			return fmt.Sprintf("found      %s %s (%v): %s", a.Kind, at, e.Facts["by"], e.Note)
		case "attribute":
			o, err := t.Outlet(ctx, iru.Program(), a.Outlet)
			if err != nil {
				return ""
			}
			return fmt.Sprintf("attributed %s to %s, by %s: %s", at, o.Name, who, e.Note)
		case "reject":
			return fmt.Sprintf("left alone %s, by %s: %s", at, who, e.Note)
		case "fall":
			return fmt.Sprintf("DOWN       %s: %s", at, e.Note)
		case "return":
			return fmt.Sprintf("RETURNED   %s: %s", at, e.Note)
		}
	case "match":
		return fmt.Sprintf("suggested  item %v resembles known content “%s” (%v, distance %v)", e.Facts["item"], e.Note, e.Facts["medium"], e.Facts["distance"])
	case "assessment":
		return fmt.Sprintf("assessed   item %v: %v, purpose %v, by %s (%s)", e.Facts["item"], e.Facts["finding"], e.Facts["purpose"], who, e.To)
	case "provider":
		if e.Verb == "find" || e.Verb == "confirm" {
			return fmt.Sprintf("contact    %v %s by %s: %v", e.Facts["name"], e.Verb, who, e.Facts["address"])
		}
	case "plan":
		x, err := t.Plan(ctx, iru.Program(), iru.PlanID(e.Subject.ID))
		if err != nil || e.Verb != "draft" {
			return ""
		}
		return planLine(x)
	case "operation":
		o, err := t.Operation(ctx, iru.Program(), iru.OperationID(e.Subject.ID))
		if err != nil {
			return ""
		}
		if e.Verb == "release" {
			return fmt.Sprintf("RELEASED   operation %s, T0 %v, by %s", o.Name, e.Facts["t0"], who)
		}
		if e.Verb == "sent" {
			return fmt.Sprintf("T0         operation %s: all tasks left within %.1f ms", o.Name, number(e.Facts["spread_us"])/1000)
		}
		return fmt.Sprintf("operation  %s: %s, by %s (%s) %s", o.Name, e.Verb, who, p.cast.unitName(e.Unit), e.Note)
	case "notice":
		n, err := t.Notice(ctx, iru.Program(), iru.NoticeID(e.Subject.ID))
		if err != nil || e.Verb == "reply" || e.Verb == "write" {
			return ""
		}
		pr, err := t.Provider(ctx, iru.Program(), n.Provider)
		if err != nil {
			return ""
		}
		if e.Verb == "document" {
			return fmt.Sprintf("documents  %s to %s: made, and kept under their digests", n.Ref, pr.Name)
		}
		line := fmt.Sprintf("%-10s %s to %s about %s: %s", e.To, n.Ref, pr.Name, defanged(n.Locator), e.Verb)
		if e.By != 0 {
			line += ", by " + who
		}
		if e.Note != "" {
			line += " (" + shorten(e.Note, 100) + ")"
		}
		return line
	case "clock":
		c, err := t.Clock(ctx, iru.ClockID(e.Subject.ID))
		if err != nil {
			return ""
		}
		n, err := t.Notice(ctx, iru.Program(), c.Notice)
		if err != nil {
			return ""
		}
		return fmt.Sprintf("clock      %s of %s: %s, due %s UTC", c.Rule, n.Ref, e.Verb, c.Due.UTC().Format("2006-01-02 15:04:05"))
	case "outlet":
		o, err := t.Outlet(ctx, iru.Program(), iru.OutletID(e.Subject.ID))
		if err != nil {
			return ""
		}
		return fmt.Sprintf("outlet     %s is %s %s", o.Name, e.To, e.Note)
	}
	return ""
}

// planLine tells what a plan asks of whom.
func planLine(p iru.Plan) string {
	if !p.Answer.Found() {
		return fmt.Sprintf("plan       against %s: none: %s", p.Name, p.Answer.Failed)
	}
	var asked []string
	for _, m := range p.Chosen() {
		asked = append(asked, fmt.Sprintf("%s (%s, %d)", m.Name, m.Layer.Title(), len(m.Acts)))
	}
	return fmt.Sprintf("plan       against %s, %s: %d measures, %.1f officer hours, %d ways with one provider alone: %s", p.Name, p.Ask.Mode, len(asked), p.Answer.Cost, len(p.Answer.Single), strings.Join(asked, ", "))
}

func number(v any) float64 {
	switch n := v.(type) {
	case float64:
		return n
	case int64:
		return float64(n)
	}
	return 0
}

func defanged(stored string) string {
	l, err := locator.Parse(stored)
	if err != nil {
		return stored
	}
	return l.Defanged()
}

func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

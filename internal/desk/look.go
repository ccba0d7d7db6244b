// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// RecordLooks takes one round of looks at an asset in, from every vantage point that there is, and draws what follows from them:
// removal believed, an act complied with, a return. It gives the asset as it is then.
func (d *Desk) RecordLooks(ctx context.Context, id iru.AssetID, looks []iru.Observation) (iru.Asset, error) {
	var a iru.Asset
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if a, err = t.Asset(ctx, iru.Program(), id); err != nil {
			return err
		}
		points := append(make([]string, 0, len(looks)+len(d.Rules.Points)), d.Rules.Points...)
		for _, o := range looks {
			points = append(points, o.Vantage)
		}
		a.Presence = a.Presence.Only(points)
		_, before := a.Presence.Cloaked(d.Rules.Agreement.Gap)
		for _, o := range looks {
			o.Asset = a.ID
			if a, err = d.observe(ctx, t, a, o, now); err != nil {
				return err
			}
		}
		return d.cloaked(ctx, t, a, before, now)
	})
	return a, err
}

// cloaked records that an address shows some vantage points the content and others something else, when that begins or changes.
func (d *Desk) cloaked(ctx context.Context, t *db.Tx, a iru.Asset, before []string, now time.Time) error {
	shown, hidden := a.Presence.Cloaked(d.Rules.Agreement.Gap)
	if len(hidden) == 0 || slices.Equal(before, hidden) {
		return nil
	}
	what := fmt.Sprintf("differs by vantage point: %s sees the content, %s does not", strings.Join(shown, ", "), strings.Join(hidden, ", "))
	_, err := t.Record(ctx, happened("asset", int64(a.ID), "cloak", 0, a.Unit, now, what).With("shown", shown).With("hidden", hidden))
	return err
}

// AskPlaces has workers of other places look at an asset, each from its own vantage points. It gives the places where no worker lives:
// nobody looks from there, and nothing is known.
func (d *Desk) AskPlaces(ctx context.Context, id iru.AssetID, places []string) (empty []string, err error) {
	err = d.enact(ctx, func(t *db.Tx, _ time.Time) error {
		empty = nil
		for _, p := range places {
			living, err := t.Holders(ctx, PlaceRole(p))
			if err != nil {
				return err
			}
			if len(living) == 0 {
				empty = append(empty, p)
				continue
			}
			if _, err := t.Enqueue(ctx, LookFrom{Asset: id, Place: p}, in(PlaceQueue(p), soon, 1)); err != nil {
				return err
			}
		}
		return nil
	})
	return empty, err
}

// PlaceRole is the lease that a place's worker holds while it lives.
func PlaceRole(place string) string { return "place " + place + "." }

// PlaceQueue is the queue that it alone works.
func PlaceQueue(place string) string { return "place-" + place }

// observe stores one look and moves presence, asset, outlet and notices as far as it carries.
func (d *Desk) observe(ctx context.Context, t *db.Tx, a iru.Asset, o iru.Observation, now time.Time) (iru.Asset, error) {
	err := t.AddObservation(ctx, &o)
	if err != nil {
		return a, err
	}
	if !o.Outcome.Unknown() && o.At.After(a.Seen) {
		a.Seen = o.At
	}
	old, was, before := a.State, a.Presence.State, a.Presence.Runs[o.Vantage].Found
	var verb string
	a.Presence, verb = a.Presence.Observe(o, d.Rules.Agreement)
	if verb != "" {
		e := happened("asset", int64(a.ID), verb, 0, a.Unit, o.At, fmt.Sprintf("%s from %s: %s", o.Outcome, o.Vantage, o.Detail))
		e.From, e.To = string(was), string(a.Presence.State)
		if _, err := t.Record(ctx, e); err != nil {
			return a, err
		}
	}
	if verb == "" && was == iru.PresenceGone && a.Presence.Runs[o.Vantage].Up && before != o.Outcome {
		// Something else stands where removed content was, such as a name registered anew: no return, but for people to see.
		if _, err := t.Record(ctx, happened("asset", int64(a.ID), "differs", 0, a.Unit, o.At, fmt.Sprintf("%s from %s: %s", o.Outcome, o.Vantage, o.Detail))); err != nil {
			return a, err
		}
	}
	if verb == "seen" && was == iru.PresenceDoubtful { // it was gone for a moment: it may have moved, and who carries it with it
		if _, err := t.Enqueue(ctx, Probe{Asset: a.ID}, look(soon)); err != nil {
			return a, err
		}
	}
	lawful := false
	if o.Outcome == iru.Up {
		if lawful, err = d.putBack(ctx, t, a, o); err != nil {
			return a, err
		}
	}
	step := ""
	switch {
	case lawful && iru.AssetTable.Can(a.State, "reinstate"):
		step = "reinstate"
	case a.Presence.State == iru.PresenceGone && o.Outcome.Absent(): // also where it was believed before anybody attributed it
		step = "fall"
	case a.Presence.State == iru.PresenceBack && verb != "":
		step = "return"
	}
	if step == "" || !iru.AssetTable.Can(a.State, step) {
		return a, t.UpdateAsset(ctx, a, old)
	}
	var e iru.Event
	a, e, err = a.Step(step, 0, o.At, o.Detail)
	if err != nil {
		return a, err
	}
	if err := t.UpdateAsset(ctx, a, old); err != nil {
		return a, err
	}
	ev, err := t.Record(ctx, e)
	if err != nil {
		return a, err
	}
	switch step {
	case "fall":
		return a, d.fell(ctx, t, a, o, now)
	case "reinstate": // watched like any other, and no breach
		_, err = t.Enqueue(ctx, Monitor{Asset: a.ID}, visit(soon))
		return a, err
	}
	return a, d.returned(ctx, t, a, o, ev, now)
}

// fell closes the acts about an asset whose removal is verified, stops their clocks and has it rechecked for its return.
func (d *Desk) fell(ctx context.Context, t *db.Tx, a iru.Asset, o iru.Observation, now time.Time) error {
	why := fmt.Sprintf("removal verified: %s, by agreement of %d vantage points, %d looks each", o.Outcome, d.Rules.Agreement.Points, d.Rules.Agreement.Rounds)
	if d.Rules.Agreement.Points == 1 {
		why = fmt.Sprintf("removal seen from one vantage point only: %s, %d looks", o.Outcome, d.Rules.Agreement.Rounds)
	}
	ns, err := t.NoticesOf(ctx, iru.Program(), a.ID)
	if err != nil {
		return err
	}
	for _, n := range ns {
		if !n.EndsWithRemoval() {
			continue
		}
		if err := d.verify(ctx, t, n, o.At, why); err != nil {
			return err
		}
	}
	if _, err := t.Enqueue(ctx, Recheck{Asset: a.ID}, look(now.Add(d.Pause(a, now)))); err != nil {
		return err
	}
	if d.NameAlone(a.Locator) && d.Rules.Registration > 0 {
		if _, err := t.Enqueue(ctx, Registration{Asset: a.ID}, look(now.Add(min(d.Rules.Registration, d.Pause(a, now))))); err != nil {
			return err
		}
	}
	if err := d.overtake(ctx, t, a, now, "it is down again"); err != nil {
		return err
	}
	return d.dark(ctx, t, a.Outlet, o.At)
}

// verify closes an act whose removal is verified, if its table allows that, and stops its clocks.
func (d *Desk) verify(ctx context.Context, t *db.Tx, n iru.Notice, at time.Time, why string) error {
	if !iru.NoticeTable.Can(n.State, "verify") {
		return nil
	}
	if err := step(ctx, t, n, "verify", 0, at, why); err != nil {
		return err
	}
	if err := d.stopClocks(ctx, t, n.ID, at, why); err != nil {
		return err
	}
	return d.preserve(ctx, t, n, at)
}

// returned reopens the acts that had been complied with, and has what stands there now captured at once: other content than was
// judged goes back into the queue (see takePage), and who carries it may have changed.
func (d *Desk) returned(ctx context.Context, t *db.Tx, a iru.Asset, o iru.Observation, e iru.EventID, now time.Time) error {
	ns, err := t.NoticesOf(ctx, iru.Program(), a.ID)
	if err != nil {
		return err
	}
	for _, n := range ns {
		if iru.NoticeTable.Can(n.State, "breach") {
			if err := step(ctx, t, n, "breach", 0, o.At, "seen again: "+o.Detail); err != nil {
				return err
			}
			if _, err := t.Enqueue(ctx, Verify{Asset: a.ID}, look(now.Add(d.Rules.Verify))); err != nil {
				return err
			}
		}
	}
	if err := d.foresee(ctx, t, a, a, now); err != nil {
		return err
	}
	if _, err := t.Enqueue(ctx, Monitor{Asset: a.ID}, visit(soon)); err != nil {
		return err
	}
	if _, err := t.Enqueue(ctx, Probe{Asset: a.ID}, look(soon)); err != nil {
		return err
	}
	i, err := t.ItemByLocator(ctx, a.Unit, a.Locator)
	if err == nil {
		_, err = t.Enqueue(ctx, Capture{Item: i.ID, Again: e}, visit(soon))
	} else if errors.Is(err, iru.NotFound) {
		err = nil
	}
	if err != nil || a.Outlet == 0 {
		return err
	}
	out, err := t.Outlet(ctx, iru.Program(), a.Outlet)
	if err != nil || out.State != iru.OutletDark {
		return err
	}
	return moveOutlet(ctx, t, out, "return", o.At, "up again: "+a.Site)
}

// dark moves an outlet whose every asset is down.
func (d *Desk) dark(ctx context.Context, t *db.Tx, id iru.OutletID, at time.Time) error {
	if id == 0 {
		return nil
	}
	as, err := t.AssetsOf(ctx, iru.Program(), id)
	if err != nil {
		return err
	}
	for _, a := range as {
		if a.State != iru.AssetDown && a.State != iru.AssetRejected {
			return nil
		}
	}
	o, err := t.Outlet(ctx, iru.Program(), id)
	if err != nil || !iru.OutletTable.Can(o.State, "darken") {
		return err
	}
	return moveOutlet(ctx, t, o, "darken", at, "every known asset is down")
}

func moveOutlet(ctx context.Context, t *db.Tx, o iru.Outlet, verb string, at time.Time, note string) error {
	next, e, err := o.Step(verb, 0, at, note)
	if err != nil {
		return err
	}
	if err := t.UpdateOutlet(ctx, next, o.State); err != nil {
		return err
	}
	_, err = t.Record(ctx, e)
	return err
}

// step moves a notice, guarded, and records it.
func step(ctx context.Context, t *db.Tx, n iru.Notice, verb string, by iru.OfficerID, at time.Time, note string) error {
	_, err := stepped(ctx, t, n, verb, by, at, note)
	return err
}

func stepped(ctx context.Context, t *db.Tx, n iru.Notice, verb string, by iru.OfficerID, at time.Time, note string) (iru.Notice, error) {
	next, e, err := n.Step(verb, by, at, note)
	if err != nil {
		return n, err
	}
	if err := t.UpdateNotice(ctx, next, n.State); err != nil {
		return n, err
	}
	_, err = t.Record(ctx, e)
	return next, err
}

// Pause is how long to wait before the next recheck of an asset that is down: growing with the time since it fell.
func (d *Desk) Pause(a iru.Asset, now time.Time) time.Duration {
	since := now.Sub(a.Presence.Since)
	for _, p := range d.Rules.Recheck {
		if since < 3*p { // about three looks at each pause
			return p
		}
	}
	return d.Rules.Recheck[len(d.Rules.Recheck)-1]
}

// Pending reports whether an act about the asset waits for its effect, here or at a partner by its word, or for the end of one: that it is put back.
func (d *Desk) Pending(ctx context.Context, id iru.AssetID) (iru.Asset, bool, error) {
	var a iru.Asset
	pending := false
	err := d.DB.View(ctx, func(t *db.Tx) error {
		var err error
		if a, err = t.Asset(ctx, iru.Program(), id); err != nil {
			return err
		}
		pending = false
		acts, err := t.NoticeStates(ctx, id)
		if err != nil {
			return err
		}
		for _, s := range acts {
			pending = pending || s.Open() || s == iru.NoticeRefused || s == iru.NoticeEscalated && a.State != iru.AssetDown
		}
		if !pending {
			if pending, err = t.Awaited(ctx, a, d.now().Add(-iru.Believed)); err != nil {
				return err
			}
		}
		pending = pending && a.State != iru.AssetDown
		rs, err := t.ReinstatementsOf(ctx, iru.Program(), id)
		for _, r := range rs {
			pending = pending || r.Open()
		}
		return err
	})
	return a, pending, err
}

// preserve starts the six months for which a provider keeps what it removed on an order (TCO Art 6), once.
func (d *Desk) preserve(ctx context.Context, t *db.Tx, n iru.Notice, at time.Time) error {
	if n.Instrument != legal.RemovalOrder {
		return nil
	}
	cs, err := t.ClocksAbout(ctx, iru.Program(), iru.Subject{Noun: "notice", ID: int64(n.ID)})
	if err != nil || slices.ContainsFunc(cs, func(c iru.Clock) bool { return c.Rule == "tco-6m" }) {
		return err
	}
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil {
		return err
	}
	_, err = d.begin(ctx, t, onNotice(n, p), "tco-6m", at, "removal verified")
	return err
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"slices"
	"time"
)

// When the other stages are, beside T0 (Stage.Offset).
const (
	PreserveBefore  = time.Hour
	RegistrarsAfter = 2 * time.Minute
)

// Instant is when what belongs to a stage leaves; zero while it is not released, or where nothing belonged to it.
func (o Operation) Instant(s Stage) time.Time {
	switch s {
	case StagePreservation:
		return o.PreserveAt
	case StageRegistrar:
		return o.RegistrarAt
	}
	return o.T0
}

// Came reports whether the instant of a stage has come. While the count stands it does not come.
func (o Operation) Came(s Stage, now time.Time) bool {
	at := o.Instant(s)
	return !at.IsZero() && !now.Before(at) && o.Bar(s) == nil
}

// Bar is the built-in hold that stands before a stage's instant, nil for none: nothing of it leaves until the count went on.
func (o Operation) Bar(s Stage) *Pause {
	if n, stops := o.next(); n >= 0 && stops.Before(o.Instant(s)) {
		return &o.Pauses[n]
	}
	return nil
}

// Begun reports whether T0 has come.
func (o Operation) Begun(now time.Time) bool { return o.Came(StageAct, now) }

// Pends reports whether something released still has its instant before it.
func (o Operation) Pends(now time.Time) bool {
	return slices.ContainsFunc(Stages, func(s Stage) bool { return !o.Instant(s).IsZero() && !o.Came(s, now) })
}

// set puts the instants of a release: of T0 and its stages or, where T0 has passed before a hold, of what is left.
func (o *Operation) set(tasks []Notice, t0, now time.Time) {
	left := map[Stage]bool{}
	for _, n := range tasks {
		left[n.Stage] = left[n.Stage] || n.Unsent()
	}
	if left[StagePreservation] {
		if o.PreserveAt = t0.Add(-PreserveBefore); o.PreserveAt.Before(now.Add(MinLead)) {
			o.PreserveAt = now.Add(MinLead)
		}
	}
	if o.Begun(now) {
		o.RegistrarAt = t0
		return
	}
	o.T0, o.Planned, o.RegistrarAt = t0, t0, time.Time{}
	if left[StageRegistrar] {
		o.RegistrarAt = t0.Add(RegistrarsAfter)
	}
}

// ahead lists the instants that have not come.
func (o *Operation) ahead(now time.Time) (out []*time.Time) {
	for _, x := range []struct {
		stage Stage
		at    *time.Time
	}{{StagePreservation, &o.PreserveAt}, {StageAct, &o.T0}, {StageRegistrar, &o.RegistrarAt}} {
		if !x.at.IsZero() && !o.Came(x.stage, now) {
			out = append(out, x.at)
		}
	}
	return out
}

// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

type servedRow struct {
	id         iru.NoticeID
	provider   iru.ProviderID
	name       string
	instrument legal.Instrument
}

// ServedIn lists the acts that left in a window with what their addressees did, in the order of the ledger. due picks the clocks that bind an
// addressee, by their rule; of an act's the last one counts. A claim that was found true counts from the claim.
func (t *Tx) ServedIn(ctx context.Context, w Window, due func(rule string) bool) ([]iru.Served, error) {
	list, err := t.ListIn(ctx, "acts.left", w)
	if err != nil {
		return nil, err
	}
	rows, err := All(ctx, t, func(r *servedRow) []any { return []any{&r.id, &r.provider, &r.name, &r.instrument} },
		"SELECT n.id, n.provider, p.name, n.instrument FROM notice n JOIN provider p ON p.id=n.provider WHERE n.unit=$1", int64(w.Unit))
	if err != nil {
		return nil, fmt.Errorf("list acts: %w", err)
	}
	to := map[iru.NoticeID]servedRow{}
	for _, r := range rows {
		to[r.id] = r
	}
	cs, err := clocks.list(ctx, t, "WHERE notice IN (SELECT id FROM notice WHERE unit=$1) AND binding AND state<>'replaced' ORDER BY id", int64(w.Unit))
	if err != nil {
		return nil, err
	}
	ends := map[iru.NoticeID]time.Time{}
	for _, c := range cs {
		if due(c.Rule) {
			ends[c.Notice] = c.Due
		}
	}
	es, err := events(eventRows.list(ctx, t, "WHERE unit=$1 AND noun='notice' AND verb IN ('clarify','refuse','bounce','claim') AND idx>=0 AND idx<$2 ORDER BY idx", int64(w.Unit), w.Size))
	if err != nil {
		return nil, err
	}
	did := map[iru.NoticeID][]iru.Event{}
	for _, e := range es {
		did[iru.NoticeID(e.Subject.ID)] = append(did[iru.NoticeID(e.Subject.ID)], e)
	}
	out := make([]iru.Served, len(list))
	for i, c := range list {
		r := to[c.Notice]
		s := iru.Served{Counted: c, Provider: r.provider, Name: r.name, Instrument: r.instrument, Due: ends[c.Notice]}
		for _, e := range did[c.Notice] {
			switch {
			case e.Verb == "clarify":
				s.Clarified = true
			case e.Verb == "refuse":
				s.Refused = true
			case e.Verb == "bounce":
				s.Bounced = true
			case !c.Ended.IsZero() && e.Verb == "claim" && !e.At.After(c.Ended) && !e.At.Before(c.Begun):
				s.Ended = e.At // the last claim before our own looks agreed
			}
		}
		out[i] = s
	}
	return out, nil
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A Clock is a time limit that an event started.
type Clock struct {
	ID      int64       `json:"id"`
	Notice  int64       `json:"notice"`
	Rule    string      `json:"rule" doc:"Such as tco-1h."`
	Obliged string      `json:"obliged" doc:"Who must act in time."`
	Source  string      `json:"source" doc:"The article."`
	Binding bool        `json:"binding" doc:"False: an internal target only."`
	Started *Stamp      `json:"started"`
	Proof   string      `json:"proof" doc:"What started it."`
	Seconds float64     `json:"seconds" doc:"Its length."`
	Due     *Stamp      `json:"due"`
	State   clockState  `json:"state"`
	Status  clockStatus `json:"status" doc:"What it shows at this moment: computed, never stored."`
	Late    bool        `json:"late" doc:"The limit has passed, or had when it ended."`
	Ended   *Stamp      `json:"ended,omitempty"`
	Why     string      `json:"why,omitempty" doc:"What ended it."`
}

func clock(c iru.Clock, now time.Time) Clock {
	return Clock{ID: int64(c.ID), Notice: int64(c.Notice), Rule: c.Rule, Obliged: c.Obliged, Source: c.Source, Binding: c.Binding, Started: at(c.Started), Proof: c.Proof,
		Seconds: c.Length.Seconds(), Due: at(c.Due), State: clockState(c.State), Status: clockStatus(c.Status(now)), Late: c.Late(now), Ended: at(c.Ended), Why: c.Why}
}

func (c Clock) cursor() string {
	return strconv.FormatInt(time.Time(*c.Due).UnixMicro(), 10) + "." + number(c.ID)
}

// due reads a cursor of the running clocks: when the last one seen is due, in microseconds, and its id.
func (p Page) due() (time.Time, int64, error) {
	if p.After == "" || p.After == "0" {
		return time.Time{}, 0, nil
	}
	first, second, ok := strings.Cut(p.After, ".")
	at, err1 := strconv.ParseInt(first, 10, 64)
	id, err2 := strconv.ParseInt(second, 10, 64)
	if !ok || err1 != nil || err2 != nil {
		return time.Time{}, 0, badCursor
	}
	return time.UnixMicro(at), id, nil
}

func (s *server) clocks() {
	list(s, "/v1/clocks", "list-clocks", "List the running clocks, the next to expire first", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Clock, error) {
		due, after, err := in.due()
		if err != nil {
			return nil, err
		}
		now := s.now()
		cs, err := t.RunningAfter(ctx, sc, due, iru.ClockID(after), n)
		return paged(cs, err, func(c iru.Clock) Clock { return clock(c, now) })
	})
}

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
	ID       int64       `json:"id"`
	Unit     int64       `json:"unit"`
	About    string      `json:"about" doc:"What it runs about: notice, scrutiny, provider, nondisclosure, reinstatement, unit."`
	Subject  int64       `json:"subject" doc:"Its number."`
	Notice   int64       `json:"notice,omitempty" doc:"The act in whose case it runs."`
	Provider int64       `json:"provider,omitempty" doc:"Whom it concerns."`
	Ref      string      `json:"ref"`
	Zone     string      `json:"zone,omitempty" doc:"In which it is counted; absent: UTC."`
	Sense    string      `json:"sense" doc:"deadline, window, keep, earliest or rolling: only a deadline can be missed."`
	Extended *Stamp      `json:"extended,omitempty" doc:"When it was prolonged."`
	Rule     string      `json:"rule" doc:"Such as tco-1h."`
	Obliged  string      `json:"obliged" doc:"Who must act in time."`
	Source   string      `json:"source" doc:"The article."`
	Binding  bool        `json:"binding" doc:"False: an internal target only."`
	Started  *Stamp      `json:"started"`
	Proof    string      `json:"proof" doc:"What started it."`
	Seconds  float64     `json:"seconds" doc:"Its length."`
	Due      *Stamp      `json:"due"`
	State    clockState  `json:"state"`
	Status   clockStatus `json:"status" doc:"What it shows at this moment: computed, never stored."`
	Late     bool        `json:"late" doc:"The limit has passed, or had when it ended."`
	Ended    *Stamp      `json:"ended,omitempty"`
	Why      string      `json:"why,omitempty" doc:"What ended it."`
}

func clock(c iru.Clock, now time.Time) Clock {
	return Clock{ID: int64(c.ID), Unit: int64(c.Unit), About: c.About.Noun, Subject: c.About.ID, Provider: int64(c.Provider), Ref: c.Ref, Zone: c.Zone, Sense: string(c.Sense), Extended: at(c.Extended), Notice: int64(c.Notice), Rule: c.Rule, Obliged: c.Obliged, Source: c.Source, Binding: c.Binding, Started: at(c.Started), Proof: c.Proof,
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

type clocksIn struct {
	Page
	Who     string `query:"who" enum:"ours,theirs" doc:"Who must act: an authority or the unit, or an addressee."`
	Binding bool   `query:"binding" doc:"Those of the law only, not the program's own reminders."`
	Rule    string `query:"rule" maxLength:"40"`
}

func (s *server) clocks() {
	list(s, "/v1/clocks", "list-clocks", "List the running clocks, the next to expire first", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *clocksIn, n int) ([]Clock, error) {
		due, after, err := in.due()
		if err != nil {
			return nil, err
		}
		now := s.now()
		f := db.ClockFilter{Ours: in.Who == "ours", Theirs: in.Who == "theirs", Binding: in.Binding, Rule: in.Rule}
		cs, err := t.ClocksNext(ctx, sc, f, due, iru.ClockID(after), n)
		return paged(cs, err, func(c iru.Clock) Clock { return clock(c, now) })
	})
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A Batch is several referrals to one addressee in one letter; each stays an act of its own.
type Batch struct {
	ID       int64   `json:"id"`
	Ref      string  `json:"ref"`
	Provider int64   `json:"provider"`
	Lang     string  `json:"lang"`
	Due      *Stamp  `json:"due" doc:"When it may leave, by the addressee's calendar."`
	SentAt   *Stamp  `json:"sent_at,omitempty"`
	State    string  `json:"state" enum:"gathering,dispatched,sent,bounced,dissolved"`
	Notices  []int64 `json:"notices" nullable:"false"`
	Subject  string  `json:"subject,omitempty"`
	Text     string  `json:"text,omitempty"`
}

func (b Batch) cursor() string { return number(b.ID) }

func batch(ctx context.Context, t *db.Tx, sc iru.Scope, b iru.Batch) (Batch, error) {
	out := Batch{ID: int64(b.ID), Ref: b.Ref, Provider: int64(b.Provider), Lang: b.Lang, Due: at(b.Due), SentAt: at(b.SentAt), State: string(b.State), Notices: []int64{}, Subject: b.Subject, Text: b.Text}
	ns, err := t.Grouped(ctx, sc, b.ID)
	for _, n := range ns {
		out.Notices = append(out.Notices, int64(n.ID))
	}
	return out, err
}

// A Calendar says when an addressee gets its referrals, grouped into letters.
type Calendar struct {
	Provider   int64        `json:"provider"`
	Zone       string       `json:"zone"`
	Windows    []iru.Window `json:"windows" nullable:"false"`
	Holidays   []string     `json:"holidays" nullable:"false"`
	Most       int          `json:"most" doc:"Items in a letter, at most."`
	Minutes    int          `json:"gather_minutes" doc:"So long a letter takes items in, at least."`
	PauseUntil *Stamp       `json:"pause_until,omitempty"`
	PauseWhy   string       `json:"pause_reason,omitempty"`
}

func calendar(c iru.Calendar) Calendar {
	return Calendar{int64(c.Provider), c.Zone, c.Windows, texts(c.Holidays), c.Most, int(c.Gather.Minutes()), at(c.PauseUntil), c.PauseWhy}
}

type calendarBody struct {
	Zone       string       `json:"zone" minLength:"1" maxLength:"60"`
	Windows    []iru.Window `json:"windows" nullable:"false" minItems:"1" maxItems:"50"`
	Holidays   []string     `json:"holidays,omitempty" nullable:"false" maxItems:"400"`
	Most       int          `json:"most" minimum:"1" maximum:"100"`
	Minutes    int          `json:"gather_minutes,omitempty" minimum:"0" maximum:"44640"`
	Groups     []instrument `json:"groups,omitempty" nullable:"false" maxItems:"10" doc:"Only referrals are grouped; an order or anything else here is refused. Absent: referrals."`
	PauseUntil time.Time    `json:"pause_until,omitzero"`
	PauseWhy   string       `json:"pause_reason,omitempty" maxLength:"500"`
}

func (s *server) batches() {
	list(s, "/v1/batches", "list-batches", "List the grouped letters", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Batch, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		bs, err := t.BatchesAfter(ctx, sc, iru.BatchID(after), n)
		if err != nil {
			return nil, err
		}
		var out []Batch
		for _, b := range bs {
			x, err := batch(ctx, t, sc, b)
			if err != nil {
				return nil, err
			}
			x.Text = ""
			out = append(out, x)
		}
		return out, nil
	})
	get(s, "/v1/batches/{id}", "get-batch", "Read a grouped letter", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (Batch, error) {
		b, err := t.Batch(ctx, sc, iru.BatchID(in.ID))
		if err != nil {
			return Batch{}, err
		}
		return batch(ctx, t, sc, b)
	})
	ask(s, "/v1/providers/{id}/calendar", "get-calendar", "Read an addressee's calendar", func(ctx context.Context, in *ByID) (Calendar, error) {
		c, err := s.desk.Calendar(ctx, callerOf(ctx).scope, iru.ProviderID(in.ID))
		return calendar(c), err
	})
	post(s, "/v1/providers/{id}/calendar", "set-calendar", "Group an addressee's referrals by a calendar", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[calendarBody]) (Calendar, error) {
		b := in.Body
		c := iru.Calendar{Provider: iru.ProviderID(in.ID), Zone: b.Zone, Windows: b.Windows, Holidays: b.Holidays, Most: b.Most, Gather: time.Duration(b.Minutes) * time.Minute, PauseUntil: b.PauseUntil, PauseWhy: b.PauseWhy}
		for _, i := range b.Groups {
			c.Groups = append(c.Groups, legal.Instrument(i))
		}
		if len(c.Groups) == 0 {
			c.Groups = []legal.Instrument{legal.Referral}
		}
		c, err := s.desk.SetCalendar(ctx, sc, c)
		return calendar(c), err
	})
	post(s, "/v1/providers/{id}/calendar/end", "end-calendar", "End the grouping; what gathers leaves at once", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (none, error) {
		return none{}, s.desk.EndCalendar(ctx, sc, iru.ProviderID(in.ID), in.Body.Reason)
	})
}

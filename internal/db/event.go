// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// A row of the log: the event as it was written, its salt, and the facts as the text that the commitment covers.
type eventRow struct {
	iru.Event
	facts string
	salt  []byte
}

var eventRows = shape[eventRow]{"event", "id, at, by_officer, unit, noun, subject, verb, from_state, to_state, note, facts, salt, idx", func(e *eventRow) []any {
	return []any{&e.ID, Micros(&e.At), &e.By, &e.Unit, &e.Subject.Noun, &e.Subject.ID, &e.Verb, &e.From, &e.To, &e.Note, &e.facts, &e.salt, &e.Index}
}}

// Record writes an event into the log, not yet sequenced, and gives its number.
func (t *Tx) Record(ctx context.Context, e iru.Event) (iru.EventID, error) {
	facts, err := json.Marshal(e.Facts)
	if err != nil {
		return 0, fmt.Errorf("record event: %w: %w", iru.Internal, err)
	}
	r := eventRow{Event: e, facts: string(facts), salt: make([]byte, 16)}
	r.Index = -1
	if _, err := rand.Read(r.salt); err != nil {
		return 0, fmt.Errorf("record event: %w: %w", iru.Internal, err)
	}
	if err := eventRows.insert(ctx, t, &r); err != nil {
		return 0, err
	}
	return r.ID, nil
}

// entry is what the event puts into the ledger.
func (r eventRow) entry() (ledger.Entry, error) {
	o, err := r.open()
	if err != nil {
		return ledger.Entry{}, err
	}
	return ledger.Entry{Event: o.Event, At: o.At, Kind: o.Kind, Commitment: ledger.Commit(o.Salt, o.Payload)}, nil
}

// open is what shows that a leaf of the ledger is this event: its salt and the bytes that its commitment covers.
func (r eventRow) open() (exhibit.CustodyEvent, error) {
	payload, err := json.Marshal([]any{r.ID, r.At.UnixMicro(), r.By, r.Unit, r.Subject.Noun, r.Subject.ID, r.Verb, r.From, r.To, r.Note, r.facts})
	if err != nil {
		return exhibit.CustodyEvent{}, fmt.Errorf("read event: %w: %w", iru.Internal, err)
	}
	o := exhibit.CustodyEvent{Index: r.Index, Event: int64(r.ID), At: r.At, Kind: r.Subject.Noun + "." + r.Verb, Payload: payload}
	copy(o.Salt[:], r.salt)
	return o, nil
}

// Custody lists the links of an exhibit's chain of custody, oldest first: the events that carry the fact "custody". Reading the exhibit
// itself checks the scope.
func (t *Tx) Custody(ctx context.Context, id iru.ExhibitID) ([]exhibit.CustodyEvent, error) {
	return t.custody(ctx, "WHERE noun='exhibit' AND subject=$1 AND verb<>'consult' ORDER BY id", id)
}

// CustodyBetween lists the links, of whatever chain, whose events are about a capture without a case, from one event to another.
func (t *Tx) CustodyBetween(ctx context.Context, first, last iru.EventID) ([]exhibit.CustodyEvent, error) {
	return t.custody(ctx, "WHERE noun='capture' AND id>=$1 AND id<=$2 ORDER BY id", first, last)
}

func (t *Tx) custody(ctx context.Context, where string, args ...any) ([]exhibit.CustodyEvent, error) {
	rows, err := eventRows.list(ctx, t, where, args...)
	if err != nil {
		return nil, err
	}
	var out []exhibit.CustodyEvent
	for _, r := range rows {
		var facts struct{ Custody string }
		if err := json.Unmarshal([]byte(r.facts), &facts); err != nil {
			return nil, fmt.Errorf("read event %d: %w: %w", r.ID, iru.Internal, err)
		}
		if facts.Custody == "" {
			continue
		}
		c, err := r.open()
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func events(rows []eventRow, err error) ([]iru.Event, error) {
	if err != nil {
		return nil, err
	}
	out := make([]iru.Event, len(rows))
	for i, r := range rows {
		out[i] = r.Event
		if err := json.Unmarshal([]byte(r.facts), &out[i].Facts); err != nil {
			return nil, fmt.Errorf("read event %d: %w: %w", r.ID, iru.Internal, err)
		}
	}
	return out, nil
}

// eventReach is what a scope ($1) sees of the log: its own unit's events, the program's, and those of the operations, acts and
// assets that it can read (opReach, noticeReach, assetReach), so that every unit that takes part sees the others answer.
const eventReach = "($1=0 OR unit=$1 OR (unit=0 AND $1>0) OR (noun='operation' AND subject IN (SELECT operation FROM participant WHERE unit=$1))" +
	" OR (noun='notice' AND subject IN (SELECT id FROM notice WHERE operation IN (SELECT operation FROM participant WHERE unit=$1)))" +
	" OR (noun='asset' AND subject IN (SELECT asset FROM notice WHERE unit=$1)))"

// withoutConsultations leaves out who looked and who took evidence along: iru.Event.Consultation.
const withoutConsultations = " AND verb<>'consult' AND NOT (noun='exhibit' AND verb='take')"

// seen is eventReach without the consultations, which are the auditor's alone to read (Directive (EU) 2016/680, Article 25).
func seen(s iru.Scope) string {
	if s.IsProgram() || s.May(iru.ToAudit) == nil {
		return eventReach
	}
	return eventReach + withoutConsultations
}

// Event reads one event.
func (t *Tx) Event(ctx context.Context, s iru.Scope, id iru.EventID) (iru.Event, error) {
	r, err := eventRows.list(ctx, t, "WHERE "+seen(s)+" AND id=$2", s.Reach(), id)
	es, err := events(r, err)
	if err != nil {
		return iru.Event{}, err
	}
	if len(es) == 0 {
		return iru.Event{}, fmt.Errorf("read event: %w", iru.NotFound)
	}
	return es[0], nil
}

// EventsOf lists what happened to one thing, oldest first, without consultations. Reading the thing itself checks the scope.
func (t *Tx) EventsOf(ctx context.Context, sub iru.Subject) ([]iru.Event, error) {
	return events(eventRows.list(ctx, t, "WHERE noun=$1 AND subject=$2"+withoutConsultations+" ORDER BY id", sub.Noun, sub.ID))
}

// LastOf gives the newest events of one thing by a verb, newest first, at most n. Reading the thing itself checks the scope.
func (t *Tx) LastOf(ctx context.Context, sub iru.Subject, verb string, n int) ([]iru.Event, error) {
	return events(eventRows.list(ctx, t, "WHERE noun=$1 AND subject=$2 AND verb=$3"+withoutConsultations+" ORDER BY id DESC LIMIT $4", sub.Noun, sub.ID, verb, n))
}

// NewestOf lists the newest events about one thing, newest first, at most n, without consultations. Reading the thing itself checks the scope.
func (t *Tx) NewestOf(ctx context.Context, sub iru.Subject, n int) ([]iru.Event, error) {
	return events(eventRows.list(ctx, t, "WHERE noun=$1 AND subject=$2"+withoutConsultations+" ORDER BY id DESC LIMIT $3", sub.Noun, sub.ID, n))
}

// EventsOfThese lists the newest events about some things within a scope, at most n, oldest first.
func (t *Tx) EventsOfThese(ctx context.Context, s iru.Scope, about []iru.Subject, n int) ([]iru.Event, error) {
	ids := map[string][]string{}
	for _, a := range about {
		ids[a.Noun] = append(ids[a.Noun], strconv.FormatInt(a.ID, 10))
	}
	args, of := []any{s.Reach(), n}, []string{}
	for _, noun := range slices.Sorted(maps.Keys(ids)) {
		args = append(args, noun)
		of = append(of, fmt.Sprintf("(noun=$%d AND subject IN (%s))", len(args), strings.Join(ids[noun], ",")))
	}
	if len(of) == 0 {
		return nil, nil
	}
	es, err := events(eventRows.list(ctx, t, "WHERE "+seen(s)+" AND ("+strings.Join(of, " OR ")+") ORDER BY id DESC LIMIT $2", args...))
	slices.Reverse(es)
	return es, err
}

// Events lists the newest events of a scope, newest first, before an id (0: from the end), at most n.
func (t *Tx) Events(ctx context.Context, s iru.Scope, before iru.EventID, n int) ([]iru.Event, error) {
	return events(eventRows.list(ctx, t, "WHERE "+seen(s)+" AND ($2=0 OR id<$2) ORDER BY id DESC LIMIT $3", s.Reach(), before, n))
}

// EventsAfter lists a scope's events after an id, oldest first, at most n: what a live page follows.
func (t *Tx) EventsAfter(ctx context.Context, s iru.Scope, after iru.EventID, n int) ([]iru.Event, error) {
	return events(eventRows.list(ctx, t, "WHERE "+seen(s)+" AND id>$2 ORDER BY id LIMIT $3", s.Reach(), after, n))
}

// LastEvent is the number of the newest event, 0 if there is none.
func (t *Tx) LastEvent(ctx context.Context) (iru.EventID, error) {
	var id iru.EventID
	err := t.QueryRow(ctx, "SELECT COALESCE(MAX(id), 0) FROM event").Scan(&id)
	return id, err
}

// A Change is what one event is about.
type Change struct {
	Event iru.EventID
	iru.Subject
}

// ChangedSince lists what events after a number are about, at most n. It is for the program alone.
func (t *Tx) ChangedSince(ctx context.Context, after iru.EventID, n int) ([]Change, error) {
	return All(ctx, t, func(c *Change) []any { return []any{&c.Event, &c.Noun, &c.ID} }, "SELECT id, noun, subject FROM event WHERE id>$1 LIMIT $2", after, n)
}

// EventsAbout lists a scope's events about a noun ("" for any) and one thing (0 for any) after an id, oldest first, at most n.
func (t *Tx) EventsAbout(ctx context.Context, s iru.Scope, about iru.Subject, after iru.EventID, n int) ([]iru.Event, error) {
	return events(eventRows.list(ctx, t, "WHERE "+seen(s)+" AND id>$2 AND (noun=$3 OR $3='') AND (subject=$4 OR $4=0) ORDER BY id LIMIT $5",
		s.Reach(), after, about.Noun, about.ID, n))
}

// EventsBefore lists a scope's events about a noun ("" for any) and one thing (0 for any), newest first, before an id (0: from the
// end), at most n.
func (t *Tx) EventsBefore(ctx context.Context, s iru.Scope, about iru.Subject, before iru.EventID, n int) ([]iru.Event, error) {
	return events(eventRows.list(ctx, t, "WHERE "+seen(s)+" AND ($2=0 OR id<$2) AND (noun=$3 OR $3='') AND (subject=$4 OR $4=0) ORDER BY id DESC LIMIT $5",
		s.Reach(), before, about.Noun, about.ID, n))
}

// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A Window is over what a report counts: a unit, a time, and the ledger up to a size. What happened later is not there yet, so the same
// window gives the same numbers for ever.
type Window struct {
	Unit        iru.UnitID
	From, Until time.Time      // the first instant, and the first one after
	Size        int64          // entries of the ledger
	AsOf        time.Time      // of the checkpoint at that size: until then was watched
	Ongoing     bool           // also what belongs to operations that are not over
	Provider    iru.ProviderID // only acts to this addressee; 0: to any
}

func (w Window) args() []any {
	all := int64(0)
	if w.Ongoing {
		all = 1
	}
	return []any{int64(w.Unit), At(w.From), At(w.Until), w.Size, all, int64(w.Provider)}
}

// A counting says which events are counted. Each counted thing is one event, so that the ledger proves it.
type counting struct {
	join  string // of tables beside event e; it names notice n where there is an act
	where string
}

// The parts of the conditions, on the row x of event. What is not in the ledger up to the size ($4) is not there.
func inLog(x string) string { return x + ".idx>=0 AND " + x + ".idx<$4" }

func inTime(x string) string { return x + ".at>=$2 AND " + x + ".at<$3" }

// first: the first event of its subject by these verbs.
func first(x, noun, verbs, from string) string {
	cond := func(y string) string {
		s := y + ".noun='" + noun + "' AND " + y + ".verb IN (" + verbs + ")"
		if from != "" {
			s += " AND " + y + ".from_state='" + from + "'"
		}
		return s
	}
	y := x + "1"
	return cond(x) + " AND " + inLog(x) + " AND NOT EXISTS (SELECT 1 FROM event " + y + " WHERE " + y + ".subject=" + x + ".subject AND " + cond(y) + " AND " + y + ".idx>=0 AND " + y + ".idx<" + x + ".idx)"
}

// left: the event by which an act left the unit for the first time. One that came back undelivered has left, too.
func left(x string) string { return first(x, "notice", "'send','receive','bounce'", "dispatched") }

func some(x, noun, verb string) string {
	return "EXISTS (SELECT 1 FROM event " + x + " WHERE " + x + ".noun='" + noun + "' AND " + x + ".subject=e.subject AND " + x + ".verb='" + verb + "' AND " + inLog(x) + ")"
}

// leftThen: the act n left within the time.
func leftThen() string {
	return "EXISTS (SELECT 1 FROM event l WHERE l.subject=n.id AND " + inTime("l") + " AND " + left("l") + ")"
}

const actOf = "JOIN notice n ON n.id=e.subject"

// countings are the questions, by name. The name of one about acts ends with ":" and the instrument, or nothing for all of them.
func countings(name string) (counting, bool) {
	name, only, _ := strings.Cut(name, ":")
	if only != "" {
		if !slices.Contains(legal.Instruments(), legal.Instrument(only)) {
			return counting{}, false
		}
		only = " AND n.instrument='" + only + "'"
	}
	c, ok := map[string]counting{
		"acts.left":        {actOf, left("e") + " AND " + inTime("e")},
		"acts.received":    {actOf, left("e") + " AND " + inTime("e") + " AND " + some("r", "notice", "receive")},
		"acts.removed":     {actOf, first("e", "notice", "'verify'", "") + " AND " + leftThen()},
		"acts.not_removed": {actOf, left("e") + " AND " + inTime("e") + " AND NOT " + some("v", "notice", "verify")},
		"acts.back":        {actOf, first("e", "notice", "'breach'", "") + " AND " + leftThen()},
		"assessed":         {noAct("JOIN assessment x ON x.id=e.subject"), "e.noun='assessment' AND e.verb='give' AND " + inTime("e")},
		"confirmed":        {noAct("JOIN assessment x ON x.id=e.subject"), first("e", "assessment", "'confirm'", "") + " AND " + inTime("e")},
		"spots":            {noAct(""), first("e", "spot", "'agree','differ'", "") + " AND " + inTime("e")},
		"spots.differ":     {noAct(""), first("e", "spot", "'differ'", "") + " AND " + inTime("e")},
		"threats":          {"JOIN threat x ON x.id=e.subject LEFT JOIN notice n ON n.id=x.notice", first("e", "threat", "'declare'", "") + " AND " + inTime("e")},
		"overturned":       {noAct("JOIN assessment x ON x.id=e.subject"), first("e", "assessment", "'overturn'", "") + " AND " + inTime("e")},
		// What the clocks of law record about acts.
		"acts.copied":      {of("scrutiny", "role='issuer'"), first("e", "scrutiny", "'open'", "") + " AND " + leftThen()},
		"acts.scrutinised": {of("scrutiny", "role='issuer'"), first("e", "scrutiny", "'announce','infringe','clear'", "") + " AND " + leftThen()},
		"scrutinies":       {"JOIN scrutiny x ON x.id=e.subject AND x.role='scrutiniser' LEFT JOIN notice n ON n.id=0", first("e", "scrutiny", "'conclude'", "") + " AND " + inTime("e")},
		"appeals":          {of("appeal", ""), first("e", "appeal", "'lodge'", "") + " AND " + inTime("e")},
		"reinstated":       {of("reinstatement", ""), first("e", "reinstatement", "'verify'", "") + " AND " + inTime("e")},
		"questions":        {question, first("e", "deconfliction", "'ask'", "") + " AND " + inTime("e") + " AND " + settled},
		"questions.held":   {question, first("e", "deconfliction", "'ask'", "") + " AND " + inTime("e") + " AND " + settled + " AND (" + some("h", "deconfliction", "hold") + " OR " + some("h", "deconfliction", "evidence") + ")"},
		"waivers":          {of("waiver", ""), first("e", "waiver", "'grant'", "") + " AND " + inTime("e")},
	}[name]
	c.where += only
	return c, ok
}

// of joins a noun that is about an act, with a condition on it.
func of(noun, cond string) string {
	if cond != "" {
		cond = " AND x." + cond
	}
	return "JOIN " + noun + " x ON x.id=e.subject" + cond + " JOIN notice n ON n.id=x.notice"
}

func noAct(join string) string { return join + " LEFT JOIN notice n ON n.id=0" }

// question joins a question with the operation whose question it is; those of a drill are no figure.
const question = "JOIN deconfliction x ON x.id=e.subject AND x.operation NOT IN (SELECT id FROM operation WHERE drill) LEFT JOIN notice n ON n.id=0"

// settled: the question's operation was over at the size of the ledger, or what belongs to running ones is counted too.
const settled = "($5=1 OR EXISTS (SELECT 1 FROM event o WHERE o.noun='operation' AND o.subject=x.operation AND o.verb IN ('close','abort') AND o.idx>=0 AND o.idx<$4))"

// ongoing: the operation that the act belongs to was not over at the size of the ledger.
const ongoing = "(COALESCE(n.operation, 0)<>0 AND NOT EXISTS (SELECT 1 FROM event o WHERE o.noun='operation' AND o.subject=n.operation AND o.verb IN ('close','abort') AND o.idx>=0 AND o.idx<$4))"

func (c counting) query(columns, tail string) string {
	return "SELECT " + columns + " FROM event e " + c.join + " WHERE e.unit=$1 AND " + inLog("e") + " AND " + c.where + " AND ($5=1 OR NOT " + ongoing + ") AND ($6=0 OR n.provider=$6) AND NOT COALESCE(n.drill, FALSE) AND $2<=$3 " + tail
}

func find(name string) (counting, error) {
	c, ok := countings(name)
	if !ok {
		return c, fmt.Errorf("count %s: %w: nobody wrote down what that is", name, iru.Internal)
	}
	return c, nil
}

// CountIn gives how many things a counting has in a window. Scope: the caller checks that the window's unit is the officer's.
func (t *Tx) CountIn(ctx context.Context, name string, w Window) (int, error) {
	c, err := find(name)
	if err != nil {
		return 0, err
	}
	var n int
	if err := t.QueryRow(ctx, c.query("COUNT(*)", ""), w.args()...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count %s: %w", name, err)
	}
	return n, nil
}

// at gives the first time of an act's event by a verb, 0 where there is none.
func firstAt(verbs string) string {
	return "(SELECT COALESCE(MIN(q.at), 0) FROM event q WHERE q.noun='notice' AND q.subject=n.id AND q.verb IN (" + verbs + ") AND q.idx>=0 AND q.idx<$4)"
}

type countedRow struct {
	iru.Counted
	instrument, request, provider, facts, state, own, handling, finding string
	ongoing                                                             int
	received, removed, ended                                            time.Time
}

// ListIn lists what a counting has in a window, in the order of the ledger.
func (t *Tx) ListIn(ctx context.Context, name string, w Window) ([]iru.Counted, error) {
	c, err := find(name)
	if err != nil {
		return nil, err
	}
	finding := "''"
	if strings.Contains(c.join, "JOIN assessment x") {
		finding = "x.finding"
	}
	c.join += " LEFT JOIN provider p ON p.id=n.provider LEFT JOIN asset a ON a.id=n.asset LEFT JOIN outlet u ON u.id=a.outlet"
	columns := "e.idx, e.id, e.at, e.noun, e.subject, e.verb, COALESCE(n.id, 0), COALESCE(n.ref, ''), COALESCE(n.instrument, ''), COALESCE(n.request, ''), COALESCE(p.name, ''), COALESCE(n.facts, ''), " +
		"CASE WHEN " + ongoing + " THEN 1 ELSE 0 END, COALESCE(CAST(u.handling AS TEXT), ''), " + finding + ", " + firstAt("'receive'") + ", " + firstAt("'verify'") + ", " + firstAt("'withdraw','escalate'") + ", " +
		"COALESCE((SELECT s.to_state FROM event s WHERE s.noun='notice' AND s.subject=n.id AND s.to_state<>'' AND s.idx>=0 AND s.idx<$4 ORDER BY s.idx DESC LIMIT 1), ''), " +
		"COALESCE((SELECT s.to_state FROM event s WHERE s.noun=e.noun AND s.subject=e.subject AND s.to_state<>'' AND s.idx>=0 AND s.idx<$4 ORDER BY s.idx DESC LIMIT 1), '')"
	rows, err := All(ctx, t, func(r *countedRow) []any {
		return []any{&r.Index, &r.Event, Micros(&r.At), &r.Subject.Noun, &r.Subject.ID, &r.Verb, &r.Notice, &r.Ref, &r.instrument, &r.request, &r.provider, &r.facts,
			&r.ongoing, &r.handling, &r.finding, Micros(&r.received), Micros(&r.removed), Micros(&r.ended), &r.state, &r.own}
	}, c.query(columns, "ORDER BY e.idx"), w.args()...)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", name, err)
	}
	corrected, err := t.corrected(ctx, w)
	if err != nil {
		return nil, err
	}
	out := make([]iru.Counted, len(rows))
	for i, r := range rows {
		if at, ok := corrected[r.Notice]; ok {
			r.received = at
		}
		if out[i], err = r.counted(w); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r countedRow) counted(w Window) (iru.Counted, error) {
	c := r.Counted
	c.Ongoing = r.ongoing == 1
	if r.handling != "" {
		if err := json.Unmarshal([]byte(r.handling), &c.Handling); err != nil {
			return c, fmt.Errorf("read handling of %s: %w: %w", r.Ref, iru.Internal, err)
		}
	}
	c.Group = map[string]string{"outcome": r.own} // where the thing itself stands: an appeal, a scrutiny
	if r.finding != "" {
		c.Group["finding"] = r.finding
	}
	if c.Notice == 0 {
		return c, nil
	}
	var facts struct {
		Limbs []string `json:"limbs"`
	}
	if r.facts != "" {
		if err := json.Unmarshal([]byte(r.facts), &facts); err != nil {
			return c, fmt.Errorf("read facts of %s: %w: %w", r.Ref, iru.Internal, err)
		}
	}
	slices.Sort(facts.Limbs)
	c.Group["instrument"], c.Group["provider"], c.Group["type"] = r.instrument, r.provider, strings.Join(slices.Compact(facts.Limbs), " ")
	c.Group["action"] = action(iru.NoticeState(r.state), !r.removed.IsZero())
	c.Begun, c.Ended, c.Until = r.received, r.removed, w.AsOf
	if !r.ended.IsZero() && (r.removed.IsZero() || r.removed.After(r.ended)) { // another act took over, or none was wanted any more
		c.Ended, c.Until = time.Time{}, r.ended
	}
	return c, nil
}

// action is what an addressee did, as it stands at the size of the ledger: DSA Article 22(3) asks for "the action taken by the provider".
func action(s iru.NoticeState, removed bool) string {
	switch {
	case s == iru.NoticeBreached:
		return "back"
	case removed:
		return "removed"
	case s == iru.NoticeClaimed, s == iru.NoticeRefused, s == iru.NoticeClarifying, s == iru.NoticeBounced, s == iru.NoticeWithdrawn:
		return string(s)
	}
	return "none"
}

// corrected gives the receipts that were corrected, by act: the last correction counts.
func (t *Tx) corrected(ctx context.Context, w Window) (map[iru.NoticeID]time.Time, error) {
	es, err := events(eventRows.list(ctx, t, "WHERE noun='notice' AND verb='correct_receipt' AND unit=$1 AND idx>=0 AND idx<$2 ORDER BY idx", int64(w.Unit), w.Size))
	if err != nil {
		return nil, err
	}
	out := map[iru.NoticeID]time.Time{}
	for _, e := range es {
		text, _ := e.Facts["at"].(string)
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return nil, fmt.Errorf("read event %d: %w: %w", e.ID, iru.Internal, err)
		}
		out[iru.NoticeID(e.Subject.ID)] = at
	}
	return out, nil
}

// CheckpointAt reads the signed checkpoint of a size; NotFound where none was made there.
func (t *Tx) CheckpointAt(ctx context.Context, size int64) (at time.Time, signed []byte, err error) {
	var text string
	err = t.QueryRow(ctx, "SELECT at, signed FROM checkpoint WHERE size=$1", size).Scan(Micros(&at), &text)
	return at, []byte(text), err
}

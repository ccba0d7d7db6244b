// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"iolaus/internal/iru"
)

var notices = shape[iru.Notice]{"notice", "id, unit, ref, instrument, regime, request, asset, item, locator, provider, layer, operation, parent, lang, reasons, basis, drafted, approvals, state, key, created, sent_at, received_at, outcome_at, outcome, remote_id, subject, text, batch, threat, emergency, facts, stage, drill, played_at",
	func(n *iru.Notice) []any {
		return []any{&n.ID, &n.Unit, &n.Ref, &n.Instrument, &n.Regime, &n.Request, &n.Asset, &n.Item, &n.Locator, &n.Provider, &n.Layer,
			&n.Operation, &n.Parent, &n.Lang, &n.Reasons, &n.Basis, &n.Drafted, JSON(&n.Approvals), &n.State, &n.Key, Micros(&n.Created),
			Micros(&n.SentAt), Micros(&n.ReceivedAt), Micros(&n.OutcomeAt), &n.Outcome, &n.RemoteID, &n.Subject, &n.Text, &n.Batch, &n.Threat, JSON(&n.Emergency), &n.Facts, &n.Stage, &n.Drill, Micros(&n.PlayedAt)}
	}}

// AddNotice stores a notice and sets its id.
func (t *Tx) AddNotice(ctx context.Context, n *iru.Notice) error {
	if n.Stage == "" { // an act of its own has no day
		n.Stage = iru.StageAct
	}
	return notices.insert(ctx, t, n)
}

// Notice reads one notice.
func (t *Tx) Notice(ctx context.Context, s iru.Scope, id iru.NoticeID) (iru.Notice, error) {
	return notices.get(ctx, t, noticeReach+" AND id=$2", s.Reach(), id)
}

// NoticeByRef reads one notice by its reference.
func (t *Tx) NoticeByRef(ctx context.Context, s iru.Scope, ref string) (iru.Notice, error) {
	return notices.get(ctx, t, noticeReach+" AND ref=$2", s.Reach(), ref)
}

// Notices lists the notices, newest first.
func (t *Tx) Notices(ctx context.Context, s iru.Scope) ([]iru.Notice, error) {
	return notices.list(ctx, t, "WHERE "+noticeReach+" ORDER BY id DESC", s.Reach())
}

// NoticesIn lists notices by state, oldest first.
func (t *Tx) NoticesIn(ctx context.Context, s iru.Scope, state iru.NoticeState) ([]iru.Notice, error) {
	return notices.list(ctx, t, "WHERE "+noticeReach+" AND state=$2 ORDER BY id", s.Reach(), state)
}

// NoticesOf lists the notices about an asset, newest first.
func (t *Tx) NoticesOf(ctx context.Context, s iru.Scope, a iru.AssetID) ([]iru.Notice, error) {
	return notices.list(ctx, t, "WHERE "+noticeReach+" AND asset=$2 ORDER BY id DESC", s.Reach(), a)
}

// NoticesTo lists the notices served on a provider, newest first.
func (t *Tx) NoticesTo(ctx context.Context, s iru.Scope, p iru.ProviderID) ([]iru.Notice, error) {
	return notices.list(ctx, t, "WHERE "+noticeReach+" AND provider=$2 ORDER BY id DESC", s.Reach(), p)
}

// Tasks lists an operation's notices in order.
func (t *Tx) Tasks(ctx context.Context, s iru.Scope, o iru.OperationID) ([]iru.Notice, error) {
	return notices.list(ctx, t, "WHERE "+noticeReach+" AND operation=$2 ORDER BY id", s.Reach(), o)
}

// TasksAmong lists those of some notices that are an operation's, in order. It is for the program alone.
func (t *Tx) TasksAmong(ctx context.Context, o iru.OperationID, among []iru.NoticeID) ([]iru.Notice, error) {
	var out []iru.Notice
	slices.Sort(among)
	for some := range slices.Chunk(among, 500) {
		args := []any{o}
		for _, id := range some {
			args = append(args, id)
		}
		ns, err := notices.list(ctx, t, "WHERE operation=$1 AND id IN ("+binds(2, len(some))+") ORDER BY id", args...)
		if err != nil {
			return nil, err
		}
		out = append(out, ns...)
	}
	return out, nil
}

// UpdateNotice stores the notice again if its state is still the old one.
func (t *Tx) UpdateNotice(ctx context.Context, n iru.Notice, old iru.NoticeState) error {
	return notices.update(ctx, t, &n, "state", old)
}

// Count raises a named counter and gives its new value.
func (t *Tx) Count(ctx context.Context, name string) (int64, error) {
	var v int64
	err := t.QueryRow(ctx, `INSERT INTO counter (name, value) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET value=counter.value+1 RETURNING value`, name).Scan(&v)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", name, err)
	}
	return v, nil
}

var letters = shape[iru.Letter]{"letter", "id, notice, inbound, at, kind, channel, sender, subject, text, message_id, proof, failed, authentic, by_officer, guess, files, annex, remark, contact", func(l *iru.Letter) []any {
	return []any{&l.ID, &l.Notice, &l.Inbound, Micros(&l.At), &l.Kind, &l.Channel, &l.From, &l.Subject, &l.Text, &l.MessageID, &l.Proof, &l.Failed, &l.Authentic, &l.By, &l.Guess, JSON(&l.Files), JSON(&l.Annex), &l.Remark, &l.Contact}
}}

// AddLetter stores a letter once by its message id; false if it was there already.
func (t *Tx) AddLetter(ctx context.Context, l *iru.Letter) (bool, error) {
	var n int
	err := t.QueryRow(ctx, "SELECT COUNT(*) FROM letter WHERE message_id=$1", l.MessageID).Scan(&n)
	if err != nil || n > 0 {
		return false, err
	}
	return true, letters.insert(ctx, t, l)
}

// Letters lists a notice's thread, oldest first.
func (t *Tx) Letters(ctx context.Context, s iru.Scope, n iru.NoticeID) ([]iru.Letter, error) {
	return letters.list(ctx, t, "WHERE notice IN (SELECT id FROM notice WHERE "+noticeReach+") AND notice=$2 ORDER BY at, id", s.Reach(), n)
}

// Letter reads one letter for a worker that sends it.
func (t *Tx) Letter(ctx context.Context, id int64) (iru.Letter, error) {
	return letters.get(ctx, t, "id=$1", id)
}

// SetLetterProof stores the server's word for a letter that went out.
func (t *Tx) SetLetterProof(ctx context.Context, id int64, at time.Time, proof string) error {
	_, err := t.Exec(ctx, "UPDATE letter SET proof=$2, at=$3 WHERE id=$1 AND proof=''", id, proof, Micros(&at))
	return err
}

// RemoveLetter drops a letter that was written and never left.
func (t *Tx) RemoveLetter(ctx context.Context, id int64) error {
	res, err := t.Exec(ctx, "DELETE FROM letter WHERE id=$1 AND NOT inbound AND proof=''", id)
	if err != nil {
		return err
	}
	return Guarded(res)
}

// Cursor reads a named counter, 0 if there is none.
func (t *Tx) Cursor(ctx context.Context, name string) (int64, error) {
	var v int64
	err := t.QueryRow(ctx, "SELECT COALESCE(MAX(value), 0) FROM counter WHERE name=$1", name).Scan(&v)
	return v, err
}

// SetCursor stores a named counter.
func (t *Tx) SetCursor(ctx context.Context, name string, v int64) error {
	_, err := t.Exec(ctx, "INSERT INTO counter (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value=$2", name, v)
	return err
}

// LookBack lowers every named counter that begins so, to 0 at the least.
func (t *Tx) LookBack(ctx context.Context, begins string, by int64) error {
	_, err := t.Exec(ctx, "UPDATE counter SET value=CASE WHEN value<$2 THEN 0 ELSE value-$2 END WHERE substr(name, 1, length($1))=$1", begins, by)
	if err != nil {
		return fmt.Errorf("look back: %w", err)
	}
	return nil
}

// FileLetter stores what a person says a letter is.
func (t *Tx) FileLetter(ctx context.Context, id int64, kind string, by iru.OfficerID) error {
	res, err := t.Exec(ctx, "UPDATE letter SET kind=$2, by_officer=$3, guess=FALSE WHERE id=$1 AND guess", id, kind, by)
	if err != nil {
		return err
	}
	return Guarded(res)
}

// A NoticeFilter narrows a list of notices; a zero field narrows nothing.
type NoticeFilter struct {
	State     iru.NoticeState
	Asset     iru.AssetID
	Operation iru.OperationID
	Provider  iru.ProviderID
	Drills    bool // those of drills, too; with an operation they are listed in any case
}

// NoticesAfter lists the notices that pass the filter after an id, oldest first, at most n.
func (t *Tx) NoticesAfter(ctx context.Context, s iru.Scope, f NoticeFilter, after iru.NoticeID, n int) ([]iru.Notice, error) {
	return notices.list(ctx, t, "WHERE "+noticeReach+" AND id>$2 AND (state=$3 OR $3='') AND (asset=$4 OR $4=0) AND (operation=$5 OR $5=0) AND (provider=$6 OR $6=0) AND (NOT drill OR $5<>0 OR $8) ORDER BY id LIMIT $7",
		s.Reach(), after, f.State, f.Asset, f.Operation, f.Provider, n, f.Drills)
}

// LettersToFile lists received letters whose kind was only guessed, oldest first, at most n.
func (t *Tx) LettersToFile(ctx context.Context, s iru.Scope, n int) ([]iru.Letter, error) {
	return letters.list(ctx, t, "WHERE notice IN (SELECT id FROM notice WHERE "+noticeReach+") AND guess AND inbound ORDER BY at, id LIMIT $2", s.Reach(), n)
}

// NoticesBefore lists the notices in one of the states (none: in any) that pass the filter before an id (0: from the end), newest
// first, at most n. Those of a drill are listed with their operation alone.
func (t *Tx) NoticesBefore(ctx context.Context, s iru.Scope, states []iru.NoticeState, f NoticeFilter, before iru.NoticeID, n int) ([]iru.Notice, error) {
	args := []any{s.Reach(), before, f.State, f.Asset, f.Operation, f.Provider, n, f.Drills}
	in := ""
	if len(states) > 0 {
		in = " AND state IN (" + binds(len(args)+1, len(states)) + ")"
		for _, st := range states {
			args = append(args, st)
		}
	}
	return notices.list(ctx, t, "WHERE "+noticeReach+" AND ($2=0 OR id<$2) AND (state=$3 OR $3='') AND (asset=$4 OR $4=0) AND (operation=$5 OR $5=0) AND (NOT drill OR $5<>0 OR $8) AND (provider=$6 OR $6=0)"+
		in+" ORDER BY id DESC LIMIT $7", args...)
}

// LettersWith lists what was sent to a provider and received from it, newest first, at most n.
func (t *Tx) LettersWith(ctx context.Context, s iru.Scope, p iru.ProviderID, n int) ([]iru.Letter, error) {
	return letters.list(ctx, t, "WHERE notice IN (SELECT id FROM notice WHERE "+noticeReach+" AND provider=$2) ORDER BY at DESC, id DESC LIMIT $3", s.Reach(), p, n)
}

// NoticeCounts counts a scope's notices by state, without those of drills.
func (t *Tx) NoticeCounts(ctx context.Context, s iru.Scope) (map[iru.NoticeState]int, error) {
	type count struct {
		state iru.NoticeState
		n     int
	}
	rows, err := All(ctx, t, func(c *count) []any { return []any{&c.state, &c.n} }, "SELECT state, COUNT(*) FROM notice WHERE "+noticeReach+" AND NOT drill GROUP BY state", s.Reach())
	if err != nil {
		return nil, fmt.Errorf("count notices: %w", err)
	}
	out := map[iru.NoticeState]int{}
	for _, r := range rows {
		out[r.state] = r.n
	}
	return out, nil
}

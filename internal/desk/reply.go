// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A Reply is what came back from an addressee.
type Reply struct {
	Notice    iru.NoticeID
	Kind      string // "receipt", "clarification", "done", "refused", "bounce", "unknown"
	Guess     bool   // the kind was guessed from words
	At        time.Time
	Channel   string
	From      string
	Subject   string
	Text      string
	MessageID string // the same one is taken in once
	Proof     string // digest of the raw message in the evidence store, or the event's id
}

// Receive takes a reply into the thread, once, and moves the act as far as the addressee's own words go: their "done" is recorded
// and looked into, it does not stop the clock. A kind that was only guessed moves nothing: a person files it.
func (d *Desk) Receive(ctx context.Context, r Reply) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := t.Notice(ctx, iru.Program(), r.Notice)
		if err != nil {
			return err
		}
		r.At = r.At.UTC().Truncate(time.Microsecond)
		if r.At.IsZero() || r.At.After(now) { // a letter cannot have been received before it arrives, whatever its date says
			r.At = now
		}
		if since := n.SentAt; r.At.Before(since) || since.IsZero() && r.At.Before(n.Created) { // nor before there was anything to answer
			r.At = now
		}
		r.At = r.At.UTC().Truncate(time.Microsecond)
		if !slices.Contains(replyKinds, r.Kind) {
			r.Kind, r.Guess = "unknown", true
		}
		l := iru.Letter{Notice: n.ID, Inbound: true, At: r.At, Kind: r.Kind, Channel: r.Channel, From: clip(r.From, 200), Subject: clip(r.Subject, 300),
			Text: r.Text, MessageID: inbound(r), Proof: r.Proof, Guess: r.Guess}
		fresh, err := t.AddLetter(ctx, &l)
		if err != nil || !fresh {
			return err
		}
		if _, err := t.Record(ctx, happened("notice", int64(n.ID), "reply", 0, n.Unit, r.At, r.Kind).With("letter", l.ID).With("guess", r.Guess)); err != nil {
			return err
		}
		if r.Guess {
			return nil
		}
		return d.file(ctx, t, n, l, 0, now)
	})
}

// inbound is the identity of a reply: the same letter to the same notice with the same words is taken in once. Strangers choose
// their own message ids, so another text under a used one is another letter.
func inbound(r Reply) string {
	return fmt.Sprintf("in:%d:%s", r.Notice, Digest(r.MessageID+"\n"+r.Subject+"\n"+r.Text))
}

// File says what a reply is whose kind the program only guessed.
func (d *Desk) File(ctx context.Context, s iru.Scope, letter int64, kind string) error {
	if err := s.May(iru.ToAnswer); err != nil {
		return err
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		l, err := t.Letter(ctx, letter)
		if err != nil {
			return err
		}
		n, err := ownNotice(ctx, t, s, l.Notice)
		if err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		if !l.Guess || !l.Inbound {
			return iru.Refuse(iru.Conflict, "the letter is filed already", "")
		}
		if kind == "unknown" || !slices.Contains(replyKinds, kind) {
			return iru.Refuse(iru.Invalid, "there is no kind "+kind, "choose receipt, clarification, done, refused, bounce or note")
		}
		l.Kind, l.By = kind, s.Officer
		if err := t.FileLetter(ctx, l.ID, kind, s.Officer); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("notice", int64(n.ID), "file", s.Officer, n.Unit, now, kind).With("letter", l.ID)); err != nil {
			return err
		}
		return d.file(ctx, t, n, l, s.Officer, now)
	})
}

// file moves the act by a letter's kind. What the table does not allow any more, such as "done" after the removal was verified, is
// kept in the thread and moves nothing.
func (d *Desk) file(ctx context.Context, t *db.Tx, n iru.Notice, l iru.Letter, by iru.OfficerID, now time.Time) error {
	if l.Kind == "note" || l.Kind == "unknown" {
		return nil
	}
	if l.Kind == "bounce" {
		if iru.NoticeTable.Can(n.State, "bounce") {
			return step(ctx, t, n, "bounce", by, l.At, clip(l.Text, 200))
		}
		return nil
	}
	if iru.NoticeTable.Can(n.State, "receive") { // every answer proves that the act was received
		if err := d.received(ctx, t, n, l.At, "answer of "+l.From+", letter "+fmt.Sprint(l.ID)); err != nil {
			return err
		}
		var err error
		if n, err = t.Notice(ctx, iru.Program(), n.ID); err != nil {
			return err
		}
	}
	verb := map[string]string{"clarification": "clarify", "done": "claim", "refused": "refuse"}[l.Kind]
	if verb == "" || !iru.NoticeTable.Can(n.State, verb) {
		return nil
	}
	if err := step(ctx, t, n, verb, by, l.At, clip(l.Text, 200)); err != nil {
		return err
	}
	switch verb {
	case "clarify":
		return stopClocks(ctx, t, n.ID, l.At, clarifying)
	case "refuse":
		return stopClocks(ctx, t, n.ID, l.At, "the addressee refused")
	}
	_, err := t.Enqueue(ctx, Verify{Asset: n.Asset, Letter: l.ID}, look(soon))
	return err
}

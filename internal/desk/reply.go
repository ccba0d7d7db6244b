// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A Reply is what came back from an addressee.
type Reply struct {
	Notice    iru.NoticeID
	Kind      string // one of replyKinds
	Guess     bool   // the kind was guessed from words
	At        time.Time
	Channel   string
	From      string
	Authentic string // how its sender is known (iru.Provider.Wrote), "" if nothing proves it
	Subject   string
	Text      string
	MessageID string      // the same one is taken in once
	Answers   string      // message id of ours that it names, if any
	Proof     string      // digest of the raw message in the evidence store
	Files     []iru.File  // what it carried, as it came
	Annex     *iru.Annex  // that it was read as
	Remark    string      // what a person must know of it
	Parts     []ReplyPart // what it says for single acts of a grouped letter; none: it names none of them
}

// A ReplyPart is what a reply says for one act of a grouped letter.
type ReplyPart struct {
	Notice iru.NoticeID
	Kind   string
	Guess  bool
	Text   string
}

// replyKinds are what a reply can be said to be by whoever read it.
var replyKinds = []string{"receipt", "clarification", "done", "refused", "impossible", "bounce", "note", "unknown"}

// Receive takes a reply into the thread, once, and moves the act as far as the addressee's own words go: their "done" is recorded
// and looked into, it does not stop the clock. What was only guessed, or whose sender is not known to be the addressee, moves nothing:
// a person files it.
func (d *Desk) Receive(ctx context.Context, r Reply) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if id, ok := iru.TrialOf(r.Notice); ok {
			return d.tried(ctx, t, id, r, now)
		}
		rs, err := apart(ctx, t, r)
		if err != nil {
			return err
		}
		for _, one := range rs {
			if err := d.receive(ctx, t, one, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *Desk) receive(ctx context.Context, t *db.Tx, r Reply, now time.Time) error {
	n, err := t.Notice(ctx, iru.Program(), r.Notice)
	if err != nil {
		return err
	}
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil {
		return err
	}
	ls, err := t.Letters(ctx, iru.Program(), n.ID)
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
	of := named(ls, r.Answers)
	why := doubt(r, p, of)
	if why != "" {
		if _, why, err = d.doubtAll(ctx, t, r, p, of, why); err != nil {
			return err
		}
	}
	if why != "" {
		r.Guess = true
		r.Remark = strings.TrimPrefix(r.Remark+"; "+why, "; ")
		if r.Authentic != iru.ByPortal {
			r.Authentic = ""
		}
	}
	l := iru.Letter{Notice: n.ID, Inbound: true, At: r.At, Kind: r.Kind, Channel: r.Channel, From: clip(r.From, 200), Subject: clip(r.Subject, 300),
		Text: r.Text, MessageID: inbound(r), Proof: r.Proof, Guess: r.Guess, Authentic: r.Authentic, Files: r.Files, Annex: r.Annex, Remark: clip(r.Remark, 1000)}
	fresh, err := t.AddLetter(ctx, &l)
	if err != nil || !fresh {
		return err
	}
	e := happened("notice", int64(n.ID), "reply", 0, n.Unit, r.At, r.Kind).With("letter", l.ID).With("guess", r.Guess).With("authentic", r.Authentic)
	if why != "" {
		e.Note += ": " + why
	}
	if r.Proof != "" {
		e = e.With("sha256", r.Proof)
	}
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	if r.Guess && r.Authentic == iru.ByPortal && iru.NoticeTable.Can(n.State, "receive") {
		return d.received(ctx, t, n, l.At, "answer by the act's own link, letter "+fmt.Sprint(l.ID))
	}
	if why == "" && r.Authentic != iru.ByRelay {
		if err := d.names(ctx, t, n, r, now); err != nil {
			return err
		}
	}
	if r.Guess {
		return nil
	}
	return d.file(ctx, t, n, l, of, 0, now)
}

// doubt says why a reply is not taken at its word, or "". A delivery report of our own mail server must name a letter of ours.
func doubt(r Reply, p iru.Provider, of iru.Letter) string {
	switch {
	case r.Authentic == iru.ByRelay && of.ID != 0, p.Wrote(r.From, r.Authentic):
		return ""
	case r.Authentic == iru.ByPortal && (r.Kind == "receipt" || r.Kind == "done"): // who has the link has the act; and "done" we see for ourselves
		return ""
	case r.Authentic == iru.ByPortal:
		return "it came by the link in the mail, which may have been handed on: ask at the confirmed contact"
	case r.Authentic == iru.ByRelay:
		return "the delivery report names no letter of this act"
	case r.Authentic == "":
		return "nothing proves its sender"
	}
	return "its sender is neither the confirmed contact nor of its own domain"
}

// named gives our letter that a message id stands for.
func named(ls []iru.Letter, id string) iru.Letter {
	key, _, _ := strings.Cut(strings.TrimPrefix(id, "<"), "@")
	for _, l := range ls {
		if !l.Inbound && key != "" && l.MessageID == key {
			return l
		}
	}
	return iru.Letter{}
}

// Knows reports whether a reply was taken in before: most of what a poll brings was.
func (d *Desk) Knows(ctx context.Context, r Reply) (known bool, err error) {
	err = d.DB.View(ctx, func(t *db.Tx) error {
		ls, err := t.Letters(ctx, iru.Program(), r.Notice)
		known = slices.ContainsFunc(ls, func(l iru.Letter) bool { return l.MessageID == inbound(r) })
		return err
	})
	return known, err
}

// Unheard records, once, that a provider's interface does not say what became of an act.
func (d *Desk) Unheard(ctx context.Context, id iru.NoticeID, why string) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := t.Notice(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		told, err := t.EventsOf(ctx, iru.Subject{Noun: "notice", ID: int64(id)})
		if err != nil || slices.ContainsFunc(told, func(e iru.Event) bool { return e.Verb == "unheard" }) {
			return err
		}
		_, err = t.Record(ctx, happened("notice", int64(id), "unheard", 0, n.Unit, now, clip(why, 300)))
		return err
	})
}

// inbound is the identity of a reply: the same letter to the same notice with the same words is taken in once. Strangers choose
// their own message ids, so another text under a used one is another letter, and so is the same from a known sender.
func inbound(r Reply) string {
	if r.Channel == iru.ByPortal { // the form has its own number: pressed twice, it is one answer, the first
		return fmt.Sprintf("in:%d:%s", r.Notice, Digest(r.MessageID))
	}
	return fmt.Sprintf("in:%d:%s", r.Notice, Digest(r.MessageID+"\n"+r.Subject+"\n"+r.Text+"\n"+r.Authentic))
}

// File says what a reply is that the program did not take at its word.
func (d *Desk) File(ctx context.Context, s iru.Scope, letter int64, kind string) error {
	if err := s.May(iru.ToAnswer); err != nil {
		return err
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		l, n, err := ownLetter(ctx, t, s, letter)
		if err != nil {
			return err
		}
		if !l.Guess || !l.Inbound {
			return iru.Refuse(iru.Conflict, "the letter is filed already", "")
		}
		if l.Channel == iru.ByHand && l.By == s.Officer {
			return iru.Refuse(iru.Forbidden, "you recorded this receipt yourself", "a second, different officer confirms what starts a clock of law")
		}
		if l.Channel == iru.ByHand {
			if err := twoPeople(ctx, t, s.Officer, l.By); err != nil {
				return err
			}
		}
		if kind == "unknown" || !slices.Contains(replyKinds, kind) {
			return iru.Refuse(iru.Invalid, "there is no kind "+kind, "choose receipt, clarification, done, refused, impossible, bounce or note")
		}
		l.Kind, l.By, l.Guess = kind, s.Officer, false
		if err := t.FileLetter(ctx, l.ID, kind, s.Officer); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("notice", int64(n.ID), "file", s.Officer, n.Unit, now, kind).With("letter", l.ID)); err != nil {
			return err
		}
		return d.file(ctx, t, n, l, iru.Letter{}, s.Officer, now)
	})
}

// file moves the act by a letter's kind; of is our letter that it names, if it names one. What the table does not allow any more, such
// as "done" after the removal was verified, is kept in the thread and moves nothing.
func (d *Desk) file(ctx context.Context, t *db.Tx, n iru.Notice, l, of iru.Letter, by iru.OfficerID, now time.Time) error {
	switch l.Kind {
	case "note", "unknown":
		return nil
	case "bounce":
		return d.bounced(ctx, t, n, l, of, by)
	}
	ls, err := t.Letters(ctx, iru.Program(), n.ID)
	if err != nil {
		return err
	}
	from := l.From
	if from == "" { // who presses a button of the act's page need not say who it is
		from = "the addressee"
	}
	switch proof := "answer of " + from + ", letter " + fmt.Sprint(l.ID); {
	case iru.NoticeTable.Can(n.State, "receive") && (of.Kind != "answer" || l.Authentic != iru.ByRelay): // every word of theirs proves that they have the act
		if l.Channel == iru.ByHand { // an officer's word
			err = d.heard(ctx, t, n, l, by, now)
		} else {
			err = d.received(ctx, t, n, l.At, proof)
		}
	case n.State == iru.NoticeClarifying && proves(ls, l, of, by):
		err = d.resume(ctx, t, n, by, l.At, proof)
	}
	if err != nil {
		return err
	}
	if n, err = t.Notice(ctx, iru.Program(), n.ID); err != nil {
		return err
	}
	verb := map[string]string{"clarification": "clarify", "impossible": "clarify", "done": "claim", "refused": "refuse"}[l.Kind]
	if verb == "" || !iru.NoticeTable.Can(n.State, verb) {
		return nil
	}
	note := clip(l.Text, 200)
	if l.Kind == "impossible" {
		note = clip("it says that it cannot: "+l.Text, 200)
	}
	if err := step(ctx, t, n, verb, by, l.At, note); err != nil {
		return err
	}
	switch l.Kind {
	case "clarification":
		return d.stopClocks(ctx, t, n.ID, l.At, clarifying)
	case "impossible":
		return d.stopClocks(ctx, t, n.ID, l.At, impossible)
	case "refused": // the limit is to remove, not to answer: it runs on (TCO Art 3(3))
		return nil
	}
	_, err = t.Enqueue(ctx, Verify{Asset: n.Asset, Letter: l.ID}, look(soon))
	return err
}

// bounced takes in that something of ours did not arrive: the act, or a later letter.
func (d *Desk) bounced(ctx context.Context, t *db.Tx, n iru.Notice, l, of iru.Letter, by iru.OfficerID) error {
	if of.Kind != "answer" && iru.NoticeTable.Can(n.State, "bounce") {
		return step(ctx, t, n, "bounce", by, l.At, clip(l.Text, 200))
	}
	if of.ID == 0 && by != 0 { // a person filed it: what has no proof of arrival is our last answer
		ls, err := t.Letters(ctx, iru.Program(), n.ID)
		if err != nil {
			return err
		}
		if _, answers := iru.Asked(ls); len(answers) > 0 && answers[len(answers)-1].ID < l.ID {
			of = answers[len(answers)-1]
		}
	}
	if of.Kind != "answer" || of.Failed != "" {
		return nil
	}
	return unposted(ctx, t, n, of, by, l.At, clip(l.Text, 200))
}

// proves reports whether a letter shows that the addressee has our answer, or can act again: a receipt that names the answer, whatever
// it wrote after the answer had left, or a person's word.
func proves(ls []iru.Letter, l, of iru.Letter, by iru.OfficerID) bool {
	asked, answers := iru.Asked(slices.DeleteFunc(slices.Clone(ls), func(x iru.Letter) bool { return x.ID == l.ID }))
	if asked.Kind == "impossible" {
		return l.Kind == "done" // who acted, could
	}
	return slices.ContainsFunc(answers, func(a iru.Letter) bool {
		if of.ID == a.ID {
			return true
		}
		other := l.Kind == "receipt" && of.ID != 0 && by == 0 // the receipt of another letter
		return !other && l.ID > a.ID && a.Proof != "" && a.Failed == "" && !l.At.Before(a.At)
	})
}

const (
	clarifying = "the addressee asked for clarification"
	impossible = "impossible (Article 3(7))"
)

// resume has the addressee's limit run anew: it has the clarification that it asked for, or can act again (TCO Art 3(7), (8)).
func (d *Desk) resume(ctx context.Context, t *db.Tx, n iru.Notice, by iru.OfficerID, at time.Time, why string) error {
	if err := step(ctx, t, n, "answer", by, at, why); err != nil {
		return err
	}
	cs, err := t.ClocksOf(ctx, iru.Program(), n.ID)
	if err != nil {
		return err
	}
	for _, c := range cs {
		if c.State != iru.ClockStopped || c.Why != clarifying && c.Why != impossible {
			continue
		}
		if at.Before(c.Ended) {
			at = c.Ended
		}
		if err := d.restart(ctx, t, c, at, at, why, by); err != nil {
			return err
		}
	}
	return nil
}

// EndImpossibility records that the addressee can act again, though it has not said so itself: its limit runs anew.
func (d *Desk) EndImpossibility(ctx context.Context, s iru.Scope, id iru.NoticeID, why string) error {
	if err := s.May(iru.ToAnswer); err != nil {
		return err
	}
	if strings.TrimSpace(why) == "" {
		return iru.Refuse(iru.Invalid, "it is not said how this is known", "say who told you, and when")
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := ownNotice(ctx, t, s, id)
		if err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		ls, err := t.Letters(ctx, iru.Program(), n.ID)
		if err != nil {
			return err
		}
		if asked, _ := iru.Asked(ls); n.State != iru.NoticeClarifying || asked.Kind != "impossible" {
			return iru.Refuse(iru.Conflict, "the addressee of "+n.Ref+" does not say that it cannot act", "")
		}
		return d.resume(ctx, t, n, s.Officer, now, clip("the impossibility has ended: "+why, 200))
	})
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// PortalTime is how long an act's page can be opened after the act has ended: long enough for a complaint (TCO Art 10(2): two weeks) and
// the preservation that an addressee must prove (TCO Art 6: six months).
const PortalTime = 183 * 24 * time.Hour

// A PortalView is what an addressee without an account sees of an act.
type PortalView struct {
	Notice   iru.Notice
	Provider iru.Provider // without credentials
	Unit     iru.Unit
	Letter   iru.Letter   // the act as it left, with its documents
	Thread   []iru.Letter // what went to and fro, without the act itself
	Clocks   []iru.Clock  // of law, on the addressee, the running or last one of each rule
	Ends     time.Time    // when the page closes; zero: the act is open
	Answered bool         // its question was answered, and it has not said yet that it has the answer
	Over     bool         // the act was withdrawn or lost its effect
	Lost     string       // the verb by which it lost its effect (Lost)
	PutBack  bool         // what was removed because of it is owed back
}

// Portal reads an act for its page. An act that has not left, and one whose time has passed, is NotFound, as if there were none.
func (d *Desk) Portal(ctx context.Context, id iru.NoticeID) (PortalView, error) {
	var v PortalView
	now := d.now()
	err := d.DB.View(ctx, func(t *db.Tx) error {
		v = PortalView{}
		var err error
		if v.Notice, err = t.Notice(ctx, iru.Program(), id); err != nil {
			return err
		}
		ls, err := t.Letters(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		for _, l := range ls {
			if !l.Inbound && l.Kind == "notice" {
				v.Letter = l
			} else if l.Inbound && l.Channel == iru.ByPortal || !l.Inbound && l.Kind == "answer" {
				v.Thread = append(v.Thread, l) // what came by mail may be a stranger's: the bearer of a link does not read it
			}
		}
		n := v.Notice
		if v.Letter.ID == 0 || n.State == iru.NoticeApproved || n.State == iru.NoticeDraft {
			return fmt.Errorf("open page of an act: it has not left: %w", iru.NotFound)
		}
		if ended := closed(n); !ended.IsZero() {
			if v.Ends = ended.Add(PortalTime); now.After(v.Ends) {
				return fmt.Errorf("open page of an act: its time has passed: %w", iru.NotFound)
			}
		}
		v.Answered = n.State == iru.NoticeClarifying && iru.Outstanding(ls)
		v.Over = n.State == iru.NoticeWithdrawn
		if v.Lost, err = Lost(ctx, t, n); err != nil {
			return err
		}
		rs, err := t.ReinstatementsOf(ctx, iru.Program(), n.Asset)
		if err != nil {
			return err
		}
		v.PutBack = slices.ContainsFunc(rs, func(r iru.Reinstatement) bool { return r.Notice == n.ID })
		if v.Provider, err = t.Provider(ctx, iru.Program(), n.Provider); err != nil {
			return err
		}
		v.Provider.Token, v.Provider.SealKey, v.Provider.Note = "", "", ""
		if v.Unit, err = t.Unit(ctx, n.Unit); err != nil {
			return err
		}
		cs, err := t.ClocksOf(ctx, iru.Program(), n.ID)
		for _, c := range cs {
			if c.Binding && c.State != iru.ClockReplaced {
				v.Clocks = append(v.Clocks, c)
			}
		}
		return err
	})
	return v, err
}

// closed is when nothing more was expected of the addressee; zero: it still is.
func closed(n iru.Notice) time.Time {
	switch n.State {
	case iru.NoticeComplied, iru.NoticeRefused, iru.NoticeEscalated, iru.NoticeWithdrawn:
		return n.OutcomeAt
	}
	return time.Time{}
}

// accessEvery is how often the opening of a page is written down at most.
const accessEvery = time.Hour

// Accessed records that an act's page was opened: a fact, and no receipt. Programs that look at mail open links before any person does.
func (d *Desk) Accessed(ctx context.Context, id iru.NoticeID) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := t.Notice(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		last, err := t.LastOf(ctx, iru.Subject{Noun: "notice", ID: int64(id)}, "access", 1)
		if err != nil || len(last) > 0 && now.Sub(last[0].At) < accessEvery {
			return err
		}
		_, err = t.Record(ctx, happened("notice", int64(id), "access", 0, n.Unit, now, "its page was opened; this is no receipt"))
		return err
	})
}

// A PortalAnswer is what somebody who has an act's link says by its page.
type PortalAnswer struct {
	Once  string // the form's own number: the same form pressed twice is one answer
	Kind  string // receipt, done, clarification, impossible, refused or note
	Text  string
	Name  string     // as they say
	Annex *iru.Annex // of Annex II or III
	Proof string     // digest of the answer as it is kept
}

// portalKinds are what the page offers.
var portalKinds = []string{"receipt", "done", "clarification", "impossible", "refused", "note"}

// CheckPortal refuses an answer that says nothing.
func (a PortalAnswer) CheckPortal() error {
	switch {
	case len(a.Once) < 16 || len(a.Once) > 64 || strings.Trim(a.Once, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "":
		return iru.Refuse(iru.Invalid, "the form is not one of ours", "open the page again and fill it in there")
	case !slices.Contains(portalKinds, a.Kind):
		return iru.Refuse(iru.Invalid, "there is no such answer", "press one of the buttons on the page")
	case len(a.Text) > 20_000 || len(a.Name) > 300:
		return iru.Refuse(iru.Invalid, "the answer is too long", "write at most 20,000 characters")
	case a.Annex == nil && strings.TrimSpace(a.Text) == "" && a.Kind != "receipt" && a.Kind != "done":
		return iru.Refuse(iru.Invalid, "the answer says nothing", "write in the field what the unit must know")
	}
	if a.Annex != nil {
		if err := a.Annex.Check(); err != nil {
			return err
		}
		if k := a.Annex.Kind(); k != a.Kind && (a.Kind != "note" || k != "unknown") {
			return iru.Refuse(iru.Invalid, "the form says something else than its button", "open the page again and fill it in there")
		}
	}
	return nil
}

// AnswerPortal takes an answer in that came by an act's page, once for each form, and gives its letter.
func (d *Desk) AnswerPortal(ctx context.Context, id iru.NoticeID, a PortalAnswer) (iru.Letter, error) {
	if err := a.CheckPortal(); err != nil {
		return iru.Letter{}, err
	}
	v, err := d.Portal(ctx, id)
	if err != nil {
		return iru.Letter{}, err
	}
	r := Reply{Notice: id, Kind: a.Kind, Guess: a.Kind == "note", At: d.now(), Channel: iru.ByPortal, From: a.Name, Authentic: iru.ByPortal, Subject: v.Notice.Ref,
		Text: a.Text, MessageID: "portal:" + a.Once, Proof: a.Proof, Annex: a.Annex}
	if a.Kind == "note" {
		r.Remark = "the addressee holds that the act is wrong: a person must look"
		if v.Over {
			r.Remark = "written after the act had lost its effect: a person must look"
		}
	}
	if a.Annex != nil {
		if r.Text = strings.TrimSpace(a.Annex.Text() + "\n" + a.Text); a.Annex.Kind() == "unknown" {
			r.Remark = "the form ticks an impossibility and a lack of information: one pauses the clock, the other begins it anew; a person must decide"
		}
	}
	if err := d.Receive(ctx, r); err != nil {
		return iru.Letter{}, err
	}
	return d.portalLetter(ctx, id, func(l iru.Letter) bool { return l.MessageID == inbound(r) })
}

func (d *Desk) portalLetter(ctx context.Context, id iru.NoticeID, is func(iru.Letter) bool) (iru.Letter, error) {
	var out iru.Letter
	err := d.DB.View(ctx, func(t *db.Tx) error {
		ls, err := t.Letters(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		for _, l := range ls {
			if l.Inbound && l.Channel == iru.ByPortal && is(l) {
				out = l
				return nil
			}
		}
		return fmt.Errorf("read answer: %w", iru.NotFound)
	})
	return out, err
}

// A PortalReceipt is what a provider keeps of its answer: its digest, and the proof that the digest stands in our log.
type PortalReceipt struct {
	Letter  iru.Letter
	Event   iru.Event
	Proof   string // of inclusion (tlog-proof); "" until a checkpoint covers it
	Salt    string // hex, and the payload: what opens the log's commitment
	Payload string
	Log     string // the log's public key
}

// PortalReceipt reads what proves an answer given by an act's page.
func (d *Desk) PortalReceipt(ctx context.Context, id iru.NoticeID, letter int64) (PortalReceipt, error) {
	l, err := d.portalLetter(ctx, id, func(l iru.Letter) bool { return l.ID == letter })
	if err != nil {
		return PortalReceipt{}, err
	}
	out := PortalReceipt{Letter: l, Log: d.Log.Public}
	err = d.DB.View(ctx, func(t *db.Tx) error {
		es, err := t.LastOf(ctx, iru.Subject{Noun: "notice", ID: int64(id)}, "reply", 10_000)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(es, func(e iru.Event) bool { return fmt.Sprint(e.Facts["letter"]) == fmt.Sprint(letter) })
		if i < 0 {
			return fmt.Errorf("prove answer: no event: %w", iru.NotFound)
		}
		out.Event = es[i]
		return proveAnswer(ctx, t, &out)
	})
	return out, err
}

// proveAnswer adds the place in the log, once a checkpoint covers it.
func proveAnswer(ctx context.Context, t *db.Tx, r *PortalReceipt) error {
	size, _, signed, err := t.Checkpoint(ctx)
	if errors.Is(err, iru.NotFound) || err == nil && (r.Event.Index < 0 || r.Event.Index >= size) {
		return nil
	}
	if err != nil {
		return err
	}
	o, err := t.Opened(ctx, r.Event.ID)
	if err != nil {
		return err
	}
	var leaf []byte
	for ev, err := range t.Log(ctx).Events(r.Event.Index, r.Event.Index+1) {
		if err != nil {
			return err
		}
		leaf = append([]byte(nil), ev.Leaf...)
	}
	p, err := ledger.Prove(signed, r.Event.Index, t.Log(ctx))
	if err != nil {
		return fmt.Errorf("prove answer: %w: %w", iru.Internal, err)
	}
	p.Extra = leaf
	r.Proof, r.Salt, r.Payload = string(p.Format()), fmt.Sprintf("%x", o.Salt), string(o.Payload)
	return nil
}

// Ours reports whether this installation issued a document of that digest under that reference: a document of the letter by which an act
// left, or what its approvals cover. It tells nothing else, and nothing of acts that have not left.
func (d *Desk) Ours(ctx context.Context, ref, digest string) (bool, error) {
	ref, digest = strings.TrimSpace(ref), strings.ToLower(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(digest), "sha256:")))
	if len(ref) > 100 || len(digest) != 64 || strings.Trim(digest, "0123456789abcdef") != "" {
		return false, iru.Refuse(iru.Invalid, "a reference and a digest are needed", "the digest is SHA-256: 64 digits and letters from a to f")
	}
	found := false
	err := d.DB.View(ctx, func(t *db.Tx) error {
		found = false
		n, err := t.NoticeByRef(ctx, iru.Program(), ref)
		if errors.Is(err, iru.NotFound) || err == nil && n.SentAt.IsZero() {
			return nil
		}
		if err != nil {
			return err
		}
		found = slices.ContainsFunc(n.Approvals, func(a iru.Approval) bool { return a.Digest == digest })
		ls, err := t.Letters(ctx, iru.Program(), n.ID)
		for _, l := range ls {
			if !l.Inbound && slices.ContainsFunc(l.Files, func(f iru.File) bool { return f.SHA256 == digest }) {
				found = true
			}
		}
		return err
	})
	return found, err
}

// NewOnce is the number of a form: drawn anew for each page that is shown.
func NewOnce() string { return rand.Text() }

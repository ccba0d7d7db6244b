// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/legal"
)

// NoticeID numbers a notice.
type NoticeID int64

// NoticeState is where an act stands.
type NoticeState string

// The states of a notice, whatever its instrument.
const (
	NoticeDraft      NoticeState = "draft"
	NoticeSubmitted  NoticeState = "submitted"  // waits for approval
	NoticeEndorsed   NoticeState = "endorsed"   // a binding act with its first approval
	NoticeApproved   NoticeState = "approved"   // waits for its checkpoint, a release or T0
	NoticeDispatched NoticeState = "dispatched" // on its way; sent again with the same key until it is accepted
	NoticeSent       NoticeState = "sent"       // accepted by the addressee's server: not yet a receipt
	NoticeReceived   NoticeState = "received"   // receipt recorded; the clock runs
	NoticeClarifying NoticeState = "clarifying" // the addressee asks, or cannot act now
	NoticeClaimed    NoticeState = "claimed"    // the addressee says that it is done; we look
	NoticeComplied   NoticeState = "complied"   // removal verified
	NoticeBreached   NoticeState = "breached"   // up again
	NoticeRefused    NoticeState = "refused"    // the addressee says no; the clock runs on
	NoticeBounced    NoticeState = "bounced"    // could not be delivered
	NoticeEscalated  NoticeState = "escalated"  // another act took over
	NoticeWithdrawn  NoticeState = "withdrawn"
)

// NoticeTable is the state table of a notice.
var NoticeTable = Table[NoticeState]{
	{NoticeDraft, "submit", NoticeSubmitted},
	{NoticeDraft, "withdraw", NoticeWithdrawn},
	{NoticeSubmitted, "endorse", NoticeEndorsed},
	{NoticeSubmitted, "approve", NoticeApproved},
	{NoticeSubmitted, "return", NoticeDraft},
	{NoticeSubmitted, "withdraw", NoticeWithdrawn},
	{NoticeEndorsed, "approve", NoticeApproved},
	{NoticeEndorsed, "return", NoticeDraft},
	{NoticeEndorsed, "withdraw", NoticeWithdrawn},
	{NoticeApproved, "dispatch", NoticeDispatched},
	{NoticeApproved, "withdraw", NoticeWithdrawn},
	{NoticeDispatched, "recall", NoticeApproved},
	{NoticeDispatched, "send", NoticeSent},
	{NoticeDispatched, "receive", NoticeReceived},
	{NoticeDispatched, "bounce", NoticeBounced},
	{NoticeSent, "receive", NoticeReceived},
	{NoticeSent, "bounce", NoticeBounced},
	{NoticeSent, "escalate", NoticeEscalated},
	{NoticeSent, "verify", NoticeComplied},
	{NoticeSent, "withdraw", NoticeWithdrawn},
	{NoticeReceived, "clarify", NoticeClarifying},
	{NoticeReceived, "claim", NoticeClaimed},
	{NoticeReceived, "refuse", NoticeRefused},
	{NoticeReceived, "verify", NoticeComplied},
	{NoticeReceived, "escalate", NoticeEscalated},
	{NoticeReceived, "withdraw", NoticeWithdrawn},
	{NoticeClarifying, "answer", NoticeReceived},
	{NoticeClarifying, "verify", NoticeComplied},
	{NoticeClarifying, "refuse", NoticeRefused},
	{NoticeClarifying, "withdraw", NoticeWithdrawn},
	{NoticeClaimed, "verify", NoticeComplied},
	{NoticeClaimed, "clarify", NoticeClarifying},
	{NoticeClaimed, "refuse", NoticeRefused},
	{NoticeClaimed, "escalate", NoticeEscalated},
	{NoticeRefused, "escalate", NoticeEscalated},
	{NoticeRefused, "verify", NoticeComplied},
	{NoticeBounced, "dispatch", NoticeDispatched},
	{NoticeBounced, "escalate", NoticeEscalated},
	{NoticeBounced, "withdraw", NoticeWithdrawn},
	{NoticeEscalated, "verify", NoticeComplied},
	{NoticeComplied, "breach", NoticeBreached},
	{NoticeBreached, "verify", NoticeComplied},
	{NoticeBreached, "escalate", NoticeEscalated},
	// It loses its effect after it was served: annulled by a court or found to infringe (TCO Art 4(6), 9), or revoked by the issuer.
	{NoticeSent, "annul", NoticeWithdrawn},
	{NoticeReceived, "annul", NoticeWithdrawn},
	{NoticeClarifying, "annul", NoticeWithdrawn},
	{NoticeClaimed, "annul", NoticeWithdrawn},
	{NoticeComplied, "annul", NoticeWithdrawn},
	{NoticeBreached, "annul", NoticeWithdrawn},
	{NoticeRefused, "annul", NoticeWithdrawn},
	{NoticeEscalated, "annul", NoticeWithdrawn},
	{NoticeClaimed, "revoke", NoticeWithdrawn},
	{NoticeComplied, "revoke", NoticeWithdrawn},
	{NoticeBreached, "revoke", NoticeWithdrawn},
	{NoticeRefused, "revoke", NoticeWithdrawn},
	{NoticeEscalated, "revoke", NoticeWithdrawn},
}

// Open reports whether something is still expected of the addressee.
func (s NoticeState) Open() bool {
	return slices.Contains([]NoticeState{NoticeDispatched, NoticeSent, NoticeReceived, NoticeClarifying, NoticeClaimed, NoticeBreached}, s)
}

// Unsent reports whether an act has not left and still could.
func (n Notice) Unsent() bool {
	return slices.Contains([]NoticeState{NoticeDraft, NoticeSubmitted, NoticeEndorsed, NoticeApproved}, n.State)
}

// A Notice is an act served on an addressee about one address: a referral, a notice, an order, a report.
type Notice struct {
	ID         NoticeID
	Unit       UnitID
	Ref        string // "RO-2026-0412"
	Instrument legal.Instrument
	Regime     string // id and version of the rules it was made under: "eu/1"
	Request    legal.Request
	Asset      AssetID
	Item       ItemID // 0 for an act at name level
	Locator    string
	Provider   ProviderID
	Layer      legal.Layer // the addressee's part in carrying the asset
	Operation  OperationID // 0 for an act of its own
	Parent     NoticeID    // the act that it escalates
	Lang       string
	Reasons    string
	Basis      string
	Drafted    OfficerID
	Approvals  []Approval
	State      NoticeState
	Key        string // idempotency key, given when drafted, never changed
	Created    time.Time
	SentAt     time.Time
	ReceivedAt time.Time
	OutcomeAt  time.Time
	Outcome    string   // the addressee's words or what we verified, short
	RemoteID   string   // the addressee's number
	Subject    string   // of the letter, as submitted; "" while it is a draft
	Text       string   // the letter, as submitted: what is approved is what leaves
	Batch      BatchID  // the letter that it leaves in with others; 0: in one of its own
	Threat     ThreatID // the threat to life for which it left by the fast lane; 0: none
	Emergency  Emergency
	Facts      string // the record of the act (docs/format/act.md), as submitted; "" while it is a draft

	Stage    Stage     // when on an operation's day it leaves
	Drill    bool      // a task of a drill: it is played and never leaves
	PlayedAt time.Time // when it would have left
}

// An Approval is one person's signature under the act as it stood.
type Approval struct {
	By     OfficerID `json:"by"`
	At     time.Time `json:"at"`
	Event  EventID   `json:"event"`  // its place in the ledger decides when the act may leave
	Digest string    `json:"digest"` // SHA-256 of what was approved
}

// EndsWithRemoval reports whether the act asks for what a verified removal brings about. A request for data is not answered by it.
func (n Notice) EndsWithRemoval() bool {
	return slices.Contains([]legal.Request{legal.RemoveContent, legal.HoldName, legal.Delist}, n.Request)
}

// Signed refuses an act whose approvals are not those that it needs: each by another officer, and on what the digest covers.
func (n Notice) Signed(digest string) error {
	need := 1
	if n.NeedsTwo() {
		need = 2
	}
	for i, a := range n.Approvals {
		if a.By == 0 || slices.ContainsFunc(n.Approvals[:i], func(b Approval) bool { return b.By == a.By }) {
			return Refuse(Forbidden, n.Ref+" has two approvals of one officer", "have it approved anew")
		}
		if a.Digest != digest {
			return Refuse(Conflict, n.Ref+" is not what was approved", "withdraw it and draft it anew")
		}
	}
	if len(n.Approvals) < need {
		return Refuse(Forbidden, fmt.Sprintf("%s has %d of %d approvals", n.Ref, len(n.Approvals), need), "have it approved first")
	}
	return nil
}

// NeedsTwo reports whether two people must approve.
func (n Notice) NeedsTwo() bool { return n.Instrument.Binding() }

// Approve takes an approval in. A non-binding act needs one; a binding one needs two different officers, the last of them a
// signing officer who did not draft it. Nothing overrides that here.
func (n Notice) Approve(by Officer, digest string, at time.Time) (Notice, Event, error) {
	s := by.Scope()
	verb := "approve"
	switch {
	case by.ID == 0:
		return n, Event{}, Refuse(Forbidden, "only a person approves an act", "")
	case by.State != OfficerActive:
		return n, Event{}, Refuse(Forbidden, "an officer who is "+string(by.State)+" approves nothing", "ask an active colleague")
	case by.Unit != n.Unit:
		return n, Event{}, Refuse(Forbidden, "an act is approved by officers of the unit that serves it", "")
	case slices.ContainsFunc(n.Approvals, func(a Approval) bool { return a.By == by.ID }):
		return n, Event{}, Refuse(Forbidden, "you have approved this act already", "a second, different officer must approve it")
	case !n.NeedsTwo():
		if err := s.May(ToEndorse); err != nil {
			return n, Event{}, err
		}
	case len(n.Approvals) == 0:
		if err := s.May(ToEndorse); err != nil {
			return n, Event{}, err
		}
		verb = "endorse"
	default:
		if err := s.May(ToSign); err != nil {
			return n, Event{}, err
		}
		if by.ID == n.Drafted {
			return n, Event{}, Refuse(Forbidden, "who drafted a binding act cannot sign it", "another signing officer must sign")
		}
		if n.Approvals[0].Digest != digest {
			return n, Event{}, Refuse(Conflict, "the act was changed after the first approval", "return it to draft and have it approved anew")
		}
	}
	n, e, err := n.step(verb, by.ID, at, "")
	if err != nil {
		return n, e, err
	}
	n.Approvals = append(slices.Clone(n.Approvals), Approval{By: by.ID, At: at, Digest: digest})
	return n, e.With("digest", digest).With("approval", len(n.Approvals)), nil
}

// Step moves the notice by a verb of its table. It refuses approvals: they go through Approve.
func (n Notice) Step(verb string, by OfficerID, at time.Time, note string) (Notice, Event, error) {
	if verb == "endorse" || verb == "approve" {
		return n, Event{}, Refuse(Internal, "an approval needs an officer and the digest of the act", "call Approve")
	}
	if err := byPerson(by, verb, "submit", "return", "withdraw", "escalate", "annul", "revoke"); err != nil {
		return n, Event{}, err
	}
	return n.step(verb, by, at, note)
}

func (n Notice) step(verb string, by OfficerID, at time.Time, note string) (Notice, Event, error) {
	to, err := NoticeTable.Next(n.State, verb)
	if err != nil {
		return n, Event{}, err
	}
	e := change("notice", int64(n.ID), verb, n.State, to, by, n.Unit, at, note)
	n.State = to
	switch verb {
	case "return":
		n.Approvals, n.Subject, n.Text, n.Facts = nil, "", "", ""
	case "send":
		n.SentAt = at
	case "receive":
		if n.SentAt.IsZero() {
			n.SentAt = at
		}
		if n.ReceivedAt.IsZero() { // a receipt is never edited; a correction is a further one (Receipt)
			n.ReceivedAt = at
		}
	case "verify", "refuse", "bounce", "escalate", "withdraw", "annul", "revoke":
		n.OutcomeAt, n.Outcome = at, note
	}
	return n, e, nil
}

// Ready refuses to submit an act that lacks a part.
func (n Notice) Ready() error {
	for _, m := range []struct{ what, value string }{
		{"address", n.Locator}, {"instrument", string(n.Instrument)}, {"statement of reasons", strings.TrimSpace(n.Reasons)},
		{"legal basis", n.Basis}, {"language", n.Lang},
	} {
		if m.value == "" {
			return Refuse(Invalid, fmt.Sprintf("the %s is missing", m.what), "complete the draft")
		}
	}
	if n.Provider == 0 {
		return Refuse(Invalid, "the addressee is missing", "choose who can act")
	}
	return nil
}

// A Letter is one entry of the thread with an addressee: sent or received, never changed afterwards.
type Letter struct {
	ID        int64
	Notice    NoticeID
	Inbound   bool
	At        time.Time
	Kind      string // "notice", "copy" and "reminder" to the second contact, "answer", "receipt", "clarification", "done", "refused", "impossible", "bounce", "note", "unknown"
	Channel   string
	From      string
	Subject   string
	Text      string
	MessageID string // unique: the same letter is taken in once
	Proof     string // the server's own words, or the digest of the raw mail in the evidence store
	Failed    string // why it could not be delivered; "" unless that is so
	Authentic string // how its sender was recognised as the addressee or our mail server; "" if not at all (Provider.Wrote)
	By        OfficerID
	Guess     bool      // its kind was guessed from words: a person must look
	Files     []File    // documents it carries, in the store of letters
	Annex     *Annex    // that it was read as; nil: none
	Remark    string    // what a person must know of it: why it moved nothing, what its files would do; "" for nothing
	Contact   ContactID // the further contact that it goes to; 0: the addressee's first one
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A Notice is an act served on an addressee about one address: a referral, a notice, an order, a report.
type Notice struct {
	ID         int64      `json:"id"`
	Unit       int64      `json:"unit"`
	Ref        string     `json:"ref"`
	Instrument instrument `json:"instrument"`
	Title      string     `json:"title" doc:"The instrument's name."`
	Binding    bool       `json:"binding" doc:"Two different officers must approve."`
	Regime     string     `json:"regime" doc:"Id and version of the rules that it was made under."`
	Request    request    `json:"request"`
	Asset      int64      `json:"asset"`
	Item       int64      `json:"item,omitempty" doc:"Absent for the asset as a whole."`
	Address
	Provider   int64       `json:"provider"`
	Layer      layer       `json:"layer"`
	Operation  int64       `json:"operation,omitempty"`
	Parent     int64       `json:"parent,omitempty" doc:"The act that it escalates."`
	Batch      int64       `json:"batch,omitempty" doc:"The grouped letter that it leaves in."`
	Threat     int64       `json:"threat,omitempty" doc:"The threat to life for which it leaves by the fast lane."`
	Emergency  string      `json:"emergency,omitempty" doc:"What is at risk, where a production order gives eight hours."`
	Lang       string      `json:"lang"`
	Reasons    string      `json:"reasons"`
	Basis      string      `json:"basis"`
	DraftedBy  int64       `json:"drafted_by"`
	Approved   int         `json:"approved" doc:"Number of approvals."`
	State      noticeState `json:"state"`
	Created    *Stamp      `json:"created"`
	SentAt     *Stamp      `json:"sent_at,omitempty"`
	ReceivedAt *Stamp      `json:"received_at,omitempty" doc:"Receipt: what starts the clocks."`
	OutcomeAt  *Stamp      `json:"outcome_at,omitempty"`
	Outcome    string      `json:"outcome,omitempty"`
	RemoteID   string      `json:"remote_id,omitempty" doc:"The addressee's number."`
}

// An Approval is one person's signature under the act as it stood.
type Approval struct {
	By     int64  `json:"by"`
	Name   string `json:"name"`
	At     *Stamp `json:"at"`
	Event  int64  `json:"event"`
	Index  *int64 `json:"index,omitempty" doc:"Its place in the ledger."`
	Sealed bool   `json:"sealed" doc:"A signed checkpoint covers it: only then the act leaves."`
	Digest string `json:"digest" doc:"SHA-256 of what was approved."`
}

// Paper is what the addressee gets.
type Paper struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
	Sent    bool   `json:"sent" doc:"These are the words that left; otherwise those that would."`
}

// A NoticeDetail is a notice with its clocks, thread and approvals.
type NoticeDetail struct {
	Notice
	ProviderName string     `json:"provider_name,omitempty"`
	Clocks       []Clock    `json:"clocks" nullable:"false"`
	Letters      []Letter   `json:"letters" nullable:"false" doc:"The thread, oldest first."`
	Approvals    []Approval `json:"approvals" nullable:"false"`
	Paper        Paper      `json:"paper"`
	Digest       string     `json:"digest" doc:"What an approval covers: SHA-256, hex."`
}

func (n Notice) cursor() string { return number(n.ID) }

func notice(n iru.Notice) Notice {
	return Notice{ID: int64(n.ID), Unit: int64(n.Unit), Ref: n.Ref, Instrument: instrument(n.Instrument), Title: n.Instrument.Title(), Binding: n.Instrument.Binding(),
		Regime: n.Regime, Request: request(n.Request), Asset: int64(n.Asset), Item: int64(n.Item), Address: address(n.Locator), Provider: int64(n.Provider), Layer: layer(n.Layer),
		Operation: int64(n.Operation), Batch: int64(n.Batch), Threat: int64(n.Threat), Parent: int64(n.Parent), Lang: n.Lang, Reasons: n.Reasons, Basis: n.Basis, DraftedBy: int64(n.Drafted), Approved: len(n.Approvals),
		State: noticeState(n.State), Created: at(n.Created), SentAt: at(n.SentAt), ReceivedAt: at(n.ReceivedAt), OutcomeAt: at(n.OutcomeAt), Outcome: n.Outcome, RemoteID: n.RemoteID, Emergency: n.Emergency.Kind}
}

type (
	noticesIn struct {
		Page
		State     noticeState `query:"state"`
		Asset     int64       `query:"asset" minimum:"1"`
		Operation int64       `query:"operation" minimum:"1"`
		Provider  int64       `query:"provider" minimum:"1"`
		Drills    bool        `query:"drills" doc:"Those of drills, too, of which nothing ever leaves; with an operation they are listed in any case."`
	}
	// Addressee says on whom an act is to be served, and by which instrument.
	Addressee struct {
		Item       int64      `json:"item,omitempty" minimum:"1" doc:"Absent: the asset as a whole."`
		Provider   int64      `json:"provider" minimum:"1"`
		Layer      layer      `json:"layer"`
		Instrument instrument `json:"instrument"`
		Request    request    `json:"request,omitempty" doc:"Absent: what is usual for the layer."`
		Reasons    string     `json:"reasons,omitempty" maxLength:"20000" doc:"Absent: those of the assessment."`
		Lang       language   `json:"lang,omitempty" doc:"Absent: English."`
	}
	draftBody struct {
		Asset int64 `json:"asset" minimum:"1"`
		Addressee
		Operation int64 `json:"operation,omitempty" minimum:"1"`
		Unit      int64 `json:"unit,omitempty" minimum:"1" doc:"The unit that serves it in an operation; absent: the officer's own."`
	}
	escalateBody struct{ Addressee }
	editBody     struct {
		Reasons string   `json:"reasons" minLength:"1" maxLength:"20000"`
		Lang    language `json:"lang"`
	}
	emergencyBody struct {
		Kind string `json:"kind" enum:",life,infrastructure" doc:"What is at risk (Regulation (EU) 2023/1543, Article 3); empty takes it back."`
		Why  string `json:"why,omitempty" maxLength:"20000" doc:"Its grounds, which the addressee reads."`
	}
	rerouteBody struct {
		Provider   int64      `json:"provider" minimum:"1" doc:"Who carries it now."`
		Instrument instrument `json:"instrument,omitempty" doc:"Absent: the same one."`
	}
	textBody struct {
		Text string `json:"text" minLength:"1" maxLength:"20000"`
	}
)

func (a Addressee) draft() desk.DraftRequest {
	return desk.DraftRequest{Item: iru.ItemID(a.Item), Provider: iru.ProviderID(a.Provider), Layer: legal.Layer(a.Layer), Instrument: legal.Instrument(a.Instrument),
		Request: legal.Request(a.Request), Lang: string(a.Lang), Reasons: a.Reasons}
}

// approveBody names what was read: an act that changed since is not approved.
type approveBody struct {
	Digest string `json:"digest" minLength:"64" maxLength:"64" doc:"Of the act as it was read (digest of the notice)."`
}

func (s *server) notices() {
	list(s, "/v1/notices", "list-notices", "List the notices", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *noticesIn, n int) ([]Notice, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		f := db.NoticeFilter{State: iru.NoticeState(in.State), Asset: iru.AssetID(in.Asset), Operation: iru.OperationID(in.Operation), Provider: iru.ProviderID(in.Provider), Drills: in.Drills}
		ns, err := t.NoticesAfter(ctx, sc, f, iru.NoticeID(after), n)
		if err != nil {
			return nil, err
		}
		for i := range ns {
			hidden, err := desk.Veiled(ctx, t, sc, ns[i].ID)
			if err != nil {
				return nil, err
			}
			if hidden {
				ns[i].Reasons = ""
			}
		}
		return paged(ns, err, notice)
	})
	ask(s, "/v1/notices/{id}", "get-notice", "Read a notice with its clocks, thread, approvals and paper", func(ctx context.Context, in *ByID) (NoticeDetail, error) {
		out, err := view(ctx, s, func(t *db.Tx, sc iru.Scope) (NoticeDetail, error) {
			return s.noticeDetail(ctx, t, sc, iru.NoticeID(in.ID))
		})
		if err == nil && !out.Paper.Sent {
			out.Paper.Subject, out.Paper.Text, err = s.desk.Paper(ctx, callerOf(ctx).scope, iru.NoticeID(in.ID))
		}
		return out, err
	})
	post(s, "/v1/notices", "draft-notice", "Draft a notice", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[draftBody]) (Notice, error) {
		r := in.Body.draft()
		r.Asset, r.Operation, r.Unit = iru.AssetID(in.Body.Asset), iru.OperationID(in.Body.Operation), iru.UnitID(in.Body.Unit)
		n, err := s.desk.Draft(ctx, sc, r)
		return notice(n), err
	})
	post(s, "/v1/notices/{id}/escalate", "escalate-notice", "Draft the next act on somebody else who can act", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[escalateBody]) (Notice, error) {
		n, err := s.desk.Escalate(ctx, sc, iru.NoticeID(in.ID), in.Body.draft())
		return notice(n), err
	})
	post(s, "/v1/notices/{id}/edit", "edit-notice", "Change a draft's words", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[editBody]) (Notice, error) {
		n, err := s.desk.Edit(ctx, sc, iru.NoticeID(in.ID), in.Body.Reasons, string(in.Body.Lang))
		return notice(n), err
	})
	post(s, "/v1/notices/{id}/emergency", "declare-emergency", "Say on the draft of a production order why it gives eight hours", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[emergencyBody]) (Notice, error) {
		n, err := s.desk.DeclareEmergency(ctx, sc, iru.NoticeID(in.ID), iru.Emergency{Kind: in.Body.Kind, Why: in.Body.Why})
		return notice(n), err
	})
	post(s, "/v1/notices/{id}/submit", "submit-notice", "Hand a draft to those who approve", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (Notice, error) {
		n, err := s.desk.Submit(ctx, sc, iru.NoticeID(in.ID))
		return notice(n), err
	})
	post(s, "/v1/notices/{id}/submit-alone", "submit-notice-alone", "Hand in an order of one hour to an addressee with one contact only", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Notice, error) {
		n, err := s.desk.SubmitAlone(ctx, sc, iru.NoticeID(in.ID), in.Body.Reason)
		return notice(n), err
	})
	post(s, "/v1/notices/{id}/reroute", "reroute-notice", "Take over an act whose address moved, by a draft on who carries it now", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[rerouteBody]) (Notice, error) {
		n, err := s.desk.Reroute(ctx, sc, iru.NoticeID(in.ID), iru.ProviderID(in.Body.Provider), legal.Instrument(in.Body.Instrument))
		return notice(n), err
	})
	post(s, "/v1/notices/{id}/remind", "remind", "Write to the second contact about an act that is open", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[textBody]) (Notice, error) {
		if _, err := s.desk.Remind(ctx, sc, iru.NoticeID(in.ID), in.Body.Text); err != nil {
			return Notice{}, err
		}
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (Notice, error) {
			n, err := t.Notice(ctx, sc, iru.NoticeID(in.ID))
			return notice(n), err
		})
	})
	post(s, "/v1/notices/{id}/approve", "approve-notice", "Approve the act that was read", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[approveBody]) (Notice, error) {
		n, err := s.desk.Approve(ctx, sc, iru.NoticeID(in.ID), in.Body.Digest)
		return notice(n), err
	})
	post(s, "/v1/notices/{id}/return", "return-notice", "Give the act back to its author; approvals lapse", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Notice, error) {
		n, err := s.desk.Return(ctx, sc, iru.NoticeID(in.ID), in.Body.Reason)
		return notice(n), err
	})
	post(s, "/v1/notices/{id}/withdraw", "withdraw-notice", "End the act", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Notice, error) {
		n, err := s.desk.Withdraw(ctx, sc, iru.NoticeID(in.ID), in.Body.Reason)
		return notice(n), err
	})
	post(s, "/v1/notices/{id}/resend", "resend-notice", "Send an act that bounced again", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (Notice, error) {
		if err := s.desk.Resend(ctx, sc, iru.NoticeID(in.ID)); err != nil {
			return Notice{}, err
		}
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (Notice, error) {
			n, err := t.Notice(ctx, sc, iru.NoticeID(in.ID))
			return notice(n), err
		})
	})
}

func (s *server) noticeDetail(ctx context.Context, t *db.Tx, sc iru.Scope, id iru.NoticeID) (NoticeDetail, error) {
	n, err := t.Notice(ctx, sc, id)
	if err != nil {
		return NoticeDetail{}, err
	}
	if hidden, err := desk.Veiled(ctx, t, sc, id); err != nil {
		return NoticeDetail{}, err
	} else if hidden {
		return NoticeDetail{}, desk.NotYet
	}
	out := NoticeDetail{Notice: notice(n), Approvals: []Approval{}}
	if p, err := t.Provider(ctx, sc, n.Provider); err == nil {
		out.ProviderName = p.Name
	} else if !errors.Is(err, iru.NotFound) { // another unit's addressee in a shared operation
		return out, err
	}
	cs, err := t.ClocksOf(ctx, sc, n.ID)
	if err != nil {
		return out, err
	}
	now := s.now()
	out.Clocks = shown(cs, func(c iru.Clock) Clock { return clock(c, now) })
	ls, err := t.Letters(ctx, sc, n.ID)
	if err != nil {
		return out, err
	}
	out.Letters = shown(ls, letter)
	if out.Digest, err = desk.ActDigest(n); err != nil {
		return out, err
	}
	for _, a := range n.Approvals {
		who, err := t.Officer(ctx, a.By)
		if err != nil {
			return out, err
		}
		shownAs := Approval{By: int64(a.By), Name: who.Name, At: at(a.At), Event: int64(a.Event), Digest: a.Digest}
		place, sealed, err := t.Sealed(ctx, a.Event)
		if err != nil {
			return out, err
		}
		if shownAs.Sealed = sealed; place >= 0 {
			shownAs.Index = &place
		}
		out.Approvals = append(out.Approvals, shownAs)
	}
	for _, l := range ls {
		if !l.Inbound && l.Kind == "notice" {
			out.Paper = Paper{Subject: l.Subject, Text: l.Text, Sent: true}
		}
	}
	return out, nil
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A Partner is a unit with an installation of its own.
type Partner struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	Country     string `json:"country"`
	URL         string `json:"url" doc:"Of its installation."`
	Fingerprint string `json:"fingerprint" doc:"To be compared by telephone."`
	State       string `json:"state" enum:"proposed,confirmed,suspended,ended"`
	AddedBy     int64  `json:"added_by"`
	ConfirmedBy int64  `json:"confirmed_by,omitempty"`
	Note        string `json:"note,omitempty"`
	Offered     bool   `json:"offered,omitempty" doc:"Another card waits to be adopted."`

	Waiting int    `json:"waiting" doc:"Messages that are not known to be there."`
	Oldest  *Stamp `json:"oldest,omitempty" doc:"When the oldest of them was written."`
	Parked  int    `json:"parked" doc:"Messages of the partner that a person must look at."`
	Heard   *Stamp `json:"heard,omitempty" doc:"When something of it last came."`
	Skew    *int64 `json:"skew_us,omitempty" doc:"Its clock minus ours, in microseconds."`
	Skewed  bool   `json:"skewed" doc:"A release waits until a person accepts the difference."`
	Trouble string `json:"trouble,omitempty" doc:"Why nothing is sent until a person acts."`
	Alarm   string `json:"alarm,omitempty" doc:"What came and was not taken, until a person has looked into it."`
	Failed  string `json:"failed,omitempty" doc:"Why it could not be reached."`
	Out     int64  `json:"out_epoch" doc:"Epoch of what is sent."`
	In      int64  `json:"in_epoch" doc:"Epoch of what is taken."`
}

func (p Partner) cursor() string { return number(p.ID) }

// A PartnerMessage is one message of a partner.
type PartnerMessage struct {
	ID        int64  `json:"id"`
	Kind      string `json:"kind"`
	Handling  string `json:"handling"`
	Operation string `json:"operation,omitempty" doc:"Its number on every machine."`
	Epoch     int64  `json:"epoch"`
	Seq       int64  `json:"seq"`
	State     string `json:"state" enum:"received,waiting,applied,parked,dismissed"`
	Why       string `json:"why,omitempty" doc:"It was parked."`
	Said      *Stamp `json:"said" doc:"By the partner's clock."`
	At        *Stamp `json:"at"`
}

// An Inquiry asks whether the other side has an address: hit or no hit.
type Inquiry struct {
	ID        int64    `json:"id"`
	Ours      bool     `json:"ours"`
	Purpose   string   `json:"purpose"`
	By        int64    `json:"by,omitempty"`
	Asker     string   `json:"asker"`
	Count     int      `json:"count"`
	Addresses []string `json:"addresses" nullable:"false" doc:"Of our own questions only."`
	State     string   `json:"state" enum:"asked,answered,refused"`
	Hits      []string `json:"hits" nullable:"false"`
	Contact   string   `json:"contact,omitempty" doc:"Whom to call, after a hit."`
	Why       string   `json:"why,omitempty"`
	At        *Stamp   `json:"at"`
}

// An Invitation asks us to take part in a partner's operation.
type Invitation struct {
	ID        int64    `json:"id"`
	Partner   int64    `json:"partner"`
	Name      string   `json:"name"`
	Roles     []string `json:"roles" nullable:"false"`
	Note      string   `json:"note,omitempty"`
	State     string   `json:"state" enum:"open,accepted,declined,withdrawn"`
	At        *Stamp   `json:"at"`
	Operation int64    `json:"operation,omitempty" doc:"What was made of it."`
}

func (i Invitation) cursor() string { return number(i.ID) }

// A Standing is what a partner says of its own operation.
type Standing struct {
	Partner  int64  `json:"partner"`
	State    string `json:"state"`
	T0       *Stamp `json:"t0,omitempty" doc:"What it proposes, where it leads; else what its own director released for."`
	Agrees   bool   `json:"agrees" doc:"Its director released for the T0 that holds here."`
	Director string `json:"director,omitempty"`
	Heard    *Stamp `json:"heard,omitempty"`
}

type (
	cardBody struct {
		Card string `json:"card" minLength:"1" maxLength:"8192" doc:"The text of the card, as it was handed over."`
	}
	comparedBody struct {
		Fingerprint string `json:"fingerprint" maxLength:"200" doc:"As the partner read it by telephone."`
		Reason      string `json:"reason" maxLength:"1000" doc:"Who was called, at which number, and when."`
	}
	epochBody struct {
		Epoch  int64  `json:"epoch" minimum:"2"`
		Reason string `json:"reason" maxLength:"4000"`
	}
	inquiryBody struct {
		Purpose   string   `json:"purpose" minLength:"1" maxLength:"400" doc:"As the partner reads it."`
		Addresses []string `json:"addresses" nullable:"false" minItems:"1" maxItems:"50"`
	}
	acceptBody struct {
		Director int64 `json:"director,omitempty" minimum:"1" doc:"Absent: the officer."`
	}
	inviteBody struct {
		Partner int64    `json:"partner" minimum:"1"`
		Roles   []string `json:"roles" nullable:"false" minItems:"1" maxItems:"6"`
		Note    string   `json:"note,omitempty" maxLength:"2000"`
	}
	partnerPackageBody struct {
		Partner int64   `json:"partner" minimum:"1"`
		But     []int64 `json:"but,omitempty" nullable:"false" maxItems:"1000" doc:"Tasks that are left out."`
	}
	proposeBody struct {
		T0 time.Time `json:"t0"`
	}
	dutyBody struct {
		Partner  int64  `json:"partner,omitempty" minimum:"1" doc:"Absent: all that take part."`
		Text     string `json:"text" minLength:"1" maxLength:"4000"`
		Handling string `json:"handling,omitempty" maxLength:"500" doc:"As TLP:AMBER PAP:AMBER H0, which holds where none is given."`
	}
	messagesIn struct {
		ByID
		State string `query:"state" enum:"received,waiting,parked" default:"parked"`
	}
)

func (s *server) partners() {
	list(s, "/v1/partners", "list-partners", "List the units with an installation of their own", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Partner, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		ps, err := t.PartnersAfter(ctx, sc, iru.PartnerID(after), n)
		out := []Partner{}
		for _, p := range ps {
			x, err := partner(ctx, t, p)
			if err != nil {
				return nil, err
			}
			out = append(out, x)
		}
		return out, err
	})
	get(s, "/v1/partners/{id}", "get-partner", "Read a partner and where the traffic stands", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (Partner, error) {
		return readPartner(ctx, t, sc, in.ID)
	})
	again := func(ctx context.Context, id int64, err error) (Partner, error) {
		if err != nil {
			return Partner{}, err
		}
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (Partner, error) { return readPartner(ctx, t, sc, id) })
	}
	post(s, "/v1/partners", "add-partner", "Enter a partner from its card; a second person confirms it", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[cardBody]) (Partner, error) {
		p, err := s.desk.AddPartner(ctx, sc, in.Body.Card)
		return again(ctx, int64(p.ID), err)
	})
	post(s, "/v1/partners/{id}/card", "offer-partner-card", "Enter a card that is to take the place of the present one", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[cardBody]) (Partner, error) {
		_, err := s.desk.OfferCard(ctx, sc, iru.PartnerID(in.ID), in.Body.Card)
		return again(ctx, in.ID, err)
	})
	for _, v := range []struct {
		verb, summary string
		do            func(context.Context, iru.Scope, iru.PartnerID, string, string) (iru.Partner, error)
	}{{"confirm", "Confirm a partner, after a call, as a second person", s.desk.ConfirmPartner}, {"adopt", "Adopt the offered card, after a call, as a second person", s.desk.AdoptCard}} {
		post(s, "/v1/partners/{id}/"+v.verb, v.verb+"-partner", v.summary, desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[comparedBody]) (Partner, error) {
			_, err := v.do(ctx, sc, iru.PartnerID(in.ID), in.Body.Fingerprint, in.Body.Reason)
			return again(ctx, in.ID, err)
		})
	}
	step := func(verb string) func(context.Context, iru.Scope, iru.PartnerID, string) error {
		return func(ctx context.Context, sc iru.Scope, id iru.PartnerID, why string) error {
			_, err := s.desk.StepPartner(ctx, sc, id, verb, why)
			return err
		}
	}
	line := func(do func(context.Context, iru.Scope, iru.PartnerID, string) (iru.Line, error)) func(context.Context, iru.Scope, iru.PartnerID, string) error {
		return func(ctx context.Context, sc iru.Scope, id iru.PartnerID, why string) error {
			_, err := do(ctx, sc, id, why)
			return err
		}
	}
	for _, v := range []struct {
		verb, summary string
		do            func(context.Context, iru.Scope, iru.PartnerID, string) error
	}{
		{"suspend", "Stop the traffic; what is written waits", step("suspend")},
		{"resume", "Go on with the traffic", step("resume")},
		{"end", "End the relation", step("end")},
		{"begin-epoch", "Go on in a new epoch, after a store was put back", line(s.desk.BeginEpoch)},
		{"accept-skew", "Accept the difference of the clocks as it is now", line(s.desk.AcceptSkew)},
		{"clear-alarm", "Say that an alarm was looked into", line(s.desk.ClearAlarm)},
	} {
		post(s, "/v1/partners/{id}/"+v.verb, v.verb+"-partner", v.summary, desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Partner, error) {
			return again(ctx, in.ID, v.do(ctx, sc, iru.PartnerID(in.ID), in.Body.Reason))
		})
	}
	post(s, "/v1/partners/{id}/admit-epoch", "admit-epoch-partner", "Listen to a later epoch of the partner", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[epochBody]) (Partner, error) {
		_, err := s.desk.AdmitEpoch(ctx, sc, iru.PartnerID(in.ID), in.Body.Epoch, in.Body.Reason)
		return again(ctx, in.ID, err)
	})
	s.partnerMessages()
	s.partnerOperations()
}

func (s *server) partnerMessages() {
	get(s, "/v1/partners/{id}/messages", "list-partner-messages", "List the messages of a partner that wait for something", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *messagesIn) (List[PartnerMessage], error) {
		p, err := t.Partner(ctx, sc, iru.PartnerID(in.ID))
		if err != nil {
			return List[PartnerMessage]{}, err
		}
		is, err := t.IncomingIn(ctx, p.ID, iru.IncomingState(in.State), 200)
		return List[PartnerMessage]{Items: shown(is, partnerMessage)}, err
	})
	post(s, "/v1/messages/{id}/take-up", "take-up-message", "Bring a parked message about again", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (PartnerMessage, error) {
		i, err := s.desk.TakeUp(ctx, sc, iru.IncomingID(in.ID))
		return partnerMessage(i), err
	})
	post(s, "/v1/messages/{id}/dismiss", "dismiss-message", "Leave a parked message aside", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (PartnerMessage, error) {
		i, err := s.desk.DismissMessage(ctx, sc, iru.IncomingID(in.ID), in.Body.Reason)
		return partnerMessage(i), err
	})
	get(s, "/v1/partners/{id}/inquiries", "list-inquiries", "List the hit/no-hit questions of both sides, newest first", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (List[Inquiry], error) {
		is, err := t.Inquiries(ctx, sc, iru.PartnerID(in.ID), 200)
		return List[Inquiry]{Items: shown(is, inquiry)}, err
	})
	post(s, "/v1/partners/{id}/inquiries", "ask-partner", "Ask a partner whether it has an address: hit or no hit", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[inquiryBody]) (Inquiry, error) {
		i, err := s.desk.Inquire(ctx, sc, iru.PartnerID(in.ID), in.Body.Purpose, in.Body.Addresses)
		return inquiry(i), err
	})
}

func (s *server) partnerOperations() {
	list(s, "/v1/invitations", "list-invitations", "List the invitations of partners", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Invitation, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		is, err := t.InvitationsAfter(ctx, sc, iru.InvitationID(after), n)
		return paged(is, err, invitation)
	})
	post(s, "/v1/invitations/{id}/accept", "accept-invitation", "Take part, with a director of one's own", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[acceptBody]) (Operation, error) {
		o, err := s.desk.AcceptInvitation(ctx, sc, iru.InvitationID(in.ID), iru.OfficerID(in.Body.Director))
		return operation(o), err
	})
	post(s, "/v1/invitations/{id}/decline", "decline-invitation", "Not take part, with the reason", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Invitation, error) {
		i, err := s.desk.DeclineInvitation(ctx, sc, iru.InvitationID(in.ID), in.Body.Reason)
		return invitation(i), err
	})
	get(s, "/v1/operations/{id}/partners", "list-operation-partners", "List what partners say of their own operations", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (List[Standing], error) {
		o, err := t.Operation(ctx, sc, iru.OperationID(in.ID))
		if err != nil {
			return List[Standing]{}, err
		}
		ss, err := t.PartnerStandings(ctx, o.ID)
		return List[Standing]{Items: shown(ss, func(x iru.PartnerStanding) Standing {
			return Standing{Partner: int64(x.Partner), State: string(x.State), T0: at(x.T0), Agrees: x.Agrees(o.T0), Director: x.Director, Heard: at(x.Heard)}
		})}, err
	})
	post(s, "/v1/operations/{id}/partners", "invite-operation-partner", "Invite a partner to an operation", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[inviteBody]) (none, error) {
		_, err := s.desk.InvitePartner(ctx, sc, desk.InviteRequest{Operation: iru.OperationID(in.ID), Partner: iru.PartnerID(in.Body.Partner), Roles: shown(in.Body.Roles, func(r string) iru.TaskRole { return iru.TaskRole(r) }), Note: in.Body.Note})
		return none{}, err
	})
	post(s, "/v1/operations/{id}/package", "send-operation-package", "Send a partner its own tasks", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[partnerPackageBody]) (none, error) {
		_, err := s.desk.SendTasks(ctx, sc, iru.OperationID(in.ID), iru.PartnerID(in.Body.Partner), shown(in.Body.But, func(i int64) iru.TaskID { return iru.TaskID(i) }))
		return none{}, err
	})
	post(s, "/v1/operations/{id}/t0", "propose-operation-t0", "Propose T0 to the partners", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[proposeBody]) (none, error) {
		return none{}, s.desk.ProposeT0(ctx, sc, iru.OperationID(in.ID), in.Body.T0)
	})
	post(s, "/v1/operations/{id}/duty", "send-operation-duty", "Write a message from duty officer to duty officer", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[dutyBody]) (none, error) {
		var h iru.Handling
		if in.Body.Handling != "" {
			var err error
			if h, err = iru.ParseHandling(in.Body.Handling); err != nil {
				return none{}, err
			}
		}
		return none{}, s.desk.SendDuty(ctx, sc, iru.OperationID(in.ID), iru.PartnerID(in.Body.Partner), h, "", in.Body.Text)
	})
}

func readPartner(ctx context.Context, t *db.Tx, sc iru.Scope, id int64) (Partner, error) {
	p, err := t.Partner(ctx, sc, iru.PartnerID(id))
	if err != nil {
		return Partner{}, err
	}
	return partner(ctx, t, p)
}

func partner(ctx context.Context, t *db.Tx, p iru.Partner) (Partner, error) {
	l, err := t.Line(ctx, p.ID)
	if err != nil {
		return Partner{}, err
	}
	b, err := t.Backlog(ctx, p.ID)
	if err != nil {
		return Partner{}, err
	}
	out := Partner{ID: int64(p.ID), Name: p.Name, Country: p.Country, URL: p.URL, Fingerprint: p.Fingerprint, State: string(p.State), AddedBy: int64(p.AddedBy), ConfirmedBy: int64(p.ConfirmedBy), Note: p.Note, Offered: p.Next != "",
		Waiting: b.Messages, Parked: b.Parked, Heard: at(l.Heard), Skewed: l.Skewed() != nil, Trouble: l.Trouble, Alarm: l.Alarm, Failed: l.Failed, Out: l.Out.Epoch, In: l.In.Epoch}
	if b.Oldest != 0 {
		out.Oldest = at(time.UnixMicro(b.Oldest).UTC())
	}
	if !l.SkewAt.IsZero() {
		out.Skew = new(l.Skew.Microseconds())
	}
	return out, nil
}

func partnerMessage(i iru.Incoming) PartnerMessage {
	return PartnerMessage{ID: int64(i.ID), Kind: string(i.Kind), Handling: i.Handling, Operation: i.Operation, Epoch: i.Epoch, Seq: i.Seq, State: string(i.State), Why: i.Why, Said: at(i.Said), At: at(i.At)}
}

func inquiry(i iru.Inquiry) Inquiry {
	return Inquiry{ID: int64(i.ID), Ours: i.Ours, Purpose: i.Purpose, By: int64(i.By), Asker: i.Asker, Count: i.Count, Addresses: append([]string{}, i.Addresses...), State: string(i.State), Hits: append([]string{}, i.Hits...), Contact: i.Contact, Why: i.Why, At: at(i.At)}
}

func invitation(i iru.Invitation) Invitation {
	return Invitation{ID: int64(i.ID), Partner: int64(i.Partner), Name: i.Name, Roles: shown(i.Roles, func(r iru.TaskRole) string { return string(r) }), Note: i.Note, State: string(i.State), At: at(i.At), Operation: int64(i.Own)}
}

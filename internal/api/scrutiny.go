// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A Scrutiny is one cross-border removal order under Article 4. The issuer's reasons are not in it before the own conclusion is.
type Scrutiny struct {
	ID         int64         `json:"id"`
	Unit       int64         `json:"unit"`
	Role       string        `json:"role" enum:"issuer,scrutiniser"`
	State      scrutinyState `json:"state"`
	Notice     int64         `json:"notice,omitempty"`
	Ref        string        `json:"ref"`
	Authority  string        `json:"authority" doc:"The other authority."`
	Country    string        `json:"country"`
	Addressee  string        `json:"addressee"`
	Address    Address       `json:"locator"`
	Blind      bool          `json:"blind" doc:"The issuer's reasons are withheld."`
	Reasons    string        `json:"reasons,omitempty"`
	Limbs      []string      `json:"limbs" nullable:"false"`
	IssuedAt   *Stamp        `json:"issued_at,omitempty"`
	CopyAt     *Stamp        `json:"copy_at,omitempty"`
	Asker      string        `json:"asker,omitempty"`
	AskedAt    *Stamp        `json:"asked_at,omitempty"`
	Own        string        `json:"own,omitempty" doc:"infringes or none."`
	OwnReasons string        `json:"own_reasons,omitempty"`
	OwnBy      int64         `json:"own_by,omitempty"`
	Compared   string        `json:"compared,omitempty"`
	Intention  string        `json:"intention,omitempty"`
	ToldAt     *Stamp        `json:"told_at,omitempty"`
	Outcome    string        `json:"outcome,omitempty"`
	DecidedBy  int64         `json:"decided_by,omitempty"`
	DecidedAt  *Stamp        `json:"decided_at,omitempty"`
	Created    *Stamp        `json:"created"`
}

// ScrutinyDetail is a scrutiny with its clocks and letters.
type ScrutinyDetail struct {
	Scrutiny
	Clocks   []Clock   `json:"clocks" nullable:"false"`
	Missives []Missive `json:"missives" nullable:"false"`
}

func (s Scrutiny) cursor() string { return number(s.ID) }

func scrutiny(v iru.Scrutiny) Scrutiny {
	v = v.Veil()
	return Scrutiny{ID: int64(v.ID), Unit: int64(v.Unit), Role: v.Role, State: scrutinyState(v.State), Notice: int64(v.Notice), Ref: v.Ref, Authority: v.Authority, Country: v.Country, Addressee: v.Addressee,
		Address: address(v.Locator), Blind: v.Blind(), Reasons: v.Reasons, Limbs: texts(v.Limbs), IssuedAt: at(v.IssuedAt), CopyAt: at(v.CopyAt), Asker: v.Asker, AskedAt: at(v.AskedAt), Own: v.Own,
		OwnReasons: v.OwnReasons, OwnBy: int64(v.OwnBy), Compared: v.Compared, Intention: v.Intention, ToldAt: at(v.ToldAt), Outcome: v.Outcome, DecidedBy: int64(v.DecidedBy), DecidedAt: at(v.DecidedAt), Created: at(v.Created)}
}

type (
	scrutiniesIn struct {
		Page
		Role  string        `query:"role" enum:"issuer,scrutiniser"`
		State scrutinyState `query:"state"`
	}
	copyBody struct {
		Form          string   `json:"form,omitempty" maxLength:"900000" doc:"The JSON of the order's form, as text; the other fields come before it."`
		Ref           string   `json:"reference,omitempty" maxLength:"100"`
		Authority     string   `json:"authority,omitempty" maxLength:"200"`
		Country       string   `json:"country,omitempty" maxLength:"2"`
		AuthorityMail string   `json:"authority_mail,omitempty" maxLength:"320"`
		Addressee     string   `json:"addressee,omitempty" maxLength:"200"`
		AddresseeMail string   `json:"addressee_mail,omitempty" maxLength:"320"`
		Locator       string   `json:"address,omitempty" maxLength:"2048"`
		Reasons       string   `json:"reasons,omitempty" maxLength:"20000"`
		Limbs         []string `json:"limbs,omitempty" maxItems:"5"`
		Issued        string   `json:"issued,omitempty" maxLength:"40"`
		Received      string   `json:"received" maxLength:"40" doc:"When we had the copy, as a clock in zone showed it."`
		Ordered       string   `json:"ordered,omitempty" maxLength:"40" doc:"When the provider had the order."`
		Zone          string   `json:"zone,omitempty" maxLength:"60" doc:"Absent: UTC."`
		Provider      int64    `json:"provider,omitempty" minimum:"1"`
	}
	askBody struct {
		Asker string `json:"asker" enum:"provider,content provider"`
		Name  string `json:"name" minLength:"1" maxLength:"200"`
		Mail  string `json:"mail,omitempty" maxLength:"320"`
		At    string `json:"at" maxLength:"40"`
		Since string `json:"since" maxLength:"40" doc:"When the asker had the order, or was told of the removal."`
		Zone  string `json:"zone,omitempty" maxLength:"60"`
		Proof string `json:"proof" maxLength:"500"`
	}
	findingBody struct {
		Finding string `json:"finding" enum:"infringes,none" doc:"Whether it seriously or manifestly infringes."`
		Reason  string `json:"reason" maxLength:"20000"`
	}
)

func (s *server) scrutinies() {
	list(s, "/v1/scrutinies", "list-scrutinies", "List the cross-border orders that are or may be scrutinised", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *scrutiniesIn, n int) ([]Scrutiny, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		vs, err := t.ScrutiniesAfter(ctx, sc, in.Role, iru.ScrutinyState(in.State), iru.ScrutinyID(after), n)
		return paged(vs, err, scrutiny)
	})
	ask(s, "/v1/scrutinies/{id}", "get-scrutiny", "Read a scrutiny with its clocks and letters", func(ctx context.Context, in *ByID) (ScrutinyDetail, error) {
		v, cs, ms, err := s.desk.Scrutiny(ctx, callerOf(ctx).scope, iru.ScrutinyID(in.ID))
		return ScrutinyDetail{scrutiny(v), shown(cs, s.clock), shown(ms, missive)}, err
	})
	post(s, "/v1/scrutinies", "enter-copy", "Take in the copy of another state's removal order", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[copyBody]) (Scrutiny, error) {
		b := in.Body
		var c desk.Copy
		if b.Form != "" {
			var err error
			if c, err = desk.ParseCopy([]byte(b.Form)); err != nil {
				return Scrutiny{}, err
			}
		}
		for _, f := range []struct {
			into *string
			from string
		}{{&c.Ref, b.Ref}, {&c.Authority, b.Authority}, {&c.Country, b.Country}, {&c.AuthorityMail, b.AuthorityMail}, {&c.Addressee, b.Addressee}, {&c.AddresseeMail, b.AddresseeMail}, {&c.Locator, b.Locator},
			{&c.Reasons, b.Reasons}, {&c.Issued, b.Issued}, {&c.Received, b.Received}, {&c.Ordered, b.Ordered}, {&c.Zone, b.Zone}} {
			if f.from != "" {
				*f.into = f.from
			}
		}
		if len(b.Limbs) > 0 {
			c.Limbs = b.Limbs
		}
		c.Provider = iru.ProviderID(b.Provider)
		v, err := s.desk.EnterCopy(ctx, sc, c)
		return scrutiny(v), err
	})
	post(s, "/v1/scrutinies/{id}/ask", "ask-scrutiny", "Take in a request of the provider or the content provider", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[askBody]) (Scrutiny, error) {
		b := in.Body
		v, err := s.desk.RequestScrutiny(ctx, sc, iru.ScrutinyID(in.ID), desk.Request{Asker: b.Asker, Name: b.Name, Mail: b.Mail, At: b.At, Since: b.Since, Zone: b.Zone, Proof: b.Proof})
		return scrutiny(v), err
	})
	post(s, "/v1/scrutinies/{id}/examine", "examine-scrutiny", "Begin an examination on own initiative", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (Scrutiny, error) {
		v, err := s.desk.Examine(ctx, sc, iru.ScrutinyID(in.ID))
		return scrutiny(v), err
	})
	post(s, "/v1/scrutinies/{id}/conclude", "conclude-scrutiny", "Record the own conclusion, before the issuer's reasons are shown", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[findingBody]) (Scrutiny, error) {
		v, err := s.desk.Conclude(ctx, sc, iru.ScrutinyID(in.ID), in.Body.Finding, in.Body.Reason)
		return scrutiny(v), err
	})
	words := func(path, id, summary, scope string, do func(context.Context, iru.Scope, iru.ScrutinyID, string) (iru.Scrutiny, error)) {
		post(s, "/v1/scrutinies/{id}/"+path, id, summary, scope, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Scrutiny, error) {
			v, err := do(ctx, sc, iru.ScrutinyID(in.ID), in.Body.Reason)
			return scrutiny(v), err
		})
	}
	words("compare", "compare-scrutiny", "Record in what the own conclusion differs from the issuer's reasons", desk.ScopeDecide, s.desk.Compare)
	words("announce", "announce-intention", "Tell the issuer the intention to find an infringement, or record that we were told", desk.ScopeDecide, s.desk.AnnounceIntention)
	words("issuer-withdrew", "issuer-withdrew", "Record that the issuer withdrew its order", desk.ScopeDecide, s.desk.IssuerWithdrew)
	post(s, "/v1/scrutinies/{id}/decide", "decide-scrutiny", "Decide, or record the other authority's decision", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[findingBody]) (Scrutiny, error) {
		v, err := s.desk.Decide(ctx, sc, iru.ScrutinyID(in.ID), in.Body.Finding, in.Body.Reason)
		return scrutiny(v), err
	})
}

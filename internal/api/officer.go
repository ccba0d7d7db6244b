// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// An Officer is a named person of a unit.
type Officer struct {
	ID    int64        `json:"id"`
	Unit  int64        `json:"unit"`
	Name  string       `json:"name"`
	Roles []role       `json:"roles" nullable:"false"`
	State officerState `json:"state"`

	Languages []string `json:"languages" nullable:"false" doc:"In which the officer reads, BCP 47."`
}

func (o Officer) cursor() string { return number(o.ID) }

func officer(o iru.Officer) Officer {
	return Officer{ID: int64(o.ID), Unit: int64(o.Unit), Name: o.Name, Roles: shown(o.Roles, func(r iru.Role) role { return role(r) }), State: officerState(o.State), Languages: texts(o.Languages)}
}

// A Token is the one that the request was made with; its secret is shown once, when it is issued.
type Token struct {
	ID      int64    `json:"id"`
	Name    string   `json:"name"`
	Scopes  []string `json:"scopes" nullable:"false"`
	Expires *Stamp   `json:"expires"`
}

// Me is whom the token speaks for.
type Me struct {
	Officer Officer `json:"officer"`
	Unit    Unit    `json:"unit"`
	Token   Token   `json:"token"`
}

type identifyBody struct {
	Subject string `json:"subject" maxLength:"300" doc:"Issuer and subject of an identity provider, or an id of one's own making; empty takes it back."`
	Reason  string `json:"reason" minLength:"1" maxLength:"4000"`
}

func (s *server) officers() {
	get(s, "/v1/me", "get-me", "Whom the token speaks for", func(ctx context.Context, t *db.Tx, _ iru.Scope, _ *none) (Me, error) {
		c := callerOf(ctx)
		u, err := t.Unit(ctx, c.officer.Unit)
		return Me{Officer: officer(c.officer), Unit: unit(u),
			Token: Token{ID: c.token.ID, Name: c.token.Name, Scopes: texts(c.token.Scopes), Expires: at(c.token.Expires)}}, err
	})
	post(s, "/v1/officers/{id}/identify", "identify-officer", "Say which person stands behind an account: accounts of one person count as one", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[identifyBody]) (Officer, error) {
		o, err := s.desk.Identify(ctx, sc, iru.OfficerID(in.ID), in.Body.Subject, in.Body.Reason)
		return officer(o), err
	})
	list(s, "/v1/officers", "list-officers", "List the officers of all units", func(ctx context.Context, t *db.Tx, _ iru.Scope, in *Page, n int) ([]Officer, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		os, err := t.OfficersAfter(ctx, iru.OfficerID(after), n)
		return paged(os, err, officer)
	})
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

type authorityRole string

func (authorityRole) Schema(huma.Registry) *huma.Schema { return oneOf(iru.AuthorityRoles...) }

// An Authority is a public body of a state in one of its roles.
type Authority struct {
	ID          int64         `json:"id"`
	Unit        int64         `json:"unit"`
	Name        string        `json:"name"`
	Country     string        `json:"country"`
	Role        authorityRole `json:"role"`
	Mail        string        `json:"mail,omitempty"`
	Phone       string        `json:"phone,omitempty"`
	Page        string        `json:"page,omitempty"`
	Languages   []string      `json:"languages" nullable:"false"`
	Source      string        `json:"source,omitempty"`
	State       contactState  `json:"state"`
	Way         string        `json:"way" doc:"What a confirmation names."`
	ConfirmedBy int64         `json:"confirmed_by,omitempty"`
	ConfirmedAt *Stamp        `json:"confirmed_at,omitempty"`
	Note        string        `json:"note,omitempty"`
}

func (a Authority) cursor() string { return number(a.ID) }

func authority(a iru.Authority) Authority {
	return Authority{int64(a.ID), int64(a.Unit), a.Name, a.Country, authorityRole(a.Role), a.Mail, a.Phone, a.Page, texts(a.Languages), a.Source, contactState(a.State), a.Way(),
		int64(a.ConfirmedBy), at(a.ConfirmedAt), a.Note}
}

// A Playbook is what is known of the registry of a top-level domain.
type Playbook struct {
	TLD        string `json:"tld"`
	Registry   string `json:"registry"`
	Hold       string `json:"hold" doc:"How a name is held there."`
	Kind       string `json:"contact_kind"`
	Contact    string `json:"contact,omitempty"`
	Source     string `json:"source"`
	VerifiedAt *Stamp `json:"verified_at,omitempty" doc:"When a person compared it with its source; absent: never."`
	Stale      bool   `json:"stale" doc:"Nobody compared it for a year, or ever."`
	Mark       string `json:"mark,omitempty" doc:"How a brought entry was checked: V, S or M; absent: the unit's own."`
}

func (s *server) playbook(p iru.Playbook) Playbook {
	return Playbook{p.TLD, p.Registry, p.Hold, p.ContactKind, p.Contact, p.Source, at(p.VerifiedAt), p.Stale(s.now()), string(p.Mark)}
}

type (
	authorityBody struct {
		Name      string        `json:"name" minLength:"1" maxLength:"200"`
		Country   string        `json:"country" minLength:"2" maxLength:"2"`
		Role      authorityRole `json:"role"`
		Mail      string        `json:"mail,omitempty" maxLength:"320"`
		Phone     string        `json:"phone,omitempty" maxLength:"60"`
		Page      string        `json:"page,omitempty" maxLength:"2048"`
		Languages []string      `json:"languages,omitempty" maxItems:"40"`
		Source    string        `json:"source,omitempty" maxLength:"300"`
		Note      string        `json:"note,omitempty" maxLength:"2000"`
	}
	playbookBody struct {
		TLD      string `json:"tld" minLength:"1" maxLength:"64"`
		Registry string `json:"registry" minLength:"1" maxLength:"200"`
		Hold     string `json:"hold,omitempty" maxLength:"2000"`
		Kind     string `json:"contact_kind,omitempty" maxLength:"40"`
		Contact  string `json:"contact,omitempty" maxLength:"300"`
		Source   string `json:"source" minLength:"1" maxLength:"300"`
		Verified bool   `json:"verified,omitempty" doc:"It was compared with its source today."`
	}
)

func (s *server) authorities() {
	list(s, "/v1/authorities", "list-authorities", "List the authorities of the unit's register", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Authority, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		as, err := t.AuthoritiesAfter(ctx, sc, iru.AuthorityID(after), n)
		return paged(as, err, authority)
	})
	post(s, "/v1/authorities", "enter-authority", "Enter an authority, or change it", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[authorityBody]) (Authority, error) {
		b := in.Body
		a, err := s.desk.EnterAuthority(ctx, sc, iru.Authority{Name: b.Name, Country: b.Country, Role: iru.AuthorityRole(b.Role), Mail: b.Mail, Phone: b.Phone, Page: b.Page, Languages: b.Languages,
			Source: b.Source, Note: b.Note})
		return authority(a), err
	})
	post(s, "/v1/authorities/{id}/confirm", "confirm-authority", "Confirm how an authority is reached", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[wayBody]) (Authority, error) {
		a, err := s.desk.ConfirmAuthority(ctx, sc, iru.AuthorityID(in.ID), in.Body.Way, in.Body.Note)
		return authority(a), err
	})
	ask(s, "/v1/playbooks", "list-playbooks", "List what is known of registries: the unit's own entries, then the program's", func(ctx context.Context, _ *struct{}) (List[Playbook], error) {
		ps, err := s.desk.Playbooks(ctx, callerOf(ctx).scope)
		return List[Playbook]{Items: shown(ps, s.playbook)}, err
	})
	post(s, "/v1/playbooks", "set-playbook", "Enter the unit's own playbook of a top-level domain", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[playbookBody]) (Playbook, error) {
		b := in.Body
		p, err := s.desk.SetPlaybook(ctx, sc, iru.Playbook{TLD: b.TLD, Registry: b.Registry, Hold: b.Hold, ContactKind: b.Kind, Contact: b.Contact, Source: b.Source}, b.Verified)
		return s.playbook(p), err
	})
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A Provider is somebody who can act on an asset. The credential of its interface is never given out.
type Provider struct {
	ID           int64        `json:"id"`
	Unit         int64        `json:"unit"`
	Name         string       `json:"name"`
	Site         string       `json:"site,omitempty"`
	Layer        layer        `json:"layer"`
	Jurisdiction string       `json:"jurisdiction,omitempty"`
	ServesOthers bool         `json:"serves_others" doc:"Infrastructure that serves others than the content provider (recital 14)."`
	Channel      string       `json:"channel,omitempty" doc:"smtp or api."`
	Address      string       `json:"address,omitempty" doc:"Mail address, or base of its interface."`
	HasToken     bool         `json:"has_token" doc:"A credential for its interface is stored."`
	Source       string       `json:"source,omitempty" doc:"Where the contact comes from."`
	Guess        bool         `json:"guess" doc:"The contact is a guess."`
	SeenAt       *Stamp       `json:"seen_at,omitempty"`
	Contact      contactState `json:"contact_state" doc:"Nothing is sent unless a person confirmed it."`
	ConfirmedBy  int64        `json:"confirmed_by,omitempty"`
	ConfirmedAt  *Stamp       `json:"confirmed_at,omitempty"`
	Note         string       `json:"note,omitempty"`
	Created      *Stamp       `json:"created"`

	Languages      []string   `json:"languages" nullable:"false" doc:"That it declared for orders, ISO 639."`
	Establishment  string     `json:"establishment,omitempty" doc:"State of its main establishment."`
	Representative string     `json:"representative,omitempty" doc:"Legal representative."`
	Seal           sealOf     `json:"seal,omitempty" doc:"How mail to it is encrypted."`
	Key            string     `json:"key_print,omitempty" doc:"SHA-256 of the key to which mail is sealed."`
	Defang         bool       `json:"defang"`
	Way            string     `json:"way" doc:"What a confirmation names."`
	Confidence     Confidence `json:"confidence"`
}

func (p Provider) cursor() string { return number(p.ID) }

func provider(p iru.Provider) Provider {
	out := Provider{ID: int64(p.ID), Unit: int64(p.Unit), Name: p.Name, Site: p.Site, Layer: layer(p.Layer), Jurisdiction: p.Jurisdiction, ServesOthers: p.ServesOthers,
		Channel: p.Channel, Address: p.Address, HasToken: p.Token != "", Source: p.Source, Guess: p.Guess, SeenAt: at(p.SeenAt), Contact: contactState(p.Contact),
		ConfirmedBy: int64(p.ConfirmedBy), ConfirmedAt: at(p.ConfirmedAt), Note: p.Note, Created: at(p.Created),
		Languages: texts(p.Languages), Establishment: p.Establishment, Representative: p.Representative, Seal: sealOf(p.Seal), Defang: p.Defang, Way: p.Way()}
	if p.SealKey != "" {
		out.Key = iru.KeyPrint(p.SealKey)
	}
	return out
}

// graded is provider with how well its contact is known by now.
func (s *server) graded(p iru.Provider) Provider {
	out := provider(p)
	out.Confidence = confidence(p.Main().Confidence(s.now()))
	return out
}

type (
	providerBody struct {
		Name         string  `json:"name" minLength:"1" maxLength:"200"`
		Site         string  `json:"site,omitempty" maxLength:"253" doc:"Its registrable name, by which it is recognised."`
		Layer        layer   `json:"layer"`
		Jurisdiction string  `json:"jurisdiction,omitempty" maxLength:"35"`
		ServesOthers bool    `json:"serves_others,omitempty"`
		Channel      channel `json:"channel"`
		Address      string  `json:"address" minLength:"1" maxLength:"2048"`
		Token        string  `json:"token,omitempty" maxLength:"4096" doc:"Credential of its interface. It is never given out again."`
		Source       string  `json:"source,omitempty" maxLength:"1000"`
		Note         string  `json:"note,omitempty" maxLength:"4000"`
	}
	confirmBody struct {
		Channel channel `json:"channel" doc:"As it was read."`
		Address string  `json:"address" minLength:"1" maxLength:"2048" doc:"As it was read: another one is not confirmed."`
		Key     string  `json:"key_print,omitempty" maxLength:"64" doc:"As it was read, where mail is sealed to a key."`
		Note    string  `json:"note" maxLength:"4000" doc:"How it was checked."`
	}
)

func (s *server) providers() {
	list(s, "/v1/providers", "list-providers", "List the providers", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Provider, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		ps, err := t.ProvidersAfter(ctx, sc, iru.ProviderID(after), n)
		return paged(ps, err, s.graded)
	})
	get(s, "/v1/providers/{id}", "get-provider", "Read a provider", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (Provider, error) {
		p, err := t.Provider(ctx, sc, iru.ProviderID(in.ID))
		return s.graded(p), err
	})
	post(s, "/v1/providers", "enter-provider", "Enter a provider, or change how it is reached", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[providerBody]) (Provider, error) {
		b := in.Body
		p, err := s.desk.EnterProvider(ctx, sc, iru.Provider{Name: b.Name, Site: b.Site, Layer: legal.Layer(b.Layer), Jurisdiction: b.Jurisdiction, ServesOthers: b.ServesOthers,
			Channel: string(b.Channel), Address: b.Address, Token: b.Token, Source: b.Source, Note: b.Note})
		return s.graded(p), err
	})
	post(s, "/v1/providers/{id}/confirm", "confirm-provider", "Confirm that the contact is right", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[confirmBody]) (Provider, error) {
		seen := iru.Provider{Channel: string(in.Body.Channel), Address: in.Body.Address}
		way := seen.Way()
		if in.Body.Key != "" {
			way += " sealed to " + in.Body.Key
		}
		p, err := s.desk.Confirm(ctx, sc, iru.ProviderID(in.ID), way, in.Body.Note)
		return s.graded(p), err
	})
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

type (
	contactKind string
	wayOf       string
	sealOf      string
)

func (contactKind) Schema(huma.Registry) *huma.Schema { return oneOf(iru.ContactKinds...) }
func (wayOf) Schema(huma.Registry) *huma.Schema {
	return oneOf(iru.ByMail, iru.ByAPI, "portal", "manual")
}
func (sealOf) Schema(huma.Registry) *huma.Schema { return oneOf(iru.SealSMIME, iru.SealOpenPGP) }

// A Contact is a further way to reach a provider. Nothing is sent there unless a person confirmed it.
type Contact struct {
	ID          int64        `json:"id"`
	Provider    int64        `json:"provider"`
	Kind        contactKind  `json:"kind"`
	Name        string       `json:"name,omitempty"`
	Channel     wayOf        `json:"channel"`
	Address     string       `json:"address"`
	Languages   []string     `json:"languages" nullable:"false" doc:"ISO 639; empty: those of the provider."`
	Seal        sealOf       `json:"seal,omitempty"`
	Key         string       `json:"key_print,omitempty" doc:"SHA-256 of the key to which mail is sealed."`
	Source      string       `json:"source" doc:"Where it comes from."`
	Guess       bool         `json:"guess"`
	SeenAt      *Stamp       `json:"seen_at,omitempty"`
	State       contactState `json:"state"`
	Way         string       `json:"way" doc:"What a confirmation names."`
	Confidence  Confidence   `json:"confidence"`
	ConfirmedBy int64        `json:"confirmed_by,omitempty"`
	ConfirmedAt *Stamp       `json:"confirmed_at,omitempty"`
	DroppedAt   *Stamp       `json:"dropped_at,omitempty" doc:"A person set it aside: it is not used and not proposed again."`
	Note        string       `json:"note,omitempty"`
}

// A Confidence is how well a contact is known: a stated grade with its reason, not a measured number.
type Confidence struct {
	Grade string `json:"grade" enum:"confirmed,aged,published,changed,guess,none"`
	Why   string `json:"why"`
}

func (c Contact) cursor() string { return number(c.ID) }

func (s *server) contact(c iru.Contact) Contact {
	out := Contact{ID: int64(c.ID), Provider: int64(c.Provider), Kind: contactKind(c.Kind), Name: c.Name, Channel: wayOf(c.Channel), Address: c.Address, Languages: texts(c.Languages),
		Seal: sealOf(c.Seal), Source: c.Source, Guess: c.Guess, SeenAt: at(c.SeenAt), State: contactState(c.State), Way: c.Way(), Confidence: confidence(c.Confidence(s.now())),
		ConfirmedBy: int64(c.ConfirmedBy), ConfirmedAt: at(c.ConfirmedAt), DroppedAt: at(c.DroppedAt), Note: c.Note}
	if c.SealKey != "" {
		out.Key = iru.KeyPrint(c.SealKey)
	}
	return out
}

func confidence(c iru.Confidence) Confidence { return Confidence{string(c.Grade), c.Why} }

// A Trial is a test message to a contact.
type Trial struct {
	ID         int64  `json:"id"`
	Provider   int64  `json:"provider"`
	Contact    int64  `json:"contact,omitempty" doc:"Absent: the provider's first one."`
	Address    string `json:"address"`
	At         *Stamp `json:"at"`
	SentAt     *Stamp `json:"sent_at,omitempty"`
	ReceivedAt *Stamp `json:"received_at,omitempty"`
	Receipt    string `json:"receipt,omitempty" doc:"What proves that somebody has it; never changed."`
	Failed     string `json:"failed,omitempty"`
}

func trial(x iru.Trial) Trial {
	return Trial{int64(x.ID), int64(x.Provider), int64(x.Contact), x.Address, at(x.At), at(x.SentAt), at(x.ReceivedAt), x.Receipt, x.Failed}
}

type (
	contactBody struct {
		ID        int64       `json:"id,omitempty" minimum:"1" doc:"The one to change; absent: a new one."`
		Kind      contactKind `json:"kind"`
		Name      string      `json:"name,omitempty" maxLength:"200"`
		Channel   wayOf       `json:"channel"`
		Address   string      `json:"address" minLength:"1" maxLength:"2048"`
		Languages []string    `json:"languages,omitempty" maxItems:"40"`
		Seal      sealOf      `json:"seal,omitempty"`
		SealKey   string      `json:"seal_key,omitempty" maxLength:"262144" doc:"Certificate (PEM) or public key (armoured)."`
		Source    string      `json:"source,omitempty" maxLength:"300"`
		Note      string      `json:"note,omitempty" maxLength:"2000"`
	}
	wayBody struct {
		Way  string `json:"way" minLength:"1" maxLength:"4096" doc:"As it was read: another one is not confirmed."`
		Note string `json:"note" maxLength:"1000" doc:"How it was checked."`
	}
	factsBody struct {
		Site           string   `json:"site,omitempty" maxLength:"253"`
		Jurisdiction   string   `json:"jurisdiction,omitempty" maxLength:"35"`
		ServesOthers   bool     `json:"serves_others,omitempty"`
		Languages      []string `json:"languages,omitempty" maxItems:"40" doc:"That it declared for orders, ISO 639."`
		Establishment  string   `json:"establishment,omitempty" maxLength:"2" doc:"State of its main establishment, ISO 3166."`
		Representative string   `json:"representative,omitempty" maxLength:"1000" doc:"Legal representative: name and address."`
		Seal           sealOf   `json:"seal,omitempty"`
		SealKey        string   `json:"seal_key,omitempty" maxLength:"262144"`
		Defang         bool     `json:"defang,omitempty" doc:"Addresses in mail are written so that nothing opens them."`
		Note           string   `json:"note,omitempty" maxLength:"4000"`
	}
	importBody struct {
		CSV  string `json:"csv" minLength:"1" maxLength:"900000" doc:"A file of contacts (docs/processes/contacts.md)."`
		Name string `json:"name,omitempty" maxLength:"200" doc:"Of the file; the log keeps it."`
		Rest bool   `json:"rest,omitempty" doc:"Take the good lines in although others are wrong; absent: all or nothing."`
	}
	testBody struct {
		Contact int64 `json:"contact,omitempty" doc:"Absent: the provider's first one."`
	}
)

// An Export is a file of contacts.
type Export struct {
	CSV string `json:"csv"`
}

func (s *server) contacts() {
	ask(s, "/v1/providers/{id}/contacts", "list-contacts", "List a provider's further contacts", func(ctx context.Context, in *ByID) (List[Contact], error) {
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (List[Contact], error) {
			cs, err := t.Contacts(ctx, sc, iru.ProviderID(in.ID))
			return List[Contact]{Items: shown(cs, s.contact)}, err
		})
	})
	post(s, "/v1/providers/{id}/contacts", "enter-contact", "Enter a further contact, or change one", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[contactBody]) (Contact, error) {
		b := in.Body
		c, err := s.desk.EnterContact(ctx, sc, iru.Contact{ID: iru.ContactID(b.ID), Provider: iru.ProviderID(in.ID), Kind: iru.ContactKind(b.Kind), Name: b.Name, Channel: string(b.Channel),
			Address: b.Address, Languages: b.Languages, Seal: iru.Seal(b.Seal), SealKey: b.SealKey, Source: b.Source, Note: b.Note})
		return s.contact(c), err
	})
	post(s, "/v1/contacts/{id}/confirm", "confirm-contact", "Confirm that a further contact is right", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[wayBody]) (Contact, error) {
		c, err := s.desk.ConfirmContact(ctx, sc, iru.ContactID(in.ID), in.Body.Way, in.Body.Note)
		return s.contact(c), err
	})
	for _, v := range []struct {
		verb, summary string
		do            func(context.Context, iru.Scope, iru.ContactID, string) (iru.Contact, error)
	}{
		{"drop", "Set a further contact aside", s.desk.DropContact},
		{"prefer", "Make a confirmed further contact the first one", s.desk.PreferContact},
	} {
		post(s, "/v1/contacts/{id}/"+v.verb, v.verb+"-contact", v.summary, desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Contact, error) {
			c, err := v.do(ctx, sc, iru.ContactID(in.ID), in.Body.Reason)
			return s.contact(c), err
		})
	}
	post(s, "/v1/providers/{id}/describe", "describe-provider", "Change what is said of a provider; another key must be confirmed", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[factsBody]) (Provider, error) {
		b := in.Body
		p, err := s.desk.DescribeProvider(ctx, sc, iru.ProviderID(in.ID), desk.ProviderFacts{Site: b.Site, Jurisdiction: b.Jurisdiction, ServesOthers: b.ServesOthers, Languages: b.Languages,
			Establishment: b.Establishment, Representative: b.Representative, Seal: iru.Seal(b.Seal), SealKey: b.SealKey, Defang: b.Defang, Note: b.Note})
		return s.graded(p), err
	})
	post(s, "/v1/providers/{id}/test", "test-contact", "Send a test message to a confirmed contact", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[testBody]) (Trial, error) {
		x, err := s.desk.TryContact(ctx, sc, iru.ProviderID(in.ID), iru.ContactID(in.Body.Contact))
		return trial(x), err
	})
	ask(s, "/v1/providers/{id}/tests", "list-tests", "List the test messages to a provider, newest first", func(ctx context.Context, in *ByID) (List[Trial], error) {
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (List[Trial], error) {
			xs, err := t.Trials(ctx, sc, iru.ProviderID(in.ID), 100)
			return List[Trial]{Items: shown(xs, trial)}, err
		})
	})
	post(s, "/v1/tests/{id}/acknowledge", "acknowledge-test", "Say that a test message arrived", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Trial, error) {
		x, err := s.desk.AcknowledgeTrial(ctx, sc, iru.TrialID(in.ID), in.Body.Reason)
		return trial(x), err
	})
	post(s, "/v1/contacts/import", "import-contacts", "Take a file of contacts in; nothing of it is confirmed by that", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[importBody]) (desk.ContactsTold, error) {
		name := in.Body.Name
		if name == "" {
			name = "the interface"
		}
		told, err := s.desk.ImportContacts(ctx, sc, strings.NewReader(in.Body.CSV), name, in.Body.Rest)
		if err != nil && len(told.Wrong) > 0 {
			var lines []string
			for _, w := range told.Wrong[:min(len(told.Wrong), 20)] {
				lines = append(lines, w.String())
			}
			return told, iru.Refuse(iru.Invalid, err.Error()+": "+strings.Join(lines, " | "), "")
		}
		return told, err
	})
	ask(s, "/v1/contacts/export", "export-contacts", "Read the unit's register as a file of contacts", func(ctx context.Context, _ *struct{}) (Export, error) {
		rows, err := s.desk.ExportContacts(ctx, callerOf(ctx).scope)
		if err != nil {
			return Export{}, err
		}
		var b strings.Builder
		err = iru.WriteContacts(&b, rows)
		return Export{b.String()}, err
	})
}

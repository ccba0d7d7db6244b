// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A Known is an entry of a bank: content that somebody judged before, by its fingerprint.
type Known struct {
	ID      int64      `json:"id"`
	Unit    int64      `json:"unit"`
	Bank    string     `json:"bank"`
	Medium  medium     `json:"medium" doc:"Of the first fingerprint, or of that one by which the list was narrowed."`
	Value   string     `json:"value" doc:"As iolaus hash prints it: hexadecimal digits, a text sketch, the JSON of a film."`
	Label   string     `json:"label"`
	Finding string     `json:"finding,omitempty"`
	Item    int64      `json:"item,omitempty"`
	By      int64      `json:"by"`
	Created *Stamp     `json:"created"`
	State   knownState `json:"state"`
	Flood   flood      `json:"flood,omitempty" doc:"floods: the program marked it for matching too much, and nothing is suggested by it until a person decides; spared: a person says that it may."`
	Muted   bool       `json:"muted" doc:"Its bank is muted, or it is quarantined, withdrawn or floods: nothing is suggested by it."`
}

// A KnownDetail is known content with all its fingerprints and what was said of it.
type KnownDetail struct {
	Known
	Ref      string        `json:"ref,omitempty" doc:"What its source calls it."`
	Tags     []string      `json:"tags" nullable:"false"`
	Prints   []Fingerprint `json:"fingerprints" nullable:"false"`
	Opinions []Opinion     `json:"opinions" nullable:"false" doc:"All of them, oldest first: none is ever deleted."`
}

// A Fingerprint is one fingerprint of known content.
type Fingerprint struct {
	Medium medium `json:"medium"`
	Value  string `json:"value"`
}

// An Opinion is what a unit, or a partner by name, says of known content.
type Opinion struct {
	ID      int64   `json:"id"`
	Known   int64   `json:"known"`
	Unit    int64   `json:"unit,omitempty" doc:"Whose opinion it is; absent: the partner's."`
	Partner string  `json:"partner,omitempty"`
	By      int64   `json:"by" doc:"The officer who recorded it."`
	Verdict opinion `json:"verdict"`
	Note    string  `json:"note,omitempty"`
	At      *Stamp  `json:"at"`
	Stands  bool    `json:"stands" doc:"No later one of the same voice replaced it or took it back."`
}

func (k Known) cursor() string { return number(k.ID) }

func known(of string) func(iru.Known) Known {
	return func(k iru.Known) Known {
		s, _ := k.Signal(of)
		return Known{ID: k.ID, Unit: int64(k.Unit), Bank: k.BankName, Medium: medium(s.Medium), Value: s.Text(), Label: k.Label, Finding: k.Finding, Item: int64(k.Item),
			By: int64(k.By), Created: at(k.Created), State: knownState(k.State), Flood: flood(k.Flood), Muted: !k.Speaks()}
	}
}

func opinions(all []iru.Opinion) []Opinion {
	standing := iru.Standing(all)
	return shown(all, func(o iru.Opinion) Opinion {
		return Opinion{ID: o.ID, Known: o.Known, Unit: int64(o.Unit), Partner: o.Partner, By: int64(o.By), Verdict: opinion(o.Verdict), Note: o.Note, At: at(o.At),
			Stands: slices.ContainsFunc(standing, func(s iru.Opinion) bool { return s.ID == o.ID })}
	})
}

// knownDetail reads known content with what was said of it.
func knownDetail(ctx context.Context, t *db.Tx, sc iru.Scope, id int64) (KnownDetail, error) {
	k, err := t.Known(ctx, sc, id)
	if err != nil {
		return KnownDetail{}, err
	}
	said, err := t.OpinionsOf(ctx, sc, id)
	return KnownDetail{Known: known("")(k), Ref: k.Ref, Tags: texts(k.Tags), Opinions: opinions(said),
		Prints: shown(k.Signals, func(s iru.Signal) Fingerprint { return Fingerprint{medium(s.Medium), s.Text()} })}, err
}

type (
	knownIn struct {
		Page
		Bank   string     `query:"bank" maxLength:"80"`
		Medium medium     `query:"medium"`
		State  knownState `query:"state"`
		Flood  flood      `query:"flood" doc:"With state=active, floods gives what waits for a decision."`
	}
	knownBody struct {
		Bank    string  `json:"bank" minLength:"1" maxLength:"80"`
		Medium  medium  `json:"medium"`
		Value   string  `json:"value" minLength:"1" maxLength:"500000" doc:"As iolaus hash prints it: 64 hexadecimal digits for sha256 and pdq; for text a sketch, bk1: and base64."`
		Label   string  `json:"label" minLength:"1" maxLength:"200"`
		Finding verdict `json:"finding" doc:"What was found then."`
	}
	opinionBody struct {
		Verdict opinion `json:"verdict" doc:"withdrawn takes the earlier opinion of the same voice back."`
		Partner string  `json:"partner,omitempty" maxLength:"200" doc:"Whose opinion it is; without it the unit's own."`
		Note    string  `json:"note,omitempty" maxLength:"4000"`
	}
)

func (s *server) knowns() {
	list(s, "/v1/known", "list-known", "List the entries of the banks", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *knownIn, n int) ([]Known, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		f := db.KnownFilter{Medium: string(in.Medium), State: iru.KnownState(in.State), Flood: iru.Flood(in.Flood)}
		if in.Bank != "" {
			b, err := bankNamed(ctx, t, sc, in.Bank)
			if b.ID == 0 || err != nil {
				return nil, err
			}
			f.Bank = b.ID
		}
		ks, err := t.KnownsAfter(ctx, sc, f, after, n)
		return paged(ks, err, known(f.Medium))
	})
	get(s, "/v1/known/{id}", "get-known", "Read known content with what was said of it", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (KnownDetail, error) {
		return knownDetail(ctx, t, sc, in.ID)
	})
	post(s, "/v1/known", "enter-known", "Enter known content into a bank", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[knownBody]) (Known, error) {
		b := in.Body
		print, err := iru.ParseSignal(string(b.Medium), b.Value)
		if err != nil {
			return Known{}, err
		}
		k, err := s.desk.Enter(ctx, sc, b.Bank, iru.Known{Label: b.Label, Finding: string(b.Finding), Signals: []iru.Signal{print}})
		return known("")(k), err
	})
	post(s, "/v1/known/{id}/opine", "opine-known", "Say what the unit, or a partner, makes of known content; an earlier opinion of the same voice is kept", desk.ScopeDecide,
		func(ctx context.Context, sc iru.Scope, in *with[opinionBody]) (KnownDetail, error) {
			b := in.Body
			if _, err := s.desk.Opine(ctx, sc, iru.Opinion{Known: in.ID, Partner: b.Partner, Verdict: iru.Verdict(b.Verdict), Note: b.Note}); err != nil {
				return KnownDetail{}, err
			}
			return view(ctx, s, func(t *db.Tx, sc iru.Scope) (KnownDetail, error) { return knownDetail(ctx, t, sc, in.ID) })
		})
	for _, v := range []struct {
		verb, summary string
		do            func(context.Context, iru.Scope, int64, string) (iru.Known, error)
	}{
		{"quarantine", "Set known content aside that matches too much: nothing is suggested by it", s.desk.Quarantine},
		{"release", "Undo quarantine: it is suggested again, and not marked as flooding again", s.desk.ReleaseKnown},
		{"spare", "Say that known content which floods may match as much as it does", s.desk.Spare},
		{"withdraw", "Take known content back: it stays in the bank and says nothing", s.desk.WithdrawKnown},
		{"restore", "Undo withdraw", s.desk.RestoreKnown},
	} {
		post(s, "/v1/known/{id}/"+v.verb, v.verb+"-known", v.summary, desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Known, error) {
			k, err := v.do(ctx, sc, in.ID, in.Body.Reason)
			return known("")(k), err
		})
	}
}

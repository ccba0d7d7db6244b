// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// OwnBank holds what the unit itself judged.
const OwnBank = "own"

// A Resemblance is what a worker found when it compared an exhibit with the banks.
type Resemblance struct {
	Known    iru.Known
	Distance float64
	Where    string
}

// RecordMatches takes an exhibit's matches in as suggestions, and gives the item its reasons and priority.
func (d *Desk) RecordMatches(ctx context.Context, id iru.ExhibitID, found []Resemblance) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		x, err := t.Exhibit(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		i, err := t.Item(ctx, iru.Program(), x.Item)
		if err != nil {
			return err
		}
		for _, f := range found {
			m := iru.Match{Unit: x.Unit, Item: i.ID, Exhibit: x.ID, Known: f.Known.ID, Medium: f.Known.Medium, Distance: f.Distance, Where: f.Where, State: iru.MatchSuggested, At: now}
			fresh, err := t.AddMatch(ctx, &m)
			if err != nil {
				return err
			}
			if fresh {
				e := happened("match", int64(m.ID), "suggest", 0, x.Unit, now, f.Known.Label).
					With("item", int64(i.ID)).With("medium", m.Medium).With("distance", m.Distance).With("bank", f.Known.Bank)
				e.To = string(m.State)
				if _, err := t.Record(ctx, e); err != nil {
					return err
				}
			}
		}
		return d.reasons(ctx, t, i.ID)
	})
}

// reasons works out anew why an item is in the queue and how urgent it is. The order is a suggestion; nothing is decided by it.
func (d *Desk) reasons(ctx context.Context, t *db.Tx, id iru.ItemID) error {
	i, err := t.Item(ctx, iru.Program(), id)
	if err != nil {
		return err
	}
	a, err := t.Asset(ctx, iru.Program(), i.Asset)
	if err != nil {
		return err
	}
	ms, err := t.MatchesOf(ctx, iru.Program(), i.ID)
	if err != nil {
		return err
	}
	i.Priority, i.Reasons = 0, nil
	media := map[string]bool{}
	for _, m := range ms {
		if m.State == iru.MatchWithdrawn || m.State == iru.MatchDisputed {
			continue
		}
		r := iru.Reason{Kind: m.Medium, Note: fmt.Sprintf("bank “%s”", m.Bank), Tone: "near"}
		weight := 40
		switch m.Medium {
		case "sha256":
			r.Kind, r.Words, r.Tone, weight = "exact", m.Label+", the same bytes", "match", 60
		case "pdq":
			r.Kind, r.Words = "near image", fmt.Sprintf("%s, distance %d of 256 bits, limit %d", m.Label, int(m.Distance), iru.PDQRadius)
		default:
			r.Kind, r.Words = "text", fmt.Sprintf("%s, %.2f similar", m.Label, 1-m.Distance)
		}
		if m.Finding != "" {
			r.Note += ", judged then: " + strings.ReplaceAll(m.Finding, "_", " ")
		}
		if len(i.Reasons) < 8 {
			i.Reasons = append(i.Reasons, r)
		}
		if !media[m.Medium] && m.Finding == string(iru.FindRefer) {
			i.Priority += weight
		}
		media[m.Medium] = true
	}
	if len(ms) == 0 {
		i.Reasons = append(i.Reasons, iru.Reason{Kind: "exact bank", Words: "no match in any bank", Tone: "none"})
	}
	if err := watchedFor(ctx, t, &i); err != nil {
		return err
	}
	switch {
	case a.State == iru.AssetReturned:
		i.Priority += 50
		i.Reasons = append(i.Reasons, iru.Reason{Kind: "return", Words: "the address is up again after its removal", Tone: "match"})
	case a.Lineage.To != 0 && a.Lineage.Score > 0:
		i.Priority += 20
		i.Reasons = append(i.Reasons, iru.Reason{Kind: "estate", Words: fmt.Sprintf("resembles asset %d, %.0f bits", a.Lineage.To, a.Lineage.Score), Note: "a suggestion: a person says “same outlet”", Tone: "context"})
	case a.Outlet != 0:
		i.Priority += 10
		i.Reasons = append(i.Reasons, iru.Reason{Kind: "estate", Words: "on an asset of a watched outlet", Tone: "context"})
	}
	return t.UpdateItem(ctx, i, i.State)
}

// Judge says what a person makes of a match: confirm, dispute or withdraw.
func (d *Desk) Judge(ctx context.Context, s iru.Scope, id iru.MatchID, verb, note string) error {
	if err := s.May(iru.ToAssess); err != nil {
		return err
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		m, err := t.Match(ctx, s, id)
		if err != nil {
			return err
		}
		old := m.State
		if m.State, err = iru.MatchTable.Next(old, verb); err != nil {
			return err
		}
		if err := t.UpdateMatch(ctx, m, old); err != nil {
			return err
		}
		e := happened("match", int64(m.ID), verb, s.Officer, m.Unit, now, note)
		e.From, e.To = string(old), string(m.State)
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		return d.reasons(ctx, t, m.Item)
	})
}

// Enter puts known content into a bank of the unit.
func (d *Desk) Enter(ctx context.Context, s iru.Scope, k iru.Known) (iru.Known, error) {
	if err := s.May(iru.ToCurateBanks); err != nil {
		return k, err
	}
	k.Bank, k.Label, k.Value = strings.TrimSpace(k.Bank), strings.TrimSpace(k.Label), strings.TrimSpace(k.Value)
	if k.Bank == "" || k.Value == "" || k.Label == "" {
		return k, iru.Refuse(iru.Invalid, "known content needs a bank, a fingerprint and a label", "")
	}
	if k.Finding != string(iru.FindRefer) && k.Finding != string(iru.FindNoAction) {
		return k, iru.Refuse(iru.Invalid, "it is not said what was found then", "choose refer or no_action")
	}
	var err error
	if k.Value, err = canonical(k.Medium, k.Value); err != nil {
		return k, err
	}
	k.Unit, k.By = s.Unit, s.Officer
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		k.Created = now
		return enter(ctx, t, &k, now)
	})
	return k, err
}

// canonical is a fingerprint as it is compared, and refuses what could never match.
func canonical(medium, value string) (string, error) {
	switch medium {
	case "sha256":
		if f, err := recognise.ParseDigest(value); err == nil {
			return f.Hex(), nil
		}
	case "pdq":
		if f, err := recognise.ParsePDQ(value); err == nil {
			return f.Hex(), nil
		}
	case "text":
		if f, err := recognise.ParseSketch(value); err == nil && len(f) > 0 {
			return f.String(), nil
		}
		return "", iru.Refuse(iru.Invalid, "the value is no sketch of a text", "copy it whole, from bk1: on")
	default:
		return "", iru.Refuse(iru.Invalid, "there is no medium "+medium, "choose sha256, pdq or text")
	}
	return "", iru.Refuse(iru.Invalid, "the value is not 64 hexadecimal digits", "copy it whole")
}

func enter(ctx context.Context, t *db.Tx, k *iru.Known, now time.Time) error {
	if err := t.AddKnown(ctx, k); err != nil {
		return err
	}
	_, err := t.Record(ctx, happened("known", k.ID, "enter", k.By, k.Unit, now, k.Label).With("bank", k.Bank).With("medium", k.Medium))
	return err
}

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

// A Resemblance is what a worker found when it compared an exhibit with the banks.
type Resemblance struct {
	Known    int64
	Medium   string
	Distance float64 // see iru.Match
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
			k, err := t.Known(ctx, iru.Program(), f.Known)
			if err != nil {
				return err
			}
			if !k.Speaks() { // it was silenced while the worker compared
				continue
			}
			m := iru.Match{Unit: x.Unit, Item: i.ID, Exhibit: x.ID, Known: k.ID, Medium: f.Medium, Distance: f.Distance, Where: f.Where, State: iru.MatchSuggested, At: now}
			fresh, err := t.AddMatch(ctx, &m)
			if err != nil {
				return err
			}
			if !fresh {
				continue
			}
			e := happened("match", int64(m.ID), "suggest", 0, x.Unit, now, k.Name()).
				With("item", int64(i.ID)).With("medium", m.Medium).With("distance", m.Distance).With("bank", k.BankName)
			e.To = string(m.State)
			if _, err := t.Record(ctx, e); err != nil {
				return err
			}
			if err := d.flood(ctx, t, k, now); err != nil {
				return err
			}
		}
		return d.reasons(ctx, t, i.ID)
	})
}

// flood marks known content that was met too often: a suggestion to quarantine it, which a person decides upon. Until then it suggests
// nothing further.
func (d *Desk) flood(ctx context.Context, t *db.Tx, k iru.Known, now time.Time) error {
	rule := d.Rules.Flood
	if rule.Items == 0 {
		rule = iru.DefaultFlood
	}
	if k.Flood != iru.FloodNone {
		return nil
	}
	items, confirmed, err := t.Spread(ctx, k.ID, rule.Items)
	if err != nil || !rule.Floods(items, confirmed) {
		return err
	}
	k.Flood = iru.FloodMarked
	if err := t.UpdateKnown(ctx, k, k.State); err != nil {
		return err
	}
	_, err = t.Record(ctx, happened("known", k.ID, "flood", 0, k.Unit, now, rule.Reason).With("bank", k.BankName).With("items", items))
	return err
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
	media, heard := map[string]bool{}, 0
	for _, m := range ms {
		if m.Silent {
			continue
		}
		heard++
		if m.State == iru.MatchWithdrawn || m.State == iru.MatchDisputed {
			continue
		}
		r := iru.Reason{Kind: m.Medium, Note: fmt.Sprintf("bank “%s”", m.Bank), Tone: "near"}
		weight := 40
		switch m.Medium {
		case "sha256":
			r.Kind, r.Words, r.Tone, weight = "exact", m.Label+", the same bytes", "match", 60
		case "md5": // which others can imitate
			r.Kind, r.Words, r.Tone, weight = "exact", m.Label+", the same MD5", "match", 50
		case "tlsh":
			r.Kind, r.Words = "near file", fmt.Sprintf("%s, TLSH distance %d, limit %d", m.Label, int(m.Distance), iru.TLSHRadius)
		case "pdq":
			r.Kind, r.Words = "near image", fmt.Sprintf("%s, distance %d of 256 bits, limit %d", m.Label, int(m.Distance), iru.PDQRadius)
		case "vpdq":
			r.Kind, r.Words = "near film", fmt.Sprintf("%s, which has %.0f %% of its frames, at least %.0f %%", m.Label, 100*(1-m.Distance), 100*recognise.VideoQuery)
		case "audio":
			r.Kind, r.Words = "heard", fmt.Sprintf("%s, %.0f %% of the sound's bits differ, limit %.0f", m.Label, 100*m.Distance, 100*recognise.AudioMatch)
		default:
			r.Kind, r.Words = "text", fmt.Sprintf("%s, %.2f similar", m.Label, 1-m.Distance)
		}
		if m.Finding != "" {
			r.Note += ", judged then: " + strings.ReplaceAll(m.Finding, "_", " ")
		}
		for _, o := range m.Opinions {
			who := o.Partner
			if who == "" {
				who = "the unit"
			}
			r.Note += fmt.Sprintf(", %s by %s", o.Verdict, who)
		}
		if len(i.Reasons) < 8 {
			i.Reasons = append(i.Reasons, r)
		}
		if !media[m.Medium] && m.Finding == string(iru.FindRefer) {
			i.Priority += weight
		}
		media[m.Medium] = true
	}
	if heard == 0 {
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

// Judge says what a person makes of a match: confirm, dispute or withdraw; restore undoes a withdrawal and needs a reason.
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
		if verb == "restore" && strings.TrimSpace(note) == "" {
			return iru.Refuse(iru.Invalid, "the reason is missing", "say why it is a suggestion again; the ledger keeps it")
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

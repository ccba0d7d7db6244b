// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// Enter puts known content with one or several fingerprints into a bank of the unit, by the bank's name; a bank that there is not yet is
// opened as a partner's. It is looked for in what was captured earlier, too.
func (d *Desk) Enter(ctx context.Context, s iru.Scope, bank string, k iru.Known) (iru.Known, error) {
	if err := s.May(iru.ToCurateBanks); err != nil {
		return k, err
	}
	bank, k.Label = strings.TrimSpace(bank), strings.TrimSpace(k.Label)
	if bank == "" || len(k.Signals) == 0 || k.Label == "" {
		return k, iru.Refuse(iru.Invalid, "known content needs a bank, a fingerprint and a label", "")
	}
	if k.Finding != string(iru.FindRefer) && k.Finding != string(iru.FindNoAction) {
		return k, iru.Refuse(iru.Invalid, "it is not said what was found then", "choose refer or no_action")
	}
	given := k
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		k = given
		k.Signals = slices.Clone(given.Signals)
		b, err := bankOf(ctx, t, s.Unit, bank, s.Officer, now)
		if err != nil {
			return err
		}
		k.ID, k.By, k.Created, k.State, k.Flood = 0, s.Officer, now, iru.KnownActive, iru.FloodNone
		if err := enter(ctx, t, b, &k, now); err != nil {
			return err
		}
		return askRescan(ctx, t, b.Unit, iru.SoughtKnown, now)
	})
	return k, err
}

func enter(ctx context.Context, t *db.Tx, b iru.Bank, k *iru.Known, now time.Time) error {
	k.Bank, k.Unit, k.BankName, k.Muted = b.ID, b.Unit, b.Name, b.Muted
	if err := t.AddKnown(ctx, k); err != nil {
		return err
	}
	var media []string
	for _, s := range k.Signals {
		media = append(media, s.Medium)
	}
	_, err := t.Record(ctx, happened("known", k.ID, "enter", k.By, b.Unit, now, k.Label).With("bank", b.Name).With("medium", strings.Join(media, " ")))
	return err
}

// Quarantine sets known content aside that matches too much: nothing is suggested by it until it is released. The program may mark what
// floods; only a person quarantines.
func (d *Desk) Quarantine(ctx context.Context, s iru.Scope, id int64, why string) (iru.Known, error) {
	return d.stepKnown(ctx, s, id, "quarantine", why)
}

// ReleaseKnown undoes Quarantine: its matches are suggestions again, what was captured meanwhile is compared with it, and it is not marked as
// flooding again.
func (d *Desk) ReleaseKnown(ctx context.Context, s iru.Scope, id int64, why string) (iru.Known, error) {
	return d.stepKnown(ctx, s, id, "release", why)
}

// WithdrawKnown takes known content back; it stays in the bank, says nothing, and can be restored.
func (d *Desk) WithdrawKnown(ctx context.Context, s iru.Scope, id int64, why string) (iru.Known, error) {
	return d.stepKnown(ctx, s, id, "withdraw", why)
}

// RestoreKnown undoes WithdrawKnown.
func (d *Desk) RestoreKnown(ctx context.Context, s iru.Scope, id int64, why string) (iru.Known, error) {
	return d.stepKnown(ctx, s, id, "restore", why)
}

func (d *Desk) stepKnown(ctx context.Context, s iru.Scope, id int64, verb, why string) (iru.Known, error) {
	if err := s.May(iru.ToCurateBanks); err != nil {
		return iru.Known{}, err
	}
	var k iru.Known
	err := d.enact(ctx, func(t *db.Tx, now time.Time) (err error) {
		if k, err = t.Known(ctx, s, id); err != nil {
			return err
		}
		return moveKnown(ctx, t, &k, verb, s.Officer, now, why)
	})
	return k, err
}

// moveKnown moves known content by a verb of its table, records it, and has the items that it was met on thought over.
func moveKnown(ctx context.Context, t *db.Tx, k *iru.Known, verb string, by iru.OfficerID, now time.Time, why string) error {
	old := k.State
	next, err := iru.KnownTable.Next(old, verb)
	if err != nil {
		return err
	}
	e := happened("known", k.ID, verb, by, k.Unit, now, why).With("bank", k.BankName)
	e.From, e.To = string(old), string(next)
	job := Rethink{Known: k.ID}
	if next == iru.KnownActive {
		if job.Since, err = silentSince(ctx, t, e.Subject, "quarantine", "withdraw", "flood"); err != nil {
			return err
		}
		if verb == "release" {
			k.Flood = iru.FloodSpared
		}
	}
	k.State = next
	if err := t.UpdateKnown(ctx, *k, old); err != nil {
		return err
	}
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	_, err = t.Enqueue(ctx, job, read(soon))
	return err
}

// Spare is a person's answer to content that the program marked as flooding: it may match as much as it does.
func (d *Desk) Spare(ctx context.Context, s iru.Scope, id int64, why string) (iru.Known, error) {
	if err := s.May(iru.ToCurateBanks); err != nil {
		return iru.Known{}, err
	}
	var k iru.Known
	err := d.enact(ctx, func(t *db.Tx, now time.Time) (err error) {
		if k, err = t.Known(ctx, s, id); err != nil {
			return err
		}
		if k.Flood != iru.FloodMarked || k.State != iru.KnownActive {
			return iru.Refuse(iru.Conflict, "it is not marked as flooding", "quarantine it if it matches too much")
		}
		e := happened("known", k.ID, "spare", s.Officer, k.Unit, now, why).With("bank", k.BankName)
		job := Rethink{Known: k.ID}
		if job.Since, err = silentSince(ctx, t, e.Subject, "flood"); err != nil {
			return err
		}
		k.Flood = iru.FloodSpared
		if err := t.UpdateKnown(ctx, k, k.State); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, job, read(soon))
		return err
	})
	return k, err
}

// silentSince is when a thing fell silent by one of the verbs, in microseconds: the first of the run of them that its history ends with.
func silentSince(ctx context.Context, t *db.Tx, about iru.Subject, verbs ...string) (int64, error) {
	es, err := t.EventsOf(ctx, about)
	if err != nil {
		return 0, err
	}
	var since int64
	for _, e := range slices.Backward(es) {
		switch {
		case slices.Contains(verbs, e.Verb):
			since = db.At(e.At)
		case e.Verb != "change" && e.Verb != "opine" && e.Verb != "import":
			return since, nil
		}
	}
	return since, nil
}

// Opine records what the unit itself, or a partner by name, says of known content. A later opinion of the same voice replaces the earlier
// one, which is kept; "withdrawn" takes it back.
func (d *Desk) Opine(ctx context.Context, s iru.Scope, o iru.Opinion) (iru.Opinion, error) {
	if err := s.May(iru.ToAssess); err != nil {
		if s.May(iru.ToCurateBanks) != nil {
			return o, err
		}
	}
	o.Partner, o.Note, o.By = strings.TrimSpace(o.Partner), strings.TrimSpace(o.Note), s.Officer
	if o.Unit = 0; o.Partner == "" {
		o.Unit = s.Unit
	}
	if err := o.Check(); err != nil {
		return o, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		k, err := t.Known(ctx, s, o.Known)
		if err != nil {
			return err
		}
		all, err := t.OpinionsOf(ctx, s, o.Known)
		if err != nil {
			return err
		}
		if o.Verdict == iru.VerdictWithdrawn && !slices.ContainsFunc(iru.Standing(all), func(x iru.Opinion) bool { return x.Unit == o.Unit && x.Partner == o.Partner }) {
			return iru.Refuse(iru.Conflict, "there is no opinion to take back", "")
		}
		o.ID, o.At = 0, now
		if err := t.AddOpinion(ctx, &o); err != nil {
			return err
		}
		e := happened("known", k.ID, "opine", s.Officer, k.Unit, now, o.Note).With("verdict", string(o.Verdict)).With("bank", k.BankName)
		if o.Partner != "" {
			e = e.With("partner", o.Partner)
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, Rethink{Known: k.ID}, read(soon))
		return err
	})
	return o, err
}

// reconsidered is how many items one transaction thinks over.
const reconsidered = 100

// Rethink works out anew what the items are worth that a bank or known content was met on, and has what was captured while it was
// silent compared again. It does so a part at a time, since others write meanwhile; killed, it begins anew and does no harm.
func (d *Desk) Rethink(ctx context.Context, r Rethink) error {
	for after := iru.ItemID(0); ; {
		var ids []iru.ItemID
		if err := d.enact(ctx, func(t *db.Tx, _ time.Time) (err error) {
			if ids, err = t.ItemsMet(ctx, r.Known, r.Bank, after, reconsidered); err != nil {
				return err
			}
			for _, id := range ids {
				if err := d.reasons(ctx, t, id); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		if len(ids) < reconsidered {
			break
		}
		after = ids[len(ids)-1]
	}
	if r.Since == 0 {
		return nil
	}
	for after := iru.ItemID(0); ; {
		var is []iru.Item
		if err := d.enact(ctx, func(t *db.Tx, _ time.Time) error {
			unit, err := unitOf(ctx, t, r)
			if err != nil {
				return err
			}
			if is, err = t.CapturedSince(ctx, unit, time.UnixMicro(r.Since), after, reconsidered); err != nil {
				return err
			}
			for _, i := range is {
				if _, err := t.Enqueue(ctx, Match{Exhibit: i.Exhibit}, read(soon)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		if len(is) < reconsidered {
			return nil
		}
		after = is[len(is)-1].ID
	}
}

func unitOf(ctx context.Context, t *db.Tx, r Rethink) (iru.UnitID, error) {
	if r.Known != 0 {
		k, err := t.Known(ctx, iru.Program(), r.Known)
		return k.Unit, err
	}
	b, err := t.Bank(ctx, iru.Program(), r.Bank)
	return b.Unit, err
}

// held finds the content of a unit's bank that has a fingerprint; false if none has.
func held(ctx context.Context, t *db.Tx, b iru.BankID, s iru.Signal) (iru.Known, bool, error) {
	k, err := t.KnownBySignal(ctx, b, s)
	if errors.Is(err, iru.NotFound) {
		return k, false, nil
	}
	return k, err == nil, err
}

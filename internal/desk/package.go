// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A Package is the target package, a paper: what one participant, with a machine or without, may read of an operation: exactly the tasks, assets and facts that their handling codes allow it, and what is withheld, by number and reason.
type Package struct {
	Operation   string          `json:"operation"`
	T0          *time.Time      `json:"t0,omitempty"`
	Participant string          `json:"participant"`
	Country     string          `json:"country,omitempty"`
	Roles       []iru.TaskRole  `json:"roles"`
	At          time.Time       `json:"at"`
	Tasks       []PackageTask   `json:"tasks"`
	Withheld    []PackageSecret `json:"withheld"`
	Conditions  []string        `json:"conditions"` // of H3 that whoever takes it has acknowledged
	Digest      string          `json:"digest,omitempty"`
}

// A PackageTask is a task with what its executor may know.
type PackageTask struct {
	UID          string           `json:"uid"`
	Address      string           `json:"address"`
	Kind         iru.AssetKind    `json:"kind,omitempty"`
	Presence     string           `json:"presence,omitempty"`
	Role         iru.TaskRole     `json:"role"`
	Stage        iru.Stage        `json:"stage"`
	Jurisdiction string           `json:"jurisdiction,omitempty"`
	Instrument   legal.Instrument `json:"instrument"`
	State        iru.TaskState    `json:"state"`
	Addressee    string           `json:"addressee,omitempty"`
	Layer        legal.Layer      `json:"layer,omitempty"`
	Act          string           `json:"act,omitempty"` // reference
	Title        string           `json:"title,omitempty"`
	ValidFrom    *time.Time       `json:"valid_from,omitempty"`
	ValidUntil   *time.Time       `json:"valid_until,omitempty"`
	Note         string           `json:"note,omitempty"`
	Call         []string         `json:"call,omitempty"` // contacts of those who want hands kept off
	Handling     string           `json:"handling"`
}

// A PackageSecret is what is withheld: never which address.
type PackageSecret struct {
	Stage iru.Stage    `json:"stage"`
	Role  iru.TaskRole `json:"role"`
	Why   string       `json:"why"`
}

// use is what a package leaves the unit for.
func use(p iru.Participant) iru.Use {
	if p.Kind == iru.KindProsecutor {
		return iru.ForCourt
	}
	return iru.ForPartner
}

// TargetPackage makes the package of a participant. The unit that leads reads any; a participant its own. acknowledged: the conditions of H3 are kept. What is of the executor's own
// unit its codes do not withhold from it.
func (d *Desk) TargetPackage(ctx context.Context, t *db.Tx, s iru.Scope, id iru.ParticipantID, acknowledged bool) (Package, error) {
	p, err := t.Participant(ctx, id)
	if err != nil {
		return Package{}, err
	}
	o, err := t.Operation(ctx, s, p.Operation)
	if err != nil {
		return Package{}, err
	}
	if !s.IsProgram() && o.Unit != s.Unit && p.Unit != s.Unit {
		return Package{}, iru.Refuse(iru.Forbidden, "that is another participant's package", "open your own")
	}
	out := Package{Operation: o.Name, Participant: p.Name, Country: p.Country, Roles: p.Roles, At: d.now(), Tasks: []PackageTask{}, Withheld: []PackageSecret{}, Conditions: []string{}}
	if !o.T0.IsZero() {
		out.T0 = &o.T0
	}
	ks, acts, err := TasksNow(ctx, t, iru.Program(), o.ID)
	if err != nil {
		return out, err
	}
	qs, err := t.Deconflictions(ctx, iru.Program(), o.ID)
	if err != nil {
		return out, err
	}
	for _, k := range ks {
		if k.Participant != p.ID || !k.Live() {
			continue
		}
		x, owner, err := packed(ctx, t, o, k, acts[k.Notice])
		if err != nil {
			return out, err
		}
		if owner != p.Unit || p.Unit == 0 {
			if err := k.Handling.Release(use(p), acknowledged); err != nil {
				out.Withheld = append(out.Withheld, PackageSecret{k.Stage, k.Role, err.Error()})
				continue
			}
			if c := k.Handling.Note; c != "" && !slices.Contains(out.Conditions, c) {
				out.Conditions = append(out.Conditions, c)
			}
		}
		for _, q := range qs {
			if q.Address == k.Address && q.Contact != "" && q.Blocks() && !slices.Contains(x.Call, q.Contact) {
				x.Call = append(x.Call, q.Contact)
			}
		}
		out.Tasks = append(out.Tasks, x)
	}
	return out, nil
}

// packed is a task in a package, with the unit whose asset it is about.
func packed(ctx context.Context, t *db.Tx, o iru.Operation, k iru.Task, n iru.Notice) (PackageTask, iru.UnitID, error) {
	x := PackageTask{UID: k.UID, Address: defang(k.Address), Role: k.Role, Stage: k.Stage, Jurisdiction: k.Jurisdiction, Instrument: k.Instrument, State: k.State, Layer: k.Layer, Title: k.Title,
		Note: k.Note, Handling: k.Handling.String()}
	if !k.ValidFrom.IsZero() {
		x.ValidFrom = &k.ValidFrom
	}
	if !k.ValidUntil.IsZero() {
		x.ValidUntil = &k.ValidUntil
	}
	if n.ID != 0 && n.ID == k.Notice {
		x.Act = n.Ref
	}
	owner := o.Unit
	if k.Asset != 0 {
		a, err := t.Asset(ctx, iru.Program(), k.Asset)
		if err != nil {
			return x, owner, err
		}
		owner, x.Kind, x.Presence = a.Unit, a.Kind, string(a.Presence.State)
	}
	if k.Provider != 0 {
		p, err := t.Provider(ctx, iru.Program(), k.Provider)
		if err != nil {
			return x, owner, err
		}
		x.Addressee = p.Name
	}
	return x, owner, nil
}

// HandPackage gives a participant's package to people out of the house (SendTasks offers a partner's store its tasks), which is put on record with its digest: to whom, how much, and what was withheld.
func (d *Desk) HandPackage(ctx context.Context, s iru.Scope, id iru.ParticipantID, acknowledged bool, why string) (Package, error) {
	if err := s.May(iru.ToDisclose); err != nil {
		return Package{}, err
	}
	if why = clip(why, 300); why == "" {
		return Package{}, iru.Refuse(iru.Invalid, "the reason is missing", "say to whom it is handed, and how")
	}
	var out Package
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, err := t.Participant(ctx, id)
		if err != nil {
			return err
		}
		o, err := t.Operation(ctx, s, p.Operation)
		if err != nil {
			return err
		}
		if o.Unit != s.Unit {
			return iru.Refuse(iru.Forbidden, "the unit that leads hands packages out", "")
		}
		if out, err = d.TargetPackage(ctx, t, s, id, acknowledged); err != nil {
			return err
		}
		out.At = now
		if out.Digest, err = digest(out); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("operation", int64(o.ID), "hand_package", s.Officer, o.Unit, now, why).With("participant", int64(p.ID)).With("tasks", len(out.Tasks)).With("withheld", len(out.Withheld)).
			With("acknowledged", acknowledged).With("sha256", out.Digest))
		return err
	})
	return out, err
}

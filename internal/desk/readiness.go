// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A Readiness is a task with what it misses.
type Readiness struct {
	Task   iru.Task // as it stands
	Act    iru.Notice
	Misses []iru.Lack
}

// LackWords says what a lack is, for whoever reads a refusal.
func LackWords(l iru.Lack) string {
	return map[iru.Lack]string{
		iru.LackAnswer:      "its executor has not accepted it",
		iru.LackApproval:    "its act is not approved",
		iru.LackContact:     "its addressee's contact is not confirmed",
		iru.LackReady:       "nobody has said that it is ready",
		iru.LackTitle:       "its judicial title is not in force when it starts",
		iru.LackTranslation: "its act is in a language that the addressee did not declare",
		iru.LackQuestion:    "whether it may be touched is open",
		iru.LackEvidence:    "nothing of it was preserved since the operation began",
	}[l]
}

// ReadinessOf computes what the tasks of an operation miss, for its T0 or the one that is meant; a participant sees its own tasks.
func ReadinessOf(ctx context.Context, t *db.Tx, s iru.Scope, o iru.Operation, t0, now time.Time) ([]Readiness, error) {
	ks, acts, err := TasksNow(ctx, t, s, o.ID)
	if err != nil {
		return nil, err
	}
	who, err := t.Participants(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	all, err := t.OperationTasks(ctx, iru.Program(), o.ID)
	if err != nil {
		return nil, err
	}
	for i, k := range all {
		all[i] = iru.TaskOf(k, acts[k.Notice])
	}
	qs, err := questions(ctx, t, o.ID, all, who)
	if err != nil {
		return nil, err
	}
	return readiness(ctx, t, o, ks, acts, qs, t0, now)
}

func readiness(ctx context.Context, t *db.Tx, o iru.Operation, ks []iru.Task, acts map[iru.NoticeID]iru.Notice, qs []iru.Deconfliction, t0, now time.Time) ([]Readiness, error) {
	open := map[string]bool{}
	for _, q := range qs {
		open[q.Address] = open[q.Address] || q.Blocks()
	}
	kept, err := t.KeptSince(ctx, o.ID, o.Created)
	if err != nil {
		return nil, err
	}
	providers := map[iru.ProviderID]iru.Provider{}
	out := make([]Readiness, 0, len(ks))
	for _, k := range ks {
		s := iru.TaskStanding{Task: k, Open: open[k.Address], Kept: kept[k.Address], Understood: true}
		r := Readiness{Task: k}
		if n, ok := acts[k.Notice]; ok && k.Notice != 0 {
			p, ok := providers[n.Provider]
			if !ok {
				if p, err = t.Provider(ctx, iru.Program(), n.Provider); err != nil {
					return nil, err
				}
				providers[n.Provider] = p
			}
			r.Act, s.Act, s.Contact, s.Understood = n, &n, p.Contact, understood(n.Lang, p) == nil
		}
		r.Misses = s.Misses(t0, now)
		out = append(out, r)
	}
	return out, nil
}

// lacking refuses a release for the first thing that a task misses.
func lacking(rs []Readiness) error {
	for _, r := range rs {
		if len(r.Misses) > 0 {
			l, instead := r.Misses[0], "the page of tasks lists what is missing"
			if l == iru.LackEvidence {
				instead = "have it preserved, or say why it may be touched all the same"
			}
			return iru.Refuse(iru.Conflict, strings.TrimSpace(r.Act.Ref+" "+defang(r.Task.Address))+": "+LackWords(l), instead)
		}
	}
	return nil
}

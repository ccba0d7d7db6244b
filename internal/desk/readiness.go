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
	y, err := ReadDay(ctx, t, o, now)
	if err != nil {
		return nil, err
	}
	return y.Readiness(s, o, t0, now), nil
}

func readiness(ks []iru.Task, acts map[iru.NoticeID]iru.Notice, providers map[iru.ProviderID]iru.Provider, qs []iru.Deconfliction, kept map[string]bool, t0, now time.Time) []Readiness {
	open := map[string]bool{}
	for _, q := range qs {
		open[q.Address] = open[q.Address] || q.Blocks()
	}
	out := make([]Readiness, 0, len(ks))
	for _, k := range ks {
		s := iru.TaskStanding{Task: k, Open: open[k.Address], Kept: kept[k.Address], Understood: true}
		r := Readiness{Task: k}
		if n, ok := acts[k.Notice]; ok && k.Notice != 0 {
			p := providers[n.Provider]
			r.Act, s.Act, s.Contact, s.Understood = n, &n, p.Contact, understood(n.Lang, p) == nil
		}
		r.Misses = s.Misses(t0, now)
		out = append(out, r)
	}
	return out
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

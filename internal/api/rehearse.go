// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/rehearse"
)

type rehearseIn struct {
	ByID
	T0      time.Time `query:"t0" doc:"Without it that of the operation, if it has one, else the next full hour."`
	After   int       `query:"after" minimum:"1" maximum:"10080" default:"60" doc:"The instant that is shown, minutes after T0."`
	Dark    int       `query:"dark" minimum:"1" maximum:"8760" default:"24" doc:"How long a time in the dark is asked for, hours."`
	Horizon int       `query:"horizon" minimum:"1" maximum:"8760" default:"336" doc:"How far the runs look, hours."`
	Spread  int       `query:"spread" minimum:"0" maximum:"8760" default:"0" doc:"The acts spread over so many hours are played beside those at once."`
	Runs    int       `query:"runs" minimum:"1" maximum:"20000" default:"1000"`
	Seed    int64     `query:"seed" minimum:"0" default:"1" doc:"The same seed draws the same runs."`
}

// A Rehearsal is an operation or a plan played before its day.
type Rehearsal struct {
	rehearse.Sheet
	Covers string  `json:"covers" enum:"all,named" doc:"What steps, chances and curves speak of: all, or only what the acts name, while the addresses in bare stay up. Then dark and best_dark, which are of all, are false, and dark_at is absent."`
	Named  bool    `json:"named_dark" doc:"What the acts name is down at that instant."`
	Bare   []int64 `json:"bare" nullable:"false" doc:"Addresses of its outlets that no act names: they stay up in any case."`
	Beside []int64 `json:"beside" nullable:"false" doc:"Acts that fell nothing and are not played."`
}

func (s *server) rehearsals() {
	s.rehearsal("/v1/operations/{id}/rehearsal", "rehearse-operation", "Play an operation before its day: what is up an hour after T0, what to change, the chance that it stays dark",
		func(ctx context.Context, t *db.Tx, sc iru.Scope, id int64) (desk.Rehearsed, error) {
			return s.desk.Rehearsed(ctx, t, sc, iru.OperationID(id))
		})
	s.rehearsal("/v1/plans/{id}/rehearsal", "rehearse-plan", "Play a plan that is no operation yet: its measures, all at once",
		func(ctx context.Context, t *db.Tx, sc iru.Scope, id int64) (desk.Rehearsed, error) {
			_, x, err := s.desk.RehearsedPlan(ctx, t, sc, iru.PlanID(id))
			return x, err
		})
}

func (s *server) rehearsal(path, id, what string, read func(context.Context, *db.Tx, iru.Scope, int64) (desk.Rehearsed, error)) {
	ask(s, path, id, what, func(ctx context.Context, in *rehearseIn) (Rehearsal, error) {
		x, err := view(ctx, s, func(t *db.Tx, sc iru.Scope) (desk.Rehearsed, error) { return read(ctx, t, sc, in.ID) })
		if err != nil {
			return Rehearsal{}, err
		}
		hours := func(n int) time.Duration { return time.Duration(n) * time.Hour }
		r, err := s.desk.Rehearse(ctx, x, desk.RehearseAsk{T0: in.T0, After: time.Duration(in.After) * time.Minute,
			Play: rehearse.Play{Runs: in.Runs, Seed: uint64(in.Seed), Horizon: hours(in.Horizon), Dark: hours(in.Dark), Spread: hours(in.Spread)}})
		if err != nil {
			return Rehearsal{}, err
		}
		out := Rehearsal{Sheet: r.Sheet(), Covers: "all", Bare: shown(x.Bare, func(a iru.Asset) int64 { return int64(a.ID) }), Beside: shown(x.Beside, func(n iru.Notice) int64 { return int64(n.ID) })}
		if out.Named = out.Dark; len(x.Bare) > 0 {
			out.Covers, out.Dark, out.DarkAt, out.BestDark = "named", false, nil, false
		}
		return out, nil
	})
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// AfterOf says which after-action report.
type AfterOf struct {
	ByID
	Edition string `query:"edition" enum:"team,court,press" default:"court" doc:"team: everything; court: without officers' names; press: whole numbers, small ones suppressed."`
	Size    int64  `query:"size" minimum:"0" doc:"Of the ledger at which it is computed; 0: the newest checkpoint's."`
}

// A Sweep is one verification sweep of an operation.
type Sweep struct {
	ID       int64  `json:"id"`
	Mark     string `json:"mark" enum:"before,t15,t60,t24h,hand"`
	State    string `json:"state" enum:"open,closed,dropped"`
	Begun    *Stamp `json:"begun"`
	Due      *Stamp `json:"due"`
	Ended    *Stamp `json:"ended,omitempty"`
	Assets   int    `json:"assets"`
	Up       int    `json:"up"`
	Down     int    `json:"down" doc:"Absent by agreement between vantage points."`
	Doubtful int    `json:"doubtful" doc:"Absent, and not yet agreed upon."`
	Unknown  int    `json:"unknown"`
	Unseen   int    `json:"unseen" doc:"Not looked at from anywhere in it."`
	Digest   string `json:"digest,omitempty" doc:"SHA-256 of what was seen, which is in the ledger."`
}

// Sweeps are those of an operation, oldest first.
type Sweeps struct {
	Items []Sweep `json:"items" nullable:"false"`
}

// A NextWave is what came of making the next wave.
type NextWave struct {
	Operation int64          `json:"operation" doc:"The new one, a draft."`
	Name      string         `json:"name"`
	Wave      int            `json:"wave"`
	After     int64          `json:"after"`
	Drafted   []int64        `json:"drafted" nullable:"false" doc:"Notices that were drafted of what was prepared."`
	Left      []LeftFollowUp `json:"left" nullable:"false" doc:"What stays prepared."`
}

// A LeftFollowUp is a prepared act that did not become a draft.
type LeftFollowUp struct {
	FollowUp int64  `json:"followup"`
	Why      string `json:"why"`
}

type waveBody struct {
	Name     string `json:"name,omitempty" maxLength:"100" doc:"Absent: it counts on from the first one's."`
	Director int64  `json:"director,omitempty" minimum:"0" doc:"Absent: the same."`
}

func sweepOf(m iru.Muster) Sweep {
	return Sweep{int64(m.ID), string(m.Mark), string(m.State), at(m.Begun), at(m.Due), at(m.Ended), m.Assets, m.Up, m.Down, m.Doubtful, m.Unknown, m.Unseen, m.Digest}
}

func (s *server) afterActions() {
	// A report is handed out byte for byte, as its file is: whoever verifies it gives it back so.
	op := s.operation(http.MethodGet, "/v1/operations/{id}/report", "get-operation-report", "Compute the after-action report of an operation, with what is needed to compute it again", desk.ScopeRead, false)
	op.Description += " The text is the file that `iolaus report verify` takes (docs/format/after-action.md)."
	op.Responses["200"].Content = map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: "object"}}}
	huma.Register(s.huma, op, func(ctx context.Context, in *AfterOf) (*reportOut, error) {
		q := desk.AfterRequest{Operation: iru.OperationID(in.ID), Edition: iru.AfterEdition(in.Edition), Size: in.Size}
		var err error
		if q.Seed, err = desk.NewReportSeed(); err != nil {
			return nil, s.problem(err)
		}
		a, err := view(ctx, s, func(t *db.Tx, sc iru.Scope) (iru.AfterAction, error) { return s.desk.AfterAction(ctx, t, sc, q) })
		if err != nil {
			return nil, s.problem(err)
		}
		text, err := a.JSON()
		if err != nil {
			return nil, s.problem(err)
		}
		return &reportOut{"application/json", text}, nil
	})
	get(s, "/v1/operations/{id}/sweeps", "list-operation-sweeps", "List the verification sweeps of an operation", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (Sweeps, error) {
		if _, err := t.Operation(ctx, sc, iru.OperationID(in.ID)); err != nil {
			return Sweeps{}, err
		}
		ms, err := t.Musters(ctx, sc, iru.OperationID(in.ID))
		return Sweeps{shown(ms, sweepOf)}, err
	})
	post(s, "/v1/operations/{id}/sweeps", "call-operation-sweep", "Have every address of an operation looked at now, from every vantage point", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (Sweep, error) {
		m, err := s.desk.CallMuster(ctx, sc, iru.OperationID(in.ID))
		return sweepOf(m), err
	})
	post(s, "/v1/operations/{id}/wave", "make-next-wave", "Make a draft operation of the same participants, with a draft of each act that was prepared after a return", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[waveBody]) (NextWave, error) {
		w, err := s.desk.NextWave(ctx, sc, iru.OperationID(in.ID), in.Body.Name, iru.OfficerID(in.Body.Director))
		out := NextWave{Operation: int64(w.Operation.ID), Name: w.Operation.Name, Wave: w.Wave.Number, After: int64(w.Wave.After), Drafted: []int64{}, Left: []LeftFollowUp{}}
		for _, n := range w.Drafted {
			out.Drafted = append(out.Drafted, int64(n))
		}
		for f, why := range w.Left {
			out.Left = append(out.Left, LeftFollowUp{int64(f), why})
		}
		return out, err
	})
}

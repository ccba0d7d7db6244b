// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"math"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A Spot is a finding of a single person that was drawn by chance and given to a blind second reader.
type Spot struct {
	ID      int64   `json:"id"`
	Item    int64   `json:"item"`
	At      *Stamp  `json:"at" doc:"When it was drawn."`
	By      int64   `json:"by,omitempty" doc:"The second reader."`
	ReadAt  *Stamp  `json:"read_at,omitempty"`
	Finding string  `json:"finding,omitempty"`
	Limbs   []limb  `json:"limbs" nullable:"false"`
	Purpose string  `json:"purpose,omitempty"`
	Reason  string  `json:"reason,omitempty"`
	State   string  `json:"state" enum:"asked,taken,agreed,differs,settled,lapsed"`
	Text    string  `json:"text,omitempty" doc:"What was captured; only where one spot check is read."`
	Address Address `json:"locator,omitzero"`
}

func (s Spot) cursor() string { return number(s.ID) }

func spot(s iru.Spot) Spot {
	return Spot{ID: int64(s.ID), Item: int64(s.Item), At: at(s.At), By: int64(s.By), ReadAt: at(s.ReadAt), Finding: string(s.Finding), Limbs: shown(s.Limbs, func(l string) limb { return limb(l) }),
		Purpose: string(s.Purpose), Reason: s.Reason, State: string(s.State)}
}

// A Concord is how far two readers agree. Of fewer than ten pairs only their number is given.
type Concord struct {
	Pairs    int      `json:"pairs"`
	TooFew   bool     `json:"too_few"`
	Disagree *int     `json:"disagree,omitempty"`
	Rate     *float64 `json:"rate,omitempty"`
	Low      *float64 `json:"low,omitempty" doc:"Of Wilson's interval at 95 %."`
	High     *float64 `json:"high,omitempty"`
	Kappa    *float64 `json:"kappa,omitempty" doc:"Cohen's; absent where chance alone would always agree."`
}

func concord(c iru.Concord) Concord {
	out := Concord{Pairs: c.Pairs, TooFew: c.Few}
	if c.Few {
		return out
	}
	out.Disagree, out.Rate, out.Low, out.High = new(c.Pairs-c.Agreed), new(c.Disagreement()), new(c.Low), new(c.High)
	if !math.IsNaN(c.Kappa) {
		out.Kappa = new(c.Kappa)
	}
	return out
}

// An OutletConcord is the agreement on one outlet.
type OutletConcord struct {
	Outlet int64  `json:"outlet,omitempty"`
	Name   string `json:"name,omitempty"`
	Concord
}

// A Source is where pairs of readings come from.
type Source struct {
	Source  string             `json:"source" enum:"second opinions,spot checks"`
	All     Concord            `json:"all"`
	Limbs   map[string]Concord `json:"limbs"`
	Outlets []OutletConcord    `json:"outlets" nullable:"false"`
}

// Agreement is how far two persons who judge the same agree: by limb and by outlet, never by officer.
type Agreement struct {
	Since   *Stamp   `json:"since"`
	Sources []Source `json:"sources" nullable:"false"`
}

type (
	takeBody struct {
		Unseen bool `json:"unseen" doc:"The reader does not know the first answer."`
	}
	readBody struct {
		Finding verdict `json:"finding"`
		Limbs   []limb  `json:"limbs,omitempty" nullable:"false" maxItems:"5"`
		Purpose string  `json:"purpose,omitempty" enum:"doubt,proceed"`
		Reason  string  `json:"reason" minLength:"1" maxLength:"4000"`
	}
	sinceIn struct {
		Since time.Time `query:"since" doc:"Absent: a year ago."`
	}
)

func (s *server) spots() {
	list(s, "/v1/spots", "list-spots", "List the spot checks", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Spot, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		ss, err := t.SpotsAfter(ctx, sc, iru.SpotID(after), n)
		return paged(ss, err, spot)
	})
	get(s, "/v1/spots/{id}", "get-spot", "Read a spot check and the content that it is about", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (Spot, error) {
		x, err := t.Spot(ctx, sc, iru.SpotID(in.ID))
		if err != nil {
			return Spot{}, err
		}
		i, err := t.Item(ctx, sc, x.Item)
		out := spot(x)
		out.Text, out.Address = i.Text, address(i.Locator)
		return out, err
	})
	get(s, "/v1/agreement", "get-agreement", "How far two persons who judge the same agree", func(ctx context.Context, _ *db.Tx, sc iru.Scope, in *sinceIn) (Agreement, error) {
		since := in.Since
		if since.IsZero() {
			since = s.now().AddDate(-1, 0, 0)
		}
		cs, err := s.desk.Concord(ctx, sc, since)
		out := Agreement{Since: at(since), Sources: []Source{}}
		for _, c := range cs {
			x := Source{Source: c.Source, All: concord(c.All), Limbs: map[string]Concord{}, Outlets: []OutletConcord{}}
			for l, a := range c.Limbs {
				x.Limbs[l] = concord(a)
			}
			for _, o := range c.Outlets {
				x.Outlets = append(x.Outlets, OutletConcord{int64(o.ID), o.Name, concord(o.Concord)})
			}
			out.Sources = append(out.Sources, x)
		}
		return out, err
	})
	post(s, "/v1/spots/{id}/take", "take-spot", "Take a spot check, to read it blind", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[takeBody]) (Spot, error) {
		x, err := s.desk.TakeSpot(ctx, sc, iru.SpotID(in.ID), in.Body.Unseen)
		return spot(x), err
	})
	post(s, "/v1/spots/{id}/return", "return-spot", "Give a spot check back unread", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (Spot, error) {
		x, err := s.desk.ReturnSpot(ctx, sc, iru.SpotID(in.ID))
		return spot(x), err
	})
	post(s, "/v1/spots/{id}/read", "read-spot", "Give the second reading", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[readBody]) (Spot, error) {
		b := in.Body
		x, err := s.desk.ReadSpot(ctx, sc, iru.SpotID(in.ID), iru.Finding(b.Finding), texts(b.Limbs), iru.Purpose(b.Purpose), b.Reason)
		return spot(x), err
	})
	post(s, "/v1/spots/{id}/settle", "settle-spot", "Say what follows from a difference", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Spot, error) {
		x, err := s.desk.SettleSpot(ctx, sc, iru.SpotID(in.ID), in.Body.Reason)
		return spot(x), err
	})
}

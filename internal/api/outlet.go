// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// An Outlet is a brand that publishes; assets carry it.
type Outlet struct {
	ID        int64       `json:"id"`
	Unit      int64       `json:"unit"`
	Name      string      `json:"name"`
	Note      string      `json:"note,omitempty"`
	Languages []string    `json:"languages" nullable:"false" doc:"BCP 47, as seen on its pages."`
	Handling  Handling    `json:"handling"`
	Grade     string      `json:"grade" doc:"4x4 grade of the attribution."`
	State     outletState `json:"state"`
	Created   *Stamp      `json:"created"`
}

// Handling says who may see a thing, who may act on it and how it travels.
type Handling struct {
	TLP  string `json:"tlp"`
	PAP  string `json:"pap"`
	H    string `json:"h"`
	Note string `json:"note,omitempty"`
}

// An OutletDetail is an outlet with what carries it.
type OutletDetail struct {
	Outlet
	Assets []Asset `json:"assets" nullable:"false"`
}

func (o Outlet) cursor() string { return number(o.ID) }

func outlet(o iru.Outlet) Outlet {
	return Outlet{ID: int64(o.ID), Unit: int64(o.Unit), Name: o.Name, Note: o.Note, Languages: texts(o.Languages), Grade: o.Grade,
		Handling: Handling(o.Handling), State: outletState(o.State), Created: at(o.Created)}
}

func (s *server) outlets() {
	list(s, "/v1/outlets", "list-outlets", "List the outlets", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Outlet, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		os, err := t.OutletsAfter(ctx, sc, iru.OutletID(after), n)
		return paged(os, err, outlet)
	})
	get(s, "/v1/outlets/{id}", "get-outlet", "Read an outlet with its assets", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (OutletDetail, error) {
		o, err := t.Outlet(ctx, sc, iru.OutletID(in.ID))
		if err != nil {
			return OutletDetail{}, err
		}
		as, err := t.AssetsOf(ctx, sc, o.ID)
		return OutletDetail{outlet(o), shown(as, asset)}, err
	})
	for _, v := range []struct {
		verb, summary string
		do            func(context.Context, iru.Scope, iru.OutletID, string) (iru.Outlet, error)
	}{
		{"close", "End the watch over the outlet; what is under way goes on", s.desk.CloseOutlet},
		{"watch", "Take up the watch over an outlet that was closed", s.desk.WatchOutlet},
	} {
		post(s, "/v1/outlets/{id}/"+v.verb, v.verb+"-outlet", v.summary, desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Outlet, error) {
			o, err := v.do(ctx, sc, iru.OutletID(in.ID), in.Body.Reason)
			return outlet(o), err
		})
	}
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"encoding/json"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A Sighting is what one monitor saw of an asset, from the first look that saw just that to the last.
type Sighting struct {
	ID      int64          `json:"id"`
	Asset   int64          `json:"asset"`
	Monitor string         `json:"monitor" enum:"site,server,domain,app,addon,newsletter,stream,account,mirror"`
	Vantage string         `json:"vantage" doc:"From where it was seen; mail for what a list sent."`
	First   *Stamp         `json:"first"`
	Last    *Stamp         `json:"last"`
	Looks   int            `json:"looks" doc:"That saw it."`
	Seen    map[string]any `json:"seen" doc:"An object with one member, named like the monitor: what was seen. It is a stranger's word: texts and addresses in it are as they were published."`
}

func sighting(s iru.Sighting) (Sighting, error) {
	b, err := json.Marshal(s.Seen)
	if err != nil {
		return Sighting{}, err
	}
	seen := map[string]any{}
	err = json.Unmarshal(b, &seen)
	return Sighting{ID: s.ID, Asset: int64(s.Asset), Monitor: string(s.Monitor), Vantage: s.Vantage, First: at(s.First), Last: at(s.Last), Looks: s.Looks, Seen: seen}, err
}

// sightingsTold is how many sightings of an asset are told.
const sightingsTold = 200

func (s *server) sightings() {
	get(s, "/v1/assets/{id}/sightings", "list-sightings", "What monitors saw of an asset, the latest first; the newest two hundred", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (List[Sighting], error) {
		if _, err := t.Asset(ctx, sc, iru.AssetID(in.ID)); err != nil {
			return List[Sighting]{}, err
		}
		all, err := t.Sightings(ctx, sc, iru.AssetID(in.ID), sightingsTold)
		out := List[Sighting]{Items: []Sighting{}}
		for _, x := range all {
			g, err := sighting(x)
			if err != nil {
				return out, err
			}
			out.Items = append(out.Items, g)
		}
		return out, err
	})
}

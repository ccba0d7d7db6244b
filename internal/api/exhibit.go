// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// An Exhibit is what one capture left.
type Exhibit struct {
	ID    int64 `json:"id"`
	Unit  int64 `json:"unit"`
	Asset int64 `json:"asset"`
	Item  int64 `json:"item"`
	Address
	Vantage  string       `json:"vantage"`
	At       *Stamp       `json:"at"`
	Outcome  outcome      `json:"outcome"`
	Status   int          `json:"status,omitempty" doc:"HTTP status."`
	Final    string       `json:"final,omitempty" doc:"Address after redirects."`
	Manifest string       `json:"manifest" doc:"SHA-256 of the canonical manifest, which the ledger covers."`
	Files    []File       `json:"files" nullable:"false"`
	Prints   []Print      `json:"prints" nullable:"false"`
	State    exhibitState `json:"state"`
	Event    int64        `json:"event" doc:"The event that recorded it: its proof is at /v1/ledger/proof/{event}."`
}

// A File is one part of an exhibit.
type File struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size" doc:"Bytes."`
}

// A Print is a fingerprint of one part of an exhibit.
type Print struct {
	Medium medium `json:"medium"`
	Value  string `json:"value"`
	Where  string `json:"where"`
}

func (x Exhibit) cursor() string { return number(x.ID) }

func exhibit(x iru.Exhibit) Exhibit {
	return Exhibit{ID: int64(x.ID), Unit: int64(x.Unit), Asset: int64(x.Asset), Item: int64(x.Item), Address: address(x.Locator), Vantage: x.Vantage, At: at(x.At),
		Outcome: outcome(x.Outcome), Status: x.Status, Final: x.Final, Manifest: x.Manifest, Files: shown(x.Files, func(f iru.File) File { return File{f.Name, f.Kind, f.SHA256, f.Size} }),
		Prints: shown(x.Prints, func(p iru.Print) Print { return Print{medium(p.Medium), p.Value, p.Where} }), State: exhibitState(x.State), Event: int64(x.Event)}
}

type exhibitsIn struct {
	Page
	Item int64 `query:"item" minimum:"1"`
}

func (s *server) exhibits() {
	list(s, "/v1/exhibits", "list-exhibits", "List the exhibits", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *exhibitsIn, n int) ([]Exhibit, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		xs, err := t.ExhibitsAfter(ctx, sc, iru.ItemID(in.Item), iru.ExhibitID(after), n)
		return paged(xs, err, exhibit)
	})
	get(s, "/v1/exhibits/{id}", "get-exhibit", "Read an exhibit", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (Exhibit, error) {
		x, err := t.Exhibit(ctx, sc, iru.ExhibitID(in.ID))
		return exhibit(x), err
	})
}

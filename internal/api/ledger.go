// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// A Ledger is what the log says about itself.
type Ledger struct {
	Origin     string `json:"origin" doc:"The log's name."`
	Size       int64  `json:"size" doc:"Entries that the checkpoint covers."`
	Root       string `json:"root,omitempty" doc:"Root of the Merkle tree, base64."`
	At         *Stamp `json:"at,omitempty"`
	Checkpoint string `json:"checkpoint,omitempty" doc:"The signed checkpoint (c2sp.org/tlog-checkpoint), as it stands."`
}

type proofOut struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

type proofIn struct {
	Event int64 `path:"event" minimum:"1" doc:"Number of the event."`
}

func (s *server) ledger() {
	get(s, "/v1/ledger", "get-ledger", "Size, root and checkpoint of the ledger", func(ctx context.Context, t *db.Tx, _ iru.Scope, _ *none) (Ledger, error) {
		out := Ledger{Origin: s.desk.Log.Origin}
		size, made, signed, err := t.Checkpoint(ctx)
		if errors.Is(err, iru.NotFound) { // nothing was sealed yet
			return out, nil
		} else if err != nil {
			return out, err
		}
		c, err := ledger.Peek(signed)
		if err != nil {
			return out, fmt.Errorf("read checkpoint: %w: %w", iru.Internal, err)
		}
		out.Size, out.Root, out.At, out.Checkpoint = size, c.Root.String(), at(made), string(signed)
		return out, nil
	})
	op := s.operation(http.MethodGet, "/v1/ledger/proof/{event}", "get-proof", "Proof that an event is in the ledger", desk.ScopeRead, false)
	op.Description += " The text is a c2sp.org/tlog-proof with the entry itself as its extra line: who has the log's public key checks it without asking us."
	op.Responses["200"].Content = map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: "string"}}}
	huma.Register(s.huma, op, func(ctx context.Context, in *proofIn) (*proofOut, error) {
		text, err := view(ctx, s, func(t *db.Tx, sc iru.Scope) ([]byte, error) { return proof(ctx, t, sc, iru.EventID(in.Event)) })
		if err != nil {
			return nil, s.problem(err)
		}
		return &proofOut{"text/plain; charset=utf-8", text}, nil
	})
}

// proof writes the inclusion proof of an event within the scope's reach.
func proof(ctx context.Context, t *db.Tx, sc iru.Scope, id iru.EventID) ([]byte, error) {
	if _, err := t.Event(ctx, sc, id); err != nil {
		return nil, err
	}
	index, sealed, err := t.Sealed(ctx, id)
	if err != nil {
		return nil, err
	}
	if !sealed {
		return nil, iru.Refuse(iru.Unavailable, "no signed checkpoint covers the event yet", "ask again in a second")
	}
	_, _, signed, err := t.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	log := t.Log(ctx)
	p, err := ledger.Prove(signed, index, log)
	if err != nil {
		return nil, fmt.Errorf("prove event %d: %w: %w", id, iru.Internal, err)
	}
	for e, err := range log.Events(index, index+1) {
		if err != nil {
			return nil, err
		}
		p.Extra = e.Leaf
	}
	return p.Format(), nil
}

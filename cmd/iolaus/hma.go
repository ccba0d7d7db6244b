// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"

	"iolaus/internal/api"
	"iolaus/internal/fetch"
	"iolaus/internal/recognise"
	"iolaus/internal/sandbox"
)

// hma is what the routes under /hma use: the crew's index, cells, and the first vantage point.
func (h *house) hma() *api.HMA {
	return &api.HMA{Near: h.crew.Near(), Pictures: celled{h.crew.Cells}, Web: guarded{h.crew.Vantages[0]}}
}

// celled reads each picture in a cell of its own.
type celled struct{ pool *sandbox.Pool }

// Picture implements api.Pictures.
func (c celled) Picture(ctx context.Context, body []byte) (recognise.PDQ, int, error) {
	r, err := c.pool.Reader(ctx)
	if err != nil {
		return recognise.PDQ{}, 0, err
	}
	defer func() { _ = r.Close() }()
	p, err := r.Picture(ctx, body)
	return p.PDQ, p.Quality, err
}

// guarded fetches through the guard, at the configured pace.
type guarded struct{ client *fetch.Client }

// Get implements api.Fetcher.
func (g guarded) Get(ctx context.Context, address string) (api.Fetched, error) {
	r, err := g.client.Get(ctx, address, fetch.Accept("image/*,video/*;q=0.9,*/*;q=0.1"))
	if errors.Is(err, fetch.ErrTooLarge) && r.Status != 0 {
		err = nil
	}
	return api.Fetched{Status: r.Status, Type: r.Type, Body: r.Body, Cut: r.Truncated != ""}, err
}

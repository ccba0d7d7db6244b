// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"

	"iolaus/internal/recognise"
	"iolaus/internal/recognise/ring"
)

// Near gives the ids of all PDQ fingerprints of the store within so many bits of q, as of now and whoever's they are; which of them may
// be told, the store says.
func (c *Crew) Near(ctx context.Context, q recognise.PDQ, radius int) ([]recognise.Hit, error) {
	l := c.lookup()
	if err := l.pdq.sync(ctx); err != nil {
		return nil, err
	}
	var out []recognise.Hit
	l.pdq.search([]ring.Hash{ring.Hash(q)}, radius, func(_ int, h ring.Hit) {
		out = append(out, recognise.Hit{ID: h.ID, Distance: h.Distance})
	})
	return out, nil
}

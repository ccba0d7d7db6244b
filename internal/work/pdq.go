// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"encoding/binary"
	"sync"

	"iolaus/internal/db"
	"iolaus/internal/recognise"
)

// pictures256 is the index of PDQ hashes: what the store has, taken in from the last one on. The store stays the truth: a hit says only
// which row to ask.
type pictures256 struct {
	mu    sync.Mutex // of those who take in
	once  sync.Once
	index *recognise.Index
	last  int64 // the newest signal that was taken in
}

func (p *pictures256) open() { p.once.Do(func() { p.index = recognise.NewIndex() }) }

// taken is how many rows are read at once.
const taken = 10_000

// sync takes in what is new.
func (p *pictures256) sync(ctx context.Context, d *db.DB) error {
	p.open()
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		n := 0
		err := d.View(ctx, func(t *db.Tx) error {
			ss, err := t.SignalsAfter(ctx, "pdq", p.last, taken)
			n = len(ss)
			for _, s := range ss {
				if len(s.Value) == 32 {
					p.index.Add(pdqOf(s.Value), s.ID)
				}
				p.last = s.ID
			}
			return err
		})
		if err != nil || n < taken {
			return err
		}
	}
}

// search gives the signals within a distance. Before a sync there are none.
func (p *pictures256) search(q recognise.PDQ, radius int, dst []recognise.Hit) []recognise.Hit {
	p.open()
	return append(dst, p.index.Search(q, radius)...)
}

// pdqOf reads the 32 bytes of a fingerprint.
func pdqOf(b []byte) (q recognise.PDQ) {
	for i := range q {
		q[i] = binary.BigEndian.Uint64(b[8*i:])
	}
	return q
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"sync/atomic"

	"iolaus/internal/bank"
	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/recognise/ring"
)

// pdqIndex is the index of PDQ hashes. It lies in a folder, where one process writes it; another one follows, and adds in memory what the
// writer has not taken in yet. Without a folder all of it is in memory. The store stays the truth: a hit says only which row to ask.
type pdqIndex struct {
	dir    string
	source source

	mu      sync.Mutex   // of those who take in
	using   sync.RWMutex // of those who search, and of who puts another index in place
	index   atomic.Pointer[bank.Index]
	writes  bool
	beyond  atomic.Pointer[[]*ring.Segment]
	last    int64 // the newest number that is in beyond
	merging sync.WaitGroup
	stop    context.CancelFunc // of the merge
}

// sync takes in what is new.
func (p *pdqIndex) sync(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.open(); err != nil {
		return err
	}
	x := p.index.Load()
	if p.writes {
		added, err := x.Sync(ctx, &p.source)
		if err == nil {
			p.beyond.Store(nil)
			p.last = 0
		}
		if added > 0 {
			p.merge(ctx, x)
		}
		return err
	}
	after := p.last
	if x != nil {
		if err := x.Refresh(); err != nil {
			return err
		}
		if x.Watermark() >= p.last {
			p.beyond.Store(nil)
		}
		after = max(after, x.Watermark())
	}
	return p.extend(ctx, after)
}

// open opens the index to write, or to follow while another process does.
func (p *pdqIndex) open() error {
	if p.dir == "" || p.writes {
		return nil
	}
	x, err := bank.Open(p.dir, bank.Options{})
	p.writes = err == nil
	if errors.Is(err, iru.Conflict) {
		if p.index.Load() != nil {
			return nil
		}
		x, err = bank.Open(p.dir, bank.Options{Follow: true})
	}
	if err != nil {
		return err
	}
	p.using.Lock() // a search that has the old one ends first
	defer p.using.Unlock()
	if old := p.index.Swap(x); old != nil {
		return old.Close()
	}
	return nil
}

// merge joins segments in the background; the next sync that finds it at work leaves it alone.
func (p *pdqIndex) merge(ctx context.Context, x *bank.Index) {
	if p.stop != nil {
		return
	}
	ctx, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	p.merging.Go(func() {
		_ = x.Merge(ctx) // what is not joined is searched all the same, and the next one goes on
		p.mu.Lock()
		defer p.mu.Unlock()
		p.stop()
		p.stop = nil
	})
}

// extend takes into memory what lies beyond a number.
func (p *pdqIndex) extend(ctx context.Context, after int64) error {
	for {
		var all []ring.Entry
		for len(all) < 1<<20 {
			got, err := p.source.After(ctx, after, 1<<15)
			if err != nil {
				return err
			}
			if len(got) == 0 {
				break
			}
			all, after = append(all, got...), got[len(got)-1].ID
		}
		if len(all) == 0 {
			return nil
		}
		var b bytes.Buffer
		if err := ring.Build(&b, all); err != nil {
			return err
		}
		s, err := ring.Open(b.Bytes())
		if err != nil {
			return err
		}
		var list []*ring.Segment
		if have := p.beyond.Load(); have != nil {
			list = append(list, *have...)
		}
		list = append(list, s)
		p.beyond.Store(&list)
		p.last = after
	}
}

// search calls found for each hash within a distance of a query; twice, where the writer takes it in meanwhile.
func (p *pdqIndex) search(qs []ring.Hash, radius int, found func(query int, hit ring.Hit)) {
	p.using.RLock()
	defer p.using.RUnlock()
	// What lies beyond goes only after the index has it: this order misses nothing.
	if more := p.beyond.Load(); more != nil {
		for _, s := range *more {
			s.SearchMany(qs, radius, found)
		}
	}
	if x := p.index.Load(); x != nil {
		x.SearchMany(qs, radius, found)
	}
}

func (p *pdqIndex) close() error {
	p.mu.Lock()
	if p.stop != nil {
		p.stop()
	}
	p.mu.Unlock()
	p.merging.Wait()
	if x := p.index.Load(); x != nil {
		return x.Close()
	}
	return nil
}

// A source is the store as the index reads it.
type source struct {
	db *db.DB

	mu        sync.Mutex
	low, high int64 // no PDQ has a number above low and up to high: other media may have millions there
}

// After gives the PDQ hashes with numbers above an id.
func (s *source) After(ctx context.Context, id int64, n int) ([]bank.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := id
	if s.low <= id && id < s.high {
		from = s.high
	}
	var out []bank.Entry
	err := s.db.View(ctx, func(t *db.Tx) error {
		ss, end, err := t.SignalsAfter(ctx, iru.MediumPDQ, from, n)
		out = make([]bank.Entry, 0, len(ss))
		for _, v := range ss {
			if len(v.Value) == 32 {
				out = append(out, bank.Entry{ID: v.ID, Hash: hashOf(v.Value)})
			}
		}
		switch {
		case err != nil:
		case len(out) > 0:
			s.low, s.high = out[len(out)-1].ID, out[len(out)-1].ID
			if len(ss) < n {
				s.high = max(s.high, end)
			}
		case from == id:
			s.low, s.high = id, max(id, end)
		default:
			s.high = max(s.high, end)
		}
		return err
	})
	return out, err
}

// Alive gives those of the numbers that the store still has.
func (s *source) Alive(ctx context.Context, ids []int64) (out []int64, err error) {
	err = s.db.View(ctx, func(t *db.Tx) error {
		have, err := t.AliveSignals(ctx, ids)
		out = out[:0]
		for _, id := range ids {
			if have[id] {
				out = append(out, id)
			}
		}
		return err
	})
	return out, err
}

// hashOf reads the 32 bytes of a fingerprint.
func hashOf(b []byte) (q ring.Hash) {
	for i := range q {
		q[i] = binary.BigEndian.Uint64(b[8*i:])
	}
	return q
}

// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// refill reads again what holes had, a chunk at a time, each durable. merging is held.
func (x *Index) refill(ctx context.Context, from Source) error {
	for {
		x.mu.Lock()
		if err := x.ready(); err != nil {
			x.mu.Unlock()
			return err
		}
		i := slices.IndexFunc(x.m.Segments, func(p piece) bool { return p.File == "" })
		if i < 0 {
			x.mu.Unlock()
			return nil
		}
		err := x.refillOne(ctx, from, i)
		x.mu.Unlock()
		if err != nil {
			return err
		}
		if x.options.Progress != nil {
			x.options.Progress(0, x.Watermark())
		}
	}
}

func (x *Index) refillOne(ctx context.Context, from Source, i int) error {
	if len(x.tail.gone) > 0 { // so that dead has them all, and what is not read again need not be remembered
		if err := x.seal(nil); err != nil {
			return err
		}
	}
	m := x.m.clone()
	hole := m.Segments[i]
	got, err := collect(ctx, from, hole.After, hole.UpTo)
	if err != nil {
		return err
	}
	end := len(got)+page <= chunk
	p := hole
	if !end {
		p.UpTo = got[len(got)-1].ID
	}
	var alive dead
	for _, e := range got {
		alive = append(alive, e.ID)
	}
	d, err := x.bury(&m, slices.DeleteFunc(slices.Clone(x.dead), func(id int64) bool { return id > p.After && id <= p.UpTo && !alive.has(id) }))
	if err != nil {
		return err
	}
	s, err := x.build(&m, &p, got)
	if err != nil {
		return err
	}
	rest := []piece(nil)
	if s != nil {
		rest = append(rest, p)
	}
	if !end {
		rest = append(rest, piece{After: p.UpTo, UpTo: hole.UpTo})
	}
	m.Segments = slices.Replace(m.Segments, i, i+1, rest...)
	if err := x.commit(m); err != nil {
		return err
	}
	x.dead = d
	x.publish()
	return nil
}

// settle asks the source for every number, after removals may have been lost. merging is held.
func (x *Index) settle(ctx context.Context, from Source) error {
	x.mu.Lock()
	doubt := x.m.Doubt
	x.mu.Unlock()
	if !doubt {
		return nil
	}
	v := x.hold()
	if v == nil {
		return nil
	}
	defer v.release()
	var ids []int64
	ask := func() error {
		alive, err := from.Alive(ctx, ids)
		if err != nil {
			return err
		}
		slices.Sort(alive)
		gone := slices.DeleteFunc(ids, func(id int64) bool { return dead(alive).has(id) })
		ids = ids[:0]
		return x.Remove(gone)
	}
	for _, s := range v.segments {
		for e := range s.All() {
			if ids = append(ids, e.ID); len(ids) == page {
				if err := ask(); err != nil {
					return err
				}
			}
		}
	}
	for i := range v.tail.entries.Len() {
		ids = append(ids, v.tail.entries.At(i).ID)
	}
	if err := ask(); err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	m := x.m.clone()
	m.Doubt = false
	return x.commit(m)
}

// Verify reads every byte of every segment and sets aside what is damaged, which it names; the next Sync reads that again.
func (x *Index) Verify() error {
	x.merging.Lock()
	defer x.merging.Unlock()
	v := x.hold()
	if v == nil {
		return nil
	}
	defer v.release()
	x.mu.Lock()
	err, pieces := x.ready(), slices.Clone(x.m.Segments)
	x.mu.Unlock()
	if err == nil {
		err = x.check(v, pieces)
	}
	return fault("verify index", err)
}

// check compares the segments of some pieces with their checksums and makes holes of those that are damaged. merging is held.
func (x *Index) check(v *view, pieces []piece) (all error) {
	for _, s := range v.segments {
		if !slices.ContainsFunc(pieces, func(p piece) bool { return p.File == s.file }) {
			continue
		}
		if err := s.Verify(); err != nil {
			all = errors.Join(all, fmt.Errorf("%s: %w", s.file, err), x.puncture(s.file, err))
		}
	}
	return all
}

// puncture makes a hole of a damaged segment.
func (x *Index) puncture(file string, why error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	m := x.m.clone()
	for i := range m.Segments {
		if m.Segments[i].File == file {
			m.Segments[i].File = ""
		}
	}
	x.aside(file, why)
	if err := x.commit(m); err != nil {
		return err
	}
	x.publish()
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"context"
	"io"
	"slices"

	"iolaus/internal/recognise/ring"
)

const (
	// ratio is how many times greater a segment stays than all after it: at 50 million entries there are then at most 7 segments, and
	// an entry is written again about 4 times for each.
	ratio = 4
	// stale is the part of a segment, one in so many, that may be removed before it is written anew.
	stale = 4
)

// Merge joins segments until each is four times as great as all younger ones, and leaves out what was removed. It may run beside
// everything else, takes half a microsecond and 82 bytes of memory an entry or so, and ends with ctx; what it has finished stays.
func (x *Index) Merge(ctx context.Context) error {
	x.merging.Lock()
	defer x.merging.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return fault("merge index", err)
		}
		did, err := x.mergeOnce(ctx)
		if err != nil {
			return fault("merge index", err)
		}
		if !did {
			return nil
		}
	}
}

// due is the range of segments to be made one; it is empty when all is well.
func due(all []piece, d dead) (from, to int) {
	whole := func(p piece) bool { return p.File != "" }
	for i, p := range all {
		if whole(p) && len(d.of(p))*stale > p.Entries {
			return i, i + 1
		}
	}
	total := 0
	for to = len(all); to > 0; to = from {
		from = to - 1
		if !whole(all[from]) {
			total += all[from].Entries
			continue
		}
		total += all[from].Entries
		for from > 0 && whole(all[from-1]) && all[from-1].Entries < ratio*total {
			from--
			total += all[from].Entries
		}
		if to-from > 1 {
			return from, to
		}
	}
	return 0, 0
}

func (x *Index) mergeOnce(ctx context.Context) (did bool, err error) {
	x.mu.Lock()
	if err := x.ready(); err != nil {
		x.mu.Unlock()
		return false, err
	}
	v := x.hold()
	pieces := slices.Clone(x.m.Segments)
	from, to := due(pieces, v.dead)
	pieces = pieces[from:to]
	file := ""
	if len(pieces) > 0 {
		file = x.m.name("ring") // in memory only: after a kill the file is an orphan, and the sweep skips its number
	}
	x.mu.Unlock()
	defer v.release()
	if len(pieces) == 0 {
		return false, nil
	}
	if err := x.check(v, pieces); err != nil {
		return false, err
	}
	p := piece{File: file, After: pieces[0].After, UpTo: pieces[len(pieces)-1].UpTo}
	s, err := x.join(ctx, v, pieces, file)
	if err != nil {
		return false, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	m := x.m.clone()
	d, err := x.bury(&m, slices.DeleteFunc(slices.Clone(x.dead), func(id int64) bool { return id > p.After && id <= p.UpTo && v.dead.has(id) }))
	if err != nil {
		return false, err
	}
	at := slices.Index(m.Segments, pieces[0])
	if s == nil {
		m.Segments = slices.Delete(m.Segments, at, at+len(pieces))
	} else {
		p.Entries = s.Len()
		m.Segments = slices.Replace(m.Segments, at, at+len(pieces), p)
		x.open[file] = s
	}
	if err := x.commit(m); err != nil {
		return false, err
	}
	x.dead = d
	x.publish()
	return true, nil
}

// join writes one segment of what is alive in several; it is nil when nothing is.
func (x *Index) join(ctx context.Context, v *view, pieces []piece, file string) (*mapped, error) {
	var parts []*mapped
	n := 0
	for _, s := range v.segments {
		if slices.ContainsFunc(pieces, func(p piece) bool { return p.File == s.file }) {
			parts, n = append(parts, s), n+s.Len()
		}
	}
	entries := make([]Entry, 0, n)
	for _, s := range parts {
		for e := range s.All() {
			if !v.dead.has(e.ID) {
				entries = append(entries, e)
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	if len(entries) == 0 {
		return nil, nil
	}
	err := create(x.path(file), func(w io.Writer) error { return ring.Build(patient{ctx, w}, entries) })
	if err != nil {
		return nil, err
	}
	return openSegment(x.dir, file)
}

// patient is a writer that ends with ctx.
type patient struct {
	ctx context.Context
	io.Writer
}

func (p patient) Write(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.Writer.Write(b)
}

// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"context"
	"fmt"
	"io"
	"slices"

	"iolaus/internal/iru"
	"iolaus/internal/recognise/ring"
)

const (
	// tailMax is how many records a tail has before it becomes a segment: a search compares them all, in the time of one more segment.
	tailMax = 4096
	// page is how many entries the source is asked for.
	page = 1 << 15
	// chunk is how many entries of a long rebuild become one segment: 40 MB of memory, and what a kill loses.
	chunk = 1 << 20
)

// Sync takes in what the source has beyond the watermark, and reads again what was set aside. What it has added is durable before it
// returns, also when it returns an error or ctx ends: the next Sync goes on from there. With nothing new it changes nothing.
func (x *Index) Sync(ctx context.Context, from Source) (added int, err error) {
	x.merging.Lock() // a hole must not be merged
	err = x.refill(ctx, from)
	if err == nil {
		err = x.settle(ctx, from)
	}
	x.merging.Unlock()
	if err != nil {
		return 0, fault("sync index", err)
	}
	for {
		n, err := x.step(ctx, from)
		added += n
		if err != nil {
			return added, fault("sync index", err)
		}
		if n == 0 {
			return added, nil
		}
		if x.options.Progress != nil {
			x.options.Progress(added, x.Watermark())
		}
	}
}

// step takes in some entries: few as records of the tail, many as a segment. Remove waits meanwhile, so that it meets what is read.
func (x *Index) step(ctx context.Context, from Source) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.ready(); err != nil {
		return 0, err
	}
	got, err := collect(ctx, from, max(x.m.Watermark, x.tail.last), 0)
	if err != nil || len(got) == 0 {
		return 0, err
	}
	if x.tail.entries.Len()+len(x.tail.gone)+len(got) > tailMax {
		return len(got), x.seal(got)
	}
	return len(got), x.append(added, got)
}

// collect reads up to a chunk of entries with numbers above after and, unless it is 0, at most upTo.
func collect(ctx context.Context, from Source, after, upTo int64) (all []Entry, err error) {
	for len(all)+page <= chunk {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		got, err := from.After(ctx, after, page)
		if err != nil {
			return nil, err
		}
		end := len(got) < page
		for i, e := range got {
			if e.ID <= after {
				return nil, fmt.Errorf("read source: %w: number %d after %d", iru.Internal, e.ID, after)
			}
			if upTo != 0 && e.ID > upTo {
				got, end = got[:i], true
				break
			}
			after = e.ID
		}
		all = append(all, got...)
		if end {
			break
		}
	}
	return all, nil
}

// append makes records durable and shows them. mu is held.
func (x *Index) append(kind uint32, entries []Entry) error {
	var b []byte
	for _, e := range entries {
		b = appendRecord(b, x.m.Tail, kind, e)
	}
	_, err := x.file.WriteAt(b, x.tail.size)
	if err == nil {
		err = x.file.Sync()
	}
	if err != nil {
		x.broken = true
		return err
	}
	x.tail.take(x.m.Tail, b)
	x.publish()
	return nil
}

// seal makes a segment of the tail and of more entries, and begins a new tail. mu is held.
func (x *Index) seal(more []Entry) error {
	m := x.m.clone()
	var entries []Entry
	mine := map[int64]bool{}
	for i := range x.tail.entries.Len() {
		e := x.tail.entries.At(i)
		mine[e.ID] = true
		if _, gone := x.tail.gone[e.ID]; !gone {
			entries = append(entries, e)
		}
	}
	entries = append(entries, more...)
	p := piece{After: m.Watermark, UpTo: max(m.Watermark, x.tail.last)}
	if len(more) > 0 {
		p.UpTo = more[len(more)-1].ID
	}
	s, err := x.build(&m, &p, entries)
	if err != nil {
		return err
	}
	if s != nil {
		m.Segments = append(m.Segments, p)
	}
	m.Watermark = p.UpTo
	var gone dead
	for id := range x.tail.gone {
		if !mine[id] {
			gone = append(gone, id)
		}
	}
	d, err := x.bury(&m, append(gone, x.dead...))
	if err != nil {
		return err
	}
	f, t, err := x.newTail(&m, func(string) []byte { return nil })
	if err != nil {
		return err
	}
	if err := x.commit(m); err != nil {
		f.Close()
		return err
	}
	x.file.Close()
	x.dead, x.file, x.tail = d, f, t
	x.publish()
	return nil
}

// build writes a segment, unless there is nothing, and opens it; p gets its file. It sorts the entries.
func (x *Index) build(m *manifest, p *piece, entries []Entry) (*mapped, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	file := m.name("ring")
	if err := create(x.path(file), func(w io.Writer) error { return ring.Build(w, entries) }); err != nil {
		return nil, err
	}
	s, err := openSegment(x.dir, file)
	if err != nil {
		return nil, err
	}
	p.File, p.Entries = file, s.Len()
	x.open[file] = s
	return s, nil
}

// bury writes the removed numbers when they changed; d need not be sorted.
func (x *Index) bury(m *manifest, d dead) (dead, error) {
	slices.Sort(d)
	d = slices.Compact(d)
	switch {
	case slices.Equal(d, x.dead):
	case len(d) == 0:
		m.Dead = ""
	default:
		m.Dead = m.name("dead")
		if err := create(x.path(m.Dead), d.write); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// Remove takes entries away, by number. It is durable before it returns. Numbers that are not there, or no more, count for nothing. It
// reads the numbers of the segments in whose range one lies.
func (x *Index) Remove(ids []int64) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.ready(); err != nil {
		return fault("remove from index", err)
	}
	var records []Entry
	for _, id := range x.present(ids) {
		records = append(records, Entry{ID: id})
	}
	if len(records) == 0 {
		return nil
	}
	err := x.append(removed, records)
	if err == nil && x.tail.entries.Len()+len(x.tail.gone) > tailMax {
		err = x.seal(nil)
	}
	return fault("remove from index", err)
}

// present are those of the numbers that have an entry, or may have one that a hole lost. mu is held.
func (x *Index) present(ids []int64) (all []int64) {
	v := x.latest.Load()
	asked := dead(slices.DeleteFunc(slices.Clone(ids), v.removed))
	slices.Sort(asked)
	asked = slices.Compact(asked)
	if len(asked) == 0 {
		return nil
	}
	for _, p := range x.m.Segments {
		part := asked.of(p)
		switch {
		case len(part) == 0:
		case p.File == "":
			all = append(all, part...)
		default:
			for id := range x.open[p.File].Numbers() {
				if part.has(id) {
					all = append(all, id)
				}
			}
		}
	}
	for i := range x.tail.entries.Len() {
		if id := x.tail.entries.At(i).ID; asked.has(id) {
			all = append(all, id)
		}
	}
	return all
}

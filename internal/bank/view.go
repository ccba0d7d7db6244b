// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"sync/atomic"

	"iolaus/internal/recognise/ring"
)

// mapped is a segment in memory, for as long as a view has it.
type mapped struct {
	*ring.Segment
	file string
	data []byte
	refs atomic.Int64
}

func openSegment(dir, file string) (*mapped, error) {
	data, err := mapFile(dir + "/" + file)
	if err != nil {
		return nil, err
	}
	s, err := ring.Open(data)
	if err != nil {
		_ = unmap(data)
		return nil, err
	}
	return &mapped{Segment: s, file: file, data: data}, nil
}

func (m *mapped) release() {
	if m.refs.Add(-1) == 0 {
		_ = unmap(m.data)
	}
}

// view is the index at one moment. It never changes.
type view struct {
	segments  []*mapped
	tail      tail
	dead      dead
	watermark int64
	refs      atomic.Int64 // whoever searches it, and the index while it is the latest
}

func newView(segments []*mapped, t tail, d dead, watermark int64) *view {
	v := &view{segments: segments, tail: t, dead: d, watermark: max(watermark, t.last)}
	for _, s := range segments {
		s.refs.Add(1)
	}
	v.refs.Store(1)
	return v
}

// hold keeps the view, unless it has ended already.
func (v *view) hold() bool {
	for {
		n := v.refs.Load()
		if n == 0 {
			return false
		}
		if v.refs.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (v *view) release() {
	if v.refs.Add(-1) == 0 {
		for _, s := range v.segments {
			s.release()
		}
	}
}

func (v *view) removed(id int64) bool {
	if _, ok := v.tail.gone[id]; ok {
		return true
	}
	return v.dead.has(id)
}

func (v *view) len() int {
	n := v.tail.entries.Len() - len(v.tail.gone) - len(v.dead)
	for _, s := range v.segments {
		n += s.Len()
	}
	return max(n, 0)
}

// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"io"
	"strings"
	"sync"
	"sync/atomic"
)

// Below this many bytes a WARC file is read in one go.
const splitSize = 1 << 20

// scan reads all WARC files of the bundle. The index is only used to find places to begin at: it may lie.
func (v *verification) scan(index []byte) (*findings, error) {
	found := newFindings()
	var packed int64
	for _, e := range v.order {
		if strings.HasPrefix(e.name, "archive/") {
			packed += v.open(e).Size()
		}
	}
	spend := newBudget(v.limits, packed)
	for _, e := range v.order {
		name, ok := strings.CutPrefix(e.name, "archive/")
		if !ok {
			continue
		}
		in := v.open(e)
		if parts, ok := v.scanParts(name, in, index); ok {
			for _, s := range parts {
				found.add(s)
			}
			continue
		}
		// In one go: what is wrong is then said of the first record that is.
		s := newScan(name, 0, spend)
		if err := s.run(NewReader(in, v.limits.WARC)); err != nil {
			return nil, err
		}
		found.add(s)
	}
	return found, found.resolve()
}

// scanParts reads a WARC file from several places at once, and says whether that went well.
func (v *verification) scanParts(name string, in *io.SectionReader, index []byte) ([]*scan, bool) {
	if v.limits.Workers < 2 || in.Size() < splitSize {
		return nil, false
	}
	starts := []int64{0}
	for _, at := range lineOffsets(index, name, 16*v.limits.Workers) {
		if at > starts[len(starts)-1] && at < in.Size() {
			starts = append(starts, at)
		}
	}
	if len(starts) < 2 {
		return nil, false
	}
	spend := newBudget(v.limits, in.Size())
	parts := make([]*scan, len(starts))
	var next atomic.Int64
	var failed atomic.Bool
	var all sync.WaitGroup
	for range v.limits.Workers {
		all.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= len(starts) {
					return
				}
				end := in.Size()
				if i+1 < len(starts) {
					end = starts[i+1]
				}
				parts[i] = newScan(name, starts[i], spend)
				if err := parts[i].run(NewReader(io.NewSectionReader(in, starts[i], end-starts[i]), v.limits.WARC)); err != nil {
					failed.Store(true)
				}
			}
		})
	}
	all.Wait()
	return parts, !failed.Load()
}

// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"testing"
	"time"
)

// TestEndOfStory: a story that is told faster than its clock can count goes on, in order.
func TestEndOfStory(t *testing.T) {
	for _, c := range []struct {
		compress float64
		since    time.Duration
	}{{1e9, time.Minute}, {1e9, 100 * time.Hour}, {DefaultCompress, 10 * 365 * 24 * time.Hour}} {
		a := newAgenda(c.compress, false)
		a.start = a.start.Add(-c.since)
		if now := a.story(); now != endOfStory {
			t.Errorf("%g after %v: story time %v", c.compress, c.since, now)
		}
		var did []int
		for n := range 3 {
			a.after(time.Duration(3-n)*hour, func() { did = append(did, n) })
		}
		a.after(1<<63-1, func() { did = append(did, 3) })
		for a.next(-1) {
		}
		a.advance(hour)
		a.advance(1<<63 - 1)
		if len(did) != 4 {
			t.Errorf("%g after %v: did %v", c.compress, c.since, did)
		}
	}
	a, did := newAgenda(1, false), 0
	a.advance(1<<63 - 1)
	a.after(hour, func() { did++ })
	if a.advance(hour); did != 1 {
		t.Error("after a long skip nothing is due any more")
	}
}

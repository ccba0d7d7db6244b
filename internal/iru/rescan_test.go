// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"iolaus/internal/iru"
)

// However often it is asked for, in the middle of a part too, and whatever is captured meanwhile: when it comes to its end, everything that
// was captured before the last time was gone through since; and it does come to its end.
func TestRescanMissesNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		now := time.Unix(1, 0)
		var x iru.Rescan
		known := map[iru.ExhibitID]int64{} // of each exhibit, the turn as of which it was compared
		newest := iru.ExhibitID(0)
		capture := func() {
			newest++
			known[newest] = x.Turn
		}
		for range rapid.IntRange(0, 12).Draw(r, "captured") {
			capture()
		}
		x = x.Ask(now)
		part := func(n int, meanwhile func()) {
			before := x
			below, from := x.Bounds()
			p := iru.Part{Over: true}
			for id := newest; id >= 1; id-- {
				if below != 0 && id >= below || id < from {
					continue
				}
				if p.Seen == n {
					p.Over = false
					break
				}
				p.Seen, p.Last = p.Seen+1, id
				known[id] = before.Turn
			}
			meanwhile()
			x = x.Went(before, p, now)
		}
		for range rapid.IntRange(0, 30).Draw(r, "steps") {
			size := rapid.IntRange(1, 5).Draw(r, "size")
			switch rapid.IntRange(0, 5).Draw(r, "what") {
			case 0:
				capture()
			case 1:
				x = x.Ask(now)
			case 2:
				if x.Running {
					part(size, func() { x = x.Ask(now) })
				}
			case 3:
				if x.Running {
					part(size, capture)
				}
			default:
				if x.Running {
					part(size, func() {})
				}
			}
		}
		for n := 0; x.Running; n++ {
			if part(3, func() {}); n > 3*int(newest)+9 {
				r.Fatalf("it does not come to its end: %+v", x)
			}
		}
		for id, turn := range known {
			if turn != x.Turn {
				r.Fatalf("exhibit %d of %d was gone through as of turn %d of %d", id, newest, turn, x.Turn)
			}
		}
	})
}

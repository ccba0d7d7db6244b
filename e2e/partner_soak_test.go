// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package e2e

import (
	"fmt"
	"testing"
	"time"
)

// TestSoakPartners has fifty mishaps at random moments of several days: kills and cut wires, of any of the three.
func TestSoakPartners(t *testing.T) {
	d := newDay(t, uint64(time.Now().UnixNano()))
	for done, n := 0, 0; done < 50; n++ {
		for range 12 {
			s := d.all[d.random.IntN(len(d.all))]
			b := d.killing(s)
			if d.random.IntN(3) == 0 {
				b = d.cutting(s)
			}
			d.blows = append(d.blows, b)
			done++
		}
		d.play(fmt.Sprintf("Slow train %d", n+1))
		t.Logf("%d mishaps", done)
	}
	d.compare()
}

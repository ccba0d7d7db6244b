// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"math"
	"testing"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/rehearse"
)

// A record of enough acts is a habit, with its source; one of few is not.
func TestRecordIsHabit(t *testing.T) {
	p := iru.Provider{ID: 3}
	score := iru.Score{Provider: 3, Instrument: legal.Notice, Acts: 22, Received: 20, Acted: 15, Open: 2, Clarified: 1, Median: 10 * time.Hour, HasMedian: true, Ninety: 40 * time.Hour, HasNinety: true}
	h, ok := habit(p, legal.Notice, []iru.Score{{Provider: 2, Instrument: legal.Notice, Received: 99, HasMedian: true}, score})
	if !ok || h.Manner != rehearse.Acts || !h.Always || h.Act.Median != 10*time.Hour || h.Chance.Value != .75 || h.Source != "provider's record, 22 acts" {
		t.Errorf("the record of 22 acts: %+v", h)
	}
	if nine := 10 * math.Exp(h.Act.Sigma*zNinety); math.Abs(nine-40) > 1e-9 {
		t.Errorf("nine in ten within %.3f h, the record says 40", nine)
	}
	score.Clarified = 15
	if h, _ := habit(p, legal.Notice, []iru.Score{score}); h.Manner != rehearse.Clarifies {
		t.Errorf("who asks most of the time: %+v", h)
	}
	score.HasMedian = false
	if _, ok := habit(p, legal.Notice, []iru.Score{score}); ok {
		t.Error("without a median there is no habit")
	}
	score.HasMedian, score.Received = true, iru.FewActs-1
	if _, ok := habit(p, legal.Notice, []iru.Score{score}); ok {
		t.Error("few acts tell nothing")
	}
	if _, ok := habit(p, legal.Referral, []iru.Score{score}); ok {
		t.Error("another instrument's record tells nothing")
	}
}

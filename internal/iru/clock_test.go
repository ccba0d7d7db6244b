// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iolaus/internal/iru"
)

func TestClockStatus(t *testing.T) {
	c := iru.Start(1, "tco-1h", "provider", "Article 3(3)", true, time.Hour, noon, "receipt")
	for left, want := range map[time.Duration]iru.ClockStatus{time.Hour: iru.OnTime, 15 * time.Minute: iru.OnTime, 15*time.Minute - 1: iru.AtRisk, 0: iru.AtRisk, -1: iru.Overdue, -time.Hour: iru.Overdue} {
		now := c.Due.Add(-left)
		if got := c.Status(now); got != want || c.Late(now) != (want == iru.Overdue) {
			t.Errorf("%v left: %s, late %v", left, got, c.Late(now))
		}
	}
	short := iru.Start(1, "x", "", "", false, 8*time.Minute, noon, "")
	if short.Status(noon.Add(6*time.Minute)) != iru.OnTime || short.Status(noon.Add(6*time.Minute+1)) != iru.AtRisk {
		t.Error("a clock of eight minutes is at risk in its last quarter")
	}
	day := iru.Start(1, "x", "", "", false, 24*time.Hour, noon, "")
	if day.Status(day.Due.Add(-16*time.Minute)) != iru.OnTime {
		t.Error("a clock of a day is at risk from a quarter of an hour")
	}
}

// TestClockByRandomWalk: a restart begins the same limit anew from its own proof and leaves the old one's start and limit alone;
// what has ended shows as stopped, and was late only if it ended after its limit.
func TestClockByRandomWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		length := time.Duration(rapid.Int64Range(1, int64(60*24*time.Hour)).Draw(t, "length"))
		c := iru.Start(4, "tco-1h", "provider", "Article 3", rapid.Bool().Draw(t, "binding"), length, noon, "receipt 1")
		at := noon
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.Int64Range(0, int64(2*length)).Draw(t, "later")))
			was := c
			if rapid.Bool().Draw(t, "stop") {
				next, err := c.Stop(at, "done")
				if (err == nil) != (was.State == iru.ClockRunning) {
					t.Fatalf("stop of %s: %v", was.State, err)
				}
				c = next
			} else {
				old, next, err := c.Restart(at, "clarified")
				if (err == nil) != (was.State != iru.ClockReplaced) {
					t.Fatalf("restart of %s: %v", was.State, err)
				}
				if err != nil {
					continue
				}
				if !next.Started.Equal(at) || next.Due.Sub(at) != length || next.Rule != c.Rule || next.Notice != 4 || next.Binding != c.Binding || next.Source != c.Source || next.Obliged != c.Obliged || next.Proof != "clarified" || next.State != iru.ClockRunning || next.ID != 0 {
					t.Fatalf("restarted as %+v", next)
				}
				c = old
				if rapid.Bool().Draw(t, "follow") {
					c = next
					continue
				}
			}
			if c.Started != was.Started || c.Due != was.Due || c.Proof != was.Proof || c.Length != was.Length {
				t.Fatalf("a clock's start was edited: %+v, was %+v", c, was)
			}
			if c.State != iru.ClockRunning {
				if c.Status(at.Add(1000*time.Hour)) != iru.Halted || c.Late(at.Add(1000*time.Hour)) != c.Ended.After(c.Due) {
					t.Fatalf("ended at %v, due %v: %s, late %v", c.Ended, c.Due, c.Status(at), c.Late(at))
				}
			}
		}
	})
	c, _ := iru.Start(1, "", "", "", false, time.Hour, noon, "").Stop(noon, "x")
	if _, err := c.Stop(noon, "y"); !errors.Is(err, iru.Conflict) {
		t.Errorf("stopped twice: %v", err)
	}
}

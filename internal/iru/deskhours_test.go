// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"errors"
	"testing"
	"time"

	"iolaus/internal/iru"
)

func TestDeskHoursCheck(t *testing.T) {
	week := []iru.Window{{Days: []int{1, 2, 3, 4, 5}, From: "08:00", To: "16:00"}}
	for name, c := range map[string]struct {
		h  iru.DeskHours
		ok bool
	}{
		"hours":          {iru.DeskHours{Windows: week, Reason: "its page"}, true},
		"always":         {iru.DeskHours{Always: true, Reason: "asked"}, true},
		"caches alone":   {iru.DeskHours{Cache: time.Hour, Reason: "its records last an hour"}, true},
		"taken back":     {iru.DeskHours{Ended: true, Reason: "it was another desk"}, true},
		"no reason":      {iru.DeskHours{Windows: week}, false},
		"nothing":        {iru.DeskHours{Reason: "x"}, false},
		"both":           {iru.DeskHours{Always: true, Windows: week, Reason: "x"}, false},
		"no such day":    {iru.DeskHours{Always: true, Holidays: []string{"2026-02-30"}, Reason: "x"}, false},
		"no such window": {iru.DeskHours{Windows: []iru.Window{{Days: []int{1}, From: "17:00", To: "9:00"}}, Reason: "x"}, false},
		"endless caches": {iru.DeskHours{Cache: 91 * 24 * time.Hour, Reason: "x"}, false},
	} {
		if err := c.h.Check(); (err == nil) != c.ok || err != nil && !errors.Is(err, iru.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The program carries the time zones itself: deadlines of law are counted in local time, also on a machine that has no zone database. A
// zone that the machine has would hide that, so the parts of the program are asked.
func TestZonesAreInTheProgram(t *testing.T) {
	c := exec.CommandContext(t.Context(), "go", "list", "-deps", ".")
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(strings.Fields(string(out)), "time/tzdata") {
		t.Error("time/tzdata is not part of the program")
	}
}

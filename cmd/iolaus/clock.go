// SPDX-License-Identifier: EUPL-1.2

//go:build !wrong_clock

package main

import "time"

// now is the clock of this machine.
func now() time.Time { return time.Now().UTC() }

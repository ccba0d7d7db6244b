// SPDX-License-Identifier: EUPL-1.2

//go:build wrong_clock

package main

import "time"

// now is a clock that is wrong by an hour. A program of Go cannot be given another clock than its machine's in any other way, and what partners do about a wrong one is tested between
// real processes (e2e).
func now() time.Time { return time.Now().UTC().Add(time.Hour) }

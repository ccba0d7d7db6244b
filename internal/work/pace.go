// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"time"

	"iolaus/internal/desk"
)

// A Pace keeps one pace towards each server for all machines, in the store. It is the fetch.SharedPace of a unit.
type Pace struct{ Desk *desk.Desk }

// Take implements fetch.SharedPace.
func (p Pace) Take(ctx context.Context, hosts []string, n int, every time.Duration) ([]time.Duration, error) {
	return p.Desk.TakePace(ctx, hosts, n, every)
}

// Hold implements fetch.SharedPace.
func (p Pace) Hold(ctx context.Context, host string, after time.Duration) error {
	return p.Desk.HoldPace(ctx, host, after)
}

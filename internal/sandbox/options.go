// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"log/slog"
	"time"

	"iolaus/internal/recognise"
)

// Options are limits of a pool of cells. Zero values mean those of filled: they take any page and any
// photograph of a good camera.
type Options struct {
	Spare  int           // cells kept started ahead, so that a capture waits little
	Most   int           // readers at once
	Time   time.Duration // of one file, by the clock
	CPU    time.Duration // of one file, on the processor
	Memory int64         // bytes that one cell may write to, of which three quarters are for Go's heap
	Bytes  int64         // of one file
	Pixels int64         // of one picture
	Lax    bool          // read even where the kernel confines nothing; see Status.Confined
	Log    *slog.Logger  // nil is silent
}

// filled are the options with defaults where nothing is said.
func (o Options) filled() Options {
	d := Options{Spare: 2, Most: 32, Time: 30 * time.Second, CPU: 15 * time.Second, Memory: 1 << 30,
		Bytes: recognise.DefaultLimits.Bytes, Pixels: recognise.DefaultLimits.Pixels, Log: slog.New(slog.DiscardHandler)}
	if o.Spare <= 0 {
		o.Spare = d.Spare
	}
	if o.Most <= 0 {
		o.Most = d.Most
	}
	if o.Time <= 0 {
		o.Time = d.Time
	}
	if o.CPU <= 0 {
		o.CPU = d.CPU
	}
	if o.Memory <= 0 {
		o.Memory = d.Memory
	}
	if o.Bytes <= 0 {
		o.Bytes = d.Bytes
	}
	o.Bytes = min(o.Bytes, maxBody)
	if o.Pixels <= 0 {
		o.Pixels = d.Pixels
	}
	if o.Log == nil {
		o.Log = d.Log
	}
	return o
}

// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"cmp"
	"log/slog"
	"time"

	"iolaus/internal/recognise"
)

// Options are limits of a pool of cells. Zero is the default, which takes any page and any photograph of a good camera: the heaviest
// picture within it needs 6 s of CPU and 950 MB.
type Options struct {
	Spare  int           // cells kept started ahead, so that a capture waits little; 2
	Most   int           // readers at once; 32
	Time   time.Duration // of one file, by the clock; 30 s
	CPU    time.Duration // of one file, on the processor; 15 s
	Memory int64         // bytes that one cell may write to, of which three quarters are for Go's heap; 1 GiB
	Bytes  int64         // of one file; recognise.DefaultLimits, at most 64 MiB
	Pixels int64         // of one picture; recognise.DefaultLimits
	Lax    bool          // read even where the kernel confines nothing; see Status.Confined
	Log    *slog.Logger  // nil is silent

	life time.Duration // on the processor, after which a cell is replaced between two files
}

func (o Options) filled() Options {
	o.Spare = cmp.Or(max(o.Spare, 0), 2)
	o.Most = cmp.Or(max(o.Most, 0), 32)
	o.Time = cmp.Or(max(o.Time, 0), 30*time.Second)
	o.CPU = cmp.Or(max(o.CPU, 0), 15*time.Second)
	o.Memory = cmp.Or(max(o.Memory, 0), 1<<30)
	o.Bytes = min(cmp.Or(max(o.Bytes, 0), recognise.DefaultLimits.Bytes), maxBody)
	o.Pixels = cmp.Or(max(o.Pixels, 0), recognise.DefaultLimits.Pixels)
	o.life = cmp.Or(o.life, cpuSeconds/2*time.Second)
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	return o
}

// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"log/slog"
	"time"
)

// DefaultCompress divides story time: an hour plays in a second.
const DefaultCompress = 3600

// Options say which story is told and how fast.
type Options struct {
	Seed     int64
	Scenario string           // "s1", "s2" or "s3"; empty means "s2"
	Clock    func() time.Time // stamps in the ledger and dates in mail; nil means the system's
	Compress float64          // story time divided by this is real time; 0 means DefaultCompress
	Log      *slog.Logger     // nil: silent
	OnEvent  func(Act)        // told every act as it happens; must return soon and must not call the Range
	ReplyTo  string           // host:port in 127/8 to which desks deliver their answers by mail; see SetReplyTo
}

// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"iolaus/internal/ledger"
)

// Trust is what whoever checks a bundle believes without the bundle.
type Trust struct {
	// Key is the public key of the log, from another way than the bundle. Without it the bundle's own is used: that shows that the
	// bundle is whole in itself, not whose it is.
	Key string
	// Stamp judges a time stamp (DER TimeStampToken) over a signed checkpoint, as of the time when it was made, such as
	// ledger.ReadStamp. Without it the time stamps are not judged.
	Stamp func(token, checkpoint []byte) (ledger.Stamp, error)
	// At is the time as of which it is judged whether a time stamp still stands, such as now. Stamp needs it: at the zero time none
	// was made yet.
	At time.Time
}

// Limits bound what a bundle may ask of its reader. Zero means the value of DefaultLimits.
type Limits struct {
	Files   int        // in the bundle
	Small   int64      // bytes of a file that is held in memory
	Index   int64      // bytes of the index
	WARC    ReadLimits // of its WARC files, together
	Workers int        // that read WARC records side by side; 0 is one a processor
}

// DefaultLimits suit captures of whole sites.
var DefaultLimits = Limits{Files: 20_000, Small: 64 << 20, Index: 64 << 20, WARC: DefaultReadLimits}

// Report says what was checked, in order, and what is wrong.
type Report struct {
	Exhibit  string // its number
	Manifest string // SHA-256
	Log      string // name of the log and its key
	OwnKey   bool   // the bundle's own key was used: integrity only
	Stamps   int    // time stamps that are there
	Unjudged int    // of them, those that nobody judged
	Standing int    // of them, those that prove a time as of Trust.At: the certificate is valid, or others carry the stamp on
	Steps    []Step
}

// Step is one thing that was checked.
type Step struct {
	Name     string // "records"
	Detail   string // "17 records, 12 with a payload"
	Warnings []string
	Faults   []Fault
}

// Fault is something wrong.
type Fault struct {
	File  string // of the bundle; "" for the whole
	N     int    // custody entry, 0 if it is about none
	Event int64  // of the log, 0 if it is about none
	What  string
}

// String names the file, the event and what is wrong.
func (f Fault) String() string {
	var b strings.Builder
	if f.File != "" {
		fmt.Fprintf(&b, "%s: ", f.File)
	}
	if f.N != 0 && f.Event != 0 {
		fmt.Fprintf(&b, "custody entry %d (event %d): ", f.N, f.Event)
	} else if f.N != 0 {
		fmt.Fprintf(&b, "custody entry %d: ", f.N)
	}
	return b.String() + f.What
}

// First is the first thing that is wrong.
func (r Report) First() (Fault, bool) {
	for _, s := range r.Steps {
		if len(s.Faults) > 0 {
			return s.Faults[0], true
		}
	}
	return Fault{}, false
}

// Err is nil if nothing is wrong, and otherwise names the first thing; it wraps ErrBundle.
func (r Report) Err() error {
	if f, wrong := r.First(); wrong {
		return fmt.Errorf("verify bundle: %w: %s", ErrBundle, f)
	}
	return nil
}

// Verify checks a bundle by itself, offline. It reads at most what the limits allow, and holds in memory only small files and the
// index, whatever the bundle says of itself. It goes on after a fault where it can, so that the report names all that a fault touches.
func Verify(r io.ReaderAt, size int64, t Trust, o Limits) Report {
	v := &verification{r: r, size: size, trust: t, limits: o.withDefaults()}
	v.run()
	return v.report
}

func (o Limits) withDefaults() Limits {
	d := DefaultLimits
	if o.Files <= 0 {
		o.Files = d.Files
	}
	if o.Small <= 0 {
		o.Small = d.Small
	}
	if o.Index <= 0 {
		o.Index = d.Index
	}
	if o.WARC.Total <= 0 {
		o.WARC.Total = d.WARC.Total
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o
}

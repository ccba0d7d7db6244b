// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// What a verification within a request may take: so many bytes, so much time.
const (
	verifyBytes = 4 << 30
	verifyTime  = time.Minute
)

// A CheckKind is what one step of a verification looked at.
type CheckKind string

// The steps.
const (
	CheckManifest CheckKind = "manifest" // its bytes are those that the ledger's event names
	CheckLedger   CheckKind = "ledger"   // the event is in the log under a signed checkpoint
	CheckList     CheckKind = "list"     // the manifest and the exhibit name the same files
	CheckFile     CheckKind = "file"     // a file's bytes are those that the manifest names
	CheckCustody  CheckKind = "custody"  // the entries of the chain of custody follow one another
	CheckStamp    CheckKind = "stamp"    // a time-stamp authority signed that it saw the log with the event
)

// A CheckResult is how a step ended.
type CheckResult string

// The results. Unknown is not a fault: it could not be looked at, or not yet.
const (
	CheckHolds   CheckResult = "holds"
	CheckFails   CheckResult = "fails"
	CheckUnknown CheckResult = "unknown"
)

// A CheckStep is one step of a verification and how it ended.
type CheckStep struct {
	Kind   CheckKind
	Name   string // of a file, of an authority
	Result CheckResult
	Why    string    // not translated; "" where it holds
	N      int       // links of the chain
	At     time.Time // of a time stamp
}

// A Check is a verification of one exhibit.
type Check struct {
	At    time.Time
	By    string
	Took  time.Duration
	Steps []CheckStep
}

// Result is the worst of all steps. That nobody outside has seen the log yet is no doubt about what is here.
func (c Check) Result() CheckResult {
	out := CheckHolds
	for _, s := range c.Steps {
		if s.Result == CheckFails {
			return CheckFails
		}
		if s.Result == CheckUnknown && s.Kind != CheckStamp {
			out = CheckUnknown
		}
	}
	return out
}

// A checkbook keeps the last verification of each exhibit since the programme began; the log keeps that it was made, and its result.
type checkbook struct {
	mu    sync.Mutex
	last  map[iru.ExhibitID]Check
	order []iru.ExhibitID
}

const checksKept = 1000

func (b *checkbook) put(x iru.ExhibitID, c Check) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.last == nil {
		b.last = map[iru.ExhibitID]Check{}
	}
	if _, ok := b.last[x]; !ok {
		b.order = append(b.order, x)
	}
	b.last[x] = c
	if len(b.order) > checksKept {
		delete(b.last, b.order[0])
		b.order = b.order[1:]
	}
}

func (b *checkbook) get(x iru.ExhibitID) (Check, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c, ok := b.last[x]
	return c, ok
}

// verify checks an exhibit: ledger, time stamps, custody, files, manifest.
func (v *visit) verify(x iru.Exhibit) (Check, error) {
	began := time.Now()
	c := Check{At: v.now, By: v.by.Name}
	add := func(s CheckStep) {
		if s.Result = CheckHolds; s.Why != "" {
			s.Result = CheckFails
		}
		c.Steps = append(c.Steps, s)
	}
	unknown := func(s CheckStep) { s.Result = CheckUnknown; c.Steps = append(c.Steps, s) }
	var proof *ProofCard
	var made iru.Event
	var es []iru.Event
	var checkpoint []byte
	err := v.read(func(t *db.Tx) error {
		var err error
		if x.Event != 0 {
			if made, err = t.Event(v.ctx(), v.scope, x.Event); err != nil {
				return err
			}
			if proof, err = v.proofOf(t, made); err != nil {
				return err
			}
			if _, _, checkpoint, err = t.Checkpoint(v.ctx()); err != nil && !errors.Is(err, iru.NotFound) {
				return err
			}
		}
		es, err = wholeChain(v.ctx(), t, x, made)
		return err
	})
	if err != nil {
		return c, err
	}
	switch named, _ := made.Facts["manifest"].(string); {
	case proof == nil:
		unknown(CheckStep{Kind: CheckLedger, Why: "no event of the log recorded it"})
	case named != x.Manifest:
		add(CheckStep{Kind: CheckLedger, Why: "the event in the log names the manifest " + named})
	case proof.Fault != "":
		add(CheckStep{Kind: CheckLedger, Why: proof.Fault})
	case !proof.Checked:
		unknown(CheckStep{Kind: CheckLedger, Why: "not sealed yet; that takes a second"})
	default:
		add(CheckStep{Kind: CheckLedger})
		if err := v.verifyStamps(made.Index, checkpoint, add, unknown); err != nil {
			return c, err
		}
	}
	n, bad := chain(x, es)
	switch {
	case n == 0 && x.Links == 0:
		unknown(CheckStep{Kind: CheckCustody, Why: "recorded before entries were chained"})
	case bad > 0:
		add(CheckStep{Kind: CheckCustody, N: n, Why: "the chain does not fit at entry " + id(int64(bad))})
	default:
		add(CheckStep{Kind: CheckCustody, N: n})
	}
	ctx, stop := context.WithTimeout(v.ctx(), verifyTime)
	defer stop()
	if err := v.verifyFiles(ctx, x, &c, add, unknown); err != nil {
		return c, err
	}
	c.Took = time.Since(began)
	return c, nil
}

// verifyStamps checks the time stamps over the event at a place of the log. Whose they are, the workbench does not judge; iolaus ledger
// stamps and iolaus verify do, with the authorities' certificates.
func (v *visit) verifyStamps(index int64, checkpoint []byte, add, unknown func(CheckStep)) error {
	all, err := v.desk.StampsOver(v.ctx(), index, checkpoint)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		unknown(CheckStep{Kind: CheckStamp, Why: "none has yet; a bundle asks for a time stamp when it is made"})
		return nil
	}
	stands := slices.ContainsFunc(all, func(s desk.StampOver) bool { return s.Until.After(v.now) })
	for _, o := range all {
		s := CheckStep{Kind: CheckStamp, Name: o.Authority, At: o.At}
		_, err := ledger.ReadStamp(o.Token, o.Checkpoint, nil)
		switch {
		case err != nil:
			s.Why = err.Error()
		case !stands:
			s.Why = "its certificate expired on " + o.Until.UTC().Format(time.DateOnly) + ", and no later time stamp carries it on"
			unknown(s)
			continue
		}
		add(s)
	}
	return nil
}

// wholeChain is every event about an exhibit, also those that the officer may not read: the chain is checked whole, and only whether it
// holds is shown.
func wholeChain(ctx context.Context, t *db.Tx, x iru.Exhibit, made iru.Event) (es []iru.Event, err error) {
	const page = 500
	if made.Subject.Noun != "exhibit" {
		es = append(es, made)
	}
	for after := iru.EventID(0); ; {
		more, err := t.EventsAbout(ctx, iru.Program(), iru.Subject{Noun: "exhibit", ID: int64(x.ID)}, after, page)
		if es = append(es, more...); err != nil || len(more) < page {
			return es, err
		}
		after = more[page-1].ID
	}
}

// verifyFiles reads every file of an exhibit.
func (v *visit) verifyFiles(ctx context.Context, x iru.Exhibit, c *Check, add, unknown func(CheckStep)) error {
	if x.State == iru.ExhibitErased {
		unknown(CheckStep{Kind: CheckManifest, Why: "its bytes were destroyed"})
		return nil
	}
	var m exhibit.Manifest
	known := false
	left := int64(verifyBytes)
	for _, f := range x.Files {
		s := CheckStep{Kind: CheckFile, Name: f.Name}
		if f.Kind == "manifest" {
			s.Kind = CheckManifest
		}
		if left -= f.Size; left < 0 {
			s.Why = "too large to be read while you wait: take the bundle along and run iolaus verify"
			unknown(s)
			continue
		}
		sum, size, text, err := v.digest(ctx, x, f)
		switch {
		case v.ctx().Err() != nil:
			return v.ctx().Err()
		case errors.Is(err, context.DeadlineExceeded):
			s.Why = "it takes too long to be read while you wait: take the bundle along and run iolaus verify"
			unknown(s)
			continue
		case errors.Is(err, iru.NotFound):
			s.Why = "it is missing in the evidence store"
		case errors.Is(err, iru.Unavailable):
			s.Why = "it cannot be opened now: " + err.Error()
			unknown(s)
			continue
		case err != nil:
			s.Why = "it cannot be read: " + err.Error()
		case sum != f.SHA256:
			s.Why = "its SHA-256 is " + sum
		case size != f.Size:
			s.Why = "it has " + id(size) + " bytes"
		case f.Kind == "manifest" && sum != x.Manifest:
			s.Why = "the exhibit names the manifest " + x.Manifest
		case f.Kind == "manifest":
			var err error
			if m, err = exhibit.ParseManifest(text); err != nil {
				s.Why = err.Error()
			}
			known = err == nil
		}
		add(s)
	}
	if known {
		add(CheckStep{Kind: CheckList, Why: differs(m, x)})
	}
	return nil
}

// differs says where a manifest and an exhibit do not name the same files; "" where they do.
func differs(m exhibit.Manifest, x iru.Exhibit) string {
	n := 0
	for _, f := range x.Files {
		if f.Kind == "manifest" {
			continue
		}
		n++
		if g, ok := m.File(f.Name); !ok || g.SHA256 != f.SHA256 || g.Size != f.Size || g.Kind != f.Kind {
			return "the manifest does not name " + f.Name + " so"
		}
	}
	if n != len(m.Files) {
		return "the manifest names " + id(int64(len(m.Files))) + " files, the exhibit has " + id(int64(n))
	}
	return ""
}

// digest reads a file whole. text is given of a manifest only.
func (v *visit) digest(ctx context.Context, x iru.Exhibit, f iru.File) (sum string, size int64, text []byte, err error) {
	r, err := v.opts.Evidence.Open(ctx, x, f)
	if err != nil {
		return "", 0, nil, err
	}
	defer r.Close()
	h := sha256.New()
	var w io.Writer = h
	kept := limitedBuffer{left: exhibit.ManifestBytes}
	if f.Kind == "manifest" {
		w = io.MultiWriter(h, &kept)
	}
	size, err = io.Copy(w, during{ctx, r})
	return hex.EncodeToString(h.Sum(nil)), size, kept.b, err
}

// A limitedBuffer keeps the first bytes and drops the rest.
type limitedBuffer struct {
	b    []byte
	left int
}

func (l *limitedBuffer) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.b, l.left = append(l.b, p[:n]...), l.left-n
	return len(p), nil
}

// A during reads while its context lasts.
type during struct {
	ctx context.Context //nolint:containedctx // one call long
	r   io.Reader
}

func (d during) Read(p []byte) (int, error) {
	if err := d.ctx.Err(); err != nil {
		return 0, err
	}
	return d.r.Read(p)
}

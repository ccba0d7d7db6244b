// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"golang.org/x/mod/sumdb/tlog"

	"iolaus/internal/ledger"
)

// stampLimit is the most time stamps of a bundle.
const stampLimit = 1000

// stampSkew is how far the clock of whoever checks may be behind an authority's.
const stampSkew = time.Minute

func stampPath(k int, e string) string { return fmt.Sprintf("proof/stamp-%d.%s", k, e) }

// Stamped is a time stamp over a checkpoint of the log.
type Stamped struct {
	Token      []byte         // DER TimeStampToken (RFC 3161)
	Checkpoint []byte         // signed
	Path       tlog.TreeProof // that the bundle's checkpoint continues it
	// Receipt is the event that the token was received, and Proof that the bundle's checkpoint covers it. They are zero while it does
	// not: a receipt follows its stamp.
	Receipt CustodyEvent
	Proof   ledger.Proof
}

// receiptKind is the event that says that a token came.
const receiptKind = "stamp.receive"

// receives checks that an event is the receipt of a token, and of no other.
func receives(c CustodyEvent, token []byte) error {
	facts, err := c.facts()
	if err != nil {
		return err
	}
	var fact struct {
		Token *string `json:"token"`
	}
	switch err := json.Unmarshal(facts, &fact); {
	case c.Kind != receiptKind || err != nil || fact.Token == nil:
		return fmt.Errorf("%w: event %d is no receipt of a time stamp", ErrInvalid, c.Event)
	case *fact.Token != hexSum(token):
		return fmt.Errorf("%w: it is the receipt of the token with the SHA-256 %.64q, not of %s", ErrInvalid, *fact.Token, hexSum(token))
	}
	return nil
}

// stamp is a time stamp of a bundle that was found in order, apart from whether it still stands.
type stamp struct {
	ledger.Stamp       // zero if nobody judged it
	n            int   // of the bundle, from 1
	size         int64 // of the log that it covers
	receipt      int64 // place of its receipt in the log; -1 if that is not in the bundle
	custody      int   // number of the last custody entry that it covers
	early        bool  // it is of a time still to come
	expired      bool  // its certificate is
	stands       bool
	by           int // number of the stamp that carries it on; 0 if none does, or if it needs none
}

// renew finds out which stamps stand at a time. One whose certificate is valid does. One whose certificate has expired needs a proof
// that it was there before: another one carries it on that stands itself, covers its receipt, and was made before the certificate
// expired (time-stamp renewal, RFC 4998, sections 5.2 and 5.3).
func renew(all []stamp, at time.Time) {
	var standing []int
	for i := range all {
		s := &all[i]
		s.early, s.expired = s.At.After(at.Add(stampSkew)), at.After(s.Until)
		if s.stands = !s.early && !s.expired; s.stands {
			standing = append(standing, i)
		}
	}
	for ; len(standing) > 0; standing = standing[1:] {
		by := all[standing[0]]
		for i := range all {
			if s := &all[i]; s.expired && !s.stands && s.receipt >= 0 && s.receipt < by.size && !by.At.After(s.Until) {
				s.stands, s.by = true, by.n
				standing = append(standing, i)
			}
		}
	}
}

// state says whether it stands, and why.
func (s stamp) state() string {
	until := s.Until.UTC().Format(time.RFC3339)
	switch {
	case s.early:
		return "of a time that is still to come"
	case !s.expired:
		return "valid until " + until
	case s.stands:
		return fmt.Sprintf("expired %s, carried on by time stamp %d", until, s.by)
	case s.receipt < 0:
		return fmt.Sprintf("expired %s, and nothing that stands carries it on: its receipt is not in the bundle", until)
	}
	return fmt.Sprintf("expired %s, and nothing that stands carries it on", until)
}

func (v *verification) checkStamps(s *Step) {
	var all []stamp
	for k := 1; k <= stampLimit; k++ {
		if _, ok := v.files[stampPath(k, "tsr")]; !ok {
			break
		}
		v.report.Stamps++
		if t, file, err := v.checkStamp(k); err != nil {
			s.wrong(file, err)
		} else {
			all = append(all, t)
		}
	}
	if v.report.Stamps == 0 {
		s.Detail = "no time stamp: when the log was as it is, is the word of its unit alone"
		return
	}
	judged := v.trust.Stamp != nil
	if judged {
		renew(all, v.trust.At)
	}
	var said []string
	for _, t := range all {
		words := fmt.Sprintf("time stamp %d covers custody entries up to %d: ", t.n, t.custody)
		if !judged {
			v.report.Unjudged++
			said = append(said, words+"not judged")
			continue
		}
		said = append(said, fmt.Sprintf("%s%s by %s, serial %s, %s", words, t.At.UTC().Format(time.RFC3339), t.Authority, t.Serial, t.state()))
		if t.stands {
			v.report.Standing++
		} else {
			s.Warnings = append(s.Warnings, fmt.Sprintf("time stamp %d of %s: %s", t.n, t.Authority, t.state()))
		}
	}
	s.Detail = strings.Join(said, "; ")
	if judged && v.report.Standing == 0 {
		s.Warnings = append(s.Warnings, "no time stamp stands: when the log was as it is, is the word of its unit alone; "+
			"ask the unit for a new bundle, its log may carry them on")
	}
}

// checkStamp holds a time stamp against its checkpoint, the log and its receipt, and names the file that is wrong.
func (v *verification) checkStamp(k int) (stamp, string, error) {
	file := stampPath(k, "tsr")
	bad := func(file string, err error) (stamp, string, error) { return stamp{}, file, err }
	token, err := v.read(file)
	if err != nil {
		return bad(file, err)
	}
	signed, err := v.read(stampPath(k, "checkpoint"))
	if err != nil {
		return bad(file, fmt.Errorf("its checkpoint: %w", err))
	}
	hashes, err := v.read(stampPath(k, "consistency"))
	if err != nil {
		return bad(file, fmt.Errorf("its consistency proof: %w", err))
	}
	if v.verifier == nil {
		return bad(file, fmt.Errorf("%w: there is no key to check it", ErrBundle))
	}
	older, err := ledger.Open(signed, v.verifier, v.verifier.Name())
	if err != nil {
		return bad(file, err)
	}
	path, err := parsePath(hashes)
	if err == nil {
		err = ledger.CheckConsistency(path, older, v.newest)
	}
	if err != nil {
		return bad(file, err)
	}
	s := stamp{n: k, size: older.Size, receipt: -1}
	for _, c := range v.events {
		if c.Index < older.Size {
			s.custody++
		}
	}
	if v.trust.Stamp != nil {
		if s.Stamp, err = v.trust.Stamp(token, signed); err != nil {
			return bad(file, err)
		}
	}
	if v.received(k) {
		if s.receipt, file, err = v.checkReceipt(k, token); err != nil {
			return bad(file, err)
		}
	}
	return s, "", nil
}

// received reports whether the bundle has, or should have, the receipt of a time stamp.
func (v *verification) received(k int) bool {
	return slices.ContainsFunc([]string{"receipt", "tlog-proof"}, func(e string) bool { _, ok := v.files[stampPath(k, e)]; return ok })
}

// checkReceipt gives the place in the log of the event that a token came, or names the file that is wrong.
func (v *verification) checkReceipt(k int, token []byte) (int64, string, error) {
	file := stampPath(k, "receipt")
	raw, err := v.read(file)
	if err != nil {
		return 0, file, err
	}
	events, err := parseCustody(raw)
	if err == nil && len(events) != 1 {
		err = fmt.Errorf("%w: %d events, a receipt is one", ErrInvalid, len(events))
	}
	if err != nil {
		return 0, file, err
	}
	if err := receives(events[0], token); err != nil {
		return 0, file, err
	}
	file, err = v.included(stampPath(k, "tlog-proof"), file, events[0])
	return events[0].Index, file, err
}

// formatPath is a consistency proof as lines.
func formatPath(p tlog.TreeProof) []byte {
	b := []byte{}
	for _, h := range p {
		b = append(base64.StdEncoding.AppendEncode(b, h[:]), '\n')
	}
	return b
}

func parsePath(b []byte) (tlog.TreeProof, error) {
	p := tlog.TreeProof{}
	for l := range strings.Lines(string(b)) {
		h, err := tlog.ParseHash(strings.TrimSuffix(l, "\n"))
		if err != nil || len(p) == 2*64 {
			return nil, fmt.Errorf("%w: not a list of hashes", ErrInvalid)
		}
		p = append(p, h)
	}
	return p, same(b, formatPath(p))
}

// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"iolaus/internal/iru"
)

// A Log is a certificate transparency log by either interface: that of RFC 6962, or tiles (the static CT API, c2sp.org/static-ct-api).
type Log struct {
	HTTP   HTTP
	URL    string           // base of its interface; for tiles the monitoring prefix
	Static bool             // it serves tiles
	Key    crypto.PublicKey // nil: heads are not checked against it
}

// ParseLog reads how a log is written in a configuration: ADDRESS, or static:ADDRESS for tiles, and behind # its public key as base64 of its DER form, as
// lists of logs give it. The error is Invalid.
func ParseLog(s string) (Log, error) {
	rest, key, keyed := strings.Cut(strings.TrimSpace(s), "#")
	l := Log{}
	if r, ok := strings.CutPrefix(rest, "static:"); ok {
		rest, l.Static = r, true
	}
	u, err := url.Parse(rest)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return Log{}, iru.Refuse(iru.Invalid, fmt.Sprintf("%q is no address of a certificate log", s), "write https://host/path, or static:https://host/path, and #KEY behind it")
	}
	l.URL = strings.TrimSuffix(rest, "/")
	if !keyed {
		return l, nil
	}
	der, err := base64.StdEncoding.DecodeString(key)
	if err == nil {
		l.Key, err = x509.ParsePKIXPublicKey(der)
	}
	if err != nil {
		return Log{}, iru.Refuse(iru.Invalid, fmt.Sprintf("the key of the certificate log %s cannot be read", l.URL), "it is the base64 of its DER form, as lists of logs give it")
	}
	return l, nil
}

// A Head is the state of a log at a time.
type Head struct {
	Size int64
	At   time.Time // when the log signed it
	Root tlog.Hash // zero where it gave none
	Raw  string    // as received, signature included
}

// A Fork is the error of a log that shows two histories, or shrank. It is of kind Conflict, and both heads are proof.
type Fork struct {
	Log     string
	Why     string
	Was, Is Head
}

func (f *Fork) Error() string {
	return fmt.Sprintf("read log %s: %s (%d entries then, %d now)", f.Log, f.Why, f.Was.Size, f.Is.Size)
}

// Unwrap gives the kind of the error.
func (f *Fork) Unwrap() error { return iru.Conflict }

// Stall is from which age on the head of a log is old: logs promise to take up what they signed within 24 hours (RFC 6962, section 3, as the programmes of
// browsers set it), and sign at least as often.
const Stall = 24 * time.Hour

// Head asks for the newest head, signature checked where the key is known. Errors: Unavailable.
func (l Log) Head(ctx context.Context) (Head, error) {
	if l.Static {
		return l.checkpoint(ctx)
	}
	return l.old().Head(ctx)
}

func (l Log) old() CT { return CT{HTTP: l.HTTP, Log: l.URL, Key: l.Key} }

// Follows checks that a head continues an earlier one: it did not shrink, is the same where it has the same size, and else contains it, by the log's own
// proof. The first head of all, and heads without a root, follow anything. Errors: a *Fork, Unavailable (the proof could not be had).
func (l Log) Follows(ctx context.Context, was, is Head) error {
	switch {
	case was.Raw == "":
		return nil
	case is.Size < was.Size:
		return &Fork{l.URL, "it shrank", was, is}
	case was.Root == tlog.Hash{}, is.Root == tlog.Hash{}, was.Size == 0:
		return nil
	case is.Size == was.Size && is.Root != was.Root:
		return &Fork{l.URL, "it signed two trees of one size", was, is}
	case is.Size == was.Size:
		return nil
	case l.Static:
		return l.contains(ctx, was, is)
	}
	return l.old().prove(ctx, was, is)
}

// Entries reads entries of a head from an index on, at most one batch, and returns the index to go on from; at the end there are none. Errors: Invalid,
// Unavailable; of tiles also a *Fork, where what they hold is not what the head says.
func (l Log) Entries(ctx context.Context, h Head, from int64) (entries []Entry, next int64, err error) {
	switch {
	case from < 0:
		return nil, from, fmt.Errorf("read log %s: %w: index %d", l.URL, iru.Invalid, from)
	case l.Static:
		return l.tile(ctx, h, from)
	}
	return l.old().entries(ctx, h, from)
}

// signedBy checks a DigitallySigned (RFC 5246, section 4.7) of the head as RFC 6962, section 3.5 has it.
func (h Head) signedBy(key crypto.PublicKey, sig []byte) error {
	body := []byte{0, 1} // v1, tree_hash
	body = binary.BigEndian.AppendUint64(body, uint64(h.At.UnixMilli()))
	body = binary.BigEndian.AppendUint64(body, uint64(h.Size))
	body = append(body, h.Root[:]...)
	digest := sha256.Sum256(body)
	if len(sig) < 4 || sig[0] != 4 || int(sig[2])<<8|int(sig[3]) != len(sig)-4 { // sha256
		return errors.New("no signature")
	}
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		if sig[1] == 3 && ecdsa.VerifyASN1(k, digest[:], sig[4:]) {
			return nil
		}
	case *rsa.PublicKey:
		if sig[1] == 1 {
			return rsa.VerifyPKCS1v15(k, crypto.SHA256, digest[:], sig[4:])
		}
	}
	return errors.New("the signature is of another key")
}

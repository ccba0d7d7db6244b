// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"iolaus/internal/iru"
)

// A showing is one way to look at an exhibit on the evidence origin.
type showing byte

// The ways to look.
const (
	showScreenshot showing = 's'
	showCopy       showing = 'c'
	showReplay     showing = 'r'
)

// linkFor is how long a link to the evidence origin is good. A frame asks at once; what stays open does not ask again.
const linkFor = 10 * time.Minute

// errExpired is returned for a link that was good once.
var errExpired = errors.New("the link has expired")

// A capability is what a link allows: one officer to look at one exhibit in one way, for minutes.
type capability struct {
	Exhibit iru.ExhibitID
	Officer iru.OfficerID
	Show    showing
	Until   time.Time
}

// Links makes and checks the links by which the workbench lets its officers look at evidence on the other origin. They are signed
// (HMAC-SHA256): nothing is kept on either side, and no link is good without the secret.
type Links struct {
	base   string
	secret []byte
}

// minSecret is the least length of a secret, in bytes.
const minSecret = 32

// NewLinks makes links under base, the address of the evidence origin without a path, as "https://evidence.unit.example". The workbench
// and the evidence origin share the secret, at least 32 bytes. Its error is Invalid.
func NewLinks(base string, secret []byte) (*Links, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("make links: %w: %q is no origin such as https://evidence.unit.example", iru.Invalid, base)
	}
	if len(secret) < minSecret {
		return nil, fmt.Errorf("make links: %w: a secret of %d bytes", iru.Invalid, len(secret))
	}
	return &Links{base: u.Scheme + "://" + u.Host, secret: append([]byte(nil), secret...)}, nil
}

// Origin is where the links lead; "" for nil.
func (l *Links) Origin() string {
	if l == nil {
		return ""
	}
	return l.base
}

// tokenBytes is the length of a signature in a link.
const tokenBytes = 20

func (l *Links) sign(payload []byte) []byte {
	m := hmac.New(sha256.New, l.secret)
	m.Write([]byte("iolaus/evidence/v1\x00"))
	m.Write(payload)
	return m.Sum(nil)[:tokenBytes]
}

// token writes a capability.
func (l *Links) token(c capability) string {
	b := []byte{byte(c.Show)}
	for _, n := range []uint64{uint64(c.Exhibit), uint64(c.Officer), uint64(c.Until.Unix())} {
		b = binary.AppendUvarint(b, n)
	}
	return base64.RawURLEncoding.EncodeToString(append(b, l.sign(b)...))
}

// read checks a token. It is NotFound unless we made it, errExpired when its time is over.
func (l *Links) read(token string, now time.Time) (capability, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) <= tokenBytes {
		return capability{}, iru.NotFound
	}
	payload, sum := b[:len(b)-tokenBytes], b[len(b)-tokenBytes:]
	if !hmac.Equal(sum, l.sign(payload)) {
		return capability{}, iru.NotFound
	}
	c := capability{Show: showing(payload[0])}
	var n [3]uint64
	rest := payload[1:]
	for i := range n {
		v, used := binary.Uvarint(rest)
		if used <= 0 {
			return capability{}, iru.NotFound
		}
		n[i], rest = v, rest[used:]
	}
	if len(rest) > 0 {
		return capability{}, iru.NotFound
	}
	c.Exhibit, c.Officer, c.Until = iru.ExhibitID(n[0]), iru.OfficerID(n[1]), time.Unix(int64(n[2]), 0)
	if !now.Before(c.Until) {
		return c, errExpired
	}
	return c, nil
}

// link gives an officer a way to look. The caller has read the exhibit in the officer's scope.
func (l *Links) link(x iru.ExhibitID, by iru.OfficerID, s showing, now time.Time) string {
	return l.base + "/c/" + l.token(capability{x, by, s, now.Add(linkFor)}) + "/"
}

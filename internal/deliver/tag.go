// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"

	"iolaus/internal/iru"
)

// MinSecret is the least length in bytes of the secret under which reply tags are made.
const MinSecret = 16

const (
	tagMAC = 10 // bytes of the truncated HMAC: 80 bits
	tagLen = 29 // characters: 18 bytes in base32 without padding
)

var tagText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// A purpose keeps what one tag opens from another: who knows the reply address must not know the callback's token.
type purpose struct{ name, mac, mask string }

var (
	replyTag    = purpose{"reply tag", "iolaus reply tag v1", "iolaus reply mask v1"}
	callbackTag = purpose{"callback token", "iolaus callback token v1", "iolaus callback mask v1"}
	portalTag   = purpose{"portal token", "iolaus portal token v1", "iolaus portal mask v1"}
	drillTag    = purpose{"drill token", "iolaus drill token v1", "iolaus drill mask v1"}
)

// Tag makes the tag of a notice's reply address: 29 lower-case letters and digits, unguessable without the secret, and silent
// about the notice's number.
func Tag(secret []byte, notice int64) string { return replyTag.make(secret, notice) }

// ParseTag returns the notice of a tag, or Forbidden if the tag was not made under the secret. Upper and lower case are the same.
func ParseTag(secret []byte, tag string) (int64, error) { return replyTag.parse(secret, tag) }

// CallbackToken makes the token with which a provider's interface tells us of a notice. It has the form of a tag and is none.
func CallbackToken(secret []byte, notice int64) string { return callbackTag.make(secret, notice) }

// ParseCallbackToken returns the notice of a callback's token, or Forbidden if it was not made under the secret.
func ParseCallbackToken(secret []byte, token string) (int64, error) {
	return callbackTag.parse(secret, token)
}

// PortalToken makes the token of the page where an addressee answers a notice without an account: /p/TOKEN. It has the form of a tag and
// is none: who knows the reply address cannot make it.
func PortalToken(secret []byte, notice int64) string { return portalTag.make(secret, notice) }

// ParsePortalToken returns the notice of a portal's token, or Forbidden if it was made under none of the secrets. Whatever the token, every
// secret is tried and compared in constant time.
func ParsePortalToken(secrets [][]byte, token string) (int64, error) {
	return portalTag.any(secrets, token)
}

// DrillToken makes the token of a practice order's page.
func DrillToken(secret []byte, drill int64) string { return drillTag.make(secret, drill) }

// ParseDrillToken is ParsePortalToken for practice orders.
func ParseDrillToken(secrets [][]byte, token string) (int64, error) {
	return drillTag.any(secrets, token)
}

func (p purpose) any(secrets [][]byte, token string) (found int64, err error) {
	err = fmt.Errorf("parse %s: there is no secret: %w", p.name, iru.Invalid)
	for _, s := range secrets {
		n, wrong := p.parse(s, token)
		if wrong == nil {
			found = n
		}
		err = wrong
	}
	if found != 0 {
		return found, nil
	}
	return 0, err
}

// make is a synthetic initialisation vector (the construction of RFC 5297): a truncated HMAC-SHA-256 of the number, followed by
// the number masked with a second HMAC of the first.
func (p purpose) make(secret []byte, notice int64) string {
	var number [8]byte
	binary.BigEndian.PutUint64(number[:], uint64(notice))
	mac := keyed(secret, p.mac, number[:])[:tagMAC]
	mask := keyed(secret, p.mask, mac)
	for i := range number {
		number[i] ^= mask[i]
	}
	return tagText.EncodeToString(append(mac, number[:]...))
}

func (p purpose) parse(secret []byte, tag string) (int64, error) {
	if len(secret) < MinSecret {
		return 0, fmt.Errorf("parse %s: the secret has %d bytes, at least %d are needed: %w", p.name, len(secret), MinSecret, iru.Invalid)
	}
	tag = strings.ToLower(tag)
	raw, err := tagText.DecodeString(tag)
	if err != nil || len(tag) != tagLen || len(raw) != tagMAC+8 {
		return 0, fmt.Errorf("parse %s: not its form: %w", p.name, iru.Forbidden)
	}
	mask := keyed(secret, p.mask, raw[:tagMAC])
	number := raw[tagMAC:]
	for i := range number {
		number[i] ^= mask[i]
	}
	notice := int64(binary.BigEndian.Uint64(number))
	// Made again and compared, so that a second spelling of the same bits does not pass either.
	if notice <= 0 || !hmac.Equal([]byte(p.make(secret, notice)), []byte(tag)) {
		return 0, fmt.Errorf("parse %s: not one of ours: %w", p.name, iru.Forbidden)
	}
	return notice, nil
}

// ReplyAddress is the address under which a notice's replies, bounces and delivery notices come back.
func ReplyAddress(secret []byte, notice int64, domain string) string {
	return "reply+" + Tag(secret, notice) + "@" + domain
}

// splitReply takes the tag out of reply+TAG@domain, in lower case. The domain is checked when one is given.
func splitReply(rcpt, domain string) (tag string, ok bool) {
	at := strings.LastIndexByte(rcpt, '@')
	if at < 0 {
		return "", false
	}
	local, host := strings.ToLower(rcpt[:at]), strings.TrimSuffix(rcpt[at+1:], ".")
	if domain != "" && !strings.EqualFold(host, strings.TrimSuffix(domain, ".")) {
		return "", false
	}
	tag, ok = strings.CutPrefix(local, "reply+")
	return tag, ok && len(tag) == tagLen
}

func keyed(secret []byte, purpose string, data []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(purpose))
	h.Write([]byte{0})
	h.Write(data)
	return h.Sum(nil)
}

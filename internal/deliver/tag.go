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

// Tag makes the tag of a notice's reply address: 29 lower-case letters and digits, unguessable without the secret, and silent
// about the notice's number. It is a synthetic initialisation vector (the construction of RFC 5297): a truncated HMAC-SHA-256 of
// the number, followed by the number masked with a second HMAC of the first.
func Tag(secret []byte, notice int64) string {
	var number [8]byte
	binary.BigEndian.PutUint64(number[:], uint64(notice))
	mac := keyed(secret, "iolaus reply tag v1", number[:])[:tagMAC]
	mask := keyed(secret, "iolaus reply mask v1", mac)
	for i := range number {
		number[i] ^= mask[i]
	}
	return tagText.EncodeToString(append(mac, number[:]...))
}

// ParseTag returns the notice of a tag, or Forbidden if the tag was not made under the secret. Upper and lower case are the same.
func ParseTag(secret []byte, tag string) (int64, error) {
	if len(secret) < MinSecret {
		return 0, fmt.Errorf("parse reply tag: the secret has %d bytes, at least %d are needed: %w", len(secret), MinSecret, iru.Invalid)
	}
	tag = strings.ToLower(tag)
	raw, err := tagText.DecodeString(tag)
	if err != nil || len(tag) != tagLen || len(raw) != tagMAC+8 {
		return 0, fmt.Errorf("parse reply tag: not the form of a tag: %w", iru.Forbidden)
	}
	mask := keyed(secret, "iolaus reply mask v1", raw[:tagMAC])
	number := raw[tagMAC:]
	for i := range number {
		number[i] ^= mask[i]
	}
	notice := int64(binary.BigEndian.Uint64(number))
	// Made again and compared, so that a second spelling of the same bits does not pass either.
	if notice <= 0 || !hmac.Equal([]byte(Tag(secret, notice)), []byte(tag)) {
		return 0, fmt.Errorf("parse reply tag: not one of ours: %w", iru.Forbidden)
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

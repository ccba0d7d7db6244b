// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"filippo.io/age"
)

// ParseCard reads the text of a card, whose lines may end in CR LF and around which blank space may stand, since people paste it, and
// checks its signature. Otherwise it takes nothing but what Text writes. Whether the keys are who they say is not known before
// somebody compares the Fingerprint. Errors: Malformed, TooLarge, Forged.
func ParseCard(text []byte) (Card, error) {
	const verb = "read card"
	if len(text) > 2*MaxCard {
		return Card{}, wrong(verb, TooLarge, "%d bytes, at most %d are read", len(text), MaxCard)
	}
	plain := strings.TrimSpace(string(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))) + "\n"
	if len(plain) > MaxCard {
		return Card{}, wrong(verb, TooLarge, "%d bytes, at most %d are read", len(plain), MaxCard)
	}
	rest, ok := strings.CutPrefix(plain, cardHead)
	if !ok {
		return Card{}, wrong(verb, Malformed, "its first line is not %q", strings.TrimSpace(cardHead))
	}
	r := lines{rest: rest}
	c := Card{Name: r.take("name "), Country: r.take("country "), URL: r.take("url ")}
	c.Sign = r.bytes("sign ", ed25519.PublicKeySize)
	c.Seal = r.take("seal ")
	copy(c.TLS[:], r.bytes("tls ", len(c.TLS)))
	c.Witness = r.bytes("witness ", ed25519.PublicKeySize)
	follows := strings.HasPrefix(r.rest, "follows ")
	if follows {
		before, err := hex.DecodeString(r.take("follows "))
		if err != nil || len(before) != len(c.Follows) || [32]byte(before) == [32]byte{} {
			return Card{}, wrong(verb, Malformed, "the line follows is not an id of keys")
		}
		copy(c.Follows[:], before)
	}
	c.signature = r.bytes("signed ", ed25519.SignatureSize)
	if follows {
		c.succession = r.bytes("followed ", ed25519.SignatureSize)
	}
	if r.missing != "" {
		return Card{}, wrong(verb, Malformed, "the line %q is missing, out of order or malformed", strings.TrimSpace(r.missing))
	}
	if err := c.check(); err != nil {
		return Card{}, err
	}
	if c.Text() != plain { // such as capitals in hex, or more lines
		return Card{}, wrong(verb, Malformed, "it is not written as its signer does")
	}
	if !ed25519.Verify(c.Sign, []byte(c.signed()), c.signature) {
		return Card{}, wrong(verb, Forged, "the signature does not fit: a part of it was changed")
	}
	return c, nil
}

type lines struct{ rest, missing string }

func (l *lines) take(word string) string {
	line, rest, ok := strings.Cut(l.rest, "\n")
	value, has := strings.CutPrefix(line, word)
	if !ok || !has {
		if l.missing == "" {
			l.missing = word
		}
		return ""
	}
	l.rest = rest
	return value
}

func (l *lines) bytes(word string, n int) []byte {
	value := l.take(word)
	b, err := base64.StdEncoding.Strict().DecodeString(value)
	if err != nil || len(b) != n {
		if l.missing == "" {
			l.missing = word
		}
		return make([]byte, n)
	}
	return b
}

var country = regexp.MustCompile(`^[A-Z]{2}$`)

// check looks at every part but the signatures.
func (c Card) check() error {
	const verb = "check card"
	recipient, err := age.ParseX25519Recipient(c.Seal)
	switch {
	case !printable(c.Name, 120):
		return wrong(verb, Malformed, "a name has 1 to 120 bytes, all of them visible")
	case !country.MatchString(c.Country):
		return wrong(verb, Malformed, "a country is two capital letters, such as SE")
	case !validURL(c.URL):
		return wrong(verb, Malformed, "an address is https:// with a host and perhaps a port, in small letters, and nothing after it")
	case err != nil || recipient.String() != c.Seal:
		return wrong(verb, Malformed, "the sealing key is no age recipient (X25519)")
	case len(c.Sign) != ed25519.PublicKeySize || len(c.Witness) != ed25519.PublicKeySize:
		return wrong(verb, Malformed, "a signing key has 32 bytes")
	case weak(c.Sign) || weak(c.Witness):
		return wrong(verb, Malformed, "with such a signing key one signature fits everything")
	}
	return nil
}

// printable leaves out what makes a text look like another: control and direction characters, and spaces at its ends.
func printable(s string, most int) bool {
	return s != "" && len(s) <= most && utf8.ValidString(s) && s == strings.TrimSpace(s) &&
		strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

var host = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

func validURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || len(s) > 255 || u.Scheme != "https" || s != "https://"+u.Host {
		return false
	}
	port := u.Port()
	if port == "" && strings.HasSuffix(u.Host, ":") || port != "" && (len(port) > 5 || port[0] == '0' || port > "65535" && len(port) == 5) {
		return false
	}
	if strings.HasPrefix(u.Host, "[") {
		a, err := netip.ParseAddr(u.Hostname())
		return err == nil && a.Is6() && a.Zone() == "" && a.String() == u.Hostname()
	}
	return host.MatchString(u.Hostname()) && len(u.Hostname()) <= 253
}

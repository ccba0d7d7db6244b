// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"time"
)

// maxKey bounds the text of a key, in bytes: an OpenPGP key with signatures of many is large, not larger.
const maxKey = 256 << 10

// CheckSeal refuses a key that is none of its kind: a certificate (PEM) for S/MIME, a public key (armoured) for OpenPGP. A private key
// is refused with words that say so, since whoever sends one should make a new one.
func CheckSeal(s Seal, key string) error {
	if strings.Contains(key, "PRIVATE KEY") {
		return Refuse(Invalid, "that is a private key", "ask the addressee for the public one; this one should no longer be used")
	}
	switch {
	case len(key) > maxKey:
		return Refuse(Invalid, "the key is too long", "export it without the signatures of others")
	case s == NoSeal && key == "":
		return nil
	case s == NoSeal:
		return Refuse(Invalid, "a key is given, and not for what", "choose S/MIME or OpenPGP")
	case key == "":
		return Refuse(Invalid, "the key is missing", "paste the certificate or the public key")
	case s == SealSMIME:
		_, err := certificate(key)
		return err
	case s == SealOpenPGP:
		return checkArmour(key)
	}
	return Refuse(Invalid, "the way to seal is not known", "choose S/MIME or OpenPGP")
}

func certificate(key string) (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(key))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, Refuse(Invalid, "that is no certificate", "paste it in PEM form, with its BEGIN and END lines")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, Refuse(Invalid, "the certificate cannot be read", "paste it anew, whole")
	}
	if c.KeyUsage != 0 && c.KeyUsage&(x509.KeyUsageKeyEncipherment|x509.KeyUsageKeyAgreement|x509.KeyUsageDataEncipherment) == 0 {
		return nil, Refuse(Invalid, "the certificate is not made for encryption", "ask for the one that mail is encrypted to")
	}
	return c, nil
}

// KeyPrint is what two people compare of a key: the SHA-256 of a certificate, of another key that of its text, in hex.
func KeyPrint(key string) string {
	if c, err := certificate(key); err == nil {
		return fmt.Sprintf("%x", sha256.Sum256(c.Raw))
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.TrimSpace(key))))
}

// SealEnds is when a certificate ends; zero for what does not say, such as an OpenPGP key, whose term only its software tells.
func SealEnds(s Seal, key string) time.Time {
	if s != SealSMIME {
		return time.Time{}
	}
	c, err := certificate(key)
	if err != nil {
		return time.Time{}
	}
	return c.NotAfter.UTC()
}

// checkArmour reads an armoured OpenPGP key (RFC 9580, section 6.2) as far as its kind: its packets are whole, the first one is a
// public key. Whether it can encrypt is told by the software that uses it.
func checkArmour(key string) error {
	wrong := func(why string) error {
		return Refuse(Invalid, "that is no public key of OpenPGP: "+why, "paste it armoured, with its BEGIN and END lines")
	}
	const begin, end = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
	_, rest, ok := strings.Cut(strings.ReplaceAll(key, "\r\n", "\n"), begin)
	body, _, whole := strings.Cut(rest, end)
	if !ok || !whole {
		return wrong("its first or last line is missing")
	}
	if head, after, ok := strings.Cut(body, "\n\n"); ok && !strings.Contains(strings.TrimSpace(head), "=") {
		body = after
	}
	var text strings.Builder
	for line := range strings.Lines(body) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "=") && !strings.Contains(line, ": ") {
			text.WriteString(line)
		}
	}
	b, err := base64.StdEncoding.DecodeString(text.String())
	if err != nil {
		return wrong("its text is damaged")
	}
	const publicKey, secretKey = 6, 5
	tag, rest2, ok := packet(b)
	if !ok || tag == secretKey || tag != publicKey {
		return wrong("it does not begin with a public key")
	}
	named := false
	for len(rest2) > 0 {
		if tag, rest2, ok = packet(rest2); !ok {
			return wrong("it is cut off")
		}
		if tag == secretKey || tag == 7 {
			return wrong("it holds a secret key")
		}
		named = named || tag == 13 || tag == 17
	}
	if !named {
		return wrong("it names nobody")
	}
	return nil
}

// packet takes one packet off (RFC 9580, section 4.2).
func packet(b []byte) (tag byte, rest []byte, ok bool) {
	r := bytes.NewReader(b)
	head, err := r.ReadByte()
	if err != nil || head&0x80 == 0 {
		return 0, nil, false
	}
	n, size := 0, 0
	if head&0x40 != 0 {
		tag = head & 0x3f
		l, err := r.ReadByte()
		if err != nil {
			return 0, nil, false
		}
		switch {
		case l < 192:
			size = int(l)
		case l < 224:
			m, err := r.ReadByte()
			if err != nil {
				return 0, nil, false
			}
			size = (int(l)-192)<<8 + int(m) + 192
		case l == 255:
			n = 4
		default: // parts are for data, not for keys
			return 0, nil, false
		}
	} else {
		tag = head >> 2 & 0xf
		if n = 1 << (head & 3); n == 8 {
			return 0, nil, false
		}
	}
	for range n {
		l, err := r.ReadByte()
		if err != nil {
			return 0, nil, false
		}
		size = size<<8 | int(l)
	}
	if size < 0 || size > r.Len() {
		return 0, nil, false
	}
	return tag, b[len(b)-r.Len()+size:], true
}

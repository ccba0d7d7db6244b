// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// A leaf is the certificate of a server, written by hand (RFC 5280): the standard library checks each signature that it makes, which for
// ten thousand sites is the longest part of the start.
type leaf struct {
	serial      int64
	issuer      []byte // its subject
	issuerKey   []byte // identifier
	from, until time.Time
	public      []byte // SubjectPublicKeyInfo
	subject     string
	names       []string
	addresses   [][]byte
}

var (
	oidSignature   = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2} // ecdsa-with-SHA256
	oidCommonName  = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidKeyUsage    = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidAltName     = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidAuthority   = asn1.ObjectIdentifier{2, 5, 29, 35}
	oidPurposes    = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidServer      = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}
)

// signed is the certificate in DER.
func (l leaf) signed(k *ecdsa.PrivateKey) ([]byte, error) {
	algorithm := func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidSignature) })
	}
	var t cryptobyte.Builder
	t.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.Tag(0).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) { b.AddASN1Int64(2) }) // version 3
		b.AddASN1Int64(l.serial)
		algorithm(b)
		b.AddBytes(l.issuer)
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, at := range []time.Time{l.from, l.until} {
				if at = at.UTC(); at.Year() < 2050 {
					b.AddASN1UTCTime(at)
				} else {
					b.AddASN1GeneralizedTime(at)
				}
			}
		})
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SET, func(b *cryptobyte.Builder) {
				b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(oidCommonName)
					b.AddASN1(tag.UTF8String, func(b *cryptobyte.Builder) { b.AddBytes([]byte(l.subject)) })
				})
			})
		})
		b.AddBytes(l.public)
		b.AddASN1(tag.Tag(3).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) { b.AddASN1(tag.SEQUENCE, l.extensions) })
	})
	tbs, err := t.Bytes()
	if err != nil {
		return nil, fmt.Errorf("write certificate: %w", err)
	}
	digest := sha256.Sum256(tbs)
	sig, err := k.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	var out cryptobyte.Builder
	out.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		algorithm(b)
		b.AddASN1BitString(sig)
	})
	return out.Bytes()
}

func (l leaf) extensions(b *cryptobyte.Builder) {
	add := func(id asn1.ObjectIdentifier, critical bool, value func(*cryptobyte.Builder)) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(id)
			if critical {
				b.AddASN1Boolean(true)
			}
			b.AddASN1(tag.OCTET_STRING, value)
		})
	}
	add(oidKeyUsage, true, func(b *cryptobyte.Builder) { b.AddBytes([]byte{3, 2, 7, 0x80}) }) // digitalSignature
	add(oidPurposes, false, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidServer) })
	})
	add(oidConstraints, true, func(b *cryptobyte.Builder) { b.AddASN1(tag.SEQUENCE, func(*cryptobyte.Builder) {}) })
	add(oidAuthority, false, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(l.issuerKey) })
		})
	})
	add(oidAltName, false, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, n := range l.names {
				b.AddASN1(tag.Tag(2).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes([]byte(n)) })
			}
			for _, a := range l.addresses {
				b.AddASN1(tag.Tag(7).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(a) })
			}
		})
	})
}

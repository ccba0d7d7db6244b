// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// Object identifiers of a CAdES signature (RFC 5652, RFC 5035, RFC 3161, RFC 5754).
var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidStampToken    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidRSA           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11} // sha256WithRSAEncryption
	oidECDSA         = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}   // ecdsa-with-SHA256
)

// attribute is one attribute with one value, in DER.
func attribute(id asn1.ObjectIdentifier, value func(*cryptobyte.Builder)) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(id)
		b.AddASN1(tag.SET, value)
	})
	return b.Bytes()
}

func addAlgorithm(b *cryptobyte.Builder, id asn1.ObjectIdentifier, null bool) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(id)
		if null {
			b.AddASN1NULL()
		}
	})
}

// signedAttributes are those that a CAdES signature in a PDF has: no signing time among them, which stands in the PDF (ETSI EN 319
// 142-1, section 5.3). They are in the order of DER.
func signedAttributes(digest []byte, leaf *x509.Certificate) ([]byte, error) {
	sum := sha256.Sum256(leaf.Raw)
	var list [][]byte
	for _, a := range []struct {
		id    asn1.ObjectIdentifier
		value func(*cryptobyte.Builder)
	}{
		{oidContentType, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidData) }},
		{oidMessageDigest, func(b *cryptobyte.Builder) { b.AddASN1OctetString(digest) }},
		{oidSigningCertV2, func(b *cryptobyte.Builder) { // SHA-256 is its default
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1OctetString(sum[:]) })
				})
			})
		}},
	} {
		der, err := attribute(a.id, a.value)
		if err != nil {
			return nil, err
		}
		list = append(list, der)
	}
	slices.SortFunc(list, bytes.Compare)
	return bytes.Join(list, nil), nil
}

// cms is a detached signature over content with this digest, with a time stamp where there is an authority.
func (s Signer) cms(digest []byte) ([]byte, error) {
	leaf := s.Chain[0]
	attrs, err := signedAttributes(digest, leaf)
	if err != nil {
		return nil, err
	}
	var set cryptobyte.Builder
	set.AddASN1(tag.SET, func(b *cryptobyte.Builder) { b.AddBytes(attrs) })
	signed, err := set.Bytes()
	if err != nil {
		return nil, err
	}
	algorithm, null := oidECDSA, false
	switch s.Key.Public().(type) {
	case *rsa.PublicKey:
		algorithm, null = oidRSA, true
	case *ecdsa.PublicKey:
	default:
		return nil, fmt.Errorf("%w: a key of type %T does not sign documents: take RSA or ECDSA", ErrSign, s.Key.Public())
	}
	sum := sha256.Sum256(signed)
	signature, err := s.Key.Sign(s.Rand, sum[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSign, err)
	}
	var token []byte
	if s.Stamp != nil {
		if token, err = s.Stamp(signature); err != nil {
			return nil, err
		}
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidSignedData)
		b.AddASN1(explicit(0), func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(1)
				b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { addAlgorithm(b, oidSHA256, false) })
				b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidData) })
				b.AddASN1(explicit(0), func(b *cryptobyte.Builder) {
					for _, c := range s.Chain {
						b.AddBytes(c.Raw)
					}
				})
				b.AddASN1(tag.SET, func(b *cryptobyte.Builder) {
					b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1Int64(1)
						b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
							b.AddBytes(leaf.RawIssuer)
							b.AddASN1BigInt(leaf.SerialNumber)
						})
						addAlgorithm(b, oidSHA256, false)
						b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddBytes(attrs) })
						addAlgorithm(b, algorithm, null)
						b.AddASN1OctetString(signature)
						if token != nil {
							b.AddASN1(explicit(1), func(b *cryptobyte.Builder) {
								b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
									b.AddASN1ObjectIdentifier(oidStampToken)
									b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { b.AddBytes(token) })
								})
							})
						}
					})
				})
			})
		})
	})
	return b.Bytes()
}

func explicit(n uint8) tag.Tag { return tag.Tag(n).ContextSpecific().Constructed() }

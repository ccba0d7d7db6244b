// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"bytes"
	"crypto"
	"crypto/sha1"     // ESSCertID (RFC 2634) knows no other
	_ "crypto/sha256" // what tokens are made with
	_ "crypto/sha512" // the same
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// A signedData is what a time-stamp token needs of CMS (RFC 5652, section 5): content with exactly one signature over attributes.
// Only DER is read, as RFC 3161 demands.
type signedData struct {
	content   []byte
	certs     []*x509.Certificate
	issuer    []byte // of the signer, DER; nil if it is named by key
	serial    *big.Int
	keyID     []byte
	digest    crypto.Hash
	attrs     map[string][]byte // the one value of each signed attribute by OID
	signed    []byte            // the attributes as they were signed
	algorithm x509.SignatureAlgorithm
	signature []byte
}

const (
	oidSignedData    = "1.2.840.113549.1.7.2"
	oidTSTInfo       = "1.2.840.113549.1.9.16.1.4"
	oidContentType   = "1.2.840.113549.1.9.3"
	oidMessageDigest = "1.2.840.113549.1.9.4"
	oidSigningCert   = "1.2.840.113549.1.9.16.2.12"
	oidSigningCertV2 = "1.2.840.113549.1.9.16.2.47"
	oidSHA256        = "2.16.840.1.101.3.4.2.1"
)

var errDER = errors.New("it is not what RFC 5652 describes, in DER")

func explicit(n uint8) tag.Tag { return tag.Tag(n).ContextSpecific().Constructed() }

func readSignedData(der []byte) (signedData, error) {
	var d signedData
	in := cryptobyte.String(der)
	var info, wrapped, data, algorithms, encap, content, octets, certs, signers cryptobyte.String
	var kind, inner asn1.ObjectIdentifier
	var version int
	if !in.ReadASN1(&info, tag.SEQUENCE) || !in.Empty() || !info.ReadASN1ObjectIdentifier(&kind) || kind.String() != oidSignedData ||
		!info.ReadASN1(&wrapped, explicit(0)) || !info.Empty() || !wrapped.ReadASN1(&data, tag.SEQUENCE) || !wrapped.Empty() ||
		!data.ReadASN1Integer(&version) || !data.ReadASN1(&algorithms, tag.SET) || !data.ReadASN1(&encap, tag.SEQUENCE) ||
		!encap.ReadASN1ObjectIdentifier(&inner) || !encap.ReadASN1(&content, explicit(0)) || !encap.Empty() ||
		!content.ReadASN1(&octets, tag.OCTET_STRING) || !content.Empty() {
		return d, errDER
	}
	if inner.String() != oidTSTInfo {
		return d, fmt.Errorf("it holds content of type %v and not time-stamp information", inner)
	}
	d.content = octets
	if !data.ReadOptionalASN1(&certs, nil, explicit(0)) || !data.SkipOptionalASN1(explicit(1)) || !data.ReadASN1(&signers, tag.SET) || !data.Empty() {
		return d, errDER
	}
	for !certs.Empty() {
		var raw cryptobyte.String
		var kind tag.Tag
		if !certs.ReadAnyASN1Element(&raw, &kind) {
			return d, errDER
		}
		// One that cannot be read is no hindrance unless it signed, and then it is missed.
		if c, err := x509.ParseCertificate(raw); err == nil && kind == tag.SEQUENCE {
			d.certs = append(d.certs, c)
		}
	}
	if err := d.readSigner(&signers); err != nil {
		return d, err
	}
	if !signers.Empty() {
		return d, errors.New("it has more than one signature")
	}
	return d, nil
}

func (d *signedData) readSigner(signers *cryptobyte.String) error {
	var s, id, name, attrs, signature cryptobyte.String
	var version int
	if !signers.ReadASN1(&s, tag.SEQUENCE) || !s.ReadASN1Integer(&version) {
		return errDER
	}
	if s.PeekASN1Tag(tag.SEQUENCE) {
		d.serial = new(big.Int)
		if !s.ReadASN1(&id, tag.SEQUENCE) || !id.ReadASN1Element(&name, tag.SEQUENCE) || !id.ReadASN1Integer(d.serial) || !id.Empty() {
			return errDER
		}
		d.issuer = name
	} else if !s.ReadASN1((*cryptobyte.String)(&d.keyID), tag.Tag(0).ContextSpecific()) {
		return errDER
	}
	digest, ok := readAlgorithm(&s)
	if !ok {
		return errDER
	}
	if d.digest = hashOf(digest); d.digest == 0 {
		return fmt.Errorf("its digest algorithm %s is unknown or too weak", digest)
	}
	if !s.PeekASN1Tag(explicit(0)) {
		return errors.New("it has no signed attributes")
	}
	if !s.ReadASN1Element(&attrs, explicit(0)) {
		return errDER
	}
	d.signed = bytes.Clone(attrs)
	d.signed[0] = byte(tag.SET) // signed under its own tag (RFC 5652, section 5.4)
	if err := d.readAttributes(attrs); err != nil {
		return err
	}
	algorithm, ok := readAlgorithm(&s)
	if !ok || !s.ReadASN1(&signature, tag.OCTET_STRING) || !s.SkipOptionalASN1(explicit(1)) || !s.Empty() {
		return errDER
	}
	if d.algorithm = signatureOf(algorithm, d.digest); d.algorithm == x509.UnknownSignatureAlgorithm {
		return fmt.Errorf("its signature algorithm %s is unknown or too weak", algorithm)
	}
	d.signature = signature
	return nil
}

func (d *signedData) readAttributes(element cryptobyte.String) error {
	var attrs cryptobyte.String
	if !element.ReadASN1(&attrs, explicit(0)) {
		return errDER
	}
	d.attrs = map[string][]byte{}
	for !attrs.Empty() {
		var a, values, value cryptobyte.String
		var kind asn1.ObjectIdentifier
		var form tag.Tag
		if !attrs.ReadASN1(&a, tag.SEQUENCE) || !a.ReadASN1ObjectIdentifier(&kind) || !a.ReadASN1(&values, tag.SET) || !a.Empty() ||
			!values.ReadAnyASN1Element(&value, &form) {
			return errDER
		}
		name := kind.String()
		if _, twice := d.attrs[name]; twice {
			return fmt.Errorf("the signed attribute %s occurs twice", name)
		}
		if !values.Empty() {
			value = nil // those that are looked at have one value
		}
		d.attrs[name] = value
	}
	return nil
}

// signer finds the certificate that the signature names.
func (d *signedData) signer() (*x509.Certificate, error) {
	for _, c := range d.certs {
		if d.serial != nil && bytes.Equal(c.RawIssuer, d.issuer) && c.SerialNumber.Cmp(d.serial) == 0 ||
			len(d.keyID) > 0 && bytes.Equal(c.SubjectKeyId, d.keyID) {
			return c, nil
		}
	}
	return nil, errors.New("its signing certificate is not in it")
}

// check holds content, attributes and signature against the signer's certificate.
func (d *signedData) check(c *x509.Certificate) error {
	kind, sum := cryptobyte.String(d.attrs[oidContentType]), cryptobyte.String(d.attrs[oidMessageDigest])
	var oid asn1.ObjectIdentifier
	var digest cryptobyte.String
	if !kind.ReadASN1ObjectIdentifier(&oid) || !kind.Empty() || oid.String() != oidTSTInfo {
		return errors.New("its signature is not over time-stamp information")
	}
	if !sum.ReadASN1(&digest, tag.OCTET_STRING) || !sum.Empty() || !bytes.Equal(digest, sumOf(d.digest, d.content)) {
		return errors.New("its content is not what was signed: the digest differs")
	}
	if err := d.checkSigningCertificate(c); err != nil {
		return err
	}
	if err := c.CheckSignature(d.algorithm, d.signed, d.signature); err != nil {
		return fmt.Errorf("its signature is not that of %s: %w", nameOf(c), err)
	}
	return nil
}

// checkSigningCertificate makes sure that no other certificate with the same key was put in the signer's place: the signature
// covers its hash (RFC 2634, section 5.4; RFC 5035, section 4).
func (d *signedData) checkSigningCertificate(c *x509.Certificate) error {
	v1, v2 := d.attrs[oidSigningCert], d.attrs[oidSigningCertV2]
	if v1 == nil && v2 == nil {
		return errors.New("its signature does not name the signing certificate (ESSCertID)")
	}
	other := fmt.Errorf("its signature names another signing certificate (ESSCertID) than that of %s", nameOf(c))
	if v1 != nil {
		id, ok := firstCertID(v1)
		want := sha1.Sum(c.Raw)
		var got cryptobyte.String
		if !ok || !id.ReadASN1(&got, tag.OCTET_STRING) || !bytes.Equal(got, want[:]) {
			return other
		}
	}
	if v2 != nil {
		id, ok := firstCertID(v2)
		algorithm := oidSHA256
		if ok && id.PeekASN1Tag(tag.SEQUENCE) {
			algorithm, ok = readAlgorithm(&id)
		}
		var got cryptobyte.String
		h := hashOf(algorithm)
		if !ok || h == 0 || !id.ReadASN1(&got, tag.OCTET_STRING) || !bytes.Equal(got, sumOf(h, c.Raw)) {
			return other
		}
	}
	return nil
}

func firstCertID(attr []byte) (id cryptobyte.String, ok bool) {
	in := cryptobyte.String(attr)
	var all, list cryptobyte.String
	ok = in.ReadASN1(&all, tag.SEQUENCE) && all.ReadASN1(&list, tag.SEQUENCE) && list.ReadASN1(&id, tag.SEQUENCE)
	return id, ok
}

// readAlgorithm reads an AlgorithmIdentifier and leaves its parameters aside.
func readAlgorithm(in *cryptobyte.String) (oid string, ok bool) {
	var a cryptobyte.String
	var id asn1.ObjectIdentifier
	ok = in.ReadASN1(&a, tag.SEQUENCE) && a.ReadASN1ObjectIdentifier(&id)
	return id.String(), ok
}

func hashOf(oid string) crypto.Hash {
	return map[string]crypto.Hash{oidSHA256: crypto.SHA256, "2.16.840.1.101.3.4.2.2": crypto.SHA384, "2.16.840.1.101.3.4.2.3": crypto.SHA512}[oid]
}

func sumOf(h crypto.Hash, data []byte) []byte {
	s := h.New()
	s.Write(data)
	return s.Sum(nil)
}

// signatureOf tells which signature is meant; some authorities name the key's algorithm only.
func signatureOf(oid string, h crypto.Hash) x509.SignatureAlgorithm {
	n := map[crypto.Hash]int{crypto.SHA256: 0, crypto.SHA384: 1, crypto.SHA512: 2}[h]
	switch oid {
	case "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13":
		return []x509.SignatureAlgorithm{x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA}[n]
	case "1.2.840.113549.1.1.10":
		return []x509.SignatureAlgorithm{x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS}[n]
	case "1.2.840.10045.2.1", "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4":
		return []x509.SignatureAlgorithm{x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512}[n]
	case "1.3.101.112":
		return x509.PureEd25519
	}
	return x509.UnknownSignatureAlgorithm
}

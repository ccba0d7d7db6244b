// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/digitorus/timestamp"
	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// MaxStamp is the greatest length of a time-stamp token or of an authority's reply, in bytes. Those of 2026 have 1 to 10 KiB.
const MaxStamp = 128 << 10

// ErrStamp says that some bytes are not a time stamp over this checkpoint, or not signed as one must be.
var ErrStamp = errors.New("not a valid time stamp")

// ErrStampRefused says that an authority gave no token; its words follow.
var ErrStampRefused = errors.New("the time-stamp authority refused")

// A Stamp is what a time-stamp token says (RFC 3161): its authority saw the checkpoint at that time.
type Stamp struct {
	At        time.Time // UTC, as fine as the authority writes it
	Authority string    // name in the signing certificate; it proves something only if roots were given
	Serial    string    // of the token, hexadecimal
	Policy    string    // object identifier of the authority's rules
	Until     time.Time // when the signing certificate expires; a newer stamp must carry this one over it
}

// StampRequest returns a TimeStampReq in DER for the SHA-256 of a signed checkpoint. It asks for the signing certificate. nonce is
// a positive number, the higher byte first, that the reply must repeat; nil leaves it out. Errors wrap ErrStamp or ErrCheckpoint.
func StampRequest(checkpoint, nonce []byte) ([]byte, error) {
	if _, err := Peek(checkpoint); err != nil {
		return nil, fmt.Errorf("request time stamp: %w", err)
	}
	return StampRequestFor(checkpoint, nonce)
}

// StampRequestFor is StampRequest for other bytes than a checkpoint, such as the signature of a document. Errors wrap ErrStamp.
func StampRequestFor(data, nonce []byte) ([]byte, error) {
	sum := sha256.Sum256(data)
	r := timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Certificates: true}
	if nonce != nil {
		r.Nonce = new(big.Int).SetBytes(nonce)
	}
	der, err := r.Marshal()
	if err != nil {
		return nil, fmt.Errorf("request time stamp: %w: %w", ErrStamp, err)
	}
	return der, nil
}

// ReadReply takes the token out of an authority's TimeStampResp. The token must answer the request: same digest, same nonce. What
// the authority signed is left to ReadStamp. Errors wrap ErrStampRefused with the authority's words, or ErrStamp.
func ReadReply(reply, request []byte) (token []byte, err error) {
	bad := func(what string) ([]byte, error) {
		return nil, fmt.Errorf("read reply of time-stamp authority: %w: %s", ErrStamp, what)
	}
	asked, err := timestamp.ParseRequest(request)
	if err != nil {
		return nil, fmt.Errorf("read reply of time-stamp authority: %w: the request: %w", ErrStamp, err)
	}
	in := cryptobyte.String(reply)
	var resp, status, element cryptobyte.String
	var code int
	if len(reply) > MaxStamp || !in.ReadASN1(&resp, tag.SEQUENCE) || !in.Empty() || !resp.ReadASN1(&status, tag.SEQUENCE) ||
		!status.ReadASN1Integer(&code) {
		return bad("it is not a time-stamp response in DER")
	}
	if code != 0 && code != 1 { // granted, granted with modifications
		return nil, fmt.Errorf("read reply of time-stamp authority: %w: %s", ErrStampRefused, refusal(code, status))
	}
	if !resp.ReadASN1Element(&element, tag.SEQUENCE) || !resp.Empty() {
		return bad("it is granted but has no token")
	}
	d, err := readSignedData(element)
	if err != nil {
		return bad(err.Error())
	}
	info, err := readInfo(d.content)
	switch {
	case err != nil:
		return bad(err.Error())
	case info.digest != oidSHA256 || !bytes.Equal(info.imprint, asked.HashedMessage):
		return bad("it is over something else than was asked")
	case asked.Nonce != nil && (info.nonce == nil || info.nonce.Cmp(asked.Nonce) != 0):
		return bad("it does not repeat the nonce of the request: it may be an old reply")
	}
	return bytes.Clone(element), nil
}

// ReadStamp checks a TimeStampToken in DER against the signed checkpoint that it was asked for: SHA-256 of the checkpoint's bytes,
// the signature and the certificate that it names (ESSCertID), that this certificate is for time stamps and nothing else, and was
// valid at the time. With roots its chain is checked, as of the time of the stamp; without, it is not judged who signed. Whether
// the certificate was revoked is not asked. Errors wrap ErrStamp and say what is wrong.
func ReadStamp(token, checkpoint []byte, roots *x509.CertPool) (Stamp, error) {
	s, err := readStamp(token, checkpoint, roots)
	if err != nil {
		return Stamp{}, fmt.Errorf("read time stamp: %w: %w", ErrStamp, err)
	}
	return s, nil
}

func readStamp(token, checkpoint []byte, roots *x509.CertPool) (Stamp, error) {
	if len(token) > MaxStamp {
		return Stamp{}, fmt.Errorf("%d bytes, at most %d are read", len(token), MaxStamp)
	}
	d, err := readSignedData(token)
	if err != nil {
		return Stamp{}, err
	}
	info, err := readInfo(d.content)
	if err != nil {
		return Stamp{}, err
	}
	if info.digest != oidSHA256 {
		return Stamp{}, fmt.Errorf("its digest algorithm is %s and not SHA-256", info.digest)
	}
	if sum := sha256.Sum256(checkpoint); !bytes.Equal(info.imprint, sum[:]) {
		return Stamp{}, fmt.Errorf("it is over something else than this checkpoint: SHA-256 %x, the checkpoint's is %x", info.imprint, sum)
	}
	c, err := d.signer()
	if err != nil {
		return Stamp{}, err
	}
	if err := d.check(c); err != nil {
		return Stamp{}, err
	}
	if err := forStampsOnly(c); err != nil {
		return Stamp{}, err
	}
	if info.at.Before(c.NotBefore) || info.at.After(c.NotAfter) {
		return Stamp{}, fmt.Errorf("its time %s is outside the validity of the certificate of %s, %s to %s",
			info.at.Format(time.RFC3339), nameOf(c), c.NotBefore.UTC().Format(time.RFC3339), c.NotAfter.UTC().Format(time.RFC3339))
	}
	if roots != nil {
		between := x509.NewCertPool()
		for _, other := range d.certs {
			between.AddCert(other)
		}
		if _, err := c.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: info.at,
			KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}}); err != nil {
			return Stamp{}, fmt.Errorf("the certificate of %s was not trusted at the time of the stamp: %w", nameOf(c), err)
		}
	}
	return Stamp{At: info.at, Authority: nameOf(c), Serial: info.serial.Text(16), Policy: info.policy, Until: c.NotAfter.UTC()}, nil
}

// forStampsOnly wants the extended key usage timeStamping, alone and critical (RFC 3161, section 2.3).
func forStampsOnly(c *x509.Certificate) error {
	critical := false
	for _, e := range c.Extensions {
		critical = critical || e.Id.String() == "2.5.29.37" && e.Critical
	}
	if !critical || len(c.UnknownExtKeyUsage) > 0 || !slices.Equal(c.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}) {
		return fmt.Errorf("the certificate of %s is not for time stamps only (extended key usage)", nameOf(c))
	}
	return nil
}

// An info is a TSTInfo (RFC 3161, section 2.4.2).
type info struct {
	policy  string
	digest  string
	imprint []byte
	serial  *big.Int
	at      time.Time
	nonce   *big.Int
}

func readInfo(der []byte) (info, error) {
	bad := errors.New("its content is not time-stamp information in DER (RFC 3161)")
	in := cryptobyte.String(der)
	i := info{serial: new(big.Int)}
	var all, imprint, sum, at cryptobyte.String
	var version int
	var policy asn1.ObjectIdentifier
	if !in.ReadASN1(&all, tag.SEQUENCE) || !in.Empty() || !all.ReadASN1Integer(&version) || version != 1 ||
		!all.ReadASN1ObjectIdentifier(&policy) || !all.ReadASN1(&imprint, tag.SEQUENCE) {
		return i, bad
	}
	var ok bool
	if i.digest, ok = readAlgorithm(&imprint); !ok || !imprint.ReadASN1(&sum, tag.OCTET_STRING) || !imprint.Empty() ||
		!all.ReadASN1Integer(i.serial) || !all.ReadASN1(&at, tag.GeneralizedTime) {
		return i, bad
	}
	i.policy, i.imprint = policy.String(), sum
	const layout = "20060102150405.999999999Z"
	t, err := time.Parse(layout, string(at))
	if err != nil || t.Format(layout) != string(at) {
		return i, bad
	}
	i.at = t.UTC()
	if !all.SkipOptionalASN1(tag.SEQUENCE) || !all.SkipOptionalASN1(tag.BOOLEAN) {
		return i, bad
	}
	if all.PeekASN1Tag(tag.INTEGER) {
		if i.nonce = new(big.Int); !all.ReadASN1Integer(i.nonce) {
			return i, bad
		}
	}
	if !all.SkipOptionalASN1(explicit(0)) || !all.SkipOptionalASN1(explicit(1)) || !all.Empty() {
		return i, bad
	}
	return i, nil
}

// refusal puts a PKIStatusInfo into words: the authority's own, and what its code means.
func refusal(code int, status cryptobyte.String) string {
	word := map[int]string{2: "rejected", 3: "waiting", 4: "its certificate is about to be revoked", 5: "its certificate is revoked"}[code]
	if word == "" {
		word = fmt.Sprintf("status %d", code)
	}
	var texts, text cryptobyte.String
	if status.PeekASN1Tag(tag.SEQUENCE) && status.ReadASN1(&texts, tag.SEQUENCE) {
		for texts.ReadASN1(&text, tag.UTF8String) {
			word += fmt.Sprintf(", %.200q", strings.ToValidUTF8(string(text), "?"))
		}
	}
	var bits asn1.BitString
	if status.ReadASN1BitString(&bits) {
		for _, f := range []struct {
			bit   int
			means string
		}{{0, "unknown or unsupported algorithm"}, {2, "the request is not permitted or supported"}, {5, "wrong data format"},
			{14, "its time source is not available"}, {15, "it does not know the policy"}, {16, "it does not know the extension"},
			{17, "it does not have the additional information"}, {25, "its system failed"}} {
			if bits.At(f.bit) != 0 {
				word += ": " + f.means
			}
		}
	}
	return word
}

func nameOf(c *x509.Certificate) string {
	if c.Subject.CommonName != "" {
		return c.Subject.CommonName
	}
	return c.Subject.String()
}

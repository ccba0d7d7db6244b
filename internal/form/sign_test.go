// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
)

var issued = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// notary makes an authority, a certificate for signatures under it and one for time stamps.
func notary(t testing.TB, key crypto.Signer) Signer {
	t.Helper()
	must := func(der []byte, err error) *x509.Certificate {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	ca, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	from, until := issued.AddDate(-1, 0, 0), issued.AddDate(5, 0, 0)
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Practice Authority"}, NotBefore: from, NotAfter: until, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	top := must(x509.CreateCertificate(rand.Reader, root, root, ca.Public(), ca))
	leaf := must(x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Unit A, seal"}, NotBefore: from, NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment, BasicConstraintsValid: true}, top, key.Public(), ca))
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		t.Fatal(err)
	}
	clock, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tsa := must(x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "Practice Time"}, NotBefore: from, NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true, ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}}},
		top, clock.Public(), ca))
	return Signer{Key: key, Chain: []*x509.Certificate{leaf, top}, Stamp: func(signature []byte) ([]byte, error) {
		sum := sha256.Sum256(signature)
		ts := timestamp.Timestamp{HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Time: issued, SerialNumber: big.NewInt(7), Policy: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, AddTSACertificate: true}
		reply, err := ts.CreateResponseWithOpts(tsa, clock, crypto.SHA256)
		if err != nil {
			return nil, err
		}
		read, err := timestamp.ParseResponse(reply)
		if err != nil {
			return nil, err
		}
		return read.RawToken, nil
	}}
}

func pdfsig(t *testing.T, pdf []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "act.pdf")
	if err := os.WriteFile(name, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdfsig", "-nocert", name).CombinedOutput() // its exit code says whether there is a signature at all
	if len(out) == 0 {
		t.Fatal("pdfsig says nothing: ", err)
	}
	return string(out)
}

func keys(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.Signer{"ECDSA": e, "RSA": r}
}

// Poppler's reader, which shares no code with ours, takes the signature, and refuses it after one byte was changed anywhere.
func TestSignatureIsTakenByPoppler(t *testing.T) {
	a, err := Example("removal_order")
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range keys(t) {
		s := notary(t, key)
		pdf, err := PDF(Issue(a, issued, s.Name()))
		if err != nil {
			t.Fatal(err)
		}
		signed, err := Sign(pdf, s, issued)
		if err != nil {
			t.Fatal(name, err)
		}
		said := pdfsig(t, signed)
		for _, want := range []string{"ETSI.CAdES.detached", "Signature is Valid.", "Total document signed", "Unit A, seal"} {
			if !strings.Contains(said, want) {
				t.Errorf("%s: pdfsig does not say %q:\n%s", name, want, said)
			}
		}
		for _, at := range []int{20, len(pdf) / 2, len(signed) - 30} {
			bad := bytes.Clone(signed)
			bad[at] ^= 1
			if said := pdfsig(t, bad); strings.Contains(said, "Signature is Valid.") && strings.Contains(said, "Total document signed") {
				t.Errorf("%s: a document whose byte %d was changed is taken:\n%s", name, at, said)
			}
		}
		if _, err := Sign(signed, s, issued); !errors.Is(err, ErrSign) {
			t.Errorf("%s: a signed document is signed again: %v", name, err)
		}
	}
}

// OpenSSL checks signature, certificate and time stamp.
func TestSignatureIsTakenByOpenSSL(t *testing.T) {
	a, err := Example("referral")
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range keys(t) {
		s := notary(t, key)
		pdf, err := PDF(Issue(a, issued, s.Name()))
		if err != nil {
			t.Fatal(err)
		}
		signed, err := Sign(pdf, s, issued)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		from := bytes.Index(signed, []byte("/Contents <")) + len("/Contents <")
		to := from + bytes.IndexByte(signed[from:], '>')
		der := make([]byte, (to-from)/2)
		for n := range der {
			der[n] = unhex(signed[from+2*n])<<4 | unhex(signed[from+2*n+1])
		}
		content := append(bytes.Clone(signed[:from-1]), signed[to+1:]...)
		pem := func(name string, c *x509.Certificate) {
			if err := os.WriteFile(filepath.Join(dir, name), c.Raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		pem("ca.der", s.Chain[1])
		for file, data := range map[string][]byte{"sig.der": der, "content": content} {
			if err := os.WriteFile(filepath.Join(dir, file), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		run := func(args ...string) string {
			cmd := exec.Command("openssl", args...)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%s: openssl %s: %v\n%s", name, args[0], err, out)
			}
			return string(out)
		}
		run("x509", "-inform", "DER", "-in", "ca.der", "-out", "ca.pem")
		run("cms", "-verify", "-cades", "-inform", "DER", "-in", "sig.der", "-content", "content", "-binary", "-CAfile", "ca.pem", "-purpose", "any", "-attime", "1772532000", "-out", "/dev/null")
		if said := run("cms", "-cmsout", "-print", "-inform", "DER", "-in", "sig.der"); !strings.Contains(said, "id-smime-aa-timeStampToken") {
			t.Errorf("%s: the time stamp is missing", name)
		}
	}
}

func unhex(c byte) byte {
	if c >= 'A' {
		return c - 'A' + 10
	}
	return c - '0'
}

func TestSignRefuses(t *testing.T) {
	a, err := Example("referral")
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := PDF(a)
	if err != nil {
		t.Fatal(err)
	}
	all := keys(t)
	s := notary(t, all["ECDSA"])
	other := s
	other.Key = all["RSA"]
	silent := s
	lost := errors.New("the authority does not answer")
	silent.Stamp = func([]byte) ([]byte, error) { return nil, lost }
	for name, c := range map[string]struct {
		pdf  []byte
		s    Signer
		at   time.Time
		want error
	}{
		"expired": {pdf, s, issued.AddDate(6, 0, 0), ErrSign}, "early": {pdf, s, issued.AddDate(-2, 0, 0), ErrSign}, "another key": {pdf, other, issued, ErrSign},
		"nothing": {pdf, Signer{}, issued, ErrSign}, "no PDF": {[]byte("a train"), s, issued, ErrSign}, "no stamp": {pdf, silent, issued, lost},
	} {
		if _, err := Sign(c.pdf, c.s, c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Without an authority, the same key signs the same bytes the same way.
	s.Stamp = nil
	one, err := Sign(pdf, s, issued)
	if err != nil {
		t.Fatal(err)
	}
	if two, err := Sign(pdf, s, issued); err != nil || !bytes.Equal(one, two) {
		t.Error("two signatures of one document differ", err)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"iolaus/internal/iru"
)

// A pair is a certificate with its key, as files.
type pair struct{ cert, key string }

func makePair(t *testing.T, name string, ends time.Time, usage x509.KeyUsage, ec bool) (p pair) {
	t.Helper()
	var key any
	var pub any
	if ec {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		key, pub = k, &k.PublicKey
	} else {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		key, pub = k, &k.PublicKey
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(4711), Subject: pkix.Name{CommonName: name}, EmailAddresses: []string{name}, NotBefore: ends.Add(-24 * time.Hour), NotAfter: ends,
		KeyUsage: usage, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p = pair{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	for path, b := range map[string]*pem.Block{p.cert: {Type: "CERTIFICATE", Bytes: der}, p.key: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p pair) text(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(p.cert)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (p pair) smime(t *testing.T) *SMIME {
	t.Helper()
	c, err := os.ReadFile(p.cert)
	if err != nil {
		t.Fatal(err)
	}
	k, err := os.ReadFile(p.key)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSMIME(c, k)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// run runs a program over a mail and gives what it says.
func run(t *testing.T, in []byte, name string, args ...string) (string, error) {
	t.Helper()
	c := exec.Command(name, args...)
	c.Stdin = bytes.NewReader(in)
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		err = errors.New(err.Error() + ": " + errs.String())
	}
	return string(out), err
}

func order() Message {
	return Message{Key: "act-1", Reference: "RO-2026-0001", Instrument: "removal_order", From: "Unit A <referrals@unit-a.test>", To: "abuse@birchrack.test", ReplyTo: "reply+x@unit-a.test",
		Date: time.Now().UTC(), Subject: "[RO-2026-0001] Removal order", Text: "Please remove the timetable.\nWetterbericht für Zürich – Наблюдение\n.\nFrom here on\n", Language: "en",
		Targets: []string{"https://halcyon-weather.test/night"}, Attachments: []Attachment{{Name: "order.pdf", Type: "application/pdf", Data: []byte("%PDF-1.7 harmless")}}}
}

// TestSMIME: openssl, which did not write the mail, verifies and decrypts it; a changed byte breaks the signature, and so does the DKIM over it.
func TestSMIME(t *testing.T) {
	now := time.Now()
	both := x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageCertSign
	for _, ec := range []bool{false, true} {
		us, them := makePair(t, "referrals@unit-a.test", now.Add(time.Hour), both, ec), makePair(t, "abuse@birchrack.test", now.Add(time.Hour), both, false)
		s := NewSMTP(SMTPConfig{Addr: "127.0.0.1:1", Seal: &Sealer{SMIME: us.smime(t)}})
		m := order()
		signed, err := s.Prepare(m)
		if err != nil {
			t.Fatal(err)
		}
		out, err := run(t, signed.Bytes, "openssl", "cms", "-verify", "-CAfile", us.cert, "-purpose", "any")
		if err != nil || !strings.Contains(out, "Please remove the timetable.") || !strings.Contains(out, "application/pdf") {
			t.Fatalf("openssl verifies: %v\n%s", err, out)
		}
		if !strings.Contains(string(signed.Bytes), "X-Iolaus-Target: https://halcyon-weather.test/night") {
			t.Error("a signed mail says its target in the head")
		}
		changed := bytes.Replace(signed.Bytes, []byte("Please remove"), []byte("Please retain"), 1)
		if _, err := run(t, changed, "openssl", "cms", "-verify", "-CAfile", us.cert, "-purpose", "any"); err == nil {
			t.Error("openssl took a changed mail")
		}

		m.Seal, m.SealKey = iru.SealSMIME, them.text(t)
		sealed, err := s.Prepare(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"halcyon-weather", "removal_order", "Removal order", "timetable"} {
			if bytes.Contains(sealed.Bytes, []byte(secret)) {
				t.Errorf("the encrypted mail shows %q", secret)
			}
		}
		inner, err := run(t, sealed.Bytes, "openssl", "cms", "-decrypt", "-recip", them.cert, "-inkey", them.key)
		if err != nil {
			t.Fatal(err)
		}
		if out, err = run(t, []byte(inner), "openssl", "cms", "-verify", "-CAfile", us.cert, "-purpose", "any"); err != nil || !strings.Contains(out, "X-Iolaus-Target: https://halcyon-weather.test/night") {
			t.Fatalf("signed inside: %v\n%s", err, out)
		}
		if _, err := run(t, sealed.Bytes, "openssl", "cms", "-decrypt", "-recip", us.cert, "-inkey", us.key); err == nil {
			t.Error("another key opened it")
		}
		if signed.MessageID != sealed.MessageID || signed.MessageID != "<act-1@unit-a.test>" {
			t.Errorf("the identity changed: %s, %s", signed.MessageID, sealed.MessageID)
		}
	}
}

// TestSealRefuses: what cannot be protected as the addressee wants it does not leave.
func TestSealRefuses(t *testing.T) {
	now := time.Now()
	both := x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageCertSign
	us := makePair(t, "referrals@unit-a.test", now.Add(time.Hour), both, false)
	for name, c := range map[string]struct {
		seal iru.Seal
		key  string
		by   *Sealer
	}{
		"a certificate that ended":     {iru.SealSMIME, makePair(t, "a@b.test", now.Add(-time.Hour), both, false).text(t), nil},
		"an elliptic certificate":      {iru.SealSMIME, makePair(t, "a@b.test", now.Add(time.Hour), both, true).text(t), nil},
		"a certificate for signatures": {iru.SealSMIME, makePair(t, "a@b.test", now.Add(time.Hour), x509.KeyUsageDigitalSignature, false).text(t), nil},
		"no certificate":               {iru.SealSMIME, "weather", nil},
		"no certificate at all":        {iru.SealSMIME, "", nil},
		"no key":                       {iru.SealOpenPGP, "weather", nil},
		"no key at all":                {iru.SealOpenPGP, "", nil},
		"another seal":                 {"wax", "", nil},
		"our own certificate ended":    {iru.NoSeal, "", &Sealer{SMIME: us.smime(t), Now: func() time.Time { return now.Add(48 * time.Hour) }}},
	} {
		m := order()
		m.Seal, m.SealKey = c.seal, c.key
		_, err := NewSMTP(SMTPConfig{Addr: "127.0.0.1:1", Seal: c.by}).Prepare(m)
		var f *Failure
		if !errors.As(err, &f) || f.Phase != "seal" || !errors.Is(err, iru.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
		if c.key != "" && CheckSealKey(c.seal, c.key, now) == nil {
			t.Errorf("%s: the key is taken", name)
		}
	}
	other := makePair(t, "referrals@unit-a.test", now.Add(time.Hour), both, false)
	k, err := os.ReadFile(other.key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewSMIME([]byte(us.text(t)), k); !errors.Is(err, iru.Invalid) {
		t.Errorf("the key of another certificate: %v", err)
	}
}

// A keyring is a home of gpg with one key.
type keyring struct {
	home string
	t    *testing.T
}

func newKeyring(t *testing.T, who string) keyring {
	t.Helper()
	home, err := os.MkdirTemp("/tmp", "gpg") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	k := keyring{home, t}
	t.Cleanup(func() { _ = exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run() })
	k.gpg(nil, "--quick-gen-key", who, "default", "default", "1d")
	return k
}

func (k keyring) gpg(in []byte, args ...string) (string, error) {
	k.t.Helper()
	return run(k.t, in, "gpg", append([]string{"--homedir", k.home, "--batch", "--yes", "--no-tty", "--passphrase", "", "--pinentry-mode", "loopback", "--trust-model", "always"}, args...)...)
}

func (k keyring) export(args ...string) string {
	k.t.Helper()
	out, err := k.gpg(nil, append([]string{"--armor"}, args...)...)
	if err != nil {
		k.t.Fatal(err)
	}
	return out
}

// twoParts splits a multipart mail without understanding it: header of the whole, and each part as it stands.
func twoParts(t *testing.T, raw []byte) (mail.Header, []string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, mark, ok := strings.Cut(m.Header.Get("Content-Type"), `boundary="`)
	mark, _, _ = strings.Cut(mark, `"`)
	if !ok {
		t.Fatalf("no boundary: %s", m.Header.Get("Content-Type"))
	}
	all := strings.Split(string(body), "--"+mark)
	for i := range all {
		all[i] = strings.TrimPrefix(all[i], "\r\n")
	}
	return m.Header, all[1 : len(all)-1]
}

// TestOpenPGP: gpg, which did not write the mail, verifies and decrypts it.
func TestOpenPGP(t *testing.T) {
	us, them := newKeyring(t, "referrals@unit-a.test"), newKeyring(t, "abuse@birchrack.test")
	key, err := NewPGP([]byte(us.export("--export-secret-keys")), "")
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(key.Expires()); left < 20*time.Hour || left > 50*time.Hour {
		t.Errorf("a key of a day ends in %s", left)
	}
	public := filepath.Join(t.TempDir(), "unit.asc")
	if err := os.WriteFile(public, []byte(us.export("--export")), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := them.gpg(nil, "--import", public); err != nil {
		t.Fatal(err)
	}
	dk, lookup := dkimKey(t)
	s := NewSMTP(SMTPConfig{Addr: "127.0.0.1:1", Seal: &Sealer{PGP: key}, DKIM: dk})

	m := order()
	m.Seal = iru.SealOpenPGP
	signed, err := s.Prepare(m)
	if err != nil {
		t.Fatal(err)
	}
	h, ps := twoParts(t, signed.Bytes)
	if !strings.Contains(h.Get("Content-Type"), "micalg=pgp-sha") || len(ps) != 2 {
		t.Fatalf("%s, %d parts", h.Get("Content-Type"), len(ps))
	}
	dir := t.TempDir()
	verify := func(text string) error {
		_, sig, _ := strings.Cut(ps[1], "\r\n\r\n")
		if err := errors.Join(os.WriteFile(filepath.Join(dir, "text"), []byte(text), 0o600), os.WriteFile(filepath.Join(dir, "sig"), []byte(sig), 0o600)); err != nil {
			t.Fatal(err)
		}
		_, err := them.gpg(nil, "--verify", filepath.Join(dir, "sig"), filepath.Join(dir, "text"))
		return err
	}
	text := strings.TrimSuffix(ps[0], "\r\n")
	if err := verify(text); err != nil {
		t.Error(err)
	}
	if err := verify(strings.Replace(text, "Please", "please", 1)); err == nil {
		t.Error("gpg took a changed mail")
	}

	m.SealKey = them.export("--export", "abuse@birchrack.test")
	sealed, err := s.Prepare(m)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed.Bytes, []byte("halcyon")) || bytes.Contains(sealed.Bytes, []byte("Removal")) {
		t.Error("the encrypted mail shows what it is about")
	}
	_, ps = twoParts(t, sealed.Bytes)
	if len(ps) != 2 || !strings.Contains(ps[0], "Version: 1") {
		t.Fatalf("%q", ps)
	}
	_, secret, _ := strings.Cut(ps[1], "\r\n\r\n")
	c := exec.Command("gpg", "--homedir", them.home, "--batch", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "", "--trust-model", "always", "--status-fd", "2", "--decrypt")
	c.Stdin = strings.NewReader(secret)
	var status bytes.Buffer
	c.Stderr = &status
	out, err := c.Output()
	if err != nil || !bytes.Contains(out, []byte("X-Iolaus-Target: https://halcyon-weather.test/night")) || !strings.Contains(status.String(), "GOODSIG") {
		t.Fatalf("gpg decrypts: %v\n%s\n%s", err, status.String(), out)
	}
	checks, err := dkim.VerifyWithOptions(bytes.NewReader(sealed.Bytes), &dkim.VerifyOptions{LookupTXT: lookup})
	if err != nil || len(checks) != 1 || checks[0].Err != nil {
		t.Errorf("DKIM over the sealed mail: %v, %+v", err, checks)
	}
	if _, err := NewPGP([]byte(m.SealKey), ""); !errors.Is(err, iru.Invalid) {
		t.Errorf("a public key is taken for ours: %v", err)
	}
	m.SealKey = us.export("--export-secret-keys")
	if _, err := s.Prepare(m); !errors.Is(err, iru.Invalid) {
		t.Errorf("somebody's private key is used: %v", err)
	}
}

// dkimKey is a signing key and the DNS that tells its public half.
func dkimKey(t *testing.T) (*DKIM, func(string) ([]string, error)) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &DKIM{Domain: "unit-a.test", Selector: "s1", Key: private}, func(string) ([]string, error) {
		return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}, nil
	}
}

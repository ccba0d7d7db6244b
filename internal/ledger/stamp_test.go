// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
	"golang.org/x/mod/sumdb/tlog"
)

// An authority is a time-stamp authority with its root; what it is about may be bent before it signs.
type authority struct {
	root, cert *x509.Certificate
	rootKey    crypto.Signer
	key        crypto.Signer
}

var ekuStamps = pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true,
	Value: []byte{0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08}}

func newAuthority(t testing.TB, key crypto.Signer, bend func(*x509.Certificate)) authority {
	t.Helper()
	var a authority
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a.rootKey, a.key = rootKey, key
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Tram Root"}, NotBefore: noon.AddDate(-1, 0, 0),
		NotAfter: noon.AddDate(90, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	a.root = a.issue(t, root, root, rootKey.Public())
	c := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Tram Time"}, NotBefore: noon.AddDate(0, -1, 0),
		NotAfter: noon.AddDate(20, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: []pkix.Extension{ekuStamps}}
	if bend != nil {
		bend(c)
	}
	a.cert = a.issue(t, c, a.root, key.Public())
	return a
}

func (a authority) issue(t testing.TB, c, parent *x509.Certificate, key crypto.PublicKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key, a.rootKey)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func (a authority) roots() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.root)
	return p
}

// reply answers a request as the library's authority does.
func (a authority) reply(t testing.TB, request []byte, bend func(*timestamp.Timestamp)) []byte {
	t.Helper()
	r, err := timestamp.ParseRequest(request)
	if err != nil {
		t.Fatal(err)
	}
	s := timestamp.Timestamp{HashAlgorithm: r.HashAlgorithm, HashedMessage: r.HashedMessage, Time: noon, Nonce: r.Nonce, Accuracy: time.Second,
		Policy: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, AddTSACertificate: true}
	if bend != nil {
		bend(&s)
	}
	der, err := s.CreateResponseWithOpts(a.cert, a.key, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func testCheckpoint(t testing.TB, size int64) []byte {
	t.Helper()
	s, _ := testKey(t, origin, 1)
	signed, err := Sign(Checkpoint{Origin: origin, Size: size, Root: tlog.RecordHash(nil), At: noon}, s)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func p256(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func stampOf(t testing.TB, a authority, checkpoint []byte, bend func(*timestamp.Timestamp)) []byte {
	t.Helper()
	request, err := StampRequest(checkpoint, []byte{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	token, err := ReadReply(a.reply(t, request, bend), request)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestStampSaysWhenAndWho(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]crypto.Signer{"ECDSA": p256(t), "RSA": rsaKey} {
		a, checkpoint := newAuthority(t, key, nil), testCheckpoint(t, 3)
		token := stampOf(t, a, checkpoint, nil)
		got, err := ReadStamp(token, checkpoint, a.roots())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !got.At.Equal(noon) || got.Authority != "Tram Time" || got.Policy != "1.3.6.1.4.1.99999.1" || !got.Until.Equal(a.cert.NotAfter) || got.Serial == "" {
			t.Errorf("%s: %+v", name, got)
		}
		theirs, err := timestamp.Parse(token)
		if err != nil || !theirs.Time.Equal(got.At) || theirs.SerialNumber.Text(16) != got.Serial {
			t.Errorf("%s: the library reads %+v, %v", name, theirs, err)
		}
		if unjudged, err := ReadStamp(token, checkpoint, nil); err != nil || unjudged != got {
			t.Errorf("%s: without roots %+v, %v", name, unjudged, err)
		}
	}
}

func TestStampsThatAreRefused(t *testing.T) {
	good, checkpoint := newAuthority(t, p256(t), nil), testCheckpoint(t, 3)
	token := stampOf(t, good, checkpoint, nil)
	eku := func(critical bool, ids ...asn1.ObjectIdentifier) func(*x509.Certificate) {
		value, err := asn1.Marshal(ids)
		if err != nil {
			t.Fatal(err)
		}
		return func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: ekuStamps.Id, Critical: critical, Value: value}}
		}
	}
	stamping, serving, strange := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}, asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}, asn1.ObjectIdentifier{1, 2, 3}
	made := func(bend func(*x509.Certificate)) []byte {
		return stampOf(t, newAuthority(t, p256(t), bend), checkpoint, nil)
	}
	at := func(when time.Time) []byte {
		return stampOf(t, good, checkpoint, func(s *timestamp.Timestamp) { s.Time = when })
	}
	// The same key, issuer and serial number with a longer life: without ESSCertID nobody could tell.
	twin := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: good.cert.Subject, NotBefore: good.cert.NotBefore,
		NotAfter: noon.AddDate(9, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: []pkix.Extension{ekuStamps}}
	plain := func(b []byte, old, new string) []byte {
		if len(old) != len(new) || bytes.Count(b, []byte(old)) == 0 {
			t.Fatalf("%x does not stand in the token", old)
		}
		return bytes.ReplaceAll(b, []byte(old), []byte(new))
	}
	digest := string(sumOf(crypto.SHA256, checkpoint))
	for _, c := range []struct {
		name, want string
		token      []byte
		checkpoint []byte
		roots      *x509.CertPool
	}{
		{"another checkpoint", "over something else than this checkpoint", token, testCheckpoint(t, 4), nil},
		{"one byte of the checkpoint", "over something else than this checkpoint", token, append(bytes.Clone(checkpoint), '\n'), nil},
		{"digest put in", "the digest differs", plain(token, digest, string(sumOf(crypto.SHA256, testCheckpoint(t, 4)))), testCheckpoint(t, 4), nil},
		{"time put in", "the digest differs", plain(token, "20260301120000Z", "20250301120000Z"), checkpoint, nil},
		{"empty", "RFC 5652", nil, checkpoint, nil},
		{"cut short", "RFC 5652", token[:len(token)-1], checkpoint, nil},
		{"more behind it", "RFC 5652", append(bytes.Clone(token), 0), checkpoint, nil},
		{"too long", "at most", make([]byte, MaxStamp+1), checkpoint, nil},
		{"other content", "time-stamp information", plain(token, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04", "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x05"), checkpoint, nil},
		{"no ESSCertID", "does not name the signing certificate", plain(token, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f", "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2e"), checkpoint, nil},
		{"weak digest", "too weak", plain(token, "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\xa0", "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\xa0"), checkpoint, nil},
		{"for servers", "not for time stamps only", made(eku(true, serving)), checkpoint, nil},
		{"for servers, too", "not for time stamps only", made(eku(true, stamping, serving)), checkpoint, nil},
		{"for something strange, too", "not for time stamps only", made(eku(true, stamping, strange)), checkpoint, nil},
		{"not critical", "not for time stamps only", made(eku(false, stamping)), checkpoint, nil},
		{"for anything", "not for time stamps only", made(func(c *x509.Certificate) { c.ExtraExtensions = nil }), checkpoint, nil},
		{"before its time", "outside the validity", at(good.cert.NotBefore.Add(-time.Second)), checkpoint, nil},
		{"after its time", "outside the validity", at(good.cert.NotAfter.Add(time.Second)), checkpoint, nil},
		{"strange root", "not trusted", token, checkpoint, newAuthority(t, p256(t), nil).roots()},
		{"no root", "not trusted", token, checkpoint, x509.NewCertPool()},
		{"twin certificate", "names another signing certificate", bytes.Replace(token, good.cert.Raw, sameLength(t, good, twin), 1), checkpoint, good.roots()},
		{"no certificate", "not in it", stampOf(t, good, checkpoint, func(s *timestamp.Timestamp) { s.AddTSACertificate = false }), checkpoint, nil},
	} {
		_, err := ReadStamp(c.token, c.checkpoint, c.roots)
		if !errors.Is(err, ErrStamp) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", c.name, err, c.want)
		}
	}
}

// sameLength issues a certificate until its signature is as long as the authority's own: ECDSA's differ by a byte or two.
func sameLength(t testing.TB, a authority, twin *x509.Certificate) []byte {
	t.Helper()
	for {
		if c := a.issue(t, twin, a.root, a.key.Public()); len(c.Raw) == len(a.cert.Raw) {
			return c.Raw
		}
	}
}

// The chain is judged at the time of the stamp: a root that has expired since does no harm, one that had expired then does.
func TestChainAtTheTimeOfTheStamp(t *testing.T) {
	a, checkpoint := newAuthority(t, p256(t), nil), testCheckpoint(t, 3)
	token := stampOf(t, a, checkpoint, nil)
	for _, c := range []struct {
		until time.Time
		good  bool
	}{{noon.Add(time.Hour), true}, {noon.Add(-time.Hour), false}} {
		short := a
		root := *a.root
		root.NotAfter = c.until
		short.root = a.issue(t, &root, &root, a.rootKey.Public())
		if _, err := ReadStamp(token, checkpoint, short.roots()); (err == nil) != c.good {
			t.Errorf("root until %s: %v", c.until, err)
		}
	}
}

// Whatever is flipped in a token: it is refused, or it says the same, since the bit is outside of what is signed.
func TestNoBitChangesWhatAStampSays(t *testing.T) {
	a, checkpoint := newAuthority(t, p256(t), nil), testCheckpoint(t, 3)
	token, roots := stampOf(t, a, checkpoint, nil), a.roots()
	want, err := ReadStamp(token, checkpoint, roots)
	if err != nil {
		t.Fatal(err)
	}
	passed := 0
	for i := range token {
		for bit := range 8 {
			b := bytes.Clone(token)
			b[i] ^= 1 << bit
			got, err := ReadStamp(b, checkpoint, roots)
			if err == nil && got != want {
				t.Fatalf("a flipped bit %d of byte %d makes it say %+v", bit, i, got)
			}
			if err == nil {
				passed++
			}
		}
	}
	if passed > len(token)/4 {
		t.Errorf("%d of %d flipped bits pass: more than version numbers and parameters is open", passed, 8*len(token))
	}
}

func TestReplies(t *testing.T) {
	a, checkpoint := newAuthority(t, p256(t), nil), testCheckpoint(t, 3)
	request := func(nonce []byte) []byte {
		r, err := StampRequest(checkpoint, nonce)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	asked := request([]byte{7, 7, 7})
	other, err := StampRequest(testCheckpoint(t, 4), []byte{7, 7, 7})
	if err != nil {
		t.Fatal(err)
	}
	refused, err := timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.TimeNotAvailable)
	if err != nil {
		t.Fatal(err)
	}
	worded := []byte("\x30\x15\x30\x13\x02\x01\x02\x30\x0a\x0c\x08no trams\x03\x02\x05\x20")
	for _, c := range []struct {
		name, want string
		reply      []byte
		kind       error
	}{
		{"refused", "rejected: its time source is not available", refused, ErrStampRefused},
		{"refused with words", `rejected, "no trams": the request is not permitted`, worded, ErrStampRefused},
		{"waiting", "waiting", []byte("\x30\x05\x30\x03\x02\x01\x03"), ErrStampRefused},
		{"nothing in it", "no token", []byte("\x30\x05\x30\x03\x02\x01\x00"), ErrStamp},
		{"a page", "not a time-stamp response", []byte("<html>trams</html>"), ErrStamp},
		{"empty", "not a time-stamp response", nil, ErrStamp},
		{"another checkpoint", "over something else", a.reply(t, other, nil), ErrStamp},
		{"another nonce", "does not repeat the nonce", a.reply(t, request([]byte{8}), nil), ErrStamp},
		{"no nonce", "does not repeat the nonce", a.reply(t, request(nil), nil), ErrStamp},
	} {
		if _, err := ReadReply(c.reply, asked); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", c.name, err, c.want)
		}
	}
	plain := request(nil)
	if _, err := ReadReply(a.reply(t, plain, nil), plain); err != nil {
		t.Errorf("without a nonce: %v", err)
	}
	if _, err := StampRequest([]byte("no checkpoint"), nil); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("a request for no checkpoint: %v", err)
	}
}

// openssl is another programme's authority and another programme's eye.
func TestStampAgreesWithOpenSSL(t *testing.T) {
	a, checkpoint, dir := newAuthority(t, p256(t), nil), testCheckpoint(t, 3), t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	openssl := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("openssl", args...).CombinedOutput(); err != nil {
			t.Fatalf("openssl %v: %v\n%s", args, err, out)
		}
	}
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		t.Fatal(err)
	}
	request, err := StampRequest(checkpoint, []byte{9, 8, 7})
	if err != nil {
		t.Fatal(err)
	}
	text, query := file("checkpoint", checkpoint), file("request", request)
	root := file("root.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw}))
	openssl("ts", "-verify", "-token_in", "-in", file("ours.tsr", stampOf(t, a, checkpoint, nil)), "-data", text, "-CAfile", root, "-attime", "1772366400")
	signer := file("signer.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}))
	secret := file("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	for _, alg := range []string{"sha1", "sha256", "sha512"} {
		conf := file("tsa.cnf", []byte("[tsa]\ndefault_tsa=t\n[t]\nserial="+filepath.Join(dir, "serial")+"\ndefault_policy=1.2.3.4\ndigests=sha256\n"+
			"accuracy=millisecs:500\nclock_precision_digits=3\nordering=yes\ntsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg="+alg+"\nsigner_digest=sha384\n"))
		reply := filepath.Join(dir, "reply")
		openssl("ts", "-reply", "-config", conf, "-queryfile", query, "-signer", signer, "-inkey", secret, "-out", reply)
		b, err := os.ReadFile(reply)
		if err != nil {
			t.Fatal(err)
		}
		token, err := ReadReply(b, request)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadStamp(token, checkpoint, a.roots())
		if err != nil || got.Policy != "1.2.3.4" || time.Since(got.At) > time.Hour || got.Authority != "Tram Time" {
			t.Errorf("openssl's stamp with %s: %+v, %v", alg, got, err)
		}
	}
}

func FuzzReadStamp(f *testing.F) {
	a, checkpoint := newAuthority(f, p256(f), nil), testCheckpoint(f, 3)
	request, err := StampRequest(checkpoint, []byte{1, 2, 3})
	if err != nil {
		f.Fatal(err)
	}
	reply := a.reply(f, request, nil)
	f.Add(reply)
	f.Add(stampOf(f, a, checkpoint, nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ReadStamp(b, checkpoint, nil); err == nil && (s.At.IsZero() || s.Until.Before(s.At)) {
			t.Errorf("a stamp without a time: %+v", s)
		}
		if token, err := ReadReply(b, request); err == nil {
			if len(token) > len(b) {
				t.Errorf("a token of %d bytes in a reply of %d", len(token), len(b))
			}
		}
	})
}

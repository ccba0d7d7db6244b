// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// TestContactFileIsInert: a spreadsheet takes no cell of a written file for a formula, and what is read is what was written.
func TestContactFileIsInert(t *testing.T) {
	rows := []iru.ContactRow{{Record: "provider", Status: iru.ContactConfirmed, Provider: iru.Provider{Name: "=1+1", Layer: legal.Host, Channel: iru.ByMail, Address: "-a@host.test",
		Note: "@here", Source: "'quoted", Languages: []string{"de", "el"}, Representative: "a \"quoted\", name\nand a line"}},
		{Record: "contact", Provider: iru.Provider{Name: "=1+1", Layer: legal.Host}, Contact: iru.Contact{Kind: iru.ContactSecond, Channel: "manual", Address: "+49 30 555", Languages: []string{}}}}
	var b bytes.Buffer
	if err := iru.WriteContacts(&b, rows); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{",=", ",+", ",-", ",@"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("a cell begins with %q:\n%s", bad[1:], b.String())
		}
	}
	got, wrong, err := iru.ReadContacts(&b)
	if err != nil || len(wrong) != 0 || len(got) != 2 {
		t.Fatalf("%v, %v, %v", got, wrong, err)
	}
	for n := range got {
		got[n].Line, got[n].Status = 0, rows[n].Status
	}
	if !reflect.DeepEqual(rows, got) {
		t.Errorf("written %+v\nread    %+v", rows, got)
	}
}

func TestContactFileAsAWhole(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "no lines": "record,provider\n", "no record": "provider,layer\nA,host\n", "an unknown column": "record,mood\nprovider,good\n",
		"a column twice": "record,record\nprovider,x\n", "too large": "record\n" + strings.Repeat("a", iru.MaxContactFile),
	} {
		if _, _, err := iru.ReadContacts(strings.NewReader(text)); !errors.Is(err, iru.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, wrong, err := iru.ReadContacts(strings.NewReader("record,provider\nprovider,A,B\nprovider\n\"provider,x\n"))
	if err != nil || len(wrong) != 3 {
		t.Errorf("%v, %v", wrong, err)
	}
}

func FuzzReadContacts(f *testing.F) {
	f.Add([]byte("record,provider,layer,channel,address\nprovider,A,host,smtp,a@b.test\n"))
	f.Add([]byte("record\n\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, _, err := iru.ReadContacts(bytes.NewReader(b))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := iru.WriteContacts(&out, rows); err != nil {
			t.Fatal(err)
		}
		again, wrong, err := iru.ReadContacts(&out)
		if len(rows) > 0 && (err != nil || len(wrong) > 0 || len(again) != len(rows)) {
			t.Fatalf("%d rows written, %d read: %v, %v", len(rows), len(again), wrong, err)
		}
	})
}

func cert(t *testing.T, usage x509.KeyUsage) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "desk.test"}, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour), KeyUsage: usage}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func armour(packets ...byte) string {
	return "-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: test\n\n" + base64.StdEncoding.EncodeToString(packets) + "\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----"
}

func TestCheckSeal(t *testing.T) {
	key := []byte{0xc6, 2, 4, 0, 0xcd, 1, 'a'} // a public key and a name, in the new form of packets
	for name, c := range map[string]struct {
		seal iru.Seal
		key  string
		ok   bool
	}{
		"nothing":             {iru.NoSeal, "", true},
		"certificate":         {iru.SealSMIME, cert(t, x509.KeyUsageKeyAgreement), true},
		"for signing only":    {iru.SealSMIME, cert(t, x509.KeyUsageDigitalSignature), false},
		"cut off":             {iru.SealSMIME, cert(t, x509.KeyUsageKeyAgreement)[:200], false},
		"no key":              {iru.SealSMIME, "", false},
		"a key for nothing":   {iru.NoSeal, cert(t, x509.KeyUsageKeyAgreement), false},
		"OpenPGP":             {iru.SealOpenPGP, armour(key...), true},
		"old form":            {iru.SealOpenPGP, armour(0x98, 2, 4, 0, 0xb4, 1, 'a'), true},
		"no name":             {iru.SealOpenPGP, armour(0xc6, 2, 4, 0), false},
		"secret":              {iru.SealOpenPGP, armour(0xc5, 2, 4, 0, 0xcd, 1, 'a'), false},
		"a secret one inside": {iru.SealOpenPGP, armour(0xc6, 2, 4, 0, 0xcd, 1, 'a', 0xc7, 1, 0), false},
		"short packet":        {iru.SealOpenPGP, armour(0xc6, 9, 4, 0), false},
		"damaged":             {iru.SealOpenPGP, strings.Replace(armour(key...), "\n\n", "\n\n!", 1), false},
		"not armoured":        {iru.SealOpenPGP, "key", false},
		"private":             {iru.SealSMIME, "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----", false},
		"other way":           {"rot13", "x", false},
		"swapped":             {iru.SealOpenPGP, cert(t, x509.KeyUsageKeyAgreement), false},
	} {
		if err := iru.CheckSeal(c.seal, c.key); (err == nil) != c.ok || err != nil && !errors.Is(err, iru.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if iru.SealEnds(iru.SealSMIME, cert(t, 0)).IsZero() || iru.KeyPrint("a") == iru.KeyPrint("b") {
		t.Error("end or print is missing")
	}
}

func FuzzCheckSeal(f *testing.F) {
	f.Add("openpgp", armour(0xc6, 2, 4, 0, 0xcd, 1, 'a'))
	f.Fuzz(func(t *testing.T, seal, key string) { _ = iru.CheckSeal(iru.Seal(seal), key) })
}

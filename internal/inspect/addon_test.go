// SPDX-License-Identifier: EUPL-1.2

package inspect_test

import (
	"archive/zip"
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/url"
	"reflect"
	"testing"

	"iolaus/internal/inspect"
	"iolaus/internal/recognise"
)

const addonManifest = `{ // a remark
  "manifest_version": 3, "name": "__MSG_name__", "default_locale": "en", "version": "2.1", "author": {"email": "desk@tram-times.test"},
  "permissions": ["storage", "https://*.tram-times.test/*", 7], "host_permissions": ["<all_urls>"], /* and */
  "content_scripts": [{"matches": ["https://timetable.test/*"]}],
  "update_url": "https://updates.tram-times.test/crx", "homepage_url": "https://tram-times.test/",
  "browser_specific_settings": {"gecko": {"id": "times@tram-times.test"}}}`

func addonZip(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{"manifest.json": addonManifest, "_locales/en/messages.json": `{"NAME": {"message": "Tram times"}}`,
		"back.js": `fetch("https://api.tram-times.test/v1")`} {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func field(n int, b []byte) []byte {
	out := binary.AppendUvarint(nil, uint64(n)<<3|2)
	return append(binary.AppendUvarint(out, uint64(len(b))), b...)
}

// crx3 packs as Chromium does; the signature is over another archive where one is given.
func crx3(t testing.TB, k crypto.Signer, archive, signed []byte) ([]byte, []byte) {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	id := sha256.Sum256(der)
	data := field(1, id[:16])
	h := sha256.New()
	h.Write([]byte("CRX3 SignedData\x00"))
	h.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(data))))
	h.Write(data)
	h.Write(signed)
	sig, err := k.Sign(rand.Reader, h.Sum(nil), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	n := 2
	if _, ok := k.(*ecdsa.PrivateKey); ok {
		n = 3
	}
	head := append(field(n, append(field(1, der), field(2, sig)...)), field(10000, data)...)
	out := append([]byte("Cr24"), 3, 0, 0, 0)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(head)))
	return append(append(out, head...), archive...), der
}

func TestCRX(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	z := addonZip(t)
	for _, k := range []crypto.Signer{rsaKey, ecKey} {
		b, der := crx3(t, k, z, z)
		a, err := inspect.ReadAddon(b)
		sum := sha256.Sum256(der)
		if err != nil || a.Form != "crx3" || !a.Holds || a.Problem != "" || a.Key != hexOf(sum[:]) || len(a.Identifier) != 32 {
			t.Fatalf("%+v, %v", a, err)
		}
		want := ""
		for _, c := range hexOf(sum[:16]) {
			if c >= 'a' {
				want += string(c - 'a' + 'k')
			} else {
				want += string(c - '0' + 'a')
			}
		}
		if a.Identifier != want || a.Name != "Tram times" || a.Version != "2.1" || a.Manifest != 3 || a.Author != "desk@tram-times.test" || a.Site != "https://tram-times.test/" || a.Update != "https://updates.tram-times.test/crx" {
			t.Errorf("%+v", a)
		}
		if !reflect.DeepEqual(a.Permissions, []string{"storage", "7"}) || !reflect.DeepEqual(a.Hosts, []string{"https://*.tram-times.test/*", "<all_urls>", "https://timetable.test/*"}) {
			t.Errorf("permissions %q, hosts %q", a.Permissions, a.Hosts)
		}
		forged, _ := crx3(t, k, z, []byte("another archive"))
		if a, err := inspect.ReadAddon(forged); err != nil || a.Holds || a.Problem == "" {
			t.Errorf("a signature over something else: %+v, %v", a, err)
		}
	}
	if a, err := inspect.ReadAddon(z); err != nil || a.Form != "zip" || a.Identifier != "times@tram-times.test" || a.Key != "" || !reflect.DeepEqual(a.Addresses, []string{"https://api.tram-times.test/v1", "https://*.tram-times.test/*"}[:1]) && len(a.Addresses) == 0 {
		t.Errorf("%+v, %v", a, err)
	}
	for name, b := range map[string][]byte{"nothing": nil, "a page": []byte("<html>"), "a head": []byte("Cr24\x03\x00\x00\x00\xff\xff\xff\x7f0000"), "version 9": []byte("Cr24\x09\x00\x00\x00aaaaaaaa"), "an APK": file(t, "v2.apk")} {
		if a, err := inspect.ReadAddon(b); !errors.Is(err, recognise.ErrFormat) {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
}

// The key in a manifest makes the identifier that a store would give.
func TestKeyInManifest(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("manifest.json")
	if err == nil {
		_, err = w.Write([]byte(`{"name":"x","version":"1","key":"` + base64.StdEncoding.EncodeToString([]byte("a key")) + `"}`))
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	a, err := inspect.ReadAddon(b.Bytes())
	if err != nil || len(a.Identifier) != 32 || a.Key == "" || a.Holds {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestUpdate(t *testing.T) {
	base, _ := url.Parse("https://updates.tram-times.test/v")
	for _, c := range []struct {
		body string
		want inspect.Update
	}{
		{`<?xml version='1.0'?><gupdate protocol='2.0'><app appid='abc'><updatecheck codebase='/t.crx' version='2.2' hash_sha256='AB'/></app></gupdate>`,
			inspect.Update{Form: "gupdate", Identifier: "abc", Version: "2.2", SHA256: "ab", Files: []string{"https://updates.tram-times.test/t.crx"}}},
		{`{"addons":{"times@tram-times.test":{"updates":[{"version":"1"},{"version":"2","update_link":"https://cdn.test/t.xpi","update_hash":"sha256:cd"}]}}}`,
			inspect.Update{Form: "addons", Identifier: "times@tram-times.test", Version: "2", SHA256: "cd", Files: []string{"https://cdn.test/t.xpi"}}},
		{`{"id":"test.halcyon.app","version":1.4,"publisher":"Halcyon","sha256":"EF","update_url":"https://u.test/","mirrors":["https://m.test/"],"more":{"deep":"https://deep.test/x"}}`,
			inspect.Update{Form: "json", Identifier: "test.halcyon.app", Version: "1.4", Publisher: "Halcyon", SHA256: "ef", Next: "https://u.test/", Mirrors: []string{"https://m.test/", "https://deep.test/x"}}},
	} {
		if u, err := inspect.ReadUpdate([]byte(c.body), base); err != nil || !reflect.DeepEqual(u, c.want) {
			t.Errorf("%s:\n%+v, %v", c.body, u, err)
		}
	}
	for _, body := range []string{"", "[]", "{}", `{"weather":"fair"}`, "<html></html>", `{"addons":{}}`} {
		if u, err := inspect.ReadUpdate([]byte(body), base); !errors.Is(err, recognise.ErrFormat) {
			t.Errorf("%s: %+v, %v", body, u, err)
		}
	}
}

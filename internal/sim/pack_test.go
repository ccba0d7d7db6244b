// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"archive/zip"
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
)

// next takes what is behind a length of four bytes.
func next(t *testing.T, b *[]byte) []byte {
	t.Helper()
	if len(*b) < 4 {
		t.Fatal("no length")
	}
	n := binary.LittleEndian.Uint32(*b)
	if int(n) > len(*b)-4 {
		t.Fatal("a length goes beyond the end")
	}
	out := (*b)[4 : 4+n]
	*b = (*b)[4+n:]
	return out
}

func opened(t *testing.T, body string) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if out[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// A package's signature holds over what is in it, read here from the text of the scheme.
func TestPackageIsSigned(t *testing.T) {
	r := start(t, Options{})
	_, h, body := get(t, client(t, r, ""), "https://get.halcyon-app.test/download")
	if h.Get("Content-Type") != "application/vnd.android.package-archive" {
		t.Errorf("%v", h)
	}
	if got := opened(t, body); !bytes.HasPrefix(got["classes.dex"], []byte("dex\n035\x00")) || binary.LittleEndian.Uint16(got["AndroidManifest.xml"]) != 3 {
		t.Errorf("files: %v", got)
	}
	b := []byte(body)
	end := len(b) - 22
	dir := int(binary.LittleEndian.Uint32(b[end+16:]))
	if string(b[dir-16:dir]) != "APK Sig Block 42" {
		t.Fatalf("before the directory: %q", b[dir-16:dir])
	}
	size := int(binary.LittleEndian.Uint64(b[dir-24:]))
	begin := dir - size - 8
	pair := b[begin+8 : dir-24]
	if id := binary.LittleEndian.Uint32(pair[8:]); id != 0x7109871a {
		t.Fatalf("block %x", id)
	}
	value := pair[12:]
	signers := next(t, &value)
	one := next(t, &signers)
	signed, sigs, public := next(t, &one), next(t, &one), next(t, &one)
	key, err := x509.ParsePKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	sig := next(t, &sigs)[4:]
	digest := sha256.Sum256(signed)
	if !ecdsa.VerifyASN1(key.(*ecdsa.PublicKey), digest[:], next(t, &sig)) {
		t.Error("the signature is wrong")
	}
	digests, certs := next(t, &signed), next(t, &signed)
	claimed := next(t, &digests)[4:]
	tail := bytes.Clone(b[end:])
	binary.LittleEndian.PutUint32(tail[16:], uint32(begin))
	if !bytes.Equal(next(t, &claimed), apkDigest(b[:begin], b[dir:end], tail)) {
		t.Error("the digest is not that of the file")
	}
	cert, err := x509.ParseCertificate(next(t, &certs))
	if err != nil || !cert.PublicKey.(*ecdsa.PublicKey).Equal(key) {
		t.Errorf("certificate: %v", err)
	}
	// The listing in a store is the same app of the same key, with another file.
	_, _, other := get(t, client(t, r, ""), "https://apps.juniper.test/app/test.halcyon.weather/app.apk")
	if other == body || !strings.Contains(other, string(public)) {
		t.Error("the store's package is the same, or of another key")
	}
}

func TestExtensionIsSigned(t *testing.T) {
	r := start(t, Options{})
	c := client(t, r, "")
	const at = "https://addons.marigold.test/addon/halcyon-weather-bar"
	_, _, body := get(t, c, at+"/addon.crx")
	b := []byte(body)
	if string(b[:4]) != "Cr24" || binary.LittleEndian.Uint32(b[4:]) != 3 {
		t.Fatalf("%q", b[:8])
	}
	n := binary.LittleEndian.Uint32(b[8:])
	header, archive := b[12:12+n], b[12+n:]
	take := func(from *[]byte) (uint64, []byte) {
		tag, k := binary.Uvarint(*from)
		l, m := binary.Uvarint((*from)[k:])
		v := (*from)[k+m : k+m+int(l)]
		*from = (*from)[k+m+int(l):]
		return tag >> 3, v
	}
	f1, proof := take(&header)
	f2, signed := take(&header)
	if f1 != 3 || f2 != 10000 || len(header) != 0 {
		t.Fatalf("fields %d, %d", f1, f2)
	}
	_, public := take(&proof)
	_, sig := take(&proof)
	key, err := x509.ParsePKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	text := append([]byte("CRX3 SignedData\x00"), byte(len(signed)), 0, 0, 0)
	digest := sha256.Sum256(append(append(text, signed...), archive...))
	if !ecdsa.VerifyASN1(key.(*ecdsa.PublicKey), digest[:], sig) {
		t.Error("the signature is wrong")
	}
	var manifest struct{ Key, Version, Name string }
	if err := json.Unmarshal(opened(t, string(archive))["manifest.json"], &manifest); err != nil || manifest.Key != base64.StdEncoding.EncodeToString(public) {
		t.Errorf("manifest: %+v %v", manifest, err)
	}
	id := extensionID(public)
	if sum := sha256.Sum256(public); len(id) != 32 || id[0] != 'a'+sum[0]>>4 || id[31] != 'a'+sum[15]&15 || strings.Trim(id, "abcdefghijklmnop") != "" {
		t.Errorf("identifier %s", id)
	}
	for _, u := range []string{at + "/updates.xml", "https://updates.halcyon-app.test/v1/latest.json?x=id%3D" + id} {
		var g gupdate
		_, _, x := get(t, c, u)
		if err := xml.Unmarshal([]byte(x), &g); err != nil || len(g.Apps) != 1 || g.Apps[0].ID != id || g.Apps[0].Check.Codebase != at+"/addon.crx" ||
			g.Apps[0].Check.Hash != hexDigest(b) || g.Apps[0].Check.Version != manifest.Version {
			t.Errorf("%s: %v %s", u, err, x)
		}
	}
	if _, _, page := get(t, c, at); !strings.Contains(page, id) || !strings.Contains(page, "addon.crx") {
		t.Error("the listing does not tell the identifier, or not where to download it")
	}
}

func TestTitlesInStream(t *testing.T) {
	r := start(t, Options{})
	q, err := http.NewRequest("GET", "https://stream.airwave.test/halcyon", nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Icy-MetaData", "1")
	resp, err := client(t, r, "").Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.Header.Get("icy-metaint") != "16000" || resp.Header.Get("icy-name") != "Halcyon Radio" && resp.Header.Get("icy-name") == "" {
		t.Fatalf("%v", resp.Header)
	}
	b := make([]byte, 16000+1)
	if _, err := io.ReadFull(resp.Body, b); err != nil {
		t.Fatal(err)
	}
	title := make([]byte, int(b[16000])*16)
	if _, err := io.ReadFull(resp.Body, title); err != nil || string(b[:4]) != "RIFF" {
		t.Fatal(err)
	}
	if s := string(bytes.TrimRight(title, "\x00")); !strings.HasPrefix(s, "StreamTitle='Halcyon Weather Wire - ") || !strings.HasSuffix(s, "';") {
		t.Errorf("title %q", s)
	}
	var status struct {
		Icestats struct{ Source []map[string]any }
	}
	_, _, body := get(t, client(t, r, ""), "https://stream.airwave.test/status-json.xsl")
	if err := json.Unmarshal([]byte(body), &status); err != nil || len(status.Icestats.Source) != 3 || status.Icestats.Source[0]["title"] == "" {
		t.Errorf("%v: %s", err, body)
	}
}

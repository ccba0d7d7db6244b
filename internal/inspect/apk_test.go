// SPDX-License-Identifier: EUPL-1.2

package inspect_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"reflect"
	"testing"

	"iolaus/internal/inspect"
	"iolaus/internal/recognise"
)

// As apksigner prints them.
const (
	rsaSigner = "52d2fede3e45039a23fab03147854089e6413a8d0153a9b999b060269db0d321"
	ecSigner  = "40115d45cde70a2021148832879437ba91bf4794f64722bd313897e4dac5e3f1"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What the tools of Android wrote is read as they print it, by each of the schemes.
func TestAPK(t *testing.T) {
	for _, c := range []struct {
		name, signer string
		schemes      []string
	}{
		{"v1.apk", rsaSigner, []string{"v1"}}, {"v2.apk", rsaSigner, []string{"v2"}}, {"v3.apk", rsaSigner, []string{"v3"}},
		{"all.apk", rsaSigner, []string{"v2", "v3", "v1"}}, {"ec.apk", ecSigner, []string{"v2"}},
	} {
		a, err := inspect.ReadAPK(file(t, c.name))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if a.Package != "test.halcyon.weather" || a.Version != "1.4.2" || a.Code != 142 || a.Label != "Halcyon Weather" || a.MinSDK != 24 || a.TargetSDK != 33 {
			t.Errorf("%s: %+v", c.name, a)
		}
		if want := []string{"android.permission.INTERNET", "android.permission.RECEIVE_BOOT_COMPLETED"}; !reflect.DeepEqual(a.Permissions, want) {
			t.Errorf("%s: permissions %q", c.name, a.Permissions)
		}
		if !reflect.DeepEqual(a.Hosts, []string{"halcyon-weather.test"}) || !reflect.DeepEqual(a.Addresses, []string{"https://mirror.halcyon-weather.test/feed.xml"}) {
			t.Errorf("%s: hosts %q, addresses %q", c.name, a.Hosts, a.Addresses)
		}
		var schemes []string
		for _, s := range a.Signers {
			schemes = append(schemes, s.Scheme)
			if s.SHA256 != c.signer || !s.Holds || s.SPKI == "" {
				t.Errorf("%s: %+v", c.name, s)
			}
		}
		if !reflect.DeepEqual(schemes, c.schemes) || a.Problem != "" {
			t.Errorf("%s: signed by %q, problem %q", c.name, schemes, a.Problem)
		}
	}
}

// A certificate is public: who copies it, or the whole block, onto another package does not become its signer.
func TestSignatureOfAnotherPackage(t *testing.T) {
	for _, name := range []string{"v1.apk", "v2.apk", "v3.apk", "ec.apk"} {
		b := bytes.Clone(file(t, name))
		at := bytes.Index(b, []byte("mirror.halcyon"))
		if at < 0 {
			t.Fatalf("%s: the asset is packed", name)
		}
		copy(b[at:], "others.halcyon") // the sum of the ZIP entry is wrong then, too; v1 reads the file by it
		a, err := inspect.ReadAPK(b)
		if err != nil || len(a.Signers) != 1 || a.Signers[0].Holds {
			t.Errorf("%s: %+v, %v", name, a.Signers, err)
		}
	}
	// An entry that the JAR's manifest does not name.
	z, err := zip.NewReader(bytes.NewReader(file(t, "v1.apk")), int64(len(file(t, "v1.apk"))))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	if x, err := w.Create("classes.dex"); err != nil {
		t.Fatal(err)
	} else if _, err := x.Write([]byte("dex\n035")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := inspect.ReadAPK(out.Bytes())
	if err != nil || len(a.Signers) != 1 || a.Signers[0].Holds {
		t.Errorf("a file was added: %+v, %v", a.Signers, err)
	}
}

// What is no APK is told as such; a damaged one never makes the reader fail otherwise.
func TestNoAPK(t *testing.T) {
	empty := bytes.Buffer{}
	if err := zip.NewWriter(&empty).Close(); err != nil {
		t.Fatal(err)
	}
	whole := file(t, "all.apk")
	for name, b := range map[string][]byte{"nothing": nil, "a page": []byte("<html>not here"), "an empty ZIP": empty.Bytes(), "a half": whole[:len(whole)/2]} {
		if a, err := inspect.ReadAPK(b); !errors.Is(err, recognise.ErrFormat) {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	for at := 0; at < len(whole); at += 23 {
		b := bytes.Clone(whole)
		b[at] ^= 0xff
		a, err := inspect.ReadAPK(b)
		if err == nil && !(inspect.Facts{APK: &a}).Check() || err != nil && !errors.Is(err, recognise.ErrFormat) && !errors.Is(err, recognise.ErrTooLarge) {
			t.Fatalf("byte %d: %+v, %v", at, a, err)
		}
		for _, s := range a.Signers {
			if s.Holds && s.SHA256 != rsaSigner {
				t.Fatalf("byte %d: a signer that nobody is: %+v", at, s)
			}
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func sample() Manifest {
	return Manifest{
		Address: "https://trams.test/news?a=1&b=<2>", CapturedAt: noon, Vantage: Vantage{"harbour", "127.64.0.2", "127.64.0.53"},
		Tool: Tool{"Iolaus", "0.1.0"}, Outcome: "up", Final: "https://trams.test/en/news", Status: 200,
		Redirects: []string{"https://trams.test/en/news"},
		Files: []File{
			{"page.txt", "text", strings.Repeat("ab", 32), 512},
			{"capture.warc.gz", "warc", strings.Repeat("0f", 32), 1 << 40},
		},
		DNS:  json.RawMessage(`{ "NS": ["b.test.", "a.test."], "A": ["127.64.1.9"], "ttl": 3.0e2 }`),
		TLS:  json.RawMessage(`{"version":"tls/1.3"}`),
		RDAP: json.RawMessage(`[]`),
		Page: PageFacts{"أخبار \u202bالترام — “news”", "ar", "rtl"}, Warnings: []string{"the page changed while it was read"},
	}
}

// The form is fixed: a changed byte here means that old manifests no longer verify.
func TestManifestGolden(t *testing.T) {
	t.Parallel()
	got, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Error(d)
	}
	if digest, err := sample().Digest(); err != nil || digest != "335ac6dc47dbf3f73ac66998acfedb643fb04f71ef361ea2d442676f4423e9f1" {
		t.Errorf("digest %s, %v", digest, err)
	}
}

func TestManifestRoundTrip(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]Manifest{
		"full": sample(),
		"failed look": {Address: "https://trams.test/", CapturedAt: noon, Vantage: Vantage{Name: "hill"}, Tool: Tool{"Iolaus", "0.1.0"},
			Outcome: "timeout", Warnings: []string{"no answer in 30 s"}},
	} {
		b, err := m.Encode()
		if err != nil {
			t.Fatal(name, err)
		}
		back, err := ParseManifest(b)
		if err != nil {
			t.Fatal(name, err)
		}
		if again, err := back.Encode(); err != nil || string(again) != string(b) {
			t.Errorf("%s: written again %s, %v", name, again, err)
		}
		if !back.CapturedAt.Equal(m.CapturedAt.Truncate(time.Microsecond)) || back.Address != m.Address || back.Page != m.Page || len(back.Files) != len(m.Files) {
			t.Errorf("%s: read back %+v", name, back)
		}
	}
	a, b := sample(), sample()
	b.Files[0], b.Files[1] = b.Files[1], b.Files[0]
	b.CapturedAt = b.CapturedAt.UTC()
	b.DNS = json.RawMessage(`{"ttl":300,"A":["127.64.1.9"],"NS":["b.test.","a.test."]}`)
	one, _ := a.Digest()
	if two, err := b.Digest(); err != nil || one != two {
		t.Errorf("equal manifests have digests %s and %s, %v", one, two, err)
	}
	if f, ok := a.File("page.txt"); !ok || f.Size != 512 {
		t.Error("file by name:", f, ok)
	}
	if _, ok := a.File("other"); ok {
		t.Error("a file that is not there was found")
	}
}

// Every field counts: none can change without changing the digest.
func TestManifestDigestCoversEveryField(t *testing.T) {
	t.Parallel()
	base, err := sample().Digest()
	if err != nil {
		t.Fatal(err)
	}
	changes := map[string]func(*Manifest){
		"Address":    func(m *Manifest) { m.Address += "x" },
		"CapturedAt": func(m *Manifest) { m.CapturedAt = m.CapturedAt.Add(time.Microsecond) },
		"Vantage":    func(m *Manifest) { m.Vantage.Resolver = "127.64.0.54" },
		"Tool":       func(m *Manifest) { m.Tool.Version = "0.1.1" },
		"Browser":    func(m *Manifest) { m.Browser = "Chromium 148" },
		"Outcome":    func(m *Manifest) { m.Outcome = "gone" },
		"Final":      func(m *Manifest) { m.Final = "" },
		"Status":     func(m *Manifest) { m.Status = 404 },
		"Redirects":  func(m *Manifest) { m.Redirects = append(m.Redirects, "https://trams.test/fr") },
		"Files":      func(m *Manifest) { m.Files[0].Size++ },
		"DNS":        func(m *Manifest) { m.DNS = json.RawMessage(`{}`) },
		"TLS":        func(m *Manifest) { m.TLS = nil },
		"RDAP":       func(m *Manifest) { m.RDAP = json.RawMessage(`["x"]`) },
		"Page":       func(m *Manifest) { m.Page.Dir = "ltr" },
		"Warnings":   func(m *Manifest) { m.Warnings = nil },
	}
	for i := range reflect.TypeFor[Manifest]().NumField() {
		name := reflect.TypeFor[Manifest]().Field(i).Name
		change, ok := changes[name]
		if !ok {
			if name != "Version" {
				t.Errorf("no change is tried for %s", name)
			}
			continue
		}
		m := sample()
		change(&m)
		if d, err := m.Digest(); err != nil || d == base {
			t.Errorf("%s changed, digest %s, %v", name, d, err)
		}
	}
}

func TestManifestRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Manifest){
		"other version":     func(m *Manifest) { m.Version = 2 },
		"no address":        func(m *Manifest) { m.Address = " " },
		"no time":           func(m *Manifest) { m.CapturedAt = time.Time{} },
		"no vantage":        func(m *Manifest) { m.Vantage.Name = "" },
		"no tool":           func(m *Manifest) { m.Tool.Version = "" },
		"no outcome":        func(m *Manifest) { m.Outcome = "" },
		"outcome in words":  func(m *Manifest) { m.Outcome = "it is up" },
		"odd status":        func(m *Manifest) { m.Status = 42 },
		"odd direction":     func(m *Manifest) { m.Page.Dir = "down" },
		"invalid text":      func(m *Manifest) { m.Page.Title = "\xff" },
		"control character": func(m *Manifest) { m.Warnings = []string{"a\nb"} },
		"long address":      func(m *Manifest) { m.Address = strings.Repeat("a", 8193) },
		"many redirects":    func(m *Manifest) { m.Redirects = make([]string, ManifestRedirects+1) },
		"many files":        func(m *Manifest) { m.Files = make([]File, ManifestFiles+1) },
		"too large":         func(m *Manifest) { m.DNS = json.RawMessage(`"` + strings.Repeat("a", ManifestBytes) + `"`) },
		"broken DNS":        func(m *Manifest) { m.DNS = json.RawMessage(`{"a":`) },
		"repeated name":     func(m *Manifest) { m.TLS = json.RawMessage(`{"a":1,"a":2}`) },
		"two of one name":   func(m *Manifest) { m.Files[1].Name = m.Files[0].Name },
		"file above":        func(m *Manifest) { m.Files[0].Name = "../page.txt" },
		"file at the root":  func(m *Manifest) { m.Files[0].Name = "/etc/tram" },
		"backslash":         func(m *Manifest) { m.Files[0].Name = `a\b` },
		"capital digest":    func(m *Manifest) { m.Files[0].SHA256 = strings.Repeat("AB", 32) },
		"short digest":      func(m *Manifest) { m.Files[0].SHA256 = "ab" },
		"negative size":     func(m *Manifest) { m.Files[0].Size = -1 },
		"no kind":           func(m *Manifest) { m.Files[0].Kind = "" },
	} {
		m := sample()
		change(&m)
		if b, err := m.Encode(); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v, %.60s", name, err, b)
		}
	}
	good, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	text := string(good)
	for name, c := range map[string]struct {
		data string
		want error
	}{
		"spaces":        {strings.Replace(text, ":", ": ", 1), ErrNotCanonical},
		"line end":      {text + "\n", ErrNotCanonical},
		"local time":    {strings.Replace(text, "11:00:00.123456Z", "12:00:00.123456+01:00", 1), ErrNotCanonical},
		"escaped":       {strings.Replace(text, "Iolaus", `\u0049olaus`, 1), ErrNotCanonical},
		"version 2":     {strings.Replace(text, `"version":1`, `"version":2`, 1), ErrInvalid},
		"version 0":     {strings.Replace(text, `"version":1`, `"version":0`, 1), ErrInvalid},
		"unknown name":  {strings.Replace(text, `"version":1`, `"vers":0,"version":1`, 1), ErrInvalid},
		"repeated name": {strings.Replace(text, `"version":1`, `"version":1,"version":1`, 1), ErrInvalid},
		"capital name":  {strings.Replace(text, `"version":1`, `"Version":1`, 1), ErrInvalid},
		"two documents": {text + text, ErrInvalid},
		"nothing":       {"", ErrInvalid},
		"null":          {"null", ErrInvalid},
		"too large":     {strings.Repeat(" ", ManifestBytes+1), ErrInvalid},
	} {
		if c.data == text {
			t.Fatal(name, "changes nothing")
		}
		if _, err := ParseManifest([]byte(c.data)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func FuzzParseManifest(f *testing.F) {
	good, err := sample().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"version":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseManifest(data)
		if err != nil {
			if !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrNotCanonical) {
				t.Fatal(err)
			}
			return
		}
		if again, err := m.Encode(); err != nil || string(again) != string(data) {
			t.Fatalf("read %s, written %s, %v", data, again, err)
		}
	})
}

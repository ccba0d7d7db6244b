// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

var handling = Entry{
	Exhibit: "2026-0042/1", N: 2, Prev: strings.Repeat("5c", 32), Digest: strings.Repeat("0a", 32), Who: "officer 7", At: noon, Where: "Unit of Trams, room 3", Why: "comparison with the timetable",
	Authority: "order 12/2026 of the tram court", What: "working copy made; original unchanged", Tool: Tool{"Iolaus", "0.1.0"},
}

func TestCustodyEntry(t *testing.T) {
	t.Parallel()
	b, err := handling.Encode()
	const want = `{"at":"2026-03-14T12:00:00.123456+01:00","authority":"order 12/2026 of the tram court",` +
		`"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","exhibit":"2026-0042/1","n":2,` +
		`"prev":"5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c","tool":{"name":"Iolaus","version":"0.1.0"},"what":"working copy made; original unchanged","where":"Unit of Trams, room 3",` +
		`"who":"officer 7","why":"comparison with the timetable"}`
	if err != nil || string(b) != want {
		t.Fatalf("%s, %v", b, err)
	}
	back, err := ParseEntry(b)
	if err != nil || !back.At.Equal(noon.Truncate(time.Microsecond)) {
		t.Fatalf("%+v, %v", back, err)
	}
	if again, err := back.Encode(); err != nil || string(again) != want {
		t.Errorf("written again %s, %v", again, err)
	}
	for _, bad := range []string{"", "{}", want + " ", strings.Replace(want, "{", `{"more":1,`, 1)} {
		if _, err := ParseEntry([]byte(bad)); !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrNotCanonical) {
			t.Errorf("%.40q: %v", bad, err)
		}
	}
}

// A gap in custody cannot be written.
func TestCustodyEntryNeedsEveryPart(t *testing.T) {
	t.Parallel()
	for i := range reflect.TypeFor[Entry]().NumField() {
		e, name := handling, reflect.TypeFor[Entry]().Field(i).Name
		reflect.ValueOf(&e).Elem().Field(i).SetZero()
		if _, err := e.Encode(); !errors.Is(err, ErrInvalid) && name != "Digest" {
			t.Errorf("without %s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*Entry){
		"first without digest":   func(e *Entry) { e.N, e.Prev, e.Digest = 1, "", "" },
		"first with a prev":      func(e *Entry) { e.N = 1 },
		"number below one":       func(e *Entry) { e.N = -1 },
		"number above all":       func(e *Entry) { e.N = CustodyLinks + 1 },
		"prev in capitals":       func(e *Entry) { e.Prev = strings.Repeat("5C", 32) },
		"digest of another kind": func(e *Entry) { e.Digest = "sha256" },
	} {
		e := handling
		change(&e)
		if _, err := e.Encode(); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	e := handling
	e.What = "a\nb"
	if _, err := e.Encode(); !errors.Is(err, ErrInvalid) {
		t.Error("control character:", err)
	}
	e = handling
	e.At = e.At.In(time.FixedZone("old", 1172))
	if _, err := e.Encode(); !errors.Is(err, ErrInvalid) {
		t.Error("offset with seconds:", err)
	}
}

func FuzzParseEntry(f *testing.F) {
	good, err := handling.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(strings.Replace(string(good), "+01:00", "Z", 1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ParseEntry(data)
		if err != nil {
			if !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrNotCanonical) {
				t.Fatal(err)
			}
			return
		}
		if again, err := e.Encode(); err != nil || string(again) != string(data) {
			t.Fatalf("read %s, written %s, %v", data, again, err)
		}
	})
}

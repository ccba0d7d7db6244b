// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

func TestTerms(t *testing.T) {
	a := newArchive(t, 0)
	a.house(func(h *house) {
		a.ok(h.db.Tx(t.Context(), func(x *db.Tx) error {
			us, err := x.Units(t.Context())
			if err != nil {
				return err
			}
			for login, role := range map[string]iru.Role{"ada": iru.Analyst, "sig": iru.Signer} {
				if err := x.AddOfficer(t.Context(), &iru.Officer{Unit: us[0].ID, Login: login, Name: login, Roles: []iru.Role{role}, State: iru.OfficerActive}); err != nil {
					return err
				}
			}
			return nil
		}))
	})
	ok := func(says string, args ...string) string {
		t.Helper()
		out, err := a.run(args...)
		if err != nil || !strings.Contains(out, says) {
			t.Errorf("%q: %q, %v; it should say %q", args, out, err, says)
		}
		return out
	}
	no := func(kind error, args ...string) {
		t.Helper()
		if out, err := a.run(args...); !errors.Is(err, kind) {
			t.Errorf("%q: %q, %v; want %v", args, out, err, kind)
		}
	}
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		a.ok(os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	ok("no watch list yet", "terms", "list")
	no(iru.NotFound, "terms", "add", "Lines", "harbour tram", "--as", "ada")
	no(iru.Forbidden, "terms", "add", "Lines", "harbour tram", "--new", "--as", "sig")
	no(iru.NotFound, "terms", "add", "Lines", "harbour tram", "--new", "--as", "nobody")
	ok("Lines: قطار الميناء", "terms", "add", "Lines", "قطار الميناء", "--lang", "ar", "--new", "--as", "ada")
	ok("harbour tram", "terms", "add", "Lines", "harbour tram", "night tram", "--note", "a line\x1b[1m", "--as", "ada")
	no(iru.Invalid, "terms", "add", "Lines", "—", "--as", "ada")

	bad := file("terms.csv", "text,lang\nsnow line,en\n—,en\n")
	no(iru.Invalid, "terms", "import", bad, "--list", "Weather", "--new", "--as", "ada")
	ok("1 terms added, 0 put back, 0 were there, 1 lines left out; import ", "terms", "import", bad, "--list", "Weather", "--rest", "--as", "ada")
	ok("0 terms added, 0 put back, 1 were there", "terms", "import", file("t.txt", "snow line\n"), "--lang", "en", "--list", "Weather", "--as", "ada")
	no(iru.NotFound, "terms", "import", file("t.txt", "fog"), "--list", "Fog", "--as", "ada")
	if _, err := a.run("terms", "import", "/nowhere/t.txt", "--list", "Weather", "--as", "ada"); err == nil {
		t.Error("a file that is not there")
	}
	if out := ok("3 terms, 0 muted", "terms", "list"); !strings.Contains(out, "1 terms, 0 muted") {
		t.Error(out)
	}
	if out := ok("harbour tram  # a line[1m", "terms", "list", "Lines"); strings.Contains(out, "\x1b") {
		t.Errorf("%q steers the terminal", out)
	}
	ok("text,lang,note,state\nsnow line,en,,active\n", "terms", "export", "Weather")
	kept := filepath.Join(t.TempDir(), "out.csv")
	ok("", "terms", "export", "Weather", "-o", kept)
	if b, err := os.ReadFile(kept); err != nil || !strings.HasPrefix(string(b), "text,lang") {
		t.Errorf("%q, %v", b, err)
	}

	text := file("page.txt", "Forecast:\r\nthe snow\nline falls.\nوبقطارِ الميناء مطر; the \x1b[31m Harbour-Tram\u202e waits.\n")
	out := ok("2:5 (15-24) Weather: snow line", "terms", "check", text)
	for _, line := range []string{"the »snow line« falls.", "4:1 (32-61) Lines: قطار الميناء", "»وبقطارِ الميناء«", "Lines: harbour tram\n", "»Harbour-Tram« waits", "3 hits of 3 terms; 4 terms of 2 lists"} {
		if !strings.Contains(out, line) {
			t.Errorf("%q is not in\n%s", line, out)
		}
	}
	if strings.ContainsAny(out, "\x1b\u202e") {
		t.Errorf("%q steers the terminal", out)
	}
	raw, err := os.ReadFile(text)
	a.ok(err)
	for line := range strings.Lines(ok("{", "terms", "check", text, "--json")) {
		var h checkedHit
		if err := json.Unmarshal([]byte(line), &h); err != nil || h.Line == 0 || h.TLP == "" || string(raw[h.Start:h.End]) != h.Words {
			t.Errorf("%s: %+v, %v", line, h, err)
		}
	}
	ok("1 hits of 1 terms", "terms", "check", text, "--list", "Weather")
	no(iru.NotFound, "terms", "check", text, "--list", "Fog")

	ok("harbour tram is muted", "terms", "mute", "Lines", "harbour tram", "--as", "ada")
	no(iru.Conflict, "terms", "mute", "Lines", "harbour tram", "--as", "ada")
	no(iru.NotFound, "terms", "mute", "Lines", "ferry", "--as", "ada")
	ok("2 hits of 2 terms", "terms", "check", text)
	ok("Weather is muted", "terms", "mute", "Weather", "--why", "too many", "--as", "ada")
	ok("1 hits of 1 terms", "terms", "check", text)
	ok("1 hits of 1 terms", "terms", "check", text, "--list", "Weather")
	ok("Weather is active", "terms", "unmute", "Weather", "--as", "ada")
	ok("harbour tram is active", "terms", "unmute", "Lines", "harbour tram", "--as", "ada")

	var piped bytes.Buffer
	a.ok(run(t.Context(), []string{"--data", a.cfg.data, "terms", "check", "-"}, env{func(string) string { return "" }, strings.NewReader("night tram"), &piped, io.Discard}))
	if !strings.Contains(piped.String(), "1:1 (0-10) Lines: night tram") {
		t.Errorf("%q", piped.String())
	}
}

// A unit's lists are read by nobody else: not listed, not exported, not looked for.
func TestTermsOfAnotherUnit(t *testing.T) {
	a := newArchive(t, 0)
	a.house(func(h *house) {
		a.ok(h.db.Tx(t.Context(), func(x *db.Tx) error {
			us, err := x.Units(t.Context())
			if err != nil {
				return err
			}
			other := iru.Unit{Name: "Unit B", Country: "XB", Kind: us[0].Kind, State: iru.UnitActive}
			if err := x.AddUnit(t.Context(), &other); err != nil {
				return err
			}
			for login, unit := range map[string]iru.UnitID{"ada": us[0].ID, "bea": other.ID} {
				if err := x.AddOfficer(t.Context(), &iru.Officer{Unit: unit, Login: login, Name: login, Roles: []iru.Role{iru.Analyst}, State: iru.OfficerActive}); err != nil {
					return err
				}
			}
			return nil
		}))
	})
	run := func(kind error, args ...string) string {
		t.Helper()
		out, err := a.run(append([]string{"terms"}, args...)...)
		if !errors.Is(err, kind) || kind == nil && err != nil {
			t.Errorf("%q: %q, %v; want %v", args, out, err, kind)
		}
		return out
	}
	text := filepath.Join(t.TempDir(), "page.txt")
	a.ok(os.WriteFile(text, []byte("the harbour tram and the night ferry\n"), 0o600))
	run(nil, "add", "Lines", "harbour tram", "--new", "--as", "ada")
	run(nil, "add", "Ferries", "night ferry", "--new", "--as", "bea")
	run(iru.Invalid, "list") // whose, of two units
	run(iru.NotFound, "list", "--unit", "Unit C")
	run(iru.NotFound, "list", "--as", "nobody")
	if _, err := a.run("terms", "list", "--as", "ada", "--unit", "Unit B"); err == nil {
		t.Error("two at once")
	}
	for _, who := range [][]string{{"--as", "bea"}, {"--unit", "unit b"}} {
		with := func(args ...string) []string { return append(args, who...) }
		if out := run(nil, with("list")...); !strings.Contains(out, "Ferries") || strings.Contains(out, "Lines") {
			t.Errorf("%q lists %q", who, out)
		}
		if out := run(nil, with("check", text)...); !strings.Contains(out, "night ferry") || strings.Contains(out, "Lines") || !strings.Contains(out, "1 hits of 1 terms; 1 terms of 1 lists") {
			t.Errorf("%q finds %q", who, out)
		}
		run(iru.NotFound, with("list", "Lines")...)
		run(iru.NotFound, with("export", "Lines")...)
		run(iru.NotFound, with("check", text, "--list", "Lines")...)
		run(nil, with("export", "Ferries")...)
	}
}

// Lines and columns are those of the text, also when a longer term that began earlier ends later.
func TestPlace(t *testing.T) {
	const text = "a tram\nnach Köln ab\n\nüber"
	p := place{text: text, line: 1}
	for _, c := range [][3]int{{0, 1, 1}, {2, 1, 3}, {12, 2, 6}, {7, 2, 1}, {strings.Index(text, "ab"), 2, 11}, {strings.Index(text, "ü"), 4, 1}, {0, 1, 1}, {strings.Index(text, "ber"), 4, 2}} {
		if line, column := p.of(c[0]); line != c[1] || column != c[2] {
			t.Errorf("byte %d is at %d:%d, want %d:%d", c[0], line, column, c[1], c[2])
		}
	}
}

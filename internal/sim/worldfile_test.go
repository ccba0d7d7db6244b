// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"iolaus/internal/iru"
)

var plainWorld = []cmp.Option{cmpopts.IgnoreUnexported(World{}, Asset{}), cmpopts.EquateEmpty(), cmp.Comparer(func(a, b interface{ String() string }) bool { return a.String() == b.String() })}

func TestWorldFileIsTheScenario(t *testing.T) {
	for _, name := range Scenarios() {
		w, err := Scenario(name)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := WriteWorld(&b, w); err != nil {
			t.Fatal(err)
		}
		got, err := ReadWorld(&b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(w, got, plainWorld...); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

const smallWorld = `
title = "One site"
seeds = ["https://lark-radio.test/"]

[[provider]]
id = "registry"
kind = "registry"

[[provider]]
id = "names"
kind = "registrar"

[[provider]]
id = "racks"
kind = "host"
state = "XB"
desk = {api = "v1", habit = {manner = "acts", takes = ["referral"], ack = "2m", act = "8m sigma 0.4 max 20m", effect = "gone"}}

[[domain]]
name = "lark-radio.test"
registrar = "names"
dns = "names"

[[outlet]]
id = "lark"
name = "Lark Radio"
theme = "choir"
contact = "us@lark-radio.test"

[[asset]]
id = "lark-site"
outlet = "lark"
kind = "site"
name = "Lark Radio"
locator = "https://lark-radio.test/"
host = "racks"
posts = 3
`

// The example of the documentation is a world.
func TestDocumentedWorld(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "format", "world.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(b), "```toml\n")
	text, _, _ = strings.Cut(text, "```")
	if w, err := ReadWorld(strings.NewReader(text)); err != nil || len(w.Assets) != 1 {
		t.Errorf("%v", err)
	}
	for is := range quirks {
		if !strings.Contains(string(b), "| "+is+" | ") {
			t.Errorf("quirk %s is not documented", is)
		}
	}
}

func TestSmallWorld(t *testing.T) {
	w, err := ReadWorld(strings.NewReader(smallWorld))
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, Options{World: &w, Compress: slow})
	c := client(t, r, "")
	if s := status(t, c, "https://lark-radio.test/posts/2.html"); s != 200 {
		t.Errorf("page: %d", s)
	}
	if s, _ := call(t, r, "racks", "POST", "/v1/notices", "k", object{"reference": "RF-2026-0001", "instrument": "referral", "targets": []string{"https://lark-radio.test/"}}); s != 202 {
		t.Fatal(s)
	}
	r.Advance(hour)
	if s := status(t, c, "https://lark-radio.test/"); s != 410 {
		t.Errorf("after the referral: %d", s)
	}
}

func TestWorldFileIsReadStrictly(t *testing.T) {
	for what, c := range map[string]struct{ from, to, says string }{
		"unknown key":     {`posts = 3`, `posts = 3` + "\ncolour = \"red\"", `there is no key "colour"`},
		"wrong type":      {`posts = 3`, `posts = "three"`, "line"},
		"no TOML":         {`posts = 3`, `posts = `, "line"},
		"no such host":    {`host = "racks"`, `host = "rocks"`, `asset "lark-site": host "rocks"`},
		"no such kind":    {`kind = "site"`, `kind = "sites"`, `"sites" is not among`},
		"other name":      {`https://lark-radio.test/"` + "\nhost", `https://lark-radio.example/"` + "\nhost", "not a name under .test"},
		"unregistered":    {`https://lark-radio.test/"` + "\nhost", `https://larks.test/"` + "\nhost", "nobody registered larks.test"},
		"address outside": {`posts = 3`, `addr = "192.0.2.1"`, "not in the network"},
		"delay":           {`ack = "2m"`, `ack = "soon"`, "line 17"},
		"two registries":  {`kind = "registrar"`, `kind = "registry"`, "one is needed"},
		"quirk":           {`title = "One site"`, `title = "One site"` + "\nquirk = [{on = \"racks\", is = \"tarpit\"}]", "stands on a asset"},
		"operator":        {`title = "One site"`, `title = "One site"` + "\noperator = [{group = \"x\", after = \"1h\"}]", "no outlet is of that group"},
		"theme":           {`theme = "choir"`, `theme = "war"`, "has no words"},
	} {
		text := strings.Replace(smallWorld, c.from, c.to, 1)
		if text == smallWorld {
			t.Fatalf("%s: nothing was changed", what)
		}
		if _, err := ReadWorld(strings.NewReader(text)); !errors.Is(err, iru.Invalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestDelayText(t *testing.T) {
	for _, d := range []Delay{{}, {10 * time.Second, 0, 0}, {90 * time.Second, .4, 0}, {hour, 0, 2 * hour}, {36 * hour, .1, 40 * hour}, {30 * 24 * hour, 0, 0}, {100 * time.Minute, 0, 0},
		{time.Millisecond, 0, 0}, {24*hour + 10*time.Second, 1, 20 * hour}, {20 * minute, 0, 0}, {20 * hour, 0, 0}, {1500 * time.Millisecond, 0, 0}} {
		b, err := d.MarshalText()
		var got Delay
		if err == nil {
			err = got.UnmarshalText(b)
		}
		if err != nil || got != d {
			t.Errorf("%v: %s, %v, %v", d, b, got, err)
		}
	}
	for _, s := range []string{"", "8", "-1m", "8m sigma", "8m sigma x", "8m max", "8m at 3", "8m sigma 9", "d", "1d-1h", "8m sigma NaN", "99999d"} {
		if err := new(Delay).UnmarshalText([]byte(s)); err == nil {
			t.Errorf("%q was read", s)
		}
	}
}

func FuzzReadWorld(f *testing.F) {
	f.Add([]byte(smallWorld))
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := ReadWorld(bytes.NewReader(b))
		if err != nil {
			if !errors.Is(err, iru.Invalid) {
				t.Error(err)
			}
			return
		}
		var out bytes.Buffer
		if err := WriteWorld(&out, w); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadWorld(&out); err != nil || cmp.Diff(w, again, plainWorld...) != "" {
			t.Errorf("%v, %s", err, cmp.Diff(w, again, plainWorld...))
		}
	})
}

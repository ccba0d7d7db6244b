// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"iolaus/internal/iru"
)

// Where a vantage point is, and through what it looks, is told wrong in these ways.
func TestPlaceAndProxyErrors(t *testing.T) {
	point := func(lines string) string { return "[[vantage]]\nname = \"north\"\n" + lines }
	for _, c := range []struct{ name, place, text, want string }{
		{"a place with a space", "", point("place = \"the harbour\"\n"), "key vantage.place: \"the harbour\" is no name of a place"},
		{"a place in capitals", "", point("place = \"Harbour\"\n"), "key vantage.place: \"Harbour\" is no name"},
		{"a place that ends in a dash", "", point("place = \"harbour-\"\n"), "key vantage.place: \"harbour-\" is no name"},
		{"a place that is a path", "", point("place = \"../harbour\"\n"), "key vantage.place"},
		{"all at places", "", point("place = \"harbour\"\n"), "key vantage.place: every vantage point is at a place of its own"},
		{"a worker at a place that has no point", "mill", point("place = \"harbour\"\n"), "key vantage.place: no vantage point is at the place \"mill\""},
		{"a worker at a place, and no points", "mill", "", "key vantage.place: no vantage point is at the place \"mill\""},
		{"a proxy of another kind", "", point("proxy = \"ftp://192.0.2.7:21\"\n"), "key vantage.proxy: read proxy"},
		{"a proxy by name", "", point("proxy = \"socks5://proxy.test:1080\"\n"), "it is named by address and port"},
		{"a proxy without a port", "", point("proxy = \"http://192.0.2.7\"\n"), "it is named by address and port"},
		{"a proxy with a path", "", point("proxy = \"http://192.0.2.7:3128/x\"\n"), "it is named by address and port"},
		{"a proxy that is no address", "", point("proxy = \"http://[\"\n"), "key vantage.proxy: read proxy"},
		{"a password for no proxy", "", point("proxy_password_file = \"x\"\n"), "key vantage.proxy_password_file: there is no vantage.proxy"},
		{"a password in the file", "", point("proxy = \"socks5://unit:secret@192.0.2.7:1080\"\n"), "key vantage.proxy: a password stands in the file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := defaults()
			cfg.place = c.place
			err := decode("iolaus.toml", []byte(c.text), &cfg)
			if !errors.Is(err, iru.Invalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v\nwant: %s", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the password is told: %v", err)
			}
		})
	}
}

// Each process looks from the points of its own place; the others it asks for, and all of them count.
func TestPlacesOfProcesses(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "proxy.password")
	if err := os.WriteFile(secret, []byte("unit:opens it\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := "[[vantage]]\nname = \"north\"\n[[vantage]]\nname = \"south\"\nplace = \"harbour\"\nproxy = \"socks5://192.0.2.7:1080\"\nproxy_password_file = \"" + secret + "\"\n[[vantage]]\nname = \"east\"\nplace = \"harbour\"\n"
	for place, want := range map[string][]string{"": {"north"}, "harbour": {"south", "east"}} {
		cfg := defaults()
		cfg.place = place
		if err := decode("iolaus.toml", []byte(text), &cfg); err != nil {
			t.Fatal(err)
		}
		h := &house{cfg: cfg}
		vs, err := h.vantages(nil)
		if err != nil {
			t.Fatal(err)
		}
		var here []string
		for _, v := range vs {
			n := v.Network()
			here = append(here, n.Name)
			if n.Name == "south" && (n.Proxy == nil || n.Proxy.String() != "socks5://192.0.2.7:1080" || n.Proxy.User != "unit" || n.Proxy.Password != "opens it") {
				t.Errorf("through %+v", n.Proxy)
			}
		}
		if !reflect.DeepEqual(here, want) {
			t.Errorf("at the place %q it looks from %v", place, here)
		}
		if away := cfg.away(); place == "" && !reflect.DeepEqual(away, map[string][]string{"harbour": {"south", "east"}}) || place != "" && len(away) != 0 {
			t.Errorf("at the place %q others look from %v", place, away)
		}
		if p := cfg.rules().Agreement.Points; p != 2 {
			t.Errorf("at the place %q %d points must agree", place, p)
		}
	}
	if err := os.WriteFile(secret, []byte("no colon\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := defaults()
	cfg.place = "harbour"
	if err := decode("iolaus.toml", []byte(text), &cfg); err != nil {
		t.Fatal(err)
	}
	if _, err := (&house{cfg: cfg}).vantages(nil); err == nil || !strings.Contains(err.Error(), "does not hold USER:PASSWORD") {
		t.Errorf("a password file without a name: %v", err)
	}
}

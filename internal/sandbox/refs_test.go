// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// A cell finds what is found here.
func TestReferences(t *testing.T) {
	r := reader(t, pool(t, Options{}))
	base := address(t, "http://trains.test/riga/")
	for media, body := range map[string]string{
		"text/html; charset=koi8-r": "<title>\xf0</title><a href=\xd0><img srcset='a.png 1x, b.png 2x'><style>x{a:url(c)}</style><a href='?q=\xd0'>",
		"text/css":                  `@import "a.css"; p{background:url("hill.png")}`,
		"text/html":                 strings.Repeat("<a href=?"+strings.Repeat("x", 300)+"><a href=/z>", 20_000) + string(longPage(2<<20)),
		"image/png":                 "<a href=x>",
	} {
		got, err := r.References(t.Context(), []byte(body), media, base)
		want := recognise.References([]byte(body), media, base)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) || len(want) == 0 != (media == "image/png") {
			t.Errorf("%s: %d, want %d, %v", media, len(got), len(want), err)
		}
	}
	if r.falls != 0 {
		t.Error(r.falls, "cells were lost")
	}
}

// The readers that captures have besides leave half of the places to other captures.
func TestSpare(t *testing.T) {
	p := pool(t, Options{Most: 4})
	first, second := p.Spare(), p.Spare()
	if first == nil || second == nil || p.Spare() != nil {
		t.Fatal("not two of four")
	}
	defer second.Close()
	reader(t, p)
	reader(t, p)
	first.Close()
	if p.Spare() != nil {
		t.Error("a place of a capture was given away")
	}
	reader(t, p)
	p.Close()
	if p.Spare() != nil {
		t.Error("a closed pool gave a reader")
	}
	if _, err := second.References(t.Context(), []byte("<a href=x>"), "text/html", nil); !errors.Is(err, iru.Unavailable) {
		t.Error(err)
	}
}

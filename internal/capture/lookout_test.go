// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"iolaus/internal/fetch"
	"iolaus/internal/recognise"
	"iolaus/internal/sandbox"
)

// depot is a page whose parts are named in every way that a page has, and a second page.
var depot = map[string][2]string{
	"/": {"text/html", `<!doctype html><title>Depot</title><link rel=stylesheet href=/depot.css><link rel="shortcut icon" href=/icon.png>
<img src=/small.png srcset="/middle.png 2x, /large.png 3x"><p style="background:url('/wall.png')">Trams sleep here.</p>
<style>h1{background:url(/head.png)}</style><video poster=/poster.jpg></video><a href="/lines">Lines</a><a href=http://other.test/>elsewhere</a>`},
	"/lines":     {"application/xhtml+xml", `<html><title>Lines</title><svg><image xlink:href="/map.png"/></svg><a href="/">back</a></html>`},
	"/depot.css": {"text/css", `@import "night.css"; body{background:url(hall.png)}`},
	"/night.css": {"text/css; charset=utf-8", `body{background:url( "stars.png" )}`},
}

var depotParts = []string{"/depot.css", "/hall.png", "/head.png", "/icon.png", "/large.png", "/map.png", "/middle.png", "/night.css", "/poster.jpg", "/small.png", "/stars.png", "/wall.png"}

func serveDepot(t testing.TB) *fetch.Client {
	return serveSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := depot[r.URL.Path]
		if !ok {
			f = [2]string{"image/png", "\x89PNG " + r.URL.Path}
		}
		w.Header().Set("Content-Type", f[0])
		fmt.Fprint(w, f[1])
	}), nil, fetch.Limits{})
}

func cells(t testing.TB, o sandbox.Options) *sandbox.Pool {
	t.Helper()
	o.Lax = true
	p, err := sandbox.NewPool(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// begun is a capture of the page at the root of a client's site.
func begun(t testing.TB, c *fetch.Client, p *sandbox.Pool) *Capture {
	t.Helper()
	k, err := (&Camera{Client: c, Cells: p, Software: "iolaus test", Operator: "Unit North"}).Begin(t.Context(), Request{Address: "http://127.0.0.1/", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}

// warned gives the warnings of a capture when they are on the disk.
func warned(t testing.TB, k *Capture) []string {
	t.Helper()
	if err := k.tape.put(journalLine{}).wait(); err != nil {
		t.Fatal(err)
	}
	return k.tape.Warnings()
}

// A site is taken whole, and the same is taken, whoever reads it.
func TestFollowTakesTheSame(t *testing.T) {
	want := map[string]int{"http://127.0.0.1/": 2, "http://127.0.0.1/lines": 1} // the page was looked at before
	for _, p := range depotParts {
		want["http://127.0.0.1"+p] = 1
	}
	for name, p := range map[string]*sandbox.Pool{
		"here": nil, "cells": cells(t, sandbox.Options{}), "one cell": cells(t, sandbox.Options{Most: 1}),
	} {
		k := begun(t, serveDepot(t), p)
		if err := k.Follow(t.Context(), Site{Depth: 3}); err != nil {
			t.Fatal(name, err)
		}
		if got := recorded(t, k.tape.Path()); !maps.Equal(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", name, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
		if w := warned(t, k); len(w) != 0 {
			t.Error(name, w)
		}
	}
}

// A file that no cell can read costs its references and a warning; it is recorded, and the crawl goes on.
func TestFollowWithFilesThatCannotBeRead(t *testing.T) {
	heavy := "<a href=/late>late</a>" + strings.Repeat("<p>Trams sleep here.", 20_000)
	c := serveSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		switch {
		case r.URL.Path == "/":
			for i := range 2 * told {
				fmt.Fprintf(w, "<a href=/heavy/%d>heavy</a><a href=/light/%d>light</a>", i, i)
			}
		case strings.HasPrefix(r.URL.Path, "/heavy"):
			fmt.Fprint(w, heavy)
		case strings.HasPrefix(r.URL.Path, "/light"):
			fmt.Fprintf(w, "<a href=%s>more</a>", strings.Replace(r.URL.Path, "light", "shown", 1))
		}
	}), nil, fetch.Limits{})
	k := begun(t, c, cells(t, sandbox.Options{Bytes: 100 << 10}))
	if err := k.Follow(t.Context(), Site{Depth: 3}); err != nil {
		t.Fatal(err)
	}
	got := recorded(t, k.tape.Path())
	for i := range 2 * told {
		for _, path := range []string{"heavy", "light", "shown"} {
			if got[fmt.Sprintf("http://127.0.0.1/%s/%d", path, i)] != 1 {
				t.Error(path, i, "is missing")
			}
		}
	}
	w := warned(t, k)
	if got["http://127.0.0.1/late"] != 0 || len(w) != told+1 || !strings.Contains(w[0], "links were not followed") || !strings.Contains(w[told], fmt.Sprint(told, " more")) {
		t.Errorf("%q", w)
	}
}

// A reader that fails is let go of; the capture's own stands in for the last.
func TestLookoutLosesReaders(t *testing.T) {
	p := cells(t, sandbox.Options{})
	k := begun(t, serveDepot(t), p)
	l := newLookout(k)
	var two []*sandbox.Reader
	for range 2 {
		r, err := l.take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		two = append(two, r)
	}
	l.back(two[0], false)
	l.back(two[1], false)
	p.Close() // no cell is to be had any more, but the one that the capture has
	for i, ok := range []bool{false, false, true, true} {
		refs, err := l.references(t.Context(), []byte("<a href=http://127.0.0.1/x>"), "text/html", nil)
		if (err == nil) != ok || len(refs) == 1 != ok {
			t.Errorf("file %d: %v, %v", i, refs, err)
		}
	}
	l.close()
	if w := warned(t, k); len(w) != 2 || two[0] == k.cell || two[1] == k.cell {
		t.Error(w)
	}
}

// A crawl that is stopped while a file is read has not read it: what it refers to is found when the crawl goes on.
func TestStopWhileReading(t *testing.T) {
	c, dir := serveDepot(t), t.TempDir()
	tape := openTape(t, dir)
	f, err := OpenFrontier(tape, Bounds{})
	if err == nil {
		err = f.Seed("http://127.0.0.1/")
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopped := func(context.Context, []byte, string, *url.URL) ([]recognise.Reference, error) {
		cancel()
		return nil, ctx.Err()
	}
	if r, err := Crawl(ctx, c, f, tape, CrawlOptions{References: stopped}); !errors.Is(err, context.Canceled) || r.Done != 0 || r.Queued != 1 {
		t.Fatalf("%v, %+v", err, r)
	}
	r, err := Crawl(t.Context(), c, f, tape, CrawlOptions{})
	if err != nil || r.Done != 2+len(depotParts) || !r.Whole {
		t.Errorf("%v, %+v", err, r)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"os"
	"path/filepath"
	"testing"

	"iolaus/internal/web/webtest"
)

// firstPages are the pages of today, triage and outlets, in a story.
func firstPages(s *story) map[string]string {
	return map[string]string{
		"today":      "/",
		"triage":     "/triage",
		"refer":      at("/triage", "item", id(s.arabic.ID), "act", actRefer),
		"item":       "/items/" + id(s.first.ID),
		"outlets":    "/outlets",
		"outlet":     "/outlets/" + id(s.outlet),
		"asset":      "/assets/" + id(s.wire.ID),
		"candidate":  "/assets/" + id(s.found.ID),
		"candidates": "/candidates",
		"watch":      "/watch",
		"search":     at("/search", "q", "halcyon"),
		"banks":      "/banks",
		"bank":       "/banks/" + id(s.known.Bank),
		"known":      knownPath(s.known),
		"flood":      knownPath(s.blank),
		"quarantine": knownPath(s.blank) + "/step/quarantine",
	}
}

// TestFirstPagesPictures writes pictures for people to look at into the directory that IOLAUS_PICTURES names.
func TestFirstPagesPictures(t *testing.T) {
	dir := os.Getenv("IOLAUS_PICTURES")
	only := os.Getenv("IOLAUS_PICTURE")
	h := newHouse(t)
	s := h.story()
	h.browse("ada", "en")
	pages := firstPages(s)
	if dir == "" {
		dir, only = t.TempDir(), "today"
	}
	for name, path := range pages {
		if only != "" && only != name {
			continue
		}
		file := filepath.Join(dir, name)
		webtest.Screenshot(t, h.url+path, 1440, false, file+"-light.png")
		if info, err := os.Stat(file + "-light.png"); err != nil || info.Size() < 20000 {
			t.Errorf("picture of %s: %v, %v", name, info, err)
		}
		if os.Getenv("IOLAUS_PICTURES") == "" {
			continue
		}
		webtest.Screenshot(t, h.url+path, 1440, true, file+"-dark.png")
		webtest.Screenshot(t, h.url+path, 320, false, file+"-narrow.png")
		h.browse("ada", "ar")
		webtest.Screenshot(t, h.url+path, 1440, false, file+"-rtl.png")
		h.browse("ada", "en")
	}
}

// explained are the results that axe-core leaves to a person, each looked at.
var explained = []webtest.Explained{}

// TestFirstPagesAreAccessible: each page, light and dark, wide and narrow, and once from the right to the left.
func TestFirstPagesAreAccessible(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	h.browse("ada", "en")
	pages := firstPages(s)
	for _, path := range pages {
		for _, width := range []int{1440, 320} {
			for _, dark := range []bool{false, true} {
				webtest.Axe(t, h.url+path, width, dark, explained...)
			}
		}
	}
	h.browse("ada", "ar")
	for _, name := range []string{"today", "refer", "outlet", "candidate", "bank", "flood"} {
		webtest.Axe(t, h.url+pages[name], 320, false, explained...)
	}
}

// TestFirstPagesKeepThePolicy: nothing on a page is refused by the browser.
func TestFirstPagesKeepThePolicy(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	h.browse("ada", "en")
	for _, path := range firstPages(s) {
		webtest.Quiet(t, h.url+path)
	}
}

// TestSearchIsNeverLost: where the field has no room, a link leads to the search.
func TestSearchIsNeverLost(t *testing.T) {
	h := newHouse(t)
	h.browse("ada", "en")
	for width, want := range map[int]string{1440: "true false", 1100: "false true", 320: "false true"} {
		webtest.Open(t, h.url+"/outlets", width, false)
		got := webtest.Eval[string](t, `['.find', 'a.seek'].map((s) => document.querySelector(s).checkVisibility()).join(' ')`)
		if got != want {
			t.Errorf("at %d px field and link are shown: %s", width, got)
		}
	}
	webtest.Open(t, h.url+"/search", 320, false)
	if !webtest.Eval[bool](t, `[...document.querySelectorAll('main input[name=q]')].some((e) => e.checkVisibility())`) {
		t.Error("the page of the search has no field")
	}
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"os"
	"path/filepath"
	"testing"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/plan"
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
		"map":        "/outlets/" + id(s.outlet) + "/map",
		"coverage":   "/coverage",
		"asset":      "/assets/" + id(s.wire.ID),
		"candidate":  "/assets/" + id(s.found.ID),
		"candidates": "/candidates",
		"watch":      "/watch",
		"search":     at("/search", "q", "halcyon"),
		"texts":      at("/search", "q", "snow", "why", "Lantern"),
		"texts-ar":   at("/search", "q", "الثلج القطار"),
		"banks":      "/banks",
		"bank":       "/banks/" + id(s.known.Bank),
		"known":      knownPath(s.known),
		"flood":      knownPath(s.blank),
		"quarantine": knownPath(s.blank) + "/step/quarantine",
	}
}

// planned adds the pages of a plan against the story's outlet.
func (h *house) planned(s *story, pages map[string]string) map[string]string {
	h.t.Helper()
	p, err := h.DraftPlan(h.t.Context(), h.scope("dora"), desk.PlanRequest{Outlet: s.outlet, Name: "Lantern"})
	must(h.t, err)
	q, err := h.DraftPlan(h.t.Context(), h.scope("dora"), desk.PlanRequest{Outlet: s.outlet, Name: "Lantern, the cheapest", Ask: &iru.PlanAsk{Ask: plan.Ask{Mode: plan.Min, Bystanders: -1}}})
	must(h.t, err)
	path := "/plans/" + id(p.ID)
	pages["plans"], pages["plan"], pages["plans-compare"], pages["plan-rates"] = "/plans", path, compareQuery(p.ID, q.ID), "/plans/rates"
	pages["plan-rehearsal"] = path + "/rehearsal?t0=2026-03-07T10:00"
	pages["plan-measure"], pages["plan-address"] = at(path+"/measure", "m", p.Measures[0].ID), at(path+"/address", "n", iru.PlanAsset(s.wire.ID))
	return pages
}

// TestFirstPagesPictures writes pictures for people to look at into the directory that IOLAUS_PICTURES names.
func TestFirstPagesPictures(t *testing.T) {
	dir := os.Getenv("IOLAUS_PICTURES")
	only := os.Getenv("IOLAUS_PICTURE")
	h := newHouse(t)
	s := h.story()
	h.browse("ada", "en")
	pages := h.planned(s, firstPages(s))
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
	pages := h.planned(s, firstPages(s))
	for _, path := range pages {
		webtest.AxeEverywhere(t, h.url+path, explained...)
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
	for _, path := range h.planned(s, firstPages(s)) {
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

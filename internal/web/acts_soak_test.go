// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package web

import (
	"testing"

	"iolaus/internal/web/webtest"
)

// TestSoakActPagesAreAccessible runs axe-core over every page in every look.
func TestSoakActPagesAreAccessible(t *testing.T) {
	pages := map[string]bool{}
	{
		h := newHouse(t)
		for name := range actPages(h.acts()) {
			pages[name] = true
		}
	}
	for name := range pages {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			page := actPages(h.acts())[name]
			for _, l := range everyLook {
				h.browse(page[0], l.lang)
				webtest.Axe(t, h.url+page[1], l.width, l.dark)
			}
		})
	}
}

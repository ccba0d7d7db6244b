// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"
	"strings"
)

// Handling is the three handling codes of a page or a document: Traffic Light Protocol 2.0 (FIRST), Permissible Actions Protocol
// and Europol's H0 to H3, each without its prefix except H ("AMBER+STRICT", "AMBER", "H2"). An empty one is left out.
type Handling struct{ TLP, PAP, H string }

// Render implements templ.Component.
func (h Handling) Render(ctx context.Context, w io.Writer) error { return h.view().Render(ctx, w) }

// Set reports whether any code is set.
func (h Handling) Set() bool { return h != Handling{} }

// String is the line on every printed page.
func (h Handling) String() string {
	if !h.Set() {
		return "No handling code set"
	}
	var parts []string
	if h.TLP != "" {
		parts = append(parts, "TLP:"+h.TLP)
	}
	if h.PAP != "" {
		parts = append(parts, "PAP:"+h.PAP)
	}
	if h.H != "" {
		parts = append(parts, h.H)
	}
	return strings.Join(parts, "   ")
}

// colour is the colour the TLP standard gives a level; PAP uses the same.
func colour(level string) string {
	switch {
	case strings.HasPrefix(level, "AMBER"):
		return "amber"
	case level == "GREEN":
		return "green"
	case level == "RED":
		return "red"
	}
	return "clear"
}

// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"errors"
	"strings"
	"testing"

	"iolaus/internal/iru"
)

// law.md, section 7: the codes are enforced, not shown as labels only.
func TestRelease(t *testing.T) {
	const free = "" // it may leave
	for _, c := range []struct {
		tlp, h       string
		purpose      iru.Use
		acknowledged bool
		refused      string
	}{
		{"CLEAR", "H0", iru.ForCourt, false, free},
		{"CLEAR", "H0", iru.ForPartner, false, free},
		{"CLEAR", "H0", iru.ForAnalysis, false, free},
		{"AMBER", "H1", iru.ForCourt, true, "H1"},
		{"AMBER", "H1", iru.ForPartner, false, free},
		{"AMBER", "H1", iru.ForAnalysis, false, free},
		{"AMBER", "H2", iru.ForCourt, false, free},
		{"AMBER", "H2", iru.ForPartner, true, "H2"},
		{"AMBER", "H2", iru.ForAnalysis, false, free},
		{"AMBER", "H1 H2", iru.ForCourt, false, "H1"},
		{"AMBER", "H1 H2", iru.ForPartner, false, "H2"},
		{"AMBER", "H3", iru.ForCourt, false, "only by rail"},
		{"AMBER", "H3", iru.ForPartner, false, "only by rail"},
		{"AMBER", "H3", iru.ForAnalysis, false, "only by rail"},
		{"AMBER", "H3", iru.ForCourt, true, free},
		{"AMBER", "H1 H3", iru.ForCourt, true, "H1"},
		{"GREEN", "H0", iru.ForPartner, false, free},
		{"AMBER+STRICT", "H0", iru.ForPartner, true, "TLP:AMBER+STRICT"},
		{"AMBER+STRICT", "H0", iru.ForCourt, false, free},
		{"RED", "H0", iru.ForPartner, true, "TLP:RED"},
		{"RED", "H0", iru.ForAnalysis, false, free},
	} {
		h := iru.Handling{TLP: c.tlp, PAP: "CLEAR", H: c.h, Note: "only by rail"}
		if err := h.Check(); err != nil {
			t.Errorf("%v: %v", h, err)
		}
		err := h.Release(c.purpose, c.acknowledged)
		switch {
		case c.refused == free && err != nil:
			t.Errorf("%v for %s: %v", h, c.purpose, err)
		case c.refused != free && (!errors.Is(err, iru.Forbidden) || !strings.Contains(err.Error(), c.refused)):
			t.Errorf("%v for %s, acknowledged %t: %v; it should be refused for %s", h, c.purpose, c.acknowledged, err, c.refused)
		}
	}
	if err := iru.DefaultHandling.Release(iru.ForPartner, true); !errors.Is(err, iru.Forbidden) {
		t.Error("what nobody decided about is shared:", err)
	}
	if err := (iru.Handling{TLP: "CLEAR", PAP: "CLEAR", H: "H0"}).Release("press", true); !errors.Is(err, iru.Invalid) {
		t.Error("a purpose that is none:", err)
	}
}

func TestHandlingCheck(t *testing.T) {
	for _, bad := range []iru.Handling{
		{}, {TLP: "WHITE", PAP: "RED", H: "H0"}, {TLP: "RED", PAP: "PINK", H: "H0"}, {TLP: "RED", PAP: "RED"}, {TLP: "RED", PAP: "RED", H: "H4"},
		{TLP: "RED", PAP: "RED", H: "H0 H1"}, {TLP: "RED", PAP: "RED", H: "H3"}, {TLP: "RED", PAP: "RED", H: "H1,H2"},
	} {
		if err := bad.Check(); !errors.Is(err, iru.Invalid) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func TestStricter(t *testing.T) {
	open := iru.Handling{TLP: "CLEAR", PAP: "CLEAR", H: "H0"}
	a, b := iru.Handling{TLP: "GREEN", PAP: "RED", H: "H1"}, iru.Handling{TLP: "RED", PAP: "CLEAR", H: "H3", Note: "ask"}
	for _, c := range []struct{ a, b, want iru.Handling }{
		{open, open, open}, {iru.Handling{}, a, a}, {a, b, iru.Handling{TLP: "RED", PAP: "RED", H: "H1 H3", Note: "ask"}}, {b, b, b}, {open, iru.DefaultHandling, iru.DefaultHandling},
	} {
		if got := c.a.Stricter(c.b); got != c.want {
			t.Errorf("%v with %v is %v", c.a, c.b, got)
		}
	}
}

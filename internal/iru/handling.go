// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"
)

// Handling says who may see a thing (Traffic Light Protocol 2.0), who may act on it (Permissible Actions Protocol) and under which
// conditions it travels (Europol's handling codes).
type Handling struct {
	TLP  string `json:"tlp"`            // one of TLPs
	PAP  string `json:"pap"`            // one of PAPs
	H    string `json:"h"`              // one or more of Hs, parted by spaces: "H1 H3"
	Note string `json:"note,omitempty"` // the condition of H3
}

// The codes, from open to closed.
var (
	TLPs = []string{"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"}
	PAPs = []string{"CLEAR", "GREEN", "AMBER", "RED"}
	Hs   = []string{"H0", "H1", "H2", "H3"}
)

// DefaultHandling is what a thing has until somebody decides otherwise: to the unit only, no onward sharing.
var DefaultHandling = Handling{TLP: "AMBER+STRICT", PAP: "AMBER", H: "H2"}

// String is the codes on one line: "TLP:AMBER PAP:AMBER H1 H3".
func (h Handling) String() string { return "TLP:" + h.TLP + " PAP:" + h.PAP + " " + h.H }

// Check refuses codes that do not exist, H0 beside another one, and H3 without its condition. Its error is Invalid.
func (h Handling) Check() error {
	codes := strings.Fields(h.H)
	switch {
	case !slices.Contains(TLPs, h.TLP):
		return Refuse(Invalid, fmt.Sprintf("there is no code TLP:%.20s", h.TLP), "it is one of "+strings.Join(TLPs, ", "))
	case !slices.Contains(PAPs, h.PAP):
		return Refuse(Invalid, fmt.Sprintf("there is no code PAP:%.20s", h.PAP), "it is one of "+strings.Join(PAPs, ", "))
	case len(codes) == 0:
		return Refuse(Invalid, "the handling code is missing", "H0 says that no condition applies")
	case len(codes) > 1 && slices.Contains(codes, "H0"):
		return Refuse(Invalid, "H0 says that no condition applies, and another code stands beside it", "leave one of them out")
	case h.has("H3") && strings.TrimSpace(h.Note) == "":
		return Refuse(Invalid, "H3 needs its condition in words", "write it into the note")
	}
	for _, c := range codes {
		if !slices.Contains(Hs, c) {
			return Refuse(Invalid, fmt.Sprintf("there is no handling code %.20s", c), "they are "+strings.Join(Hs, ", "))
		}
	}
	return nil
}

func (h Handling) has(code string) bool { return slices.Contains(strings.Fields(h.H), code) }

// A Use is what evidence leaves the store for.
type Use string

// The uses of evidence that leaves.
const (
	ForCourt    Use = "court"    // judicial proceedings
	ForPartner  Use = "partner"  // another unit or body
	ForAnalysis Use = "analysis" // a working copy within the unit
)

// Uses lists the uses of evidence that leaves.
var Uses = []Use{ForCourt, ForPartner, ForAnalysis}

// Release refuses what the codes forbid: H1 any use in judicial proceedings, H2 and TLP any sharing, both without leave of whom it came from;
// and, for every purpose, what H3 asks for until somebody says that they keep the condition. Leave is given by changing the codes, on
// record. Errors: Invalid (no such purpose), Forbidden.
func (h Handling) Release(p Use, acknowledged bool) error {
	if !slices.Contains(Uses, p) {
		return Refuse(Invalid, fmt.Sprintf("%.20q is no purpose", string(p)), "it is court, partner or analysis")
	}
	const leave = "ask whom it came from for leave, then change the codes of what it belongs to"
	switch {
	case p == ForCourt && h.has("H1"):
		return Refuse(Forbidden, "H1: it must not be used in judicial proceedings without leave", leave)
	case p == ForPartner && h.has("H2"):
		return Refuse(Forbidden, "H2: it must not be shared onward without leave", leave)
	case p == ForPartner && (h.TLP == "RED" || h.TLP == "AMBER+STRICT"):
		return Refuse(Forbidden, "TLP:"+h.TLP+": it stays within the unit", leave)
	case h.has("H3") && !acknowledged:
		return Refuse(Forbidden, "H3: a condition applies: "+h.Note, "acknowledge that it will be kept")
	}
	return nil
}

// Stricter gives the codes under which two things travel together: the closer level of each, and every condition of both.
func (h Handling) Stricter(o Handling) Handling {
	if h == (Handling{}) {
		return o
	}
	closer := func(list []string, a, b string) string {
		return list[max(slices.Index(list, a), slices.Index(list, b), 0)]
	}
	out := Handling{TLP: closer(TLPs, h.TLP, o.TLP), PAP: closer(PAPs, h.PAP, o.PAP), Note: h.Note}
	var codes []string
	for _, c := range Hs[1:] {
		if h.has(c) || o.has(c) {
			codes = append(codes, c)
		}
	}
	if out.H = strings.Join(codes, " "); out.H == "" {
		out.H = Hs[0]
	}
	if o.Note != "" && o.Note != h.Note {
		out.Note = strings.TrimPrefix(h.Note+"; "+o.Note, "; ")
	}
	return out
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"cmp"
	"slices"
	"strings"
)

// MaxOfficerLanguages is how many languages an officer can name.
const MaxOfficerLanguages = 40

// A LanguageCover is one language of an outlet: how much is published in it, and who in the unit reads it.
type LanguageCover struct {
	Tag     string      // BCP 47; "" for what was captured and of which no page said its language
	Assets  int         // that publish in it and are not rejected
	Readers []OfficerID // by number; none is a gap
}

// An OutletCover is an outlet with its languages, the one in most assets first.
type OutletCover struct {
	Outlet    Outlet
	Languages []LanguageCover
}

// A Coverage says which outlet publishes in what, and who reads it.
type Coverage struct {
	Outlets []OutletCover
	Gaps    []LanguageCover // languages of watched outlets that nobody reads, over all of them, the one in most assets first
}

// BaseLanguage is the language of a tag without script and region: who reads en reads en-GB.
func BaseLanguage(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return base
}

// Reads reports whether an officer reads a language.
func (o Officer) Reads(tag string) bool {
	return tag != "" && slices.ContainsFunc(o.Languages, func(l string) bool { return BaseLanguage(l) == BaseLanguage(tag) })
}

// Cover compares what outlets publish in with what active officers read. Closed outlets are left out.
func Cover(outlets []Outlet, assets []Asset, officers []Officer) Coverage {
	var c Coverage
	gaps := map[string]int{}
	for _, o := range outlets {
		if o.State == OutletClosed {
			continue
		}
		count := map[string]int{}
		for _, tag := range o.Languages {
			count[tag] = 0
		}
		for _, a := range assets {
			if a.Outlet != o.ID || a.State == AssetRejected {
				continue
			}
			for _, tag := range a.Languages {
				count[tag]++
			}
			if len(a.Languages) == 0 {
				count[""]++
			}
		}
		x := OutletCover{Outlet: o}
		for tag, n := range count {
			l := LanguageCover{Tag: tag, Assets: n}
			for _, p := range officers {
				if p.Unit == o.Unit && p.State == OfficerActive && p.Reads(tag) {
					l.Readers = append(l.Readers, p.ID)
				}
			}
			slices.Sort(l.Readers)
			x.Languages = append(x.Languages, l)
			if tag != "" && len(l.Readers) == 0 {
				gaps[BaseLanguage(tag)] += n
			}
		}
		slices.SortFunc(x.Languages, mostFirst)
		c.Outlets = append(c.Outlets, x)
	}
	for tag, n := range gaps {
		c.Gaps = append(c.Gaps, LanguageCover{Tag: tag, Assets: n})
	}
	slices.SortFunc(c.Gaps, mostFirst)
	return c
}

func mostFirst(a, b LanguageCover) int {
	return cmp.Or(cmp.Compare(b2i(a.Tag == ""), b2i(b.Tag == "")), cmp.Compare(b.Assets, a.Assets), cmp.Compare(a.Tag, b.Tag))
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

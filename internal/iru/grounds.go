// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Grounds are the parts of an assessment beside finding and purpose (law.md, section 2). A part that nobody has filled in is nil: a
// plain referral may leave attribution, listing and collateral open, a binding act may not.
type Grounds struct {
	Passages    []Passage    `json:"passages,omitempty"`
	Press       *Press       `json:"press,omitempty"` // only where somebody claims editorial responsibility
	Attribution *Attribution `json:"attribution,omitempty"`
	Listing     *Listing     `json:"listing,omitempty"`
	Collateral  *Collateral  `json:"collateral,omitempty"`
	Measure     *Measure     `json:"measure,omitempty"`
}

// A Passage is a part of the content that meets a limb: words, or a time range in a film or a sound.
type Passage struct {
	Text        string   `json:"text,omitempty"`
	Lang        string   `json:"lang,omitempty"`  // of Text
	From        int64    `json:"from,omitempty"`  // milliseconds from the beginning
	To          int64    `json:"to,omitempty"`    // 0: no time range
	Limbs       []string `json:"limbs,omitempty"` // the letters that it meets
	Translation string   `json:"translation,omitempty"`
	Into        string   `json:"into,omitempty"`       // language of Translation
	Translator  string   `json:"translator,omitempty"` // the person's name, or the engine's
	Engine      bool     `json:"engine,omitempty"`     // a machine translated it and no person has checked it
}

// Range is the time range in words, "" if there is none.
func (p Passage) Range() string {
	if p.To == 0 {
		return ""
	}
	return clockTime(p.From) + " to " + clockTime(p.To)
}

// clockTime writes milliseconds as hours, minutes, seconds and, where there are any, thousandths.
func clockTime(ms int64) string {
	s := fmt.Sprintf("%d:%02d:%02d", ms/3600000, ms/60000%60, ms/1000%60)
	if ms%1000 != 0 {
		s += fmt.Sprintf(".%03d", ms%1000)
	}
	return s
}

// Quote is the passage in a line: the words, the time range, or both.
func (p Passage) Quote() string {
	text := strings.TrimSpace(p.Text)
	switch {
	case text == "":
		return p.Range()
	case p.To == 0:
		return text
	}
	return text + " (" + p.Range() + ")"
}

// By says who translated it, "" if nobody did. What a machine translated is always called unverified.
func (p Passage) By() string {
	switch {
	case p.Translation == "":
		return ""
	case p.Engine:
		return p.Translator + ", a machine translation, unverified"
	}
	return p.Translator
}

func (p Passage) check() error {
	switch {
	case strings.TrimSpace(p.Text) == "" && p.To == 0:
		return Refuse(Invalid, "a passage has neither words nor a time range", "quote the passage or give the time range that meets the ground")
	case p.From < 0 || p.To < 0 || p.To != 0 && p.To <= p.From || p.To == 0 && p.From != 0:
		return Refuse(Invalid, "the time range of a passage does not end after it begins", "give where it begins and where it ends")
	case p.Translation != "" && (p.Into == "" || strings.TrimSpace(p.Translator) == ""):
		return Refuse(Invalid, "a translation of a passage lacks its language or its translator", "name the person, or the engine and that it is one")
	case p.Translation == "" && (p.Translator != "" || p.Engine):
		return Refuse(Invalid, "a passage names a translator and has no translation", "write the translation")
	case len(p.Limbs) == 0:
		return Refuse(Invalid, "it is not said which ground a passage meets", "name the limb beside the passage")
	}
	return nil
}

// Press is what is known of editorial responsibility (TCO recital 12): where there is some, the standards of the press are weighed.
type Press struct {
	Responsible string `json:"responsible"` // who answers for it, by name or office
	Standards   string `json:"standards"`   // which code or body of press standards it is bound by; "none found"
	Why         string `json:"why"`         // how that weighs here
}

// A Rating is a 4x4 grade of information: source A B C X, information 1 2 3 4. Nothing but a person's own word raises one.
type Rating struct {
	Source      string `json:"source"`
	Information string `json:"information"`
}

// OpenSource is the grade of what was found in the open (law.md, section 7).
var OpenSource = Rating{"X", "4"}

// The letters and digits of a grade, the best first.
var (
	GradeSources      = []string{"A", "B", "C", "X"}
	GradeInformations = []string{"1", "2", "3", "4"}
)

func (g Rating) String() string { return g.Source + g.Information }

func (g Rating) check() error {
	if !slices.Contains(GradeSources, g.Source) || !slices.Contains(GradeInformations, g.Information) {
		return Refuse(Invalid, "there is no grade "+g.String(), "choose a source A, B, C or X and information 1, 2, 3 or 4")
	}
	return nil
}

// Attribution says to whom the content is attributed, and how sure that is.
type Attribution struct {
	Outlet OutletID `json:"outlet,omitempty"`
	Name   string   `json:"name"` // of the outlet or group
	Grade  Rating   `json:"grade"`
	Why    string   `json:"why"`
}

// Listing says whether whoever it is attributed to is listed: an important factor, neither required nor sufficient (recital 11).
type Listing struct {
	Checked string   `json:"checked"` // the day on which it was looked up: 2026-03-12
	Found   []Listed `json:"found,omitempty"`
	Words   string   `json:"words,omitempty"` // what was looked up, where none was found
}

// Listed is one entry of a list of persons, groups and entities.
type Listed struct {
	List string `json:"list"` // the Union's first
	Name string `json:"name"` // as it stands there
	Date string `json:"date"` // of the entry: 2026-03-12
}

// Collateral says what else a measure would strike.
type Collateral struct {
	Names []string `json:"names,omitempty"` // other names at that address
	Mail  string   `json:"mail"`            // third parties' mail there: yes, no, unknown
	Words string   `json:"words"`           // the person's own: suggestions do not decide
}

// Measure says which lesser measures were weighed, and why none is enough.
type Measure struct {
	Weighed []Weighed `json:"weighed"`
	Words   string    `json:"words"` // why the one chosen is the least that is enough
}

// Weighed is a lesser measure and why it is not enough.
type Weighed struct {
	Measure string `json:"measure"`
	Why     string `json:"why"`
}

// check refuses parts that are there and not whole.
func (g Grounds) check() error {
	blank := func(s string) bool { return strings.TrimSpace(s) == "" }
	for _, p := range g.Passages {
		if err := p.check(); err != nil {
			return err
		}
	}
	if p := g.Press; p != nil && (blank(p.Responsible) || blank(p.Standards) || blank(p.Why)) {
		return Refuse(Invalid, "the editorial responsibility is not described", "say who answers for it, which press standards bind them, and how that weighs")
	}
	if a := g.Attribution; a != nil {
		if blank(a.Name) || blank(a.Why) {
			return Refuse(Invalid, "the attribution lacks the outlet or group, or its reason", "name it and say what it rests on")
		}
		if err := a.Grade.check(); err != nil {
			return err
		}
	}
	if l := g.Listing; l != nil {
		if !isDay(l.Checked) {
			return Refuse(Invalid, "the day on which the listing was looked up is missing", "write it as 2026-03-12")
		}
		if len(l.Found) == 0 && blank(l.Words) {
			return Refuse(Invalid, "the listing says nothing", "name the list, the entry and its date, or say which lists were searched in vain")
		}
		for _, f := range l.Found {
			if blank(f.List) || blank(f.Name) || !isDay(f.Date) {
				return Refuse(Invalid, "a listing lacks the list, the name or the date", "write all three, the date as 2026-03-12")
			}
		}
	}
	if c := g.Collateral; c != nil && (blank(c.Words) || !slices.Contains([]string{"yes", "no", "unknown"}, c.Mail)) {
		return Refuse(Invalid, "the collateral is not described", "say in your own words what else would be struck, and whether third parties have mail there")
	}
	if m := g.Measure; m != nil {
		if blank(m.Words) || len(m.Weighed) == 0 {
			return Refuse(Invalid, "the least intrusive measure is not described", "name at least one lesser measure, why it is not enough, and why this one is")
		}
		for _, w := range m.Weighed {
			if blank(w.Measure) || blank(w.Why) {
				return Refuse(Invalid, "a lesser measure lacks its name or why it is not enough", "write both")
			}
		}
	}
	return nil
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// Missing names the parts that a binding act needs and that nobody has filled in, in the order of the form.
func (g Grounds) Missing() []string {
	var out []string
	for _, p := range []struct {
		open bool
		name string
	}{{g.Attribution == nil, "attribution"}, {g.Listing == nil, "listing"}, {g.Collateral == nil, "collateral"}, {g.Measure == nil, "least intrusive measure"}} {
		if p.open {
			out = append(out, p.name)
		}
	}
	return out
}

// Fill takes parts in that were open. What is there is never replaced: a wrong finding is reopened.
func (g Grounds) Fill(more Grounds) (Grounds, []string, error) {
	var filled []string
	take := func(name string, have, given bool, set func()) error {
		switch {
		case !given:
			return nil
		case have:
			return Refuse(Conflict, "the "+name+" was given already", "have a colleague reopen the item if it is wrong")
		}
		set()
		filled = append(filled, name)
		return nil
	}
	for _, err := range []error{
		take("editorial responsibility", g.Press != nil, more.Press != nil, func() { g.Press = more.Press }),
		take("attribution", g.Attribution != nil, more.Attribution != nil, func() { g.Attribution = more.Attribution }),
		take("listing", g.Listing != nil, more.Listing != nil, func() { g.Listing = more.Listing }),
		take("collateral", g.Collateral != nil, more.Collateral != nil, func() { g.Collateral = more.Collateral }),
		take("least intrusive measure", g.Measure != nil, more.Measure != nil, func() { g.Measure = more.Measure }),
	} {
		if err != nil {
			return g, nil, err
		}
	}
	if len(more.Passages) > 0 {
		return g, nil, Refuse(Invalid, "passages belong to the finding itself", "have a colleague reopen the item")
	}
	if len(filled) == 0 {
		return g, nil, Refuse(Invalid, "nothing was filled in", "fill in at least one part")
	}
	return g, filled, g.check()
}

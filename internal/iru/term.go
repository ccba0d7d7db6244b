// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"strings"
	"time"

	"iolaus/internal/recognise"
)

// TermListID numbers a watch list.
type TermListID int64

// TermID numbers a term.
type TermID int64

// TermState is whether a term, or a whole list, is looked for.
type TermState string

// The states of terms and of lists.
const (
	TermActive    TermState = "active"
	TermMuted     TermState = "muted"     // kept and not looked for
	TermWithdrawn TermState = "withdrawn" // taken off
)

// TermTable is the state table of a term and of a list of terms. Nothing is deleted: every step can be taken back.
var TermTable = Table[TermState]{
	{TermActive, "mute", TermMuted},
	{TermMuted, "unmute", TermActive},
	{TermActive, "remove", TermWithdrawn},
	{TermMuted, "remove", TermWithdrawn},
	{TermWithdrawn, "put_back", TermActive},
}

// A TermList is a watch list: terms that a unit looks for in what it captures.
type TermList struct {
	ID       TermListID
	Unit     UnitID
	Name     string
	Note     string
	Handling Handling
	State    TermState
	Version  int64 // grows with every change to the list and its terms
	By       OfficerID
	Created  time.Time
}

// A Term is a word or phrase of a list. recognise.Terms says what counts as a spelling of it.
type Term struct {
	ID      TermID
	Unit    UnitID
	List    TermListID
	Text    string
	Lang    string // ISO 639-1, or -3 where there is none; "" when unknown
	Note    string
	State   TermState
	Import  EventID // the import that brought it; 0 when it was entered by hand
	By      OfficerID
	Created time.Time
}

// A TermHit is a place in the text of an exhibit where a term stands. It suggests, and decides nothing.
type TermHit struct {
	ID         int64
	Unit       UnitID
	Item       ItemID
	Exhibit    ExhibitID
	Term       TermID
	Start, End int    // bytes of the exhibit's text
	Before     string // what stands before, as it was captured
	Words      string // the bytes from Start to End
	After      string
	At         time.Time

	List, Text, Lang string   // name of the list, the term and its language, filled on reading
	Handling         Handling // of the list, filled on reading
}

// Bounds of what a list holds: of names and notes, in bytes.
const (
	maxTermName = 120
	maxTermNote = 1000
)

// Check refuses a list without a name, and codes that do not exist.
func (l TermList) Check() error {
	switch {
	case strings.TrimSpace(l.Name) == "":
		return Refuse(Invalid, "the list has no name", "say what it collects")
	case len(l.Name) > maxTermName || len(l.Note) > maxTermNote:
		return Refuse(Invalid, "the name or the note is too long", "120 and 1,000 bytes are the most")
	}
	return l.Handling.Check()
}

// TermCheck is Check for many terms, by one goroutine.
func TermCheck() func(Term) error {
	readable := recognise.TermCheck()
	return func(t Term) error {
		if err := readable(t.Text); err != nil {
			why := err.Error()
			return Refuse(Invalid, "this is no term: "+why[strings.LastIndex(why, ": ")+2:], "enter words or a short phrase")
		}
		if !langCode(t.Lang) {
			return Refuse(Invalid, "the language is no code of two or three letters", "ar, fa, ur, ckb, ru, tr, de, fr, en, id, bn, or leave it empty")
		}
		if len(t.Note) > maxTermNote {
			return Refuse(Invalid, "the note is too long", "1,000 bytes are the most")
		}
		return nil
	}
}

// Check refuses what can never hit, and a language that is no code.
func (t Term) Check() error { return TermCheck()(t) }

func langCode(s string) bool {
	if s == "" {
		return true
	}
	return (len(s) == 2 || len(s) == 3) && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == ""
}

// Step moves a term by a verb of its table.
func (t Term) Step(verb string, by OfficerID, at time.Time, note string) (Term, Event, error) {
	to, err := stepTerm(t.State, verb, by)
	if err != nil {
		return t, Event{}, err
	}
	e := change("term", int64(t.ID), verb, t.State, to, by, t.Unit, at, note).With("term", t.Text)
	t.State = to
	return t, e, nil
}

// Step moves a list by a verb of its table; its terms stay what they are.
func (l TermList) Step(verb string, by OfficerID, at time.Time, note string) (TermList, Event, error) {
	to, err := stepTerm(l.State, verb, by)
	if err != nil {
		return l, Event{}, err
	}
	e := change("term_list", int64(l.ID), verb, l.State, to, by, l.Unit, at, note).With("list", l.Name)
	l.State = to
	return l, e, nil
}

func stepTerm(from TermState, verb string, by OfficerID) (TermState, error) {
	if err := byPerson(by, verb, "mute", "unmute", "remove", "put_back"); err != nil {
		return from, err
	}
	return TermTable.Next(from, verb)
}

// termLead is how many characters of the text are kept on each side of a hit.
const termLead = 60

// NewTermHit is a hit with what stands around it in the text.
func NewTermHit(h recognise.TermHit, text string) TermHit {
	from, to := h.Start, h.End
	for range termLead {
		if from == 0 {
			break
		}
		for from--; from > 0 && text[from]&0xc0 == 0x80; from-- {
		}
	}
	for range termLead {
		if to == len(text) {
			break
		}
		for to++; to < len(text) && text[to]&0xc0 == 0x80; to++ {
		}
	}
	valid := func(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
	return TermHit{Term: TermID(h.Term), Start: h.Start, End: h.End, Before: valid(text[from:h.Start]), Words: valid(text[h.Start:h.End]), After: valid(text[h.End:to])}
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// AnnexSchema names the JSON form of an answer by Annex II or III of Regulation (EU) 2021/784.
const AnnexSchema = "iolaus-annex/1"

// Which annex.
const (
	AnnexFeedback      = "II"  // feedback after removal or disabling (Article 3(6))
	AnnexImpossibility = "III" // information on the impossibility to execute (Article 3(7) and (8))
)

// Measures of Annex II, section B.
const (
	MeasureRemoved  = "removed"
	MeasureDisabled = "disabled" // access disabled in all Member States
)

// Causes of Annex III, section B(1).
const (
	CauseImpossible = "impossible"  // force majeure or de facto impossibility (Article 3(7))
	CauseErrors     = "errors"      // manifest errors (Article 3(8))
	CauseUnclear    = "information" // not sufficient information (Article 3(8))
)

// An Annex is an addressee's answer by Annex II or III, whatever way it came: a form of the portal, a PDF, text or JSON. Times carry their
// zone: one without is no time.
type Annex struct {
	Schema     string    `json:"schema"`
	Number     string    `json:"annex"`                   // "II" or "III"
	Reference  string    `json:"reference"`               // file reference of the authority: ours
	Theirs     string    `json:"addressee_reference"`     // file reference of the addressee
	Addressee  string    `json:"addressee"`               // of the removal order
	Authority  string    `json:"authority"`               // that issued it
	ReceivedAt time.Time `json:"received_at,omitzero"`    // time and date of receipt
	Measure    string    `json:"measure,omitempty"`       // II
	MeasureAt  time.Time `json:"measure_at,omitzero"`     // II
	Causes     []string  `json:"causes,omitempty"`        // III
	Reasons    string    `json:"reasons,omitempty"`       // III: further information as to the reasons
	Needed     string    `json:"needed,omitempty"`        // III: the errors, the information required
	Name       string    `json:"name"`                    // of the hosting service provider or its legal representative
	State      string    `json:"establishment,omitempty"` // II: its Member State
	Person     string    `json:"person"`                  // the authorised person
	Mail       string    `json:"mail"`                    // of the contact point
	SignedAt   time.Time `json:"signed_at,omitzero"`      // date; III: time and date
	Signature  string    `json:"signature,omitempty"`     // III, as typed
}

// maxAnnex bounds each text of an annex, in bytes.
const maxAnnex = 20_000

// Kind says what the annex says, as a letter: "done", "impossible" or "clarification"; "unknown" where a person must judge.
func (a Annex) Kind() string {
	unclear := slices.Contains(a.Causes, CauseErrors) || slices.Contains(a.Causes, CauseUnclear)
	switch cannot := slices.Contains(a.Causes, CauseImpossible); {
	case a.Number == AnnexFeedback && a.Measure != "":
		return "done"
	case a.Number != AnnexImpossibility, cannot == unclear: // neither, or both: one pauses the clock, the other begins it anew
		return "unknown"
	case cannot:
		return "impossible"
	}
	return "clarification"
}

// Check refuses an annex that is none, or lacks what decides.
func (a Annex) Check() error {
	bad := func(what, instead string) error { return Refuse(Invalid, what, instead) }
	for _, s := range append([]string{a.Reference, a.Theirs, a.Addressee, a.Authority, a.Reasons, a.Needed, a.Name, a.State, a.Person, a.Mail, a.Signature}, a.Causes...) {
		if len(s) > maxAnnex {
			return bad("a field of the annex is too long", fmt.Sprintf("write at most %d bytes", maxAnnex))
		}
	}
	switch {
	case a.Number != AnnexFeedback && a.Number != AnnexImpossibility:
		return bad("it is neither Annex II nor Annex III", "")
	case strings.TrimSpace(a.Reference) == "":
		return bad("the file reference of the authority is missing", "it stands on the order")
	case a.Number == AnnexFeedback && a.Measure != MeasureRemoved && a.Measure != MeasureDisabled:
		return bad("the measure taken is missing", "tick one: removed, or access disabled in all Member States")
	case a.Number == AnnexFeedback && a.MeasureAt.IsZero():
		return bad("the time and date of the measure is missing, or has no time zone", "write it as 2026-03-29T14:05:00+02:00")
	case a.Number == AnnexImpossibility && len(a.Causes) == 0:
		return bad("no reason for non-execution is ticked", "tick at least one")
	case a.Number == AnnexImpossibility && strings.TrimSpace(a.Reasons+a.Needed) == "":
		return bad("the reasons for non-execution are not explained", "say what is in the way, or what you need to know")
	}
	for _, c := range a.Causes {
		if c != CauseImpossible && c != CauseErrors && c != CauseUnclear {
			return bad("there is no cause "+c, "impossible, errors or information")
		}
	}
	return nil
}

// ParseAnnex reads the JSON form. Errors are Invalid.
func ParseAnnex(b []byte) (Annex, error) {
	var a Annex
	d := json.NewDecoder(io.LimitReader(bytes.NewReader(b), 1<<20))
	if err := d.Decode(&a); err != nil {
		return Annex{}, fmt.Errorf("read annex: not the JSON of one: %w", Invalid)
	}
	if _, err := d.Token(); err != io.EOF || a.Schema != AnnexSchema {
		return Annex{}, fmt.Errorf("read annex: not %s alone: %w", AnnexSchema, Invalid)
	}
	return a, a.Check()
}

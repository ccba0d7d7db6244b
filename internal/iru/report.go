// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A ReportKind is which report is asked for.
type ReportKind string

// The kinds of reports.
const (
	ReportTCO8  ReportKind = "tco8"  // an authority's yearly report (Regulation (EU) 2021/784, Article 8)
	ReportTCO21 ReportKind = "tco21" // what a Member State tells the Commission (Article 21(1))
	ReportDSA22 ReportKind = "dsa22" // a trusted flagger's yearly report (Regulation (EU) 2022/2065, Article 22(3))
	ReportUnit  ReportKind = "unit"  // the unit's own statistics
)

// ReportKinds lists the kinds in the order of the documentation.
var ReportKinds = []ReportKind{ReportTCO8, ReportTCO21, ReportDSA22, ReportUnit}

// An Edition is for whom a report is made.
type Edition string

// The editions. The internal one is for the unit only: nothing is suppressed in it.
const (
	PublicEdition   Edition = "public"
	InternalEdition Edition = "internal"
)

// ReportSchema names the format of a report's JSON.
const ReportSchema = "iolaus-report/1"

// A ReportLedger is the state of the ledger at which a report was computed.
type ReportLedger struct {
	Origin     string `json:"origin"`
	Size       int64  `json:"size"`
	Root       string `json:"root"`       // base64, as in the checkpoint
	Checkpoint string `json:"checkpoint"` // signed (c2sp.org/tlog-checkpoint)
}

// A Report is the figures of one year, and all that is needed to compute them again. docs/processes/reports.md describes it.
type Report struct {
	Schema    string       `json:"schema"`
	Kind      ReportKind   `json:"kind"`
	Title     string       `json:"title"`
	Edition   Edition      `json:"edition"`
	Year      int          `json:"year"`
	Zone      string       `json:"zone"` // in which the year was counted: that of the unit's capital
	From      time.Time    `json:"from"`
	Until     time.Time    `json:"until"` // the first instant after
	Unit      UnitID       `json:"unit"`
	UnitName  string       `json:"unit_name"`
	Country   string       `json:"country"`
	AsOf      time.Time    `json:"as_of"` // of the checkpoint
	Software  string       `json:"software"`
	Query     string       `json:"query_version"`
	Threshold int          `json:"threshold"`
	Ledger    ReportLedger `json:"ledger"`
	Notes     []string     `json:"notes"`
	Figures   []Figure     `json:"figures"`
	Seed      string       `json:"seed,omitempty"` // of the salts; internal edition only
}

// Year gives the first instant of a calendar year in a time zone, and the first one after it, in UTC. Its error is Invalid.
func Year(y int, in *time.Location) (from, until time.Time, err error) {
	if y < 2000 || y > 2999 {
		return from, until, Refuse(Invalid, fmt.Sprintf("%d is no year of a report", y), "give four digits, such as 2026")
	}
	return time.Date(y, 1, 1, 0, 0, 0, 0, in).UTC(), time.Date(y+1, 1, 1, 0, 0, 0, 0, in).UTC(), nil
}

// JSON is the report as a file.
func (r Report) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write report: %w: %w", Internal, err)
	}
	return append(b, '\n'), nil
}

// MaxReport is the greatest length of a report that is read, in bytes.
const MaxReport = 256 << 20

// ParseReport reads a report from a file. Its errors are Invalid.
func ParseReport(b []byte) (Report, error) {
	var r Report
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, fmt.Errorf("read report: %w: %w", Invalid, err)
	}
	switch {
	case d.More():
		return r, Refuse(Invalid, "something follows the report", "give the file as it was made")
	case r.Schema != ReportSchema:
		return r, Refuse(Invalid, fmt.Sprintf("it is no report: its schema is %.40q", r.Schema), "give a file that iolaus report transparency made")
	case !slices.Contains(ReportKinds, r.Kind) || r.Edition != PublicEdition && r.Edition != InternalEdition:
		return r, Refuse(Invalid, "its kind or edition is not known", "")
	case (r.Edition == PublicEdition) != (r.Seed == ""):
		return r, Refuse(Invalid, "a public report carries the seed of its salts, or an internal one does not", "")
	}
	return r, nil
}

// Figure finds one by its id.
func (r Report) Figure(id string) (Figure, bool) {
	i := slices.IndexFunc(r.Figures, func(f Figure) bool { return f.ID == id })
	if i < 0 {
		return Figure{}, false
	}
	return r.Figures[i], true
}

// Withheld says why a row must not be listed outside the unit, "" where it may be: a condition travels with it, or it belongs to work that
// is not over.
func (c Counted) Withheld() string {
	switch {
	case c.Ongoing:
		return "an operation that is not over (Regulation (EU) 2021/784, Article 8(2))"
	case c.Handling.has("H1"):
		return "H1: not in judicial proceedings without leave; what is published cannot be kept out of them"
	case c.Handling.has("H2"):
		return "H2: not to be shared onward without leave"
	case c.Handling.has("H3"):
		return "H3: a condition applies"
	case c.Handling.TLP != "" && c.Handling.TLP != "CLEAR":
		return "TLP:" + c.Handling.TLP
	}
	return ""
}

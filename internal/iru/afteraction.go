// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An AfterEdition is for whom an after-action report is made.
type AfterEdition string

// The editions of an after-action report.
const (
	AfterTeam  AfterEdition = "team"  // everything, with officers' names; for the units that took part
	AfterCourt AfterEdition = "court" // everything but officers' names; for courts and partners
	AfterPress AfterEdition = "press" // whole numbers, small ones suppressed: no name, no address, no addressee
)

// AfterEditions lists the editions in the order of the page.
var AfterEditions = []AfterEdition{AfterTeam, AfterCourt, AfterPress}

// AfterSchema names the format of an after-action report's JSON (docs/format/after-action.md).
const AfterSchema = "iolaus-after-action/1"

// AfterVersion grows whenever a figure of the report means something else: an old report is then computed again with the program that made it.
const AfterVersion = "1"

// A CellKind says how a column of a table is written.
type CellKind string

// The kinds of cells. All are text: a time is RFC 3339 in UTC with microseconds, a duration seconds with up to six decimals, a share a number from
// 0 to 1, a number a number. An empty cell says that there is none, or that it is not known; never zero.
const (
	CellText  CellKind = "text"
	CellTime  CellKind = "time"
	CellTook  CellKind = "seconds"
	CellShare CellKind = "share"
	CellCount CellKind = "count"
	CellReal  CellKind = "number"
	CellWord  CellKind = "word" // a key of the program: a state, an instrument
	CellPlace CellKind = "address"
)

// An AfterColumn is one column of a table of the report.
type AfterColumn struct {
	ID   string   `json:"id"`
	Kind CellKind `json:"kind"`
}

// An AfterRow is one row: a cell for each column, and the entries of the ledger that it rests on.
type AfterRow struct {
	Cells   []string `json:"cells"`
	Sources []int64  `json:"sources,omitempty"`
}

// An AfterTable is one table of the report, or a curve as a table.
type AfterTable struct {
	ID      string        `json:"id"`
	Columns []AfterColumn `json:"columns"`
	Rows    []AfterRow    `json:"rows"`
	Note    string        `json:"note,omitempty"` // why it is empty, or what it rests on besides the ledger
}

// Column gives the place of a column, -1 where there is none.
func (t AfterTable) Column(id string) int {
	return slices.IndexFunc(t.Columns, func(c AfterColumn) bool { return c.ID == id })
}

// Cell gives a cell by its column's id.
func (t AfterTable) Cell(r AfterRow, id string) string {
	i := t.Column(id)
	if i < 0 || i >= len(r.Cells) {
		return ""
	}
	return r.Cells[i]
}

// An AfterSubject is the operation that the report is about.
type AfterSubject struct {
	ID      OperationID    `json:"id"`
	Name    string         `json:"name,omitempty"`
	State   OperationState `json:"state"`
	Drill   bool           `json:"drill,omitempty"`
	T0      *time.Time     `json:"t0,omitempty"`
	Wave    int            `json:"wave"`
	After   OperationID    `json:"after,omitempty"` // the operation of which it is the next wave
	Lead    string         `json:"lead,omitempty"`
	Outlets []string       `json:"outlets,omitempty"`
	From    *time.Time     `json:"from,omitempty"` // bounds of what is looked at
	To      *time.Time     `json:"to,omitempty"`
	Acts    string         `json:"acts,omitempty"` // AfterAll, or of the operation alone
	// Compress is how many times faster than a clock its story was played, as the event that planned it says; 0: it was no play. The times of the report are
	// those of the clock.
	Compress float64 `json:"compress,omitempty"`
}

// AfterAll says that the acts of their own about the same outlets are counted, too.
const AfterAll = "all"

// An AfterVerdict is whether a count changed, by the window that was sealed before T0.
type AfterVerdict struct {
	Verdict  string      `json:"verdict"`
	Why      string      `json:"why,omitempty"`
	Counted  string      `json:"counted,omitempty"` // what, in words
	Entry    int64       `json:"entry"`             // of the sealing in the ledger; -1: nothing was sealed
	Change   *AfterRatio `json:"change,omitempty"`  // over all days after T0 together, with its 95 % interval
	Unseen   float64     `json:"unseen,omitempty"`  // the smallest fall that would have been told from none
	Found    float64     `json:"found"`             // counted after T0
	Expected float64     `json:"expected"`
	Placebos int         `json:"placebos"`
}

// An AfterRatio is by how much a count was multiplied, with its 95 % interval.
type AfterRatio struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// An AfterAction is what an operation did, as far as its own store can tell, and all that is needed to compute it again.
type AfterAction struct {
	Schema    string       `json:"schema"`
	Edition   AfterEdition `json:"edition"`
	Operation AfterSubject `json:"operation"`
	AsOf      time.Time    `json:"as_of"` // of the checkpoint
	Unit      UnitID       `json:"unit"`  // whose view it is: that of the unit that asks
	UnitName  string       `json:"unit_name"`
	Country   string       `json:"country"`
	Handling  string       `json:"handling,omitempty"`
	Software  string       `json:"software"`
	Query     string       `json:"query_version"`
	Threshold int          `json:"threshold"`
	Ledger    ReportLedger `json:"ledger"`
	Notes     []string     `json:"notes"`
	Figures   []Figure     `json:"figures"`
	Tables    []AfterTable `json:"tables"`
	Verdict   AfterVerdict `json:"verdict"`
	Seed      string       `json:"seed,omitempty"` // of the salts; never in the press edition
}

// Table finds a table by its id.
func (a AfterAction) Table(id string) (AfterTable, bool) {
	i := slices.IndexFunc(a.Tables, func(t AfterTable) bool { return t.ID == id })
	if i < 0 {
		return AfterTable{}, false
	}
	return a.Tables[i], true
}

// Figure finds a figure by its id.
func (a AfterAction) Figure(id string) (Figure, bool) { return a.Report().Figure(id) }

// Sources are the entries of the ledger on which anything in the report rests, in rising order, each once.
func (a AfterAction) Sources() []int64 {
	var all []int64
	for _, f := range a.Figures {
		all = append(all, f.Indices...)
	}
	for _, t := range a.Tables {
		for _, r := range t.Rows {
			all = append(all, r.Sources...)
		}
	}
	if a.Verdict.Entry >= 0 && a.Edition != AfterPress {
		all = append(all, a.Verdict.Entry)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Report is the same as a report of figures, which is what checks them and proves them.
func (a AfterAction) Report() Report {
	r := Report{Schema: ReportSchema, Edition: InternalEdition, Unit: a.Unit, UnitName: a.UnitName, Country: a.Country, AsOf: a.AsOf, Software: a.Software, Query: a.Query, Threshold: a.Threshold,
		Ledger: a.Ledger, Figures: a.Figures, Seed: a.Seed}
	if a.Operation.From != nil && a.Operation.To != nil {
		r.From, r.Until = *a.Operation.From, *a.Operation.To
	}
	if a.Edition == AfterPress {
		r.Edition = PublicEdition
	}
	return r
}

// JSON is the report as a file.
func (a AfterAction) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write after-action report: %w: %w", Internal, err)
	}
	return append(b, '\n'), nil
}

// IsAfterAction reports whether a file says that it is an after-action report.
func IsAfterAction(b []byte) bool {
	var head struct {
		Schema string `json:"schema"`
	}
	return json.Unmarshal(b, &head) == nil && head.Schema == AfterSchema
}

// ParseAfterAction reads an after-action report from a file. Its errors are Invalid.
func ParseAfterAction(b []byte) (AfterAction, error) {
	var a AfterAction
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return a, fmt.Errorf("read after-action report: %w: %w", Invalid, err)
	}
	switch {
	case d.More():
		return a, Refuse(Invalid, "something follows the report", "give the file as it was made")
	case a.Schema != AfterSchema:
		return a, Refuse(Invalid, fmt.Sprintf("it is no after-action report: its schema is %.40q", a.Schema), "give a file that iolaus report --operation made")
	case !slices.Contains(AfterEditions, a.Edition):
		return a, Refuse(Invalid, "its edition is not known", "it is team, court or press")
	case a.Edition == AfterPress && a.Seed != "":
		return a, Refuse(Invalid, "a press edition carries the seed of its salts", "")
	}
	for _, t := range a.Tables {
		for _, r := range t.Rows {
			if len(r.Cells) != len(t.Columns) {
				return a, Refuse(Invalid, fmt.Sprintf("a row of table %.40q has %d cells for %d columns", t.ID, len(r.Cells), len(t.Columns)), "")
			}
		}
	}
	return a, nil
}

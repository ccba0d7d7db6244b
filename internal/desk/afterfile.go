// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/exhibit"
	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// Wording translates a phrase of the report. The program's own words are English; a page gives them in the language of whoever reads.
type Wording func(english string) string

func asItIs(s string) string { return s }

// AfterCell writes a cell as a reader wants it.
func AfterCell(kind iru.CellKind, s string, say Wording) string {
	if s == "" {
		return "–"
	}
	switch kind {
	case iru.CellTime:
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return t.UTC().Format("2006-01-02 15:04:05.000")
		}
	case iru.CellTook:
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return tookText(f)
		}
	case iru.CellShare:
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return strconv.FormatFloat(100*f, 'f', 1, 64) + " %"
		}
	case iru.CellWord:
		return say(strings.ReplaceAll(s, "_", " "))
	case iru.CellPlace:
		return defang(s)
	}
	return s
}

// tookText writes a length of time in seconds: "2 h 05 min", "41 s", "0.412 s".
func tookText(seconds float64) string {
	switch d := time.Duration(seconds * float64(time.Second)); {
	case seconds < 10:
		return strconv.FormatFloat(seconds, 'f', 3, 64) + " s"
	case d < 2*time.Minute:
		return strconv.Itoa(int(d/time.Second)) + " s"
	case d < 2*time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	case d < 72*time.Hour:
		return fmt.Sprintf("%d h %02d min", int(d/time.Hour), int(d/time.Minute)%60)
	default:
		return fmt.Sprintf("%d d %d h", int(d/(24*time.Hour)), int(d/time.Hour)%24)
	}
}

// AfterValue writes a figure's value as a reader wants it.
func AfterValue(f iru.Figure, say Wording) string {
	if f.State != iru.FigureGiven {
		return say(string(f.State))
	}
	n, err := strconv.ParseFloat(f.Value, 64)
	switch {
	case err != nil:
	case f.Kind == iru.FigureSpan:
		return tookText(n / 1e6)
	case f.Kind == iru.FigureTime && n < 10: // whole seconds: what follows the point is not known
		return f.Value + " s"
	case f.Kind == iru.FigureTime:
		return tookText(n)
	case f.Kind == iru.FigureShare:
		return f.Value + " %"
	}
	return f.Value
}

// AfterFiguresCSV is the figures of a report as a table (RFC 4180): a line for each figure and each part of one.
func AfterFiguresCSV(a iru.AfterAction) ([]byte, error) {
	rows := [][]string{{"operation", "edition", "figure", "title", "part_of_report", "dimension", "part", "kind", "state", "value", "reason", "definition", "commitment", "entries", "query_version", "ledger_size", "ledger_root"}}
	for _, f := range a.Figures {
		var entries []string
		for _, i := range f.Indices {
			entries = append(entries, strconv.FormatInt(i, 10))
		}
		line := func(by, key string, state iru.FigureState, value, why string) {
			rows = append(rows, []string{strconv.FormatInt(int64(a.Operation.ID), 10), string(a.Edition), f.ID, f.Title, f.Law, by, key, string(f.Kind), string(state), value, why, f.Words, f.Commitment,
				strings.Join(entries, " "), a.Query, strconv.FormatInt(a.Ledger.Size, 10), a.Ledger.Root})
		}
		line("", "", f.State, f.Value, f.Why)
		for _, g := range f.Groups {
			line(g.By, g.Key, g.State, g.Value, "")
		}
	}
	return csvOf(rows)
}

// AfterTableCSV is one table of a report (RFC 4180), cells as docs/format/after-action.md says, addresses defanged, the entries at the end.
func AfterTableCSV(t iru.AfterTable) ([]byte, error) {
	head := []string{}
	for _, c := range t.Columns {
		head = append(head, c.ID)
	}
	rows := [][]string{append(head, "entries")}
	for _, r := range t.Rows {
		row := make([]string, 0, len(r.Cells)+1)
		for i, c := range r.Cells {
			if t.Columns[i].Kind == iru.CellPlace && c != "" {
				c = defang(c)
			}
			row = append(row, c)
		}
		var entries []string
		for _, i := range r.Sources {
			entries = append(entries, strconv.FormatInt(i, 10))
		}
		rows = append(rows, append(row, strings.Join(entries, " ")))
	}
	return csvOf(rows)
}

// mostInPDF is how many rows of a table the document prints: the rest is in the files.
const mostInPDF = 400

// AfterPDF is a report as a document with its JSON inside, in the language of say.
func AfterPDF(a iru.AfterAction, lang string, say Wording) ([]byte, error) {
	if say == nil {
		say = asItIs
	}
	record, err := a.JSON()
	if err != nil {
		return nil, err
	}
	s := form.Statement{Title: say("After-action report") + ": " + a.Operation.Name, Lang: lang, Ref: AfterName(a), Issuer: a.UnitName, Country: a.Country, At: a.AsOf.Truncate(time.Second), Page: say("Page %d of %d"), Record: record,
		Lead: AfterLead(a, say)}
	if a.Edition != iru.AfterPress {
		s.Handling = strings.TrimSpace(a.Handling + " " + strings.ToUpper(say(editionWords(a.Edition))))
	}
	notes := form.StatementPart{Head: say("How to read it")}
	for _, n := range a.Notes {
		notes.Lines = append(notes.Lines, form.StatementLine{Text: say(n)})
	}
	s.Parts = append(s.Parts, notes, verdictPart(a, say))
	for _, part := range iru.AfterParts {
		if p := statementPart(a, part, say); len(p.Lines) > 0 {
			s.Parts = append(s.Parts, p)
		}
	}
	s.Parts = append(s.Parts, form.StatementPart{Head: say("How to check it"), Lines: []form.StatementLine{
		{Label: say("Ledger"), Text: a.Ledger.Origin}, {Label: say("Size"), Text: strconv.FormatInt(a.Ledger.Size, 10)}, {Label: say("Root"), Text: a.Ledger.Root}, {Label: say("As of"), Text: instantText(a.AsOf)},
		{Label: say("Version of the definitions"), Text: a.Query}, {Label: say("Made with"), Text: a.Software},
		{Text: say("The facts lie in this file as JSON. “iolaus report verify” computes them again from the store and holds the store against the ledger.")}}})
	return form.StatementPDF(s), nil
}

func editionWords(e iru.AfterEdition) string {
	switch e {
	case iru.AfterTeam:
		return "For the units that took part"
	case iru.AfterCourt:
		return "For courts and partners"
	}
	return "For the press"
}

// AfterLead is the report in one sentence.
func AfterLead(a iru.AfterAction, say Wording) string {
	var parts []string
	if a.Operation.T0 != nil {
		parts = append(parts, "T0 "+a.Operation.T0.UTC().Format("2006-01-02 15:04:05")+" UTC")
	}
	parts = append(parts, say(string(a.Operation.State)))
	if a.Operation.Wave > 1 {
		parts = append(parts, say("Wave")+" "+strconv.Itoa(a.Operation.Wave))
	}
	if len(a.Operation.Outlets) > 0 {
		parts = append(parts, strings.Join(a.Operation.Outlets, ", "))
	}
	return strings.Join(append(parts, say(editionWords(a.Edition))), " · ")
}

// AfterVerdictLines are the verdict in lines of label and text.
func AfterVerdictLines(a iru.AfterAction, say Wording) [][2]string {
	v := a.Verdict
	out := [][2]string{{say("Verdict"), say(v.Verdict)}}
	if v.Why != "" {
		out = append(out, [2]string{say("Why"), say(v.Why)})
	}
	if v.Counted != "" {
		out = append(out, [2]string{say("Counted"), v.Counted})
	}
	if v.Change != nil {
		out = append(out, [2]string{say("Change"), fmt.Sprintf("× %.2f (%.2f – %.2f, 95 %%)", v.Change.Value, v.Change.Low, v.Change.High)},
			[2]string{say("Counted from T0 on"), fmt.Sprintf("%.0f", v.Found)}, [2]string{say("Expected without a change"), fmt.Sprintf("%.0f", v.Expected)},
			[2]string{say("A fall by less would not have been seen"), fmt.Sprintf("%.0f %%", 100*v.Unseen)})
	}
	if v.Entry >= 0 {
		out = append(out, [2]string{say("Entry of the ledger"), strconv.FormatInt(v.Entry, 10)})
	}
	return out
}

func verdictPart(a iru.AfterAction, say Wording) form.StatementPart {
	p := form.StatementPart{Head: say("Did a count change?")}
	for _, l := range AfterVerdictLines(a, say) {
		p.Lines = append(p.Lines, form.StatementLine{Label: l[0], Text: l[1]})
	}
	return p
}

// statementPart is one part of the report: its figures, then its tables, a line for each row.
func statementPart(a iru.AfterAction, part string, say Wording) form.StatementPart {
	p := form.StatementPart{Head: say(part)}
	for _, f := range a.Figures {
		if f.Law != part {
			continue
		}
		p.Lines = append(p.Lines, form.StatementLine{Label: say(f.Title), Text: AfterValue(f, say)})
		for _, g := range f.Groups {
			value := g.Value
			if g.State != iru.FigureGiven {
				value = say(string(g.State))
			}
			p.Lines = append(p.Lines, form.StatementLine{Text: "– " + say(strings.ReplaceAll(g.Key, "_", " ")) + ": " + value})
		}
		if f.Commitment != "" && a.Edition == iru.AfterPress {
			p.Lines = append(p.Lines, form.StatementLine{Text: say("Commitment to the list") + ": " + f.Commitment})
		}
	}
	for _, t := range a.Tables {
		w := iru.AfterWords(t.ID)
		if w.Part != part {
			continue
		}
		p.Lines = append(p.Lines, form.StatementLine{Text: say(w.Title) + ":"})
		if w.Words != "" {
			p.Lines = append(p.Lines, form.StatementLine{Text: say(w.Words)})
		}
		if t.Note != "" {
			p.Lines = append(p.Lines, form.StatementLine{Text: say(t.Note)})
		}
		if c := chartOf(a, t.ID, say); c != nil {
			p.Lines = append(p.Lines, form.StatementLine{Chart: c})
		}
		for n, r := range t.Rows {
			if n == mostInPDF {
				p.Lines = append(p.Lines, form.StatementLine{Text: fmt.Sprintf("… %d", len(t.Rows)-n)})
				break
			}
			var rest []string
			for i, c := range t.Columns[1:] {
				if r.Cells[i+1] != "" {
					rest = append(rest, say(ColumnTitle(c.ID))+" "+AfterCell(c.Kind, r.Cells[i+1], say))
				}
			}
			p.Lines = append(p.Lines, form.StatementLine{Label: AfterCell(t.Columns[0].Kind, r.Cells[0], say), Text: strings.Join(rest, " · ")})
		}
	}
	return p
}

// chartOf draws the curves of a table, as the page does: nil for one that has none.
func chartOf(a iru.AfterAction, table string, say Wording) *form.StatementChart {
	if !strings.HasSuffix(table, ".curve") {
		return nil
	}
	curves := Curves(a, table)
	if len(curves) == 0 {
		return nil
	}
	c := &form.StatementChart{Title: say(iru.AfterWords(table).Title), From: curveFrom(table), End: curvesEnd(curves)}
	for k := range 5 {
		c.Ticks = append(c.Ticks, tookText(c.End*float64(k)/4))
	}
	for _, x := range curves[:min(len(curves), mostCurves)] {
		c.Curves = append(c.Curves, form.StatementCurve{Name: cmp.Or(x.Name, c.Title), X: x.After, Y: x.Share})
	}
	return c
}

// ColumnTitle is a column's title in English.
func ColumnTitle(id string) string {
	s := strings.ReplaceAll(id, "_", " ")
	return strings.ToUpper(s[:1]) + s[1:]
}

// An AfterOpening is one line of the record of a report: an entry of the ledger with what its commitment covers.
type AfterOpening struct {
	Index   int64     `json:"index"`
	Event   int64     `json:"event"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Salt    string    `json:"salt"`    // hexadecimal
	Payload string    `json:"payload"` // JSON: [id, micros, by, unit, noun, subject, verb, from, to, note, facts]
}

// AfterRecordFile is every event that a report was computed from, one JSON line each, with what opens its commitment (docs/format/after-action.md).
// It is for the units that took part: it says what the ledger keeps to itself.
func AfterRecordFile(ctx context.Context, t *db.Tx, r iru.AfterRecord) ([]byte, error) {
	indices := make([]int64, len(r.Events))
	for i, e := range r.Events {
		indices[i] = e.Index
	}
	list, err := t.Openings(ctx, indices)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, o := range list {
		if err := enc.Encode(opening(o)); err != nil {
			return nil, fmt.Errorf("write record: %w: %w", iru.Internal, err)
		}
	}
	return b.Bytes(), nil
}

func opening(o exhibit.CustodyEvent) AfterOpening {
	return AfterOpening{Index: o.Index, Event: o.Event, At: o.At.UTC(), Kind: o.Kind, Salt: hex.EncodeToString(o.Salt[:]), Payload: string(o.Payload)}
}

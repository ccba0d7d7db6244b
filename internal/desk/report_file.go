// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// Words of a report's parts in English, by dimension and key; a key that is a name stands as it is.
func partWords(by, key string) string {
	switch {
	case by == "type" && key == "":
		return "not said"
	case by == "type":
		return "terrorist content, limb " + strings.Join(strings.Fields(key), " and ")
	case by == "provider":
		return key
	case by == "action" && key == "none":
		return "no action is known"
	case by == "action" && key == "removed":
		return "removed or disabled, verified"
	case by == "action" && key == "back":
		return "removed, then up again"
	case by == "action" && key == "claimed":
		return "said to be removed, not verified"
	case by == "action" && key == "clarifying":
		return "asked, or cannot act"
	case by == "action" && key == "bounced":
		return "could not be delivered"
	}
	return strings.ReplaceAll(key, "_", " ")
}

// valueWords writes a value as a reader wants it: a time in hours and minutes, a share with its sign, and a state in words.
func valueWords(f iru.Figure) string {
	if f.State != iru.FigureGiven {
		if f.Why == "" {
			return string(f.State)
		}
		return string(f.State) + ": " + f.Why
	}
	switch f.Kind {
	case iru.FigureShare:
		return f.Value + " %"
	case iru.FigureTime:
		n, err := strconv.ParseInt(f.Value, 10, 64)
		if err != nil {
			return f.Value
		}
		return (time.Duration(n) * time.Second).String()
	}
	return f.Value
}

// cell keeps a spreadsheet from taking text for a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func csvOf(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true // RFC 4180
	for _, r := range rows {
		for i := range r {
			r[i] = cell(r[i])
		}
		if err := w.Write(r); err != nil {
			return nil, fmt.Errorf("write table: %w: %w", iru.Internal, err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("write table: %w: %w", iru.Internal, err)
	}
	return b.Bytes(), nil
}

// ReportCSV is a report as a table (RFC 4180): a line for each figure and each part of one. Times are in seconds. What is not given has its
// state and no value: that is not zero.
func ReportCSV(r iru.Report) ([]byte, error) {
	rows := [][]string{{"report", "edition", "year", "unit", "figure", "title", "law", "dimension", "part", "kind", "state", "value", "reason", "definition", "commitment", "query_version", "ledger_size", "ledger_root"}}
	for _, f := range r.Figures {
		line := func(by, key string, state iru.FigureState, value, why string) {
			rows = append(rows, []string{string(r.Kind), string(r.Edition), strconv.Itoa(r.Year), r.UnitName, f.ID, f.Title, f.Law, by, key, string(f.Kind), string(state), value, why, f.Words, f.Commitment,
				r.Query, strconv.FormatInt(r.Ledger.Size, 10), r.Ledger.Root})
		}
		line("", "", f.State, f.Value, f.Why)
		for _, g := range f.Groups {
			line(g.By, partWords(g.By, g.Key), g.State, g.Value, "")
		}
	}
	return csvOf(rows)
}

// ListCSV is the list behind a figure as a table. Outside the unit a row that its codes or ongoing work forbid says only that, and a list that
// is shorter than the threshold has no rows.
func ListCSV(r iru.Report, f iru.Figure, list []iru.Counted) ([]byte, error) {
	rows := [][]string{{"figure", "ledger_index", "event", "at", "what", "act", "instrument", "provider", "action", "counted_from", "ended", "handling", "withheld"}}
	public := r.Edition == iru.PublicEdition
	if public && f.State == iru.FigureHidden {
		rows = append(rows, []string{f.ID, "", "", "", "", "", "", "", "", "", "", "", f.Why})
		return csvOf(rows)
	}
	hidden := slices.ContainsFunc(f.Groups, func(g iru.Cell) bool { return g.State == iru.FigureHidden })
	for _, c := range list {
		if public && hidden { // counted by the reader, its parts would tell what was suppressed
			c.Group, c.Ref = nil, ""
		}
		if why := c.Withheld(); public && why != "" {
			rows = append(rows, []string{f.ID, "", "", "", "", "", "", "", "", "", "", "", why})
			continue
		}
		handling := ""
		if c.Handling != (iru.Handling{}) {
			handling = c.Handling.String()
		}
		rows = append(rows, []string{f.ID, strconv.FormatInt(c.Index, 10), strconv.FormatInt(int64(c.Event), 10), instantText(c.At), c.Subject.Noun + "." + c.Verb, c.Ref, c.Group["instrument"],
			c.Group["provider"], partWords("action", c.Group["action"]), instantText(c.Begun), instantText(c.Ended), handling, ""})
	}
	return csvOf(rows)
}

func instantText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// ReportPDF is a report as a document, in English, with its JSON inside.
func ReportPDF(r iru.Report) ([]byte, error) {
	record, err := r.JSON()
	if err != nil {
		return nil, err
	}
	s := form.Statement{Title: r.Title, Lang: "en", Ref: ReportName(r), Issuer: r.UnitName, Country: r.Country, At: r.AsOf.Truncate(time.Second), Page: "Page %d of %d", Record: record,
		Lead: fmt.Sprintf("%s (%s), year %d (%s): counted from %s UTC on, before %s UTC.", r.UnitName, r.Country, r.Year, r.Zone, r.From.Format("2006-01-02 15:04"), r.Until.Format("2006-01-02 15:04"))}
	if r.Edition == iru.InternalEdition {
		s.Handling = "INTERNAL: FOR THE UNIT ONLY"
	}
	notes := form.StatementPart{Head: "How to read it"}
	for _, n := range r.Notes {
		notes.Lines = append(notes.Lines, form.StatementLine{Text: n})
	}
	s.Parts = append(s.Parts, notes)
	law := ""
	for _, f := range r.Figures {
		if f.Law != law {
			law = f.Law
			s.Parts = append(s.Parts, form.StatementPart{Head: law})
		}
		p := &s.Parts[len(s.Parts)-1]
		p.Lines = append(p.Lines, form.StatementLine{Label: f.Title, Text: valueWords(f)})
		for _, g := range f.Groups {
			value := g.Value
			if g.State != iru.FigureGiven {
				value = string(g.State)
			}
			p.Lines = append(p.Lines, form.StatementLine{Text: "– " + g.By + ", " + partWords(g.By, g.Key) + ": " + value})
		}
		p.Lines = append(p.Lines, form.StatementLine{Text: f.Words})
		if f.Commitment != "" {
			p.Lines = append(p.Lines, form.StatementLine{Text: "Commitment to the list: " + f.Commitment})
		}
	}
	s.Parts = append(s.Parts, form.StatementPart{Head: "How to check it", Lines: []form.StatementLine{
		{Label: "Ledger", Text: r.Ledger.Origin}, {Label: "Size", Text: strconv.FormatInt(r.Ledger.Size, 10)}, {Label: "Root", Text: r.Ledger.Root},
		{Label: "As of", Text: instantText(r.AsOf)}, {Label: "Version of the definitions", Text: r.Query}, {Label: "Made with", Text: r.Software},
		{Text: "The facts lie in this file as JSON; “iolaus report verify” computes them again from the store, and holds the store against the ledger."}}})
	return form.StatementPDF(s), nil
}

// ReportName is how a report's files are called, without ending: "unit-a-tco8-2026-public".
func ReportName(r iru.Report) string {
	var b strings.Builder
	for _, c := range strings.ToLower(r.UnitName) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimPrefix(fmt.Sprintf("%s-%s-%d-%s", strings.Trim(b.String(), "-"), r.Kind, r.Year, r.Edition), "-")
}

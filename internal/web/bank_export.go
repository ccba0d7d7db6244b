// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
	"iolaus/internal/web/ui"
)

// bankExport is the page before a bank is handed out, and the file.
func (v *visit) bankExport() error {
	ctx := v.ctx()
	p, b, err := v.bankStepPage("export")
	if err != nil {
		return err
	}
	h := desk.Handover{Bank: b.ID, Use: iru.Use(v.value("purpose")), To: v.value("recipient"), Why: v.value("why"), Acknowledged: v.value("acknowledged") != ""}
	format := bankfile.Format(v.value("format"))
	if !slices.Contains([]bankfile.Format{bankfile.Signals, bankfile.CSV}, format) {
		format = bankfile.JSON
	}
	p.Next = []string{ui.T(ctx, "You get a file of the fingerprints, under the codes of the bank; the content itself is in no bank."), ui.T(ctx, "The codes decide: what they forbid is refused, with the code that forbids it."),
		ui.T(ctx, "Who gets it, for what and why stands in the ledger under your name.")}
	p.Fields = []ui.Field{
		{Name: "purpose", Label: ui.T(ctx, "What it is for"), Type: "select", Required: true, Value: string(h.Use), Options: []ui.Option{{Value: "", Text: ui.T(ctx, "choose")},
			{Value: string(iru.ForCourt), Text: ui.T(ctx, "Court or prosecutor")}, {Value: string(iru.ForPartner), Text: ui.T(ctx, "Partner unit")}, {Value: string(iru.ForAnalysis), Text: ui.T(ctx, "Analysis, a working copy")}}},
		{Name: "recipient", Label: ui.T(ctx, "Who gets it"), Required: true, Max: 200, Value: h.To},
		{Name: "format", Label: ui.T(ctx, "Format"), Type: "select", Required: true, Value: string(format), Options: []ui.Option{{Value: string(bankfile.JSON), Text: ui.T(ctx, "lines of JSON, everything")},
			{Value: string(bankfile.CSV), Text: ui.T(ctx, "table (CSV), what is in use")}, {Value: string(bankfile.Signals), Text: ui.T(ctx, "bare fingerprints, what is in use")}}},
		v.why(true),
	}
	if strings.Contains(b.Handling.H, "H3") {
		p.Facts = ui.Terms{{Name: ui.T(ctx, "The condition of H3"), Value: ui.Isolated(b.Handling.Note)}}
		p.Check = &ui.Check{ID: "acknowledged", Name: "acknowledged", Value: "1", Checked: h.Acknowledged, Label: ui.T(ctx, "The condition will be kept")}
	}
	if v.r.Method != http.MethodPost {
		return v.show(p.View())
	}
	if err = v.reason(); err == nil && h.To == "" {
		err = iru.Refuse(iru.Invalid, "it is not said who receives it", "name them")
	}
	if err == nil {
		err = v.handOut(h, format)
	}
	if why, ok := complaint(err); ok {
		p.Problem = why
		return v.again(err, p.View())
	}
	return err
}

// handOut answers with a bank's file. A file that cannot be read to its end is broken off, so that nobody takes a part for the whole.
func (v *visit) handOut(h desk.Handover, f bankfile.Format) error {
	b, ks, err := v.desk.ExportBank(v.ctx(), v.scope, h)
	if err != nil {
		return err
	}
	v.attachHead(fmt.Sprintf("bank-%d%s", b.ID, map[bankfile.Format]string{bankfile.JSON: ".jsonl", bankfile.CSV: ".csv", bankfile.Signals: ".txt"}[f]), -1)
	out, err := bankfile.NewWriter(v.w, f, bankfile.Header{Bank: b.Name, Source: b.Source, Handling: b.Handling, Note: b.Note, Unit: v.unit.Name})
	for k, wrong := range ks {
		if err == nil {
			err = wrong
		}
		if err == nil {
			err = out.Write(k)
		}
		if err != nil {
			break
		}
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		v.opts.Log.Error("bank not handed out to its end", "bank", b.ID, "officer", v.by.ID, "error", err.Error())
		panic(http.ErrAbortHandler)
	}
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// CheckAfterAction holds a report against itself and the log's public key, as CheckReport does: the checkpoint is signed and is what the report
// says; where lists are named, commitments open to them and whole numbers are as many as they are.
func CheckAfterAction(a iru.AfterAction, v note.Verifier, origin string) (wrong []string) {
	r := a.Report()
	if a.Seed == "" { // nothing was committed to
		r.Edition = iru.PublicEdition
	}
	wrong = CheckReport(r, v, origin)
	for _, i := range a.Sources() {
		if i < 0 || i >= a.Ledger.Size {
			wrong = append(wrong, fmt.Sprintf("there is no entry %d among %d", i, a.Ledger.Size))
		}
	}
	return wrong
}

// CheckAfterProofs holds every entry that a report names against the log's key alone. proof gives the text of the inclusion proof of an entry, with
// the entry itself as its extra line.
func CheckAfterProofs(a iru.AfterAction, v note.Verifier, proof func(index int64) ([]byte, error)) (checked int, wrong []string, err error) {
	r := a.Report()
	r.Figures = []iru.Figure{{ID: "record", Indices: a.Sources()}}
	return CheckProofs(r, v, proof)
}

// VerifyAfterAction computes a report again from the store and says what differs: the ledger must be whole and extend the report's checkpoint, and
// each figure, each row and the verdict must come out as printed. Its error is of the store; what is wrong with the report is in the list.
func (d *Desk) VerifyAfterAction(ctx context.Context, t *db.Tx, a iru.AfterAction) (wrong []string, err error) {
	if wrong = CheckAfterAction(a, d.Log.Verifier, d.Log.Origin); len(wrong) > 0 {
		return wrong, nil
	}
	rep, err := ledger.Verify(t.Log(ctx), d.Log.Verifier, d.Log.Origin, []byte(a.Ledger.Checkpoint))
	if err != nil {
		return nil, err
	}
	for _, f := range rep.Faults {
		wrong = append(wrong, "the ledger: "+f.String())
	}
	if a.Query != iru.AfterVersion {
		return append(wrong, fmt.Sprintf("it was computed with version %s of the definitions, this program has %s: use the program that made it (%s)", a.Query, iru.AfterVersion, a.Software)), nil
	}
	again, err := d.AfterAction(ctx, t, iru.ProgramFor(a.Unit), AfterRequest{Operation: a.Operation.ID, Edition: a.Edition, Threshold: a.Threshold, Size: a.Ledger.Size, Seed: a.Seed, All: a.Operation.Acts == iru.AfterAll})
	if err != nil {
		return append(wrong, "it cannot be computed again: "+err.Error()), nil
	}
	return append(wrong, afterDiffers(a, again)...), nil
}

// afterDiffers says in what a report is not what was computed again.
func afterDiffers(a, again iru.AfterAction) (wrong []string) {
	if a.Edition == iru.AfterPress { // its salts are with the team's edition
		for _, x := range []iru.AfterAction{a, again} {
			for i := range x.Figures {
				x.Figures[i].Commitment = ""
			}
		}
	}
	head := func(x iru.AfterAction) string {
		x.Figures, x.Tables, x.Software, x.Verdict = nil, nil, "", iru.AfterVerdict{}
		return inText(x)
	}
	if head(a) != head(again) {
		wrong = append(wrong, "its head, its notes or its time is not what is computed again")
	}
	if inText(a.Verdict) != inText(again.Verdict) {
		wrong = append(wrong, fmt.Sprintf("the verdict: it says %s, computed again it is %s", a.Verdict.Verdict, again.Verdict.Verdict))
	}
	for _, f := range a.Figures {
		x, ok := again.Figure(f.ID)
		switch {
		case !ok:
			wrong = append(wrong, fmt.Sprintf("figure %s: there is no such figure", f.ID))
		case inText(f) == inText(x):
		case f.Value != x.Value || f.State != x.State:
			wrong = append(wrong, fmt.Sprintf("figure %s: it says %s, computed again it is %s", f.ID, shown(f), shown(x)))
		default:
			wrong = append(wrong, fmt.Sprintf("figure %s: its parts, its words or the list that it rests on are not what is computed again", f.ID))
		}
	}
	for _, t := range a.Tables {
		x, ok := again.Table(t.ID)
		if !ok || len(x.Rows) != len(t.Rows) {
			wrong = append(wrong, fmt.Sprintf("table %s: it has %d rows, computed again %d", t.ID, len(t.Rows), len(x.Rows)))
			continue
		}
		for n := range t.Rows {
			if inText(t.Rows[n]) != inText(x.Rows[n]) {
				wrong = append(wrong, fmt.Sprintf("table %s, row %d: it is not what is computed again", t.ID, n+1))
			}
		}
		if t.Note != x.Note || inText(t.Columns) != inText(x.Columns) {
			wrong = append(wrong, fmt.Sprintf("table %s: its columns or its note are not what is computed again", t.ID))
		}
	}
	if len(again.Figures) != len(a.Figures) || len(again.Tables) != len(a.Tables) {
		wrong = append(wrong, "it has other figures or tables than what is computed again")
	}
	return wrong
}

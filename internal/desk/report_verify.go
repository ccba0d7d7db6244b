// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// CheckReport holds a report against itself and the log's public key: the checkpoint is signed and is what the report says; of an internal one
// each commitment opens to its indices, these are within the log, none is named twice, and whole numbers are as many as they are. It gives what is wrong.
func CheckReport(r iru.Report, v note.Verifier, origin string) (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	c, err := ledger.Open([]byte(r.Ledger.Checkpoint), v, origin)
	if err != nil {
		say("the checkpoint: %v", err)
		return wrong
	}
	if c.Origin != r.Ledger.Origin || c.Size != r.Ledger.Size || c.Root.String() != r.Ledger.Root {
		say("the report says size %d and root %s, its checkpoint size %d and root %s", r.Ledger.Size, r.Ledger.Root, c.Size, c.Root)
	}
	if !c.At.IsZero() && !c.At.Equal(r.AsOf) {
		say("the report says that it is as of %s, its checkpoint %s", r.AsOf, c.At)
	}
	if r.Edition != iru.InternalEdition {
		return wrong
	}
	for _, f := range r.Figures {
		if f.State == iru.FigureUnknown {
			continue
		}
		if f.Salt != iru.FigureSalt(r.Seed, f.ID) || f.Commitment != iru.CommitFigure(f.ID, f.Salt, f.Indices) {
			say("figure %s: its commitment does not open to its list", f.ID)
		}
		if len(slices.Compact(slices.Sorted(slices.Values(f.Indices)))) != len(f.Indices) {
			say("figure %s: an entry is named twice", f.ID)
		}
		for _, i := range f.Indices {
			if i < 0 || i >= r.Ledger.Size {
				say("figure %s: there is no entry %d among %d", f.ID, i, r.Ledger.Size)
			}
		}
		if f.Kind == iru.FigureCount && f.State != iru.FigureTooEarly && f.Value != strconv.Itoa(len(f.Indices)) {
			say("figure %s is %s and its list has %d", f.ID, f.Value, len(f.Indices))
		}
	}
	return wrong
}

// CheckProofs holds the entries that an internal report counts against the log's key alone. proof gives the text of the inclusion proof of an
// entry, with the entry itself as its extra line.
func CheckProofs(r iru.Report, v note.Verifier, proof func(index int64) ([]byte, error)) (checked int, wrong []string, err error) {
	seen := map[int64]bool{}
	for _, f := range r.Figures {
		for _, i := range f.Indices {
			if seen[i] {
				continue
			}
			seen[i] = true
			text, err := proof(i)
			if err != nil {
				return checked, wrong, err
			}
			p, err := ledger.ParseProof(text)
			if err == nil && (p.Index != i || string(p.Checkpoint) != r.Ledger.Checkpoint) {
				err = fmt.Errorf("it is of entry %d, or of another checkpoint", p.Index)
			}
			if err == nil {
				_, err = p.Check(p.Extra, v, r.Ledger.Origin)
			}
			if err == nil {
				_, err = ledger.ParseLeaf(p.Extra)
			}
			if err != nil {
				wrong = append(wrong, fmt.Sprintf("figure %s, entry %d: %v", f.ID, i, err))
				continue
			}
			checked++
		}
	}
	return checked, wrong, nil
}

// ProveEntry writes the inclusion proof of an entry in the log of a report, with the entry itself as its extra line.
func ProveEntry(ctx context.Context, t *db.Tx, r iru.Report, index int64) ([]byte, error) {
	log := t.Log(ctx)
	p, err := ledger.Prove([]byte(r.Ledger.Checkpoint), index, log)
	if err != nil {
		return nil, fmt.Errorf("prove entry: %w: %w", iru.Internal, err)
	}
	for e, err := range log.Events(index, index+1) {
		if err != nil {
			return nil, err
		}
		p.Extra = slices.Clone(e.Leaf)
	}
	return p.Format(), nil
}

// VerifyReport computes a report again from the store and says what differs: the ledger must be whole and extend the report's checkpoint, and
// each figure must come out as it is printed, suppressions included. seed opens the commitments of a public report; "" leaves them unopened.
// Its error is of the store; what is wrong with the report is in the list.
func (d *Desk) VerifyReport(ctx context.Context, t *db.Tx, r iru.Report, seed string) (wrong []string, err error) {
	if wrong = CheckReport(r, d.Log.Verifier, d.Log.Origin); len(wrong) > 0 {
		return wrong, nil
	}
	rep, err := ledger.Verify(t.Log(ctx), d.Log.Verifier, d.Log.Origin, []byte(r.Ledger.Checkpoint))
	if err != nil {
		return nil, err
	}
	for _, f := range rep.Faults {
		wrong = append(wrong, "the ledger: "+f.String())
	}
	if r.Query != QueryVersion {
		return append(wrong, fmt.Sprintf("it was computed with version %s of the definitions, this program has %s: use the program that made it (%s)", r.Query, QueryVersion, r.Software)), nil
	}
	if r.Edition == iru.InternalEdition {
		seed = r.Seed
	}
	again, err := d.Report(ctx, t, iru.ProgramFor(r.Unit), ReportRequest{Kind: r.Kind, Year: r.Year, Edition: r.Edition, Threshold: r.Threshold, Size: r.Ledger.Size, Seed: seed})
	if err != nil {
		return append(wrong, "it cannot be computed again: "+err.Error()), nil
	}
	return append(wrong, differ(r, again, seed != "")...), nil
}

// inText is a value as a report writes it; what cannot be written differs from all that can.
func inText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "cannot be written: " + err.Error()
	}
	return string(b)
}

// differ says in what a report is not what was computed again.
func differ(r, again iru.Report, commitments bool) (wrong []string) {
	head := func(x iru.Report) string {
		x.Figures, x.Software = nil, ""
		return inText(x)
	}
	if head(r) != head(again) {
		wrong = append(wrong, "its head, its notes or its time is not what is computed again")
	}
	for _, f := range r.Figures {
		a, ok := again.Figure(f.ID)
		if !ok {
			wrong = append(wrong, fmt.Sprintf("figure %s: there is no such figure", f.ID))
			continue
		}
		if !commitments {
			f.Commitment, a.Commitment = "", ""
		}
		switch {
		case inText(f) == inText(a):
		case f.Value != a.Value || f.State != a.State:
			wrong = append(wrong, fmt.Sprintf("figure %s: it says %s, computed again it is %s", f.ID, shown(f), shown(a)))
		default:
			wrong = append(wrong, fmt.Sprintf("figure %s: its parts, its words or the list that it rests on are not what is computed again", f.ID))
		}
	}
	if len(again.Figures) != len(r.Figures) {
		wrong = append(wrong, fmt.Sprintf("it has %d figures, computed again %d", len(r.Figures), len(again.Figures)))
	}
	return wrong
}

func shown(f iru.Figure) string {
	if f.Value != "" {
		return f.Value
	}
	return string(f.State)
}

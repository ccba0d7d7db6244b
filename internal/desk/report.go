// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/legal"
)

// QueryVersion grows whenever a definition changes what it counts: an old report is then computed again with the program that made it.
const QueryVersion = "1"

// A ReportRequest says which report.
type ReportRequest struct {
	Kind      iru.ReportKind
	Year      int
	Edition   iru.Edition
	Threshold int    // from which number on a cell is published; 0: the unit's own, 1: no number is too small
	Size      int64  // of the ledger at which it is computed; 0: the newest checkpoint's
	Seed      string // of the salts, hexadecimal; "": a new one for the internal edition, no commitments in the public one
}

// NewReportSeed makes the seed of a report's salts.
func NewReportSeed() (string, error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make seed: %w: %w", iru.Internal, err)
	}
	return hex.EncodeToString(b), nil
}

// Report computes a report of the scope's unit within a transaction. Errors: Forbidden, Invalid, NotFound (no checkpoint yet, or none of that size).
func (d *Desk) Report(ctx context.Context, t *db.Tx, s iru.Scope, q ReportRequest) (iru.Report, error) {
	r, w, err := d.reportOf(ctx, t, s, q)
	if err != nil {
		return r, err
	}
	defs := Figures(q.Kind)
	lists := map[string][]iru.Counted{}
	for _, def := range defs {
		f, list, err := def.compute(ctx, t, w, lists)
		if err != nil {
			return r, err
		}
		lists[f.ID] = list
		r.Figures = append(r.Figures, f)
	}
	if r.Edition == iru.PublicEdition {
		suppress(&r, defs)
	}
	for i, f := range r.Figures {
		if defs[i].Missing != "" {
			continue
		}
		if q.Seed != "" {
			salt := iru.FigureSalt(q.Seed, f.ID)
			r.Figures[i].Commitment = iru.CommitFigure(f.ID, salt, iru.Indices(lists[f.ID]))
			if r.Edition == iru.InternalEdition {
				r.Figures[i].Salt, r.Figures[i].Indices, r.Figures[i].Ongoing = salt, iru.Indices(lists[f.ID]), iru.Indices(iru.Ongoing(lists[f.ID]))
			}
		}
	}
	return r, nil
}

// reportOf is the report without its figures, and the window that they are counted in.
func (d *Desk) reportOf(ctx context.Context, t *db.Tx, s iru.Scope, q ReportRequest) (iru.Report, db.Window, error) {
	var r iru.Report
	var w db.Window
	if err := mayReport(s); err != nil {
		return r, w, err
	}
	if !slices.Contains(iru.ReportKinds, q.Kind) {
		return r, w, iru.Refuse(iru.Invalid, fmt.Sprintf("there is no report %.20q", string(q.Kind)), "it is tco8, tco21, dsa22 or unit")
	}
	if q.Edition != iru.PublicEdition && q.Edition != iru.InternalEdition {
		return r, w, iru.Refuse(iru.Invalid, fmt.Sprintf("there is no edition %.20q", string(q.Edition)), "it is public or internal")
	}
	if q.Threshold == 0 {
		q.Threshold = cmp.Or(d.Rules.Suppress, iru.DefaultThreshold)
	}
	if q.Threshold < 1 || q.Threshold > 100 {
		return r, w, iru.Refuse(iru.Invalid, fmt.Sprintf("%d is no threshold", q.Threshold), "it is a number from 1, which hides nothing, to 100")
	}
	u, err := t.Unit(ctx, iru.UnitID(s.Reach()))
	if err != nil {
		return r, w, err
	}
	zone, _ := legal.Zone(u.Country)
	from, until, err := iru.Year(q.Year, zone)
	if err != nil {
		return r, w, err
	}
	var signed []byte
	var at time.Time
	size := q.Size
	if size == 0 {
		size, at, signed, err = t.Checkpoint(ctx)
	} else {
		at, signed, err = t.CheckpointAt(ctx, size)
	}
	if err != nil {
		return r, w, fmt.Errorf("read checkpoint: %w; a report is computed at a signed checkpoint of the ledger", err)
	}
	c, err := ledger.Peek(signed)
	if err != nil {
		return r, w, fmt.Errorf("read checkpoint: %w: %w", iru.Internal, err)
	}
	w = db.Window{Unit: u.ID, From: from, Until: until, Size: size, AsOf: at, Ongoing: q.Edition == iru.InternalEdition}
	r = iru.Report{Schema: iru.ReportSchema, Kind: q.Kind, Title: ReportTitle(q.Kind), Edition: q.Edition, Year: q.Year, Zone: zone.String(), From: from, Until: until, Unit: u.ID, UnitName: u.Name,
		Country: u.Country, AsOf: at, Software: d.Software, Query: QueryVersion, Threshold: q.Threshold,
		Ledger: iru.ReportLedger{Origin: c.Origin, Size: size, Root: c.Root.String(), Checkpoint: string(signed)}, Notes: reportNotes(q), Figures: []iru.Figure{}}
	if r.Edition == iru.InternalEdition {
		r.Seed = q.Seed
	}
	return r, w, nil
}

// mayReport: figures are for whoever reads the unit's cases, and for the program on behalf of one unit.
func mayReport(s iru.Scope) error {
	if s.IsProgram() && s.Reach() > 0 {
		return nil
	}
	if s.IsProgram() {
		return iru.Refuse(iru.Invalid, "it is not said whose report this is", "name the unit")
	}
	return s.May(iru.ToRead)
}

// reportNotes say what a reader must know of the edition.
func reportNotes(q ReportRequest) []string {
	if q.Edition == iru.InternalEdition {
		return []string{"For the unit only: nothing is suppressed. Do not publish it and do not hand it on."}
	}
	n := []string{"What belongs to operations that are not over is left out, since nothing may be published that prejudices ongoing work (Regulation (EU) 2021/784, Article 8(2)). Whether there is any is not said."}
	if q.Threshold > 1 {
		n = append(n, fmt.Sprintf("Numbers from 1 to %d are suppressed where the law does not ask for them, and so are further ones from which such a number could be computed. Zero is printed as zero.", q.Threshold-1))
	}
	return append(n, "“not recorded” means that the program does not record it; it does not mean zero.",
		"Orders for practice are no acts and are not counted.")
}

// ListFigure lists what a figure of the scope's unit rests on, as of the same window. Errors: Forbidden, Invalid, NotFound.
func (d *Desk) ListFigure(ctx context.Context, t *db.Tx, s iru.Scope, q ReportRequest, id string) (iru.Report, Definition, []iru.Counted, error) {
	r, w, err := d.reportOf(ctx, t, s, q)
	if err != nil {
		return r, Definition{}, nil, err
	}
	defs := Figures(q.Kind)
	i := slices.IndexFunc(defs, func(x Definition) bool { return x.ID == id })
	if i < 0 {
		return r, Definition{}, nil, fmt.Errorf("read figure: %w", iru.NotFound)
	}
	def := defs[i]
	if def.Part != "" {
		def = defs[slices.IndexFunc(defs, func(x Definition) bool { return x.ID == def.Part })]
	}
	if def.Missing != "" {
		return r, defs[i], nil, nil
	}
	list, err := def.List(ctx, t, w)
	return r, defs[i], list, err
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

type reportAction struct {
	Operation []int64  `help:"Number of the operation; given twice, both lie side by side." placeholder:"ID" sep:"none"`
	Beside    []string `help:"A report.json that was made before, also in another store: it lies beside the operation's, or two of them beside each other." placeholder:"FILE" sep:"none"`
	Acts      string   `help:"operation: those that are its tasks; all: those of their own about the same outlets since it was planned, too." enum:"operation,all" default:"operation"`
	Out       string   `help:"Folder to put the report into; it is made if it is not there." required:"" placeholder:"DIR"`
	Unit      string   `help:"Name of the unit whose view it is; needed where there are several." placeholder:"NAME"`
	Edition   string   `help:"team: everything; court: without officers' names; press: whole numbers, small ones suppressed." enum:"team,court,press" default:"court"`
	Size      int64    `help:"Size of the ledger at which it is computed; without it, the newest checkpoint's." placeholder:"N"`
	Threshold int      `help:"Numbers below this are suppressed in the press edition; 1 suppresses none; without it, as the configuration says."`
	Proofs    bool     `help:"Write the proof of each entry that the report rests on, too; with the team's edition also the record itself, opened. Not for the press."`
}

// Run makes the report. What is there already under its names is not overwritten.
func (a *reportAction) Run(ctx context.Context, c *cli, e env) error {
	edition := iru.AfterEdition(a.Edition)
	if len(a.Operation)+len(a.Beside) == 0 {
		return iru.Refuse(iru.Invalid, "it is not said of which operation", "name it with --operation, or two reports with --beside")
	}
	if len(a.Operation) == 0 {
		return a.filed(e)
	}
	if a.Proofs && edition == iru.AfterPress {
		return iru.Refuse(iru.Invalid, "the press edition does not name entries", "make the court's edition with --proofs")
	}
	d, err := reportDesk(ctx, c, e, "")
	if err != nil {
		return err
	}
	defer d.DB.Close()
	var files outFiles
	err = d.DB.View(ctx, func(t *db.Tx) error {
		files = outFiles{}
		u, err := unitNamed(ctx, t, a.Unit)
		if err != nil {
			return err
		}
		var all []iru.AfterAction
		for _, id := range a.Operation {
			q := desk.AfterRequest{Operation: iru.OperationID(id), Edition: edition, Threshold: a.Threshold, Size: a.Size, All: a.Acts == iru.AfterAll}
			if q.Seed, err = desk.NewReportSeed(); err != nil {
				return err
			}
			folder := ""
			if len(a.Operation)+len(a.Beside) > 1 {
				folder = "operation-" + strconv.FormatInt(id, 10)
			}
			one, err := a.one(ctx, t, d, iru.ProgramFor(u.ID), q, folder, &files)
			if err != nil {
				return err
			}
			all = append(all, one)
		}
		others, err := a.read()
		if all = append(all, others...); err == nil && len(all) > 1 {
			return compared(all, &files)
		}
		return err
	})
	if err != nil {
		return err
	}
	return writeAll(e, a.Out, files)
}

// read reads the reports that are to lie beside.
func (a *reportAction) read() ([]iru.AfterAction, error) {
	var out []iru.AfterAction
	for _, name := range a.Beside {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read report: %w", err)
		}
		r, err := iru.ParseAfterAction(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, r)
	}
	return out, nil
}

// filed lays reports that were made before side by side. It needs no store.
func (a *reportAction) filed(e env) error {
	all, err := a.read()
	if err != nil {
		return err
	}
	if len(all) < 2 {
		return iru.Refuse(iru.Invalid, "one report alone lies beside nothing", "give --beside twice, or an operation with --operation")
	}
	var files outFiles
	if err := compared(all, &files); err != nil {
		return err
	}
	return writeAll(e, a.Out, files)
}

// outFiles are the files of a run by name.
type outFiles struct {
	bytes map[string][]byte
	order []string
}

func (f *outFiles) put(name string, b []byte) {
	if f.bytes == nil {
		f.bytes = map[string][]byte{}
	}
	f.bytes[name], f.order = b, append(f.order, name)
}

// one makes the files of one operation.
func (a *reportAction) one(ctx context.Context, t *db.Tx, d *desk.Desk, s iru.Scope, q desk.AfterRequest, folder string, files *outFiles) (iru.AfterAction, error) {
	r, err := d.AfterAction(ctx, t, s, q)
	if err != nil {
		return r, err
	}
	put := func(name string, b []byte, err error) error {
		if err != nil {
			return err
		}
		files.put(filepath.Join(folder, name), b)
		return nil
	}
	text, err := r.JSON()
	if err := put("report.json", text, err); err != nil {
		return r, err
	}
	pdf, err := desk.AfterPDF(r, "en", nil)
	if err := put("report.pdf", pdf, err); err != nil {
		return r, err
	}
	if err := put("report.html", desk.AfterHTML("en", "ltr", nil, r), nil); err != nil {
		return r, err
	}
	figures, err := desk.AfterFiguresCSV(r)
	if err := put("figures.csv", figures, err); err != nil {
		return r, err
	}
	for _, table := range r.Tables {
		b, err := desk.AfterTableCSV(table)
		if err := put(filepath.Join("tables", table.ID+".csv"), b, err); err != nil {
			return r, err
		}
	}
	return r, a.evidence(ctx, t, d, s, q, r, put)
}

// evidence adds the checkpoint, the sweeps, and where it is asked for the proofs and the opened record.
func (a *reportAction) evidence(ctx context.Context, t *db.Tx, d *desk.Desk, s iru.Scope, q desk.AfterRequest, r iru.AfterAction, put func(string, []byte, error) error) error {
	if err := put("checkpoint", []byte(r.Ledger.Checkpoint), nil); err != nil || !a.Proofs {
		return err
	}
	_, record, err := d.AfterRecord(ctx, t, s, q)
	if err != nil {
		return err
	}
	need := r.Sources()
	if q.Edition == iru.AfterTeam {
		b, err := desk.AfterRecordFile(ctx, t, record)
		if err := put("record.jsonl", b, err); err != nil {
			return err
		}
		need = nil
		for _, x := range record.Events {
			need = append(need, x.Index)
		}
	}
	for _, m := range record.Musters {
		if m.State == iru.MusterClosed {
			if err := put(filepath.Join("sweeps", fmt.Sprintf("%d-%s.json", m.ID, m.Mark)), []byte(m.Body), nil); err != nil {
				return err
			}
		}
	}
	for _, i := range need {
		p, err := desk.ProveEntry(ctx, t, r.Report(), i)
		if err := put(proofName(i), p, err); err != nil {
			return err
		}
	}
	return nil
}

// compared adds both reports side by side.
func compared(all []iru.AfterAction, files *outFiles) error {
	b, err := desk.AfterTableCSV(desk.AfterComparison(all))
	if err != nil {
		return err
	}
	files.put("comparison.csv", b)
	files.put("comparison.html", desk.AfterHTML("en", "ltr", nil, all...))
	return nil
}

// verifyAfter checks an after-action report, from the store or from its proofs.
func (a *reportVerify) verifyAfter(ctx context.Context, c *cli, e env, text []byte) error {
	r, err := iru.ParseAfterAction(text)
	if err != nil {
		return fmt.Errorf("%s: %w", a.File, err)
	}
	wrong, done, err := a.checkAfter(ctx, c, e, r)
	if err != nil {
		return err
	}
	for _, w := range wrong {
		fmt.Fprintln(e.stdout, w)
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%s: %d things are wrong; the first: %s", a.File, len(wrong), wrong[0])
	}
	fmt.Fprintf(e.stdout, "operation %d, %s edition, %d figures, %d tables at %d entries, root %s: %s\n", r.Operation.ID, r.Edition, len(r.Figures), len(r.Tables), r.Ledger.Size, r.Ledger.Root, done)
	return nil
}

func (a *reportVerify) checkAfter(ctx context.Context, c *cli, e env, r iru.AfterAction) (wrong []string, done string, err error) {
	if a.Proofs == "" {
		d, err := reportDesk(ctx, c, e, a.Key)
		if err != nil {
			return nil, "", err
		}
		defer d.DB.Close()
		err = d.DB.View(ctx, func(t *db.Tx) error { wrong, err = d.VerifyAfterAction(ctx, t, r); return err })
		return wrong, "computed again, the same", err
	}
	cfg, err := c.load(e)
	if err != nil {
		return nil, "", err
	}
	v, _, err := verifier(a.Key, cfg.data)
	if err != nil {
		return nil, "", err
	}
	if wrong = desk.CheckAfterAction(r, v, v.Name()); len(wrong) > 0 {
		return wrong, "", nil
	}
	n, bad, err := desk.CheckAfterProofs(r, v, func(i int64) ([]byte, error) {
		return os.ReadFile(filepath.Join(a.Proofs, filepath.Base(proofName(i))))
	})
	if err != nil {
		return nil, "", fmt.Errorf("read proof: %w", err)
	}
	return bad, fmt.Sprintf("its checkpoint is signed; %d entries are in it; the figures were not computed again, which needs the store", n), nil
}

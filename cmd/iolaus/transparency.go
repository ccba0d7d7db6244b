// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/legal"
)

type reportCmd struct {
	Action       reportAction       `cmd:"" default:"withargs" help:"Make the after-action report of an operation from the store: PDF, HTML, JSON, CSV and proofs; of two operations, side by side."`
	Transparency reportTransparency `cmd:"" help:"Make the yearly reports of law and the unit's own statistics from the store: JSON, CSV and PDF, and the lists behind the figures."`
	Verify       reportVerify       `cmd:"" help:"Compute a report again from the store and hold it against the ledger; or check an internal one without the store."`
}

type reportTransparency struct {
	Year      int    `help:"Calendar year, UTC." required:"" placeholder:"YEAR"`
	Kind      string `help:"Only this report: tco8, tco21, dsa22 or unit." enum:",tco8,tco21,dsa22,unit" default:"" placeholder:"KIND"`
	Out       string `help:"Folder to put the reports into; it is made if it is not there." required:"" placeholder:"DIR"`
	Unit      string `help:"Name of the unit; needed where there are several." placeholder:"NAME"`
	Threshold int    `help:"Numbers below this are suppressed in the public edition, where no law asks for them; 1 suppresses none; without it, as the configuration says."`
	Internal  bool   `help:"Make the internal edition, too: nothing suppressed, with the list behind each figure. For the unit only."`
	Proofs    bool   `help:"With --internal: write the proof of each counted event, too."`
}

// Run makes the reports. What is there already under their names is not overwritten.
func (a *reportTransparency) Run(ctx context.Context, c *cli, e env) error {
	if a.Proofs && !a.Internal {
		return iru.Refuse(iru.Invalid, "--proofs belongs to --internal", "the public edition does not name the events")
	}
	d, err := reportDesk(ctx, c, e, "")
	if err != nil {
		return err
	}
	defer d.DB.Close()
	kinds := iru.ReportKinds
	if a.Kind != "" {
		kinds = []iru.ReportKind{iru.ReportKind(a.Kind)}
	}
	var files outFiles
	err = d.DB.View(ctx, func(t *db.Tx) error {
		files = outFiles{}
		u, err := unitNamed(ctx, t, a.Unit)
		if err != nil {
			return err
		}
		for _, k := range kinds {
			seed, err := desk.NewReportSeed()
			if err != nil {
				return err
			}
			for _, edition := range []iru.Edition{iru.PublicEdition, iru.InternalEdition} {
				if edition == iru.InternalEdition && !a.Internal {
					continue
				}
				q := desk.ReportRequest{Kind: k, Year: a.Year, Edition: edition, Threshold: a.Threshold, Seed: seed}
				if err := a.one(ctx, t, d, iru.ProgramFor(u.ID), q, files.put); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return writeAll(e, a.Out, files)
}

// one makes the files of one edition of one report.
func (a *reportTransparency) one(ctx context.Context, t *db.Tx, d *desk.Desk, s iru.Scope, q desk.ReportRequest, put func(string, []byte)) error {
	r, err := d.Report(ctx, t, s, q)
	if err != nil {
		return err
	}
	name := desk.ReportName(r)
	for ending, make := range map[string]func(iru.Report) ([]byte, error){".json": iru.Report.JSON, ".csv": desk.ReportCSV, ".pdf": desk.ReportPDF} {
		b, err := make(r)
		if err != nil {
			return err
		}
		put(name+ending, b)
	}
	if q.Edition != iru.InternalEdition {
		return nil
	}
	for _, f := range r.Figures {
		if f.State == iru.FigureUnknown {
			continue
		}
		_, _, list, err := d.ListFigure(ctx, t, s, q, f.ID)
		if err != nil {
			return err
		}
		b, err := desk.ListCSV(r, f, list)
		if err != nil {
			return err
		}
		put(filepath.Join(name+"-lists", f.ID+".csv"), b)
		for _, i := range f.Indices {
			if !a.Proofs {
				break
			}
			p, err := desk.ProveEntry(ctx, t, r, i)
			if err != nil {
				return err
			}
			put(proofName(i), p)
		}
	}
	return nil
}

func proofName(index int64) string {
	return filepath.Join("proofs", strconv.FormatInt(index, 10)+".tlog-proof")
}

// writeAll writes files into a folder. What is there already is not overwritten.
func writeAll(e env, out string, files outFiles) error {
	slices.Sort(files.order)
	proofs := 0
	for _, name := range slices.Compact(files.order) {
		to := filepath.Join(out, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
		f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, os.ErrExist) {
			return iru.Refuse(iru.Conflict, to+" is there already", "name another folder, or take it away")
		}
		if err != nil {
			return fmt.Errorf("write report: %w", err)
		}
		_, err = f.Write(files.bytes[name])
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
		if strings.HasSuffix(name, ".tlog-proof") {
			proofs++
			continue
		}
		fmt.Fprintln(e.stdout, to)
	}
	if proofs > 0 {
		fmt.Fprintf(e.stdout, "%d proofs in %s\n", proofs, filepath.Join(out, "proofs"))
	}
	return nil
}

// reportDesk opens the store as it is: nothing is written, no key is made.
func reportDesk(ctx context.Context, c *cli, e env, key string) (*desk.Desk, error) {
	cfg, err := c.load(e)
	if err != nil {
		return nil, err
	}
	v, text, err := verifier(key, cfg.data)
	if err != nil {
		return nil, err
	}
	d, err := db.OpenAsIs(ctx, cfg.db)
	if err != nil {
		return nil, err
	}
	rules := desk.DefaultRules
	rules.Suppress = cfg.Rules.SuppressBelow
	return &desk.Desk{DB: d, Now: time.Now, Regime: legal.EU(), Rules: rules, Software: software(), Log: desk.LogKey{Origin: v.Name(), Verifier: v, Public: text}}, nil
}

func unitNamed(ctx context.Context, t *db.Tx, name string) (iru.Unit, error) {
	us, err := t.Units(ctx)
	if err != nil {
		return iru.Unit{}, err
	}
	var names []string
	for _, u := range us {
		if u.Name == name || name == "" && len(us) == 1 {
			return u, nil
		}
		names = append(names, u.Name)
	}
	if name == "" {
		return iru.Unit{}, iru.Refuse(iru.Invalid, "there are several units", "name one by --unit: "+strings.Join(names, ", "))
	}
	return iru.Unit{}, iru.Refuse(iru.NotFound, fmt.Sprintf("there is no unit %.60q", name), "they are "+strings.Join(names, ", "))
}

type reportVerify struct {
	File     string `arg:"" help:"A report's JSON." type:"existingfile"`
	Internal string `help:"The internal edition made with a public one: opens its commitments." type:"existingfile" placeholder:"FILE"`
	Ledger   string `help:"An exported folder of the ledger: the report is checked without the store." type:"existingdir" placeholder:"DIR"`
	Proofs   string `help:"Folder of the proofs of an internal report: each counted event is checked without the store." type:"existingdir" placeholder:"DIR"`
	Key      string `help:"File with the log's public key, such as log.pub; without it, the installation's own key." type:"existingfile" placeholder:"FILE"`
}

// Run says what is wrong with a report, and ends with an error if anything is.
func (a *reportVerify) Run(ctx context.Context, c *cli, e env) error {
	text, err := reportText(a.File)
	if err != nil {
		return err
	}
	if iru.IsAfterAction(text) {
		return a.verifyAfter(ctx, c, e, text)
	}
	r, err := readReport(a.File)
	if err != nil {
		return err
	}
	seed := ""
	if a.Internal != "" {
		twin, err := readReport(a.Internal)
		if err != nil {
			return err
		}
		if twin.Edition != iru.InternalEdition || twin.Kind != r.Kind || twin.Year != r.Year || twin.Unit != r.Unit || twin.Ledger != r.Ledger {
			return iru.Refuse(iru.Invalid, a.Internal+" is not the internal edition of this report", "give the one that was made with it")
		}
		seed = twin.Seed
	}
	wrong, done, err := a.check(ctx, c, e, r, seed)
	if err != nil {
		return err
	}
	for _, w := range wrong {
		fmt.Fprintln(e.stdout, w)
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%s: %d things are wrong; the first: %s", a.File, len(wrong), wrong[0])
	}
	fmt.Fprintf(e.stdout, "%s, %s edition, %d, %d figures at %d entries, root %s: %s\n", r.Kind, r.Edition, r.Year, len(r.Figures), r.Ledger.Size, r.Ledger.Root, done)
	return nil
}

func (a *reportVerify) check(ctx context.Context, c *cli, e env, r iru.Report, seed string) (wrong []string, done string, err error) {
	if a.Ledger == "" && a.Proofs == "" {
		d, err := reportDesk(ctx, c, e, a.Key)
		if err != nil {
			return nil, "", err
		}
		defer d.DB.Close()
		err = d.DB.View(ctx, func(t *db.Tx) error { wrong, err = d.VerifyReport(ctx, t, r, seed); return err })
		done = "computed again, the same"
		if r.Edition == iru.PublicEdition && seed == "" {
			done += "; its commitments were not opened (--internal)"
		}
		return wrong, done, err
	}
	cfg, err := c.load(e)
	if err != nil {
		return nil, "", err
	}
	v, _, err := verifier(a.Key, cfg.data)
	if err != nil {
		return nil, "", err
	}
	if wrong = desk.CheckReport(r, v, v.Name()); len(wrong) > 0 {
		return wrong, "", nil
	}
	done = "its checkpoint is signed"
	if a.Ledger != "" {
		rep, err := ledger.VerifyDir(os.DirFS(a.Ledger), v, v.Name(), []byte(r.Ledger.Checkpoint))
		if err != nil {
			return nil, "", err
		}
		for _, f := range rep.Faults {
			wrong = append(wrong, "the ledger: "+f.String())
		}
		done = "the ledger is whole and extends its checkpoint"
	}
	if a.Proofs != "" {
		if r.Edition != iru.InternalEdition {
			return nil, "", iru.Refuse(iru.Invalid, "the public edition does not name the events", "give the internal one with --proofs")
		}
		n, bad, err := desk.CheckProofs(r, v, func(i int64) ([]byte, error) {
			return os.ReadFile(filepath.Join(a.Proofs, filepath.Base(proofName(i))))
		})
		if err != nil {
			return nil, "", fmt.Errorf("read proof: %w", err)
		}
		wrong = append(wrong, bad...)
		done += fmt.Sprintf("; %d counted events are in it", n)
	}
	return wrong, done + "; the figures were not computed again, which needs the store", nil
}

func reportText(file string) ([]byte, error) {
	i, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	if i.Size() > iru.MaxReport {
		return nil, iru.Refuse(iru.Invalid, file+" is too long for a report", "")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	return b, nil
}

func readReport(file string) (iru.Report, error) {
	b, err := reportText(file)
	if err != nil {
		return iru.Report{}, err
	}
	r, err := iru.ParseReport(b)
	if err != nil {
		return r, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

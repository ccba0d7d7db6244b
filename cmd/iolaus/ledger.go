// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"iolaus/internal/db"
	"iolaus/internal/ledger"
)

type ledgerCmd struct {
	Verify ledgerVerify `cmd:"" help:"Hold the store against its log, or check an exported folder by itself."`
	Export ledgerExport `cmd:"" help:"Write the log as public tiles (c2sp.org/tlog-tiles)."`
}

type ledgerVerify struct {
	Dir string `arg:"" optional:"" help:"An exported folder; without it, the store is checked." type:"existingdir"`
}

// Run checks the ledger and names the first thing wrong.
func (l *ledgerVerify) Run(ctx context.Context, c *cli, e env) error {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	k, err := openKeys(cfg.data, logOrigin(cfg))
	if err != nil {
		return err
	}
	var rep ledger.Report
	if l.Dir != "" {
		rep, err = ledger.VerifyDir(os.DirFS(l.Dir), k.log.Verifier, k.log.Origin)
	} else {
		var d *db.DB
		if d, err = db.Open(ctx, cfg.db); err != nil {
			return err
		}
		defer d.Close()
		rep, err = verifyStore(ctx, d, k)
	}
	if err != nil {
		return err
	}
	for _, f := range rep.Faults {
		fmt.Fprintln(e.stdout, f)
	}
	if err := rep.Err(); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%d events in the ledger, %d checkpoints, root %v: whole\n", rep.Size, rep.Checkpoints, rep.Root)
	return nil
}

func verifyStore(ctx context.Context, d *db.DB, k keys) (ledger.Report, error) {
	var rep ledger.Report
	err := d.View(ctx, func(t *db.Tx) error {
		var err error
		rep, err = ledger.Verify(t.Log(ctx), k.log.Verifier, k.log.Origin)
		return err
	})
	return rep, err
}

type ledgerExport struct {
	Dir string `arg:"" help:"Folder to write into."`
}

// Run writes the log as public tiles.
func (l *ledgerExport) Run(ctx context.Context, c *cli, e env) error {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, cfg.db)
	if err != nil {
		return err
	}
	defer d.Close()
	var size int64
	err = d.View(ctx, func(t *db.Tx) error {
		var signed []byte
		var err error
		if size, _, signed, err = t.Checkpoint(ctx); err != nil {
			return fmt.Errorf("read checkpoint: %w; the ledger is empty until something happens", err)
		}
		return ledger.Export(t.Log(ctx), signed, func(path string, data []byte) error {
			path = filepath.Join(l.Dir, filepath.FromSlash(path))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			return os.WriteFile(path, data, 0o644)
		})
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%d entries written to %s\n", size, l.Dir)
	return nil
}

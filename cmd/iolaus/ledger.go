// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

type ledgerCmd struct {
	Verify ledgerVerify `cmd:"" help:"Hold the store against its log, or check an exported folder by itself."`
	Export ledgerExport `cmd:"" help:"Write the log as public tiles (c2sp.org/tlog-tiles), with its public key and its time stamps."`
	Stamps ledgerStamps `cmd:"" help:"List the time stamps over the log, and check them."`
}

type ledgerVerify struct {
	Dir  string   `arg:"" optional:"" help:"An exported folder; without it, the store is checked." type:"existingdir"`
	Key  string   `help:"File with the log's public key, such as log.pub; without it, the installation's own key." type:"existingfile" placeholder:"FILE"`
	Kept []string `help:"A checkpoint kept elsewhere, which the log must extend; can be given again." type:"existingfile" placeholder:"CHECKPOINT" sep:"none"`
}

// Run checks the ledger and names what is wrong. It changes nothing: no key is made, no store, no table.
func (l *ledgerVerify) Run(ctx context.Context, c *cli, e env) error {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	v, _, err := verifier(l.Key, cfg.data)
	if err != nil {
		return err
	}
	var kept [][]byte
	for _, file := range l.Kept {
		signed, err := os.ReadFile(file)
		if err == nil {
			_, err = ledger.Open(signed, v, v.Name()) // named by its file here
		}
		if err != nil {
			return fmt.Errorf("read kept checkpoint %s: %w", file, err)
		}
		kept = append(kept, signed)
	}
	rep, err := l.check(ctx, cfg, v, kept)
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

func (l *ledgerVerify) check(ctx context.Context, cfg config, v note.Verifier, kept [][]byte) (ledger.Report, error) {
	if l.Dir != "" {
		return ledger.VerifyDir(os.DirFS(l.Dir), v, v.Name(), kept...)
	}
	d, err := db.OpenAsIs(ctx, cfg.db)
	if err != nil {
		return ledger.Report{}, err
	}
	defer d.Close()
	return verifyLog(ctx, d, v, kept...)
}

// verifier reads a log's public key from a file, or the installation's own. Unlike [openKeys] it makes none.
func verifier(file, data string) (v note.Verifier, text string, err error) {
	own := file == ""
	if own {
		file = filepath.Join(data, "keys", "ledger")
	}
	b, err := os.ReadFile(file)
	if own && errors.Is(err, fs.ErrNotExist) {
		return nil, "", iru.Refuse(iru.NotFound, "there is no ledger key at "+file, "name the data folder by --data, or to verify the public key by --key")
	}
	if err != nil {
		return nil, "", fmt.Errorf("read ledger key: %w", err)
	}
	text = strings.TrimSpace(string(b))
	if own {
		_, text, _ = strings.Cut(text, "\n") // the first line is secret
	}
	if v, err = note.NewVerifier(text); err != nil {
		return nil, "", iru.Refuse(iru.Invalid, file+" holds no public key of a log", "it is one line: name, key hash and key, joined by +")
	}
	return v, text, nil
}

func verifyStore(ctx context.Context, d *db.DB, k keys) (ledger.Report, error) {
	return verifyLog(ctx, d, k.log.Verifier)
}

func verifyLog(ctx context.Context, d *db.DB, v note.Verifier, kept ...[]byte) (ledger.Report, error) {
	var rep ledger.Report
	err := d.View(ctx, func(t *db.Tx) error {
		var err error
		rep, err = ledger.Verify(t.Log(ctx), v, v.Name(), kept...)
		return err
	})
	return rep, err
}

type ledgerExport struct {
	Dir string `arg:"" help:"Folder to write into."`
}

// publicKey is the file of an export that holds the log's public key.
const publicKey = "log.pub"

// Run writes the log as public tiles, and the key by which they are checked.
func (l *ledgerExport) Run(ctx context.Context, c *cli, e env) error {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	v, key, err := verifier("", cfg.data)
	if err != nil {
		return err
	}
	d, err := db.OpenAsIs(ctx, cfg.db)
	if err != nil {
		return err
	}
	defer d.Close()
	var size int64
	var stamps int
	err = d.View(ctx, func(t *db.Tx) error {
		var signed []byte
		var err error
		if size, _, signed, err = t.Checkpoint(ctx); err != nil {
			return fmt.Errorf("read checkpoint: %w; the ledger is empty until something happens", err)
		}
		if _, err := ledger.Open(signed, v, v.Name()); err != nil {
			return fmt.Errorf("the store's last checkpoint was not signed with the key in %s: %w", cfg.data, err)
		}
		if err := l.write(publicKey, []byte(key+"\n")); err != nil {
			return err
		}
		if stamps, err = exportStamps(ctx, t, l.write); err != nil {
			return err
		}
		return ledger.Export(t.Log(ctx), signed, l.write)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%d entries and %d time stamps written to %s\n", size, stamps, l.Dir)
	return nil
}

func (l *ledgerExport) write(path string, data []byte) error {
	path = filepath.Join(l.Dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // the export is public
		return err
	}
	return os.WriteFile(path, data, 0o644) //nolint:gosec // the same
}

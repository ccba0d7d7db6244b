// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/capture"
	"iolaus/internal/desk"
	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
)

// Export lets an exhibit leave as a bundle: the handling codes are asked, the export becomes a link of its custody, and once a checkpoint
// covers that, the bundle is written. What is not sound does not leave: nothing is written before everything was checked. Errors: those of
// desk.Disclose and of the store, Conflict where the evidence is damaged.
func (c *Crew) Export(ctx context.Context, s iru.Scope, r desk.Export, w io.Writer) error {
	id, err := c.Desk.Disclose(ctx, s, r)
	if err != nil {
		return err
	}
	f, err := c.gather(ctx, func() (desk.Dossier, error) { return c.Desk.Dossier(ctx, s, r.Exhibit, id) })
	if err != nil {
		return err
	}
	x := f.Exhibit
	at := slices.IndexFunc(x.Files, func(f iru.File) bool { return f.Kind == "manifest" })
	if at < 0 {
		return fmt.Errorf("export exhibit %d: %w: it has no manifest", x.ID, iru.Conflict)
	}
	m, err := c.Vault.File(ctx, x, x.Files[at])
	if err != nil {
		return err
	}
	defer m.Close()
	manifest, err := io.ReadAll(io.LimitReader(m, exhibit.ManifestBytes+1))
	if err != nil {
		return fmt.Errorf("read manifest of exhibit %d: %w", x.ID, err)
	}
	open := func(f exhibit.File) (io.ReadCloser, error) {
		at := slices.IndexFunc(x.Files, func(o iru.File) bool { return o.Name == f.Name && o.SHA256 == f.SHA256 })
		if at < 0 {
			return nil, fmt.Errorf("open %s of exhibit %d: %w", f.Name, x.ID, iru.NotFound)
		}
		return c.Vault.File(ctx, x, x.Files[at])
	}
	return c.bundle(f, manifest, open, w)
}

// bundle writes what was gathered.
func (c *Crew) bundle(f desk.Dossier, manifest []byte, open func(exhibit.File) (io.ReadCloser, error), w io.Writer) error {
	name, version, _ := strings.Cut(c.Software, "/")
	b := exhibit.Bundle{Title: f.Number, Created: c.Desk.Now().UTC().Truncate(time.Microsecond), Tool: exhibit.Tool{Name: name, Version: version},
		Manifest: manifest, Open: open, Custody: f.Custody, Key: c.Desk.Log.Public, Checkpoint: f.Checkpoint, Proofs: f.Proofs,
		Method: exhibit.Method{Parts: []exhibit.Tool{{Name: "Go", Version: strings.TrimPrefix(runtime.Version(), "go")}}},
		Sign: func(text string) ([]byte, error) {
			return note.Sign(&note.Note{Text: text}, c.Desk.Log.Signer)
		}}
	for _, s := range f.Stamps {
		b.Stamps = append(b.Stamps, s.Stamped)
	}
	if err := exhibit.WriteBundle(w, b); err != nil {
		for _, bad := range []error{exhibit.ErrBundle, exhibit.ErrInvalid, exhibit.ErrNotCanonical, exhibit.ErrChain, exhibit.ErrWARC, exhibit.ErrDigest} {
			if errors.Is(err, bad) {
				return fmt.Errorf("export %s: %w: %w", f.Number, iru.Conflict, err)
			}
		}
		return fmt.Errorf("export %s: %w", f.Number, err)
	}
	return nil
}

// stampTime is how long a bundle waits for a time stamp.
const stampTime = 30 * time.Second

// gather is await, and where nobody has stamped the exhibit's first link yet, or every stamp has expired, the authorities are asked now:
// what leaves is to be proven in time as well. Without an answer it leaves without, which the log of the program says.
func (c *Crew) gather(ctx context.Context, ask func() (desk.Dossier, error)) (desk.Dossier, error) {
	f, err := c.await(ctx, ask)
	stands := slices.ContainsFunc(f.Stamps, func(s desk.StampOver) bool { return s.Until.After(c.Desk.Now()) })
	if err != nil || stands || len(c.Stamps.Authorities) == 0 {
		return f, err
	}
	soon, cancel := context.WithTimeout(ctx, stampTime)
	defer cancel()
	if err := c.stampAll(soon, rests{}, c.Desk.Now(), 0); err != nil {
		c.Log.Warn("a bundle leaves without a time stamp that stands", "error", err)
		return f, nil
	}
	return c.await(ctx, ask)
}

// await asks until a checkpoint covers what it asks for. Where no worker runs, this process is the sequencer.
func (c *Crew) await(ctx context.Context, ask func() (desk.Dossier, error)) (desk.Dossier, error) {
	for tries := 0; ; tries++ {
		f, err := ask()
		if !errors.Is(err, iru.Unavailable) || tries > 300 {
			return f, err
		}
		if _, err := c.Desk.Seal(ctx, c.Holder); err != nil {
			return f, err
		}
		select {
		case <-ctx.Done():
			return f, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Hand writes a capture without a case as a bundle, and its custody into the ledger.
func (c *Crew) Hand(ctx context.Context, l desk.Loose, done capture.Result, w io.Writer) error {
	l.Manifest = done.Digest
	first, last, err := c.Desk.RecordLoose(ctx, l)
	if err != nil {
		return err
	}
	f, err := c.gather(ctx, func() (desk.Dossier, error) { return c.Desk.LooseDossier(ctx, l.Number, first, last) })
	if err != nil {
		return err
	}
	return c.bundle(f, done.Manifest, func(f exhibit.File) (io.ReadCloser, error) {
		at := slices.IndexFunc(done.Files, func(o capture.File) bool { return o.Name == f.Name })
		if at < 0 {
			return nil, fmt.Errorf("open %s of capture: %w", f.Name, iru.NotFound)
		}
		return done.Files[at].Open()
	}, w)
}

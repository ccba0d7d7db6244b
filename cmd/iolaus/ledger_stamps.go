// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"path"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

type ledgerStamps struct{}

// Run lists the time stamps over the ledger and holds each against its checkpoint, and its authority's certificate against the
// configured roots.
func (*ledgerStamps) Run(ctx context.Context, c *cli, e env) error {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	v, _, err := verifier("", cfg.data)
	if err != nil {
		return err
	}
	roots := map[string]*x509.CertPool{}
	for _, a := range cfg.Stamps.Authorities {
		if roots[a.Name], err = a.roots(); err != nil {
			return err
		}
	}
	d, err := db.OpenAsIs(ctx, cfg.db)
	if err != nil {
		return err
	}
	defer d.Close()
	n, bad := 0, 0
	err = d.View(ctx, func(t *db.Tx) error {
		n, bad = 0, 0
		return eachStamp(ctx, t, func(s iru.Stamp) error {
			n++
			said, err := ledger.ReadStamp(s.Token, []byte(s.Checkpoint), roots[s.Authority])
			if err == nil {
				_, err = ledger.Open([]byte(s.Checkpoint), v, v.Name())
			}
			if err != nil {
				bad++
				_, err = fmt.Fprintf(e.stdout, "stamp %d of %s over %d entries is WRONG: %v\n", s.ID, s.Authority, s.Size, err)
				return err
			}
			return tell(e.stdout, s, said, roots[s.Authority] != nil)
		})
	})
	if err != nil {
		return err
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d time stamps are wrong", bad, n)
	}
	if n == 0 {
		fmt.Fprintln(e.stdout, "no time stamps: see docs/configuration.md, stamps")
	}
	return nil
}

func tell(w io.Writer, s iru.Stamp, said ledger.Stamp, judged bool) error {
	signer := said.Authority
	if !judged {
		signer += " (not judged: no roots)"
	}
	_, err := fmt.Fprintf(w, "%s  %-8s %8d entries  until %s  serial %s  %s\n", said.At.Format(time.RFC3339), s.Authority, s.Size, said.Until.Format(time.DateOnly), said.Serial, signer)
	return err
}

// eachStamp reads all stamps, oldest first, a few at a time.
func eachStamp(ctx context.Context, t *db.Tx, f func(iru.Stamp) error) error {
	for after := iru.StampID(0); ; {
		some, err := t.Stamps(ctx, 0, after, 100)
		if err != nil || len(some) == 0 {
			return err
		}
		for _, s := range some {
			if err := f(s); err != nil {
				return err
			}
			after = s.ID
		}
	}
}

// exportStamps writes the time stamps beside the log: each token with the checkpoint that it is over.
func exportStamps(ctx context.Context, t *db.Tx, write func(path string, data []byte) error) (n int, err error) {
	err = eachStamp(ctx, t, func(s iru.Stamp) error {
		n++
		name := path.Join("stamps", fmt.Sprintf("%d-%s", s.Size, fileName(s.Authority)))
		if err := write(name+".checkpoint", []byte(s.Checkpoint)); err != nil {
			return err
		}
		return write(name+".tsr", s.Token)
	})
	return n, err
}

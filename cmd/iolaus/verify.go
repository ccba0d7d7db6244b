// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

type verifyCmd struct {
	Bundle string    `arg:"" help:"The bundle: a .wacz file." type:"existingfile"`
	Key    string    `help:"File with the public key of the unit's log, such as log.pub; without it, the key in the bundle: integrity only." type:"existingfile" placeholder:"FILE"`
	Roots  string    `help:"File with the certificates (PEM) of the time-stamp authorities that you trust; without it, their signatures are checked, but not who they are." type:"existingfile" placeholder:"FILE"`
	At     time.Time `help:"Day (UTC) as of which the time stamps are judged; without it, now." format:"2006-01-02" placeholder:"DATE"`
}

// Run checks a bundle with nothing but the file: no configuration, no store, no network. A line says what each step found.
func (c *verifyCmd) Run(e env) error {
	trust, err := c.trust()
	if err != nil {
		return err
	}
	f, err := os.Open(c.Bundle)
	if err != nil {
		return fmt.Errorf("open bundle: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open bundle: %w", err)
	}
	rep := exhibit.Verify(f, info.Size(), trust, exhibit.Limits{})
	for _, s := range rep.Steps {
		if len(s.Faults) == 0 {
			fmt.Fprintf(e.stdout, "ok     %-10s %s\n", s.Name, printable(s.Detail))
		}
		for _, f := range s.Faults {
			fmt.Fprintf(e.stdout, "WRONG  %-10s %s\n", s.Name, printable(f.String()))
		}
		for _, w := range s.Warnings {
			fmt.Fprintf(e.stdout, "WARN   %-10s %s\n", s.Name, printable(w))
		}
	}
	if rep.OwnKey {
		fmt.Fprintln(e.stdout, "note: checked with the key in the bundle itself. That shows that the bundle is whole, not whose it is; give the unit's key by --key")
	}
	if c.Roots == "" && rep.Stamps > 0 {
		fmt.Fprintln(e.stdout, "note: who signed the time stamps was not judged; give the authorities' certificates by --roots")
	}
	if err := rep.Err(); err != nil {
		return errors.New(printable(err.Error())) // a bundle wrote some of the words
	}
	fmt.Fprintf(e.stdout, "whole: exhibit %s, manifest %s\n", printable(rep.Exhibit), rep.Manifest)
	return nil
}

func (c *verifyCmd) trust() (exhibit.Trust, error) {
	t := exhibit.Trust{At: c.At}
	if t.At.IsZero() {
		t.At = time.Now()
	}
	if c.Key != "" {
		b, err := os.ReadFile(c.Key)
		if err != nil {
			return t, fmt.Errorf("read key: %w", err)
		}
		t.Key = strings.TrimSpace(string(b))
		if _, err := note.NewVerifier(t.Key); err != nil {
			return t, iru.Refuse(iru.Invalid, c.Key+" holds no public key of a log", "it is one line: name, key hash and key, joined by +")
		}
	}
	var roots *x509.CertPool
	if c.Roots != "" {
		b, err := os.ReadFile(c.Roots)
		if err != nil {
			return t, fmt.Errorf("read roots: %w", err)
		}
		roots = x509.NewCertPool()
		if !roots.AppendCertsFromPEM(b) {
			return t, iru.Refuse(iru.Invalid, c.Roots+" holds no certificate", "it is a file in PEM: BEGIN CERTIFICATE and so on")
		}
	}
	t.Stamp = func(token, checkpoint []byte) (ledger.Stamp, error) {
		return ledger.ReadStamp(token, checkpoint, roots)
	}
	return t, nil
}

// printable keeps a bundle from moving the cursor of who checks it.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

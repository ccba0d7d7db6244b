// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
)

type bankImport struct {
	From    string `arg:"" name:"file" help:"File, - for standard input, or http(s) address."`
	Bank    string `help:"Bank to import into; one that there is not yet is opened." required:"" placeholder:"NAME"`
	Format  string `help:"signals, csv, feed or json; without it the beginning of the file says so." enum:",signals,csv,feed,json" default:"" placeholder:"FORMAT"`
	OnError string `help:"With a wrong line: stop, and import nothing, or skip it." enum:"stop,skip" default:"stop"`
	Finding string `help:"What was found where the file does not say: refer or no_action." enum:"refer,no_action" default:"refer"`
	Token   string `help:"File with the secret that a feed asks for, sent as a bearer token." type:"path" placeholder:"FILE"`
	bankTerms
}

// told is how many wrong lines are named; the rest is counted.
const told = 20

// Run imports.
func (k *bankImport) Run(ctx context.Context, c *cli, e env) (err error) {
	s, err := openShelf(ctx, c, e)
	if err != nil {
		return err
	}
	defer s.shut(&err)
	x := &importer{bankImport: k, shelf: s, out: e.stdout, errs: e.stderr, progress: newProgress(e.stderr)}
	defer x.progress.end()
	if strings.HasPrefix(k.From, "http://") || strings.HasPrefix(k.From, "https://") {
		return x.address(ctx)
	}
	f, err := x.open(e.stdin)
	if err != nil {
		return err
	}
	defer f.Close()
	return x.file(ctx, f, k.From)
}

// An importer is one run of bank import.
type importer struct {
	*bankImport
	*shelf
	out, errs io.Writer
	progress  *progress
	named     int // wrong lines that were named
}

// open gives the file; what comes through a pipe is read twice too, and therefore kept.
func (x *importer) open(stdin io.Reader) (*os.File, error) {
	if x.From != "-" {
		f, err := os.Open(x.From)
		if err != nil {
			return nil, fmt.Errorf("import: %w", err)
		}
		return f, nil
	}
	f, err := x.temporary()
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(f, stdin); err != nil {
		return nil, errors.Join(fmt.Errorf("read standard input: %w", err), f.Close())
	}
	return f, nil
}

// file imports a file. It is read twice: what is wrong with it is known before anything is imported.
func (x *importer) file(ctx context.Context, f *os.File, name string) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	sum := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(f, sum), 1<<20)
	beginning, err := in.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", name, err)
	}
	format := bankfile.Format(first(x.Format, string(bankfile.Guess(beginning))))
	x.progress.sayf("reading %s as %s", name, format)
	wrong, rows := 0, 0
	for row, err := range bankfile.Read(in, format) {
		if err != nil {
			return err
		}
		if rows++; row.Err != nil {
			wrong++
			x.wrong(row.Line, row.Err)
		}
		if rows%10_000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if wrong > 0 && x.OnError == "stop" {
		return iru.Refuse(iru.Invalid, fmt.Sprintf("%d of %d rows of %s are wrong, and nothing was imported", wrong, rows, name), "correct them, or import the others with --on-error skip")
	}
	h, _ := bankfile.ReadHeader(firstLine(beginning))
	sc, b, err := x.into(ctx, h)
	if err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	r := x.request(b, filepath.Base(name), format)
	r.Digest = hex.EncodeToString(sum.Sum(nil))
	done, err := x.desk.Import(ctx, sc, r, bankfile.Read(f, format))
	return x.end(b, done, err)
}

func firstLine(b []byte) []byte {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return line
}

// into is the bank, which is opened where there is none of that name. Codes and note of a file in our own format are taken over.
func (x *importer) into(ctx context.Context, h bankfile.Header) (iru.Scope, iru.Bank, error) {
	sc, err := x.as(ctx, x.As, x.errs)
	if err != nil {
		return sc, iru.Bank{}, err
	}
	b, err := x.bank(ctx, sc, x.Bank)
	if !errors.Is(err, iru.NotFound) {
		if err == nil && (x.Handling != "" || x.Source != "") {
			return sc, b, iru.Refuse(iru.Conflict, fmt.Sprintf("the bank “%s” is there already, and its source and codes stay as they are", b.Name), "leave --source and --handling out")
		}
		return sc, b, err
	}
	if b, err = x.bankTerms.bank(x.Bank); err != nil {
		return sc, b, err
	}
	if x.Handling == "" && h.Format != "" {
		b.Handling = h.Handling
	}
	b.Note = first(b.Note, h.Note)
	if x.isFeed() {
		if b.Feed = x.From; x.Source == "" {
			b.Source = iru.SourceFeed
		}
	}
	b, err = x.desk.OpenBank(ctx, sc, b)
	return sc, b, err
}

func (x *importer) isFeed() bool { return strings.Contains(x.From, "://") }

func (x *importer) request(b iru.Bank, from string, f bankfile.Format) desk.Import {
	next := 0
	return desk.Import{Bank: b.ID, From: from, Format: f, Finding: x.Finding, Each: func(t desk.ImportTold) {
		if t.Rows >= next {
			x.progress.sayf("%d rows, %d new", t.Rows, t.Added)
			next = t.Rows + 100_000
		}
	}}
}

// wrong names a wrong line, what is wrong and what to do.
func (x *importer) wrong(line int, err error) {
	if x.named++; x.named <= told {
		fmt.Fprintf(x.errs, "line %d: %s\n", line, printable(err.Error()))
	} else if x.named == told+1 {
		fmt.Fprintln(x.errs, "further wrong lines are counted and not named")
	}
}

func (x *importer) end(b iru.Bank, t desk.ImportTold, err error) error {
	if err != nil {
		return fmt.Errorf("%w; what was imported so far is kept, and the same command goes on from there", err)
	}
	x.progress.end()
	fmt.Fprintf(x.out, "“%s”: %d rows: %d new, %d extended, %d there already, %d withdrawn, %d wrong\n", b.Name, t.Rows, t.Added, t.Extended, t.Present, t.Withdrawn, t.Wrong)
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"time"
	"unicode/utf8"

	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
	"iolaus/internal/recognise"
	"iolaus/internal/work"
)

type matchCmd struct {
	File   string `arg:"" optional:"" help:"File of any kind; - is standard input."`
	Stream bool   `help:"Answer fingerprints from standard input, a line \"pdq HEX\" (or of another type that iolaus hash prints) each, in order."`
	JSON   bool   `help:"An object a line." name:"json"`
}

// How match ends beside 0, something was found.
const (
	exitNothing = 1
	exitFailed  = 2
)

// Run looks a file or a stream of fingerprints up in every bank of the store.
func (k *matchCmd) Run(ctx context.Context, c *cli, e env, log *slog.Logger) error {
	found, err := k.match(ctx, c, e, log)
	switch {
	case err != nil:
		return &exit{exitFailed, err}
	case !found:
		return &exit{exitNothing, nil}
	}
	return nil
}

func (k *matchCmd) match(ctx context.Context, c *cli, e env, log *slog.Logger) (found bool, err error) {
	if k.Stream == (k.File != "") {
		return false, iru.Refuse(iru.Invalid, "it is not said what to look up", "name a file, or give --stream")
	}
	if k.File != "" && k.File != "-" {
		if _, err := os.Stat(k.File); err != nil {
			return false, fmt.Errorf("match: %w", err)
		}
	}
	s, err := openShelf(ctx, c, e)
	if err != nil {
		return false, err
	}
	defer s.shut(&err)
	l := work.NewLookup(s.db, indexFolder(s.cfg.data))
	defer func() { err = errors.Join(err, l.Close()) }()
	if k.Stream {
		return stream(ctx, l, e.stdin, e.stdout, k.JSON)
	}
	pool, err := cells(s.cfg, log)
	if err != nil {
		return false, err
	}
	defer func() { _ = pool.Close() }()
	text := &head{}
	h := hasher{types: []string{"sha256", "md5", "tlsh", "pdq", "vpdq", "chromaprint"}, all: true, media: players(s.cfg), errs: io.Discard, also: text}
	h.media.Every = time.Second
	if h.cells, err = pool.Reader(ctx); err != nil {
		return false, err
	}
	defer func() { _ = h.cells.Close() }()
	var queries []iru.Signal
	h.take = func(v hashed) error {
		if v.Quality != nil && *v.Quality < recognise.MinQuality {
			return nil
		}
		q, err := bankfile.Signal(v.Type, v.Value)
		if v.Type == "vpdq" && err != nil {
			return nil // no frame of it is worth comparing
		}
		queries = append(queries, q)
		return err
	}
	if err := h.file(ctx, k.File, e.stdin); err != nil {
		return false, err
	}
	if len(queries) == 0 {
		return false, iru.Refuse(iru.Invalid, fmt.Sprintf("%s cannot be read", printable(k.File)), "is it there, and may you read it?")
	}
	if q, ok := sketch(ctx, h, text.Bytes()); ok {
		queries = append(queries, q)
	}
	answers, err := l.Find(ctx, iru.Program(), queries)
	if err != nil {
		return false, err
	}
	for n, fs := range answers {
		if len(fs) > 0 {
			found = true
			if err := say(e.stdout, k.JSON, queries[n], fs); err != nil {
				return found, err
			}
		}
	}
	return found, nil
}

// sketch is the fingerprint of the words of a text or of a page, which is read in a cell.
func sketch(ctx context.Context, h hasher, b []byte) (iru.Signal, bool) {
	text := ""
	switch {
	case recognise.IsPage(b, ""):
		if p, err := h.cells.Page(ctx, b, "", nil); err == nil {
			text = p.Text
		}
	case utf8.Valid(b):
		text = string(b)
	}
	s := recognise.SketchText(text)
	return iru.Signal{Medium: iru.MediumText, Value: s.Bytes()}, len(s) >= work.MinSketch
}

// A hit is one match of an answer.
type hit struct {
	Bank     string   `json:"bank"`
	Content  int64    `json:"content"` // its number
	Label    string   `json:"label,omitempty"`
	Signal   string   `json:"signal"` // the known fingerprint
	Distance float64  `json:"distance"`
	Finding  string   `json:"finding,omitempty"`
	Tags     []string `json:"tags,omitempty"`
}

type answered struct {
	Type    string `json:"type,omitempty"`
	Signal  string `json:"signal,omitempty"`
	Matches []hit  `json:"matches"`
}

// say writes the answer to one query: an object, or the query and, behind tabs, bank, content, distance and label (or else the known
// fingerprint) of each match, nearest first; "-" where there is none.
func say(w io.Writer, asJSON bool, q iru.Signal, found []work.Found) error {
	var b []byte
	if asJSON {
		a := answered{q.Medium, q.Text(), make([]hit, 0, len(found))}
		for _, f := range found {
			a.Matches = append(a.Matches, hit{f.Known.BankName, f.Known.ID, f.Known.Label, f.Signal.Text(), f.Distance, f.Known.Finding, f.Known.Tags})
		}
		var err error
		if b, err = json.Marshal(a); err != nil {
			return fmt.Errorf("write answer: %w: %w", iru.Internal, err)
		}
	} else {
		b = append(append(append(b, q.Medium...), ' '), q.Text()...)
		if len(found) == 0 {
			b = append(b, "\t-"...)
		}
		for _, f := range found {
			b = append(append(b, '\t'), printable(f.Known.BankName)...)
			b = strconv.AppendInt(append(b, '\t'), f.Known.ID, 10)
			b = strconv.AppendFloat(append(b, '\t'), f.Distance, 'f', -1, 64)
			label := f.Known.Label
			if label == "" {
				label = f.Signal.Text()
			}
			b = append(append(b, '\t'), printable(label)...)
		}
	}
	if _, err := w.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("write answer: %w: %w", iru.Unavailable, err)
	}
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/media"
	"iolaus/internal/recognise"
	"iolaus/internal/sandbox"
)

type hashCmd struct {
	Files []string `arg:"" help:"Files; - is standard input." name:"file"`
	Type  []string `help:"What to make: sha256, md5, tlsh, pdq, vpdq, chromaprint, or all that a file can have. May be several, with commas." enum:"sha256,md5,tlsh,pdq,vpdq,chromaprint,all" default:"all"`
	JSON  bool     `help:"An object a line." name:"json"`
	Small bool     `help:"PDQ as the command-line tool of the reference makes it: shrunk to 512 pixels first. Others hash at full resolution." name:"512"`
}

// hashed is one fingerprint of one file. Its line is "type value file": the row "type value" in which fingerprints are exchanged,
// with the file behind it, as sha256sum and its like name it. Values are what others read: a vpdq is the array of
// "hash,quality,seconds" of the Python package, a frame a second; a chromaprint is the compressed form that fpcalc prints.
type hashed struct {
	Type    string `json:"type"`
	Value   string `json:"value"`
	File    string `json:"file"`
	Quality *int   `json:"quality,omitempty"` // of a PDQ, 0 to 100
}

// hasher makes the fingerprints of files, one file after the other.
type hasher struct {
	types  []string
	all    bool // what a file cannot have is no failure
	cells  *sandbox.Reader
	media  media.Options
	json   bool
	small  bool
	out    io.Writer
	errs   io.Writer
	take   func(hashed) error // instead of a line; nil writes
	also   io.Writer          // what gets the bytes of each file, too; or nil
	failed int
}

// Run prints a line for each fingerprint of each file. What a file does not have is told on standard error, with the reason; unless
// all was asked for, which is whatever there is, it is a failure at the end. So is a file that cannot be read.
func (k *hashCmd) Run(ctx context.Context, c *cli, e env, log *slog.Logger) error {
	h := hasher{types: k.Type, all: slices.Contains(k.Type, "all"), json: k.JSON, small: k.Small, out: e.stdout, errs: e.stderr}
	if h.all {
		h.types = []string{"sha256", "md5", "tlsh", "pdq", "vpdq", "chromaprint"}
	}
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	h.media = players(cfg)
	h.media.Every = time.Second
	if h.wants("pdq") {
		pool, err := cells(cfg, log)
		if err != nil {
			return err
		}
		defer func() { _ = pool.Close() }()
		if h.cells, err = pool.Reader(ctx); err != nil {
			return err
		}
		defer func() { _ = h.cells.Close() }()
	}
	for _, name := range k.Files {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("hash files: %w: %w", iru.Unavailable, err)
		}
		if err := h.file(ctx, name, e.stdin); err != nil {
			return err
		}
	}
	if h.failed > 0 {
		return fmt.Errorf("%d fingerprints or files failed: %w", h.failed, iru.Invalid)
	}
	return nil
}

func (h *hasher) wants(kind string) bool { return slices.Contains(h.types, kind) }

// miss tells what could not be made, and why. The reason may hold words of the file.
func (h *hasher) miss(file, kind string, why any, failure bool) {
	if failure {
		h.failed++
	}
	fmt.Fprintf(h.errs, "%s: no %s: %.300s\n", printable(file), kind, printable(fmt.Sprint(why)))
}

// file reads one file once. Only what prevents all that follows is an error.
func (h *hasher) file(ctx context.Context, name string, stdin io.Reader) error {
	in, err := h.open(name, stdin)
	if err != nil {
		h.miss(name, "content", err, true)
		return nil
	}
	defer in.Close()
	sha, sum, fuzzy, picture := sha256.New(), md5.New(), &recognise.TLSHWriter{}, &head{}
	var to []io.Writer
	if h.also != nil {
		to = append(to, h.also)
	}
	for _, t := range h.types {
		switch t {
		case "sha256":
			to = append(to, sha)
		case "md5":
			to = append(to, sum)
		case "tlsh":
			to = append(to, fuzzy)
		case "pdq":
			to = append(to, picture)
		}
	}
	if _, err := io.CopyBuffer(io.MultiWriter(to...), struct{ io.Reader }{in}, make([]byte, 256<<10)); err != nil {
		h.miss(name, "content", err, true)
		return nil
	}
	still := false
	for _, t := range h.types {
		var err error
		switch t {
		case "sha256":
			err = h.say(hashed{Type: t, Value: hex.EncodeToString(sha.Sum(nil)), File: name})
		case "md5":
			err = h.say(hashed{Type: t, Value: hex.EncodeToString(sum.Sum(nil)), File: name})
		case "tlsh":
			if v, ok := fuzzy.Sum(); ok {
				err = h.say(hashed{Type: t, Value: v.String(), File: name})
			} else {
				h.miss(name, t, fmt.Sprintf("it needs %d bytes, and more variety than this content has", recognise.MinTLSH), !h.all)
			}
		case "pdq":
			still, err = h.picture(ctx, name, picture)
		}
		if err != nil {
			return err
		}
	}
	if h.all && still || !h.wants("vpdq") && !h.wants("chromaprint") {
		return nil // a picture that does not move is no film
	}
	return h.film(ctx, name, in)
}

// picture hashes a picture in a cell, for the file may be hostile. It says whether the file was one that does not move.
func (h *hasher) picture(ctx context.Context, name string, from *head) (still bool, err error) {
	if from.more {
		h.miss(name, "pdq", fmt.Sprintf("more than %d bytes", recognise.DefaultLimits.Bytes), !h.all)
		return false, nil
	}
	read := h.cells.Picture
	if h.small {
		read = h.cells.Picture512
	}
	pic, err := read(ctx, from.Bytes())
	if errors.Is(err, iru.Invalid) {
		// Whatever is asked for, a file that breaks its reader is told as a failure.
		h.miss(name, "pdq", err, !h.all || errors.Is(err, sandbox.ErrStopped))
		return false, nil
	}
	if err != nil {
		return false, err
	}
	still = pic.Format != "gif"
	if pic.Quality == 0 && pic.PDQ == (recognise.PDQ{}) {
		h.miss(name, "pdq", "a picture of one colour, or of fewer than five points on a side", !h.all)
		return still, nil
	}
	if pic.Quality < recognise.MinQuality {
		fmt.Fprintf(h.errs, "%s: quality %d of 100: too plain to be compared\n", printable(name), pic.Quality)
	}
	return still, h.say(hashed{"pdq", pic.PDQ.Hex(), name, &pic.Quality})
}

func (h *hasher) say(v hashed) error {
	if h.take != nil {
		return h.take(v)
	}
	var err error
	if h.json {
		err = json.NewEncoder(h.out).Encode(v)
	} else {
		_, err = fmt.Fprintf(h.out, "%s %s %s\n", v.Type, v.Value, printable(v.File))
	}
	if err != nil {
		return fmt.Errorf("write fingerprints: %w: %w", iru.Unavailable, err)
	}
	return nil
}

// head keeps a file that can be a picture, and nothing of a larger one.
type head struct {
	bytes.Buffer
	more bool
}

func (h *head) Write(b []byte) (int, error) {
	if h.more || int64(h.Len()+len(b)) > recognise.DefaultLimits.Bytes {
		h.more = true
		h.Buffer = bytes.Buffer{}
		return len(b), nil
	}
	return h.Buffer.Write(b)
}

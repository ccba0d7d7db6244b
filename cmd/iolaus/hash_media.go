// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"iolaus/internal/iru"
	"iolaus/internal/media"
	"iolaus/internal/sandbox"
)

// open gives a file, or standard input for "-". What cannot be read twice is copied to a file without a name, if films are asked for:
// the program that decodes them reads it after us.
func (h *hasher) open(name string, stdin io.Reader) (io.ReadCloser, error) {
	in := io.NopCloser(stdin)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		info, err := f.Stat()
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		if info.Mode().IsRegular() {
			return f, nil
		}
		in = f
	}
	if !h.wants("vpdq") && !h.wants("chromaprint") {
		return in, nil
	}
	defer in.Close()
	f, err := os.CreateTemp("", "iolaus-hash-*")
	if err != nil {
		return nil, err
	}
	if err = os.Remove(f.Name()); err == nil {
		_, err = io.Copy(f, in)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// film fingerprints what is seen and heard in a file, by programs in cells.
func (h *hasher) film(ctx context.Context, name string, in io.Reader) error {
	f, ok := in.(*os.File)
	if !ok {
		return fmt.Errorf("hash %s: %w: no file to read again", name, iru.Internal)
	}
	if err := again(f); err != nil {
		h.miss(name, "content", err, true)
		return nil
	}
	info, err := media.Probe(ctx, f, h.media)
	if err != nil {
		var kinds []string
		for _, k := range []string{"vpdq", "chromaprint"} {
			if h.wants(k) {
				kinds = append(kinds, k)
			}
		}
		h.miss(name, strings.Join(kinds, ", "), err, !h.all || errors.Is(err, sandbox.ErrStopped))
		return ctx.Err()
	}
	if h.wants("vpdq") {
		if err := h.frames(ctx, name, f, info); err != nil {
			return err
		}
	}
	if h.wants("chromaprint") {
		return h.sound(ctx, name, f, info)
	}
	return nil
}

func again(f *os.File) error {
	_, err := f.Seek(0, io.SeekStart)
	return err
}

func (h *hasher) frames(ctx context.Context, name string, f *os.File, info media.Info) error {
	if !info.Has("video") {
		h.miss(name, "vpdq", "it has no picture", !h.all)
		return nil
	}
	if err := again(f); err != nil {
		h.miss(name, "vpdq", err, true)
		return nil
	}
	v, err := media.Video(ctx, f, h.media)
	if err == nil && len(v) == 0 {
		err = fmt.Errorf("%w: no frame", iru.Invalid)
	}
	if err != nil { // part of a film would pass for the whole
		h.miss(name, "vpdq", err, true)
		return ctx.Err()
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write fingerprints: %w: %w", iru.Internal, err)
	}
	return h.say(hashed{Type: "vpdq", Value: string(b), File: name})
}

func (h *hasher) sound(ctx context.Context, name string, f *os.File, info media.Info) error {
	if !info.Has("audio") {
		h.miss(name, "chromaprint", "it has no sound", !h.all)
		return nil
	}
	if err := again(f); err != nil {
		h.miss(name, "chromaprint", err, true)
		return nil
	}
	a, err := media.Audio(ctx, f, h.media)
	if err != nil {
		h.miss(name, "chromaprint", err, true)
		return ctx.Err()
	}
	return h.say(hashed{Type: "chromaprint", Value: a.Compressed(), File: name})
}

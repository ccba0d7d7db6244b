// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"io"
	"slices"

	"iolaus/internal/blob"
	"iolaus/internal/iru"
)

// Evidence yields the files of exhibits in the clear.
type Evidence interface {
	// Open gives one file of an exhibit. Errors: NotFound, Unavailable (its key is lost), and those of the store.
	Open(ctx context.Context, x iru.Exhibit, f iru.File) (blob.File, error)
}

// A Store yields bytes by their SHA-256; package blob has the implementations.
type Store interface {
	Open(ctx context.Context, digest string) (blob.File, error)
}

// Plain is Evidence that lies in a store unsealed.
type Plain struct{ Store Store }

// Open implements Evidence.
func (p Plain) Open(ctx context.Context, _ iru.Exhibit, f iru.File) (blob.File, error) {
	return p.Store.Open(ctx, f.SHA256)
}

// fileOf finds the first file of a kind.
func fileOf(x iru.Exhibit, kind string) (iru.File, bool) {
	n := slices.IndexFunc(x.Files, func(f iru.File) bool { return f.Kind == kind })
	if n < 0 || x.State == iru.ExhibitErased {
		return iru.File{}, false
	}
	return x.Files[n], true
}

// readFile reads a file of an exhibit whole; one that is larger than limit is Invalid.
func readFile(ctx context.Context, ev Evidence, x iru.Exhibit, f iru.File, limit int64) ([]byte, error) {
	if f.Size > limit {
		return nil, iru.Refuse(iru.Invalid, "the file is too large to be shown", "take it along and look at it with another program")
	}
	r, err := ev.Open(ctx, x, f)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, limit))
}

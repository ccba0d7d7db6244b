// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"context"
	"fmt"
	"io"

	"iolaus/internal/iru"
)

// A Store keeps bytes under their digest. Implementations are safe for use by many at once, and by many processes on one store.
// Every implementation passes the suite of package blobtest.
type Store interface {
	// Put stores what r yields and returns its SHA-256 (lower-case hex) and its length. When it returns without an error the
	// bytes survive a loss of power; with an error nothing was stored. Putting the same bytes again changes nothing.
	// Errors: Unavailable (the disk is full or fails), Forbidden (no right to write), Conflict (the bytes that stand under this
	// digest are damaged), or what r failed with.
	Put(ctx context.Context, r io.Reader) (digest string, size int64, err error)
	// Open yields the bytes under a digest. Errors: NotFound, Invalid (no digest), Forbidden, Unavailable.
	Open(ctx context.Context, digest string) (File, error)
	// Stat returns the length in bytes. Errors as Open.
	Stat(ctx context.Context, digest string) (size int64, err error)
	// Verify reads the bytes and compares them with their digest. Errors as Open, and Conflict where they differ.
	Verify(ctx context.Context, digest string) error
	// Remove takes the bytes away for good; nothing there is no error. It is for bytes whose exhibit is erased. Errors as Open but
	// NotFound.
	Remove(ctx context.Context, digest string) error
}

// A File is stored bytes, opened. ReadAt may be called by many at once.
type File interface {
	io.ReadSeekCloser
	io.ReaderAt
}

// Check says whether a string is a digest: 64 lower-case hexadecimal digits. Its error is Invalid.
func Check(digest string) error {
	ok := len(digest) == 64
	for i := 0; ok && i < len(digest); i++ {
		c := digest[i]
		ok = '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
	}
	if !ok {
		return fmt.Errorf("read digest %.80q: %w: a SHA-256 in lower-case hexadecimal is expected", digest, iru.Invalid)
	}
	return nil
}

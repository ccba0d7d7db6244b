// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/web/archive"
)

// shelfSize is how many indexes are kept; indexTime how long making one may take.
const (
	shelfSize = 64
	indexTime = 60 * time.Second
)

// A shelf keeps the indexes of the captures that are looked at, by the digest of their WARC file: reading a capture once is enough.
type shelf struct {
	mu    sync.Mutex
	books map[string]*book
	order []string // the one used last comes last
}

type book struct {
	mu    sync.Mutex
	index *archive.Index
}

func newShelf() *shelf { return &shelf{books: map[string]*book{}} }

// book gives the place of an index and takes the one used longest ago away.
func (s *shelf) book(digest string) *book {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.books[digest]
	if !ok {
		b = &book{}
		s.books[digest] = b
	}
	s.order = append(slices.DeleteFunc(s.order, func(d string) bool { return d == digest }), digest)
	if len(s.order) > shelfSize {
		delete(s.books, s.order[0])
		s.order = s.order[1:]
	}
	return b
}

// index gives the index of an exhibit's capture. NotFound where it has none.
func (s *shelf) index(ctx context.Context, ev Evidence, x iru.Exhibit) (*archive.Index, error) {
	f, ok := fileOf(x, "warc")
	if !ok {
		return nil, iru.NotFound
	}
	b := s.book(f.SHA256)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.index != nil {
		return b.index, nil
	}
	r, err := ev.Open(ctx, x, f)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	ctx, stop := context.WithTimeout(ctx, indexTime)
	defer stop()
	index, err := archive.Read(ctx, r, archive.DefaultLimits)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, iru.Refuse(iru.Unavailable, "the capture is too large to be read while you wait", "take it along and look at it with another program")
	}
	if err != nil {
		return nil, err
	}
	b.index = index
	return index, nil
}

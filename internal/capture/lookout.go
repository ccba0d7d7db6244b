// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"sync"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
	"iolaus/internal/sandbox"
)

// A lookout finds the references of a crawl's files in cells, several side by side: one a processor and one more, because workers
// mostly wait for the network, and one cell may be held by a hostile file.
type lookout struct {
	p    *Capture
	free chan *sandbox.Reader // that nobody uses

	mu     sync.Mutex
	open   int // readers, in use or free
	most   int
	unread int // files
}

// told is how many files that could not be read are named in the manifest; of the others it has the number.
const told = 20

func newLookout(p *Capture) *lookout {
	most := runtime.GOMAXPROCS(0) + 1
	return &lookout{p: p, free: make(chan *sandbox.Reader, most), most: most}
}

// references reads one file. One that breaks its cell costs its own references, and a warning.
func (l *lookout) references(ctx context.Context, body []byte, contentType string, base *url.URL) ([]recognise.Reference, error) {
	if !recognise.Refers(contentType) {
		return nil, nil
	}
	r, err := l.take(ctx)
	if err != nil {
		return nil, err
	}
	refs, err := r.References(ctx, body, contentType, base)
	l.back(r, errors.Is(err, iru.Unavailable))
	if err != nil && ctx.Err() == nil {
		l.mu.Lock()
		l.unread++
		n := l.unread
		l.mu.Unlock()
		if n <= told {
			l.p.Warnf("%v was recorded but its links were not followed: %v", base, err)
		}
	}
	return refs, err
}

// take gives a reader: a free one, a new one while there may be more, or the first that comes free.
func (l *lookout) take(ctx context.Context) (*sandbox.Reader, error) {
	select {
	case r := <-l.free:
		return r, nil
	default:
	}
	if r := l.more(); r != nil {
		return r, nil
	}
	select {
	case r := <-l.free:
		return r, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a reader: %w: %w", iru.Unavailable, context.Cause(ctx))
	}
}

// more opens a reader. The capture's own is used where there is no other.
func (l *lookout) more() *sandbox.Reader {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.most {
		return nil
	}
	r := l.p.camera.Cells.Spare()
	if r == nil && l.open == 0 {
		r = l.p.cell
	}
	if r != nil {
		l.open++
	}
	return r
}

// back takes a reader back. One that fails, and would take file after file from the others, is not replaced, but for the last.
func (l *lookout) back(r *sandbox.Reader, failed bool) {
	if failed {
		l.mu.Lock()
		last := l.open == 1
		if !last {
			l.open--
		}
		l.most = max(l.most-1, 1)
		l.mu.Unlock()
		if r != l.p.cell {
			_ = r.Close() // it never fails
		}
		if !last {
			return
		}
		r = l.p.cell
	}
	l.free <- r
}

// close lets go of all readers but the capture's own, when nobody reads any more.
func (l *lookout) close() {
	for range l.open {
		if r := <-l.free; r != l.p.cell {
			_ = r.Close() // it never fails
		}
	}
	if l.unread > told {
		l.p.Warnf("the links of %d more files of the site were not followed, because they could not be read", l.unread-told)
	}
}

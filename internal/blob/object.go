// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/minio/minio-go/v7"

	"iolaus/internal/iru"
)

// is reports whether a server answered with that code.
func is(err error, code string) bool {
	var r minio.ErrorResponse
	return errors.As(err, &r) && r.Code == code
}

// fault gives an error of the server its kind and says what to do.
func (s *S3) fault(what string, err error) error {
	var r minio.ErrorResponse
	if !errors.As(err, &r) {
		return fmt.Errorf("%s: %w: %s does not answer: %w", what, iru.Unavailable, s.conf.Endpoint, err)
	}
	in := "the bucket " + s.conf.Bucket
	switch {
	case r.Code == "NoSuchBucket":
		return fmt.Errorf("%s: %w: there is no bucket %s at %s; make it, or correct evidence.store", what, iru.Unavailable, s.conf.Bucket, s.conf.Endpoint)
	case r.Code == "NoSuchKey", r.Code == "NoSuchVersion":
		return fmt.Errorf("%s: %w", what, iru.NotFound)
	case r.Code == "SignatureDoesNotMatch", r.Code == "InvalidAccessKeyId", r.Code == "InvalidAccessKey":
		return fmt.Errorf("%s: %w: %s does not know us (%s); correct the credentials", what, iru.Forbidden, s.conf.Endpoint, r.Code)
	case r.Code == "RequestTimeTooSkewed":
		return fmt.Errorf("%s: %w: this machine's clock differs from that of %s; set it right", what, iru.Forbidden, s.conf.Endpoint)
	case r.StatusCode == 401, r.StatusCode == 403:
		return fmt.Errorf("%s: %w: %s refuses it (%s); give the credentials the right to read, write, list and delete its objects, or correct them", what, iru.Forbidden, in, r.Code)
	case r.StatusCode == 412:
		return fmt.Errorf("%s: %w: the object in %s was changed while it was read", what, iru.Conflict, in)
	case r.StatusCode == 507, strings.Contains(r.Code, "Full"), strings.Contains(r.Code, "Quota"), strings.Contains(r.Code, "InsufficientCapacity"):
		return fmt.Errorf("%s: %w: %s is full (%s); free space or raise the quota, then try again", what, iru.Unavailable, in, r.Code)
	case r.StatusCode >= 500, r.StatusCode == 429, r.StatusCode == 408, r.StatusCode == 409:
		return fmt.Errorf("%s: %w: %s fails: %d %s", what, iru.Unavailable, s.conf.Endpoint, r.StatusCode, r.Code)
	case strings.Contains(r.Code, "Digest"), strings.Contains(r.Code, "SHA256"), r.Code == "IncompleteBody":
		return fmt.Errorf("%s: %w: the bytes were damaged on the way (%s)", what, iru.Unavailable, r.Code)
	}
	return fmt.Errorf("%s: %w: %s answers %d %s: %w", what, iru.Internal, s.conf.Endpoint, r.StatusCode, r.Code, err)
}

// An object of a bucket, opened.
type object struct{ *io.SectionReader }

func (*object) Close() error { return nil }

// A window is the part of an object that was fetched last. It grows while it is read in order, so that a large file takes few requests
// and a look into an archive fetches little.
type window struct {
	ctx    context.Context // of whoever opened it
	s      *S3
	digest string
	etag   string
	size   int64

	mu   sync.Mutex
	from int64
	data []byte
	next int
}

const (
	narrow = 128 << 10
	wide   = 4 << 20
)

func (w *window) ReadAt(p []byte, off int64) (n int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for n < len(p) {
		at := off + int64(n)
		if at >= w.size {
			return n, io.EOF
		}
		if at < w.from || at >= w.from+int64(len(w.data)) {
			if err := w.fetch(at, len(p)-n); err != nil {
				return n, err
			}
		}
		n += copy(p[n:], w.data[at-w.from:])
	}
	return n, nil
}

func (w *window) fetch(at int64, least int) error {
	if at == w.from+int64(len(w.data)) && at > 0 {
		w.next = min(2*w.next, wide)
	} else {
		w.next = narrow
	}
	n := min(int64(max(w.next, min(least, wide))), w.size-at)
	var o minio.GetObjectOptions
	if err := errors.Join(o.SetRange(at, at+n-1), o.SetMatchETag(w.etag)); err != nil {
		return fmt.Errorf("read %s: %w: %w", w.digest, iru.Internal, err)
	}
	r, _, _, err := w.s.core.GetObject(w.ctx, w.s.conf.Bucket, w.s.key(w.digest), o)
	if err != nil {
		return w.s.fault("read "+w.digest, err)
	}
	defer r.Close()
	data := make([]byte, n)
	if _, err := io.ReadFull(r, data); err != nil {
		return w.s.fault("read "+w.digest, err)
	}
	w.from, w.data = at, data
	return nil
}

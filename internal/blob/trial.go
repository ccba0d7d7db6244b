// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/minio/minio-go/v7"

	"iolaus/internal/iru"
)

// Try writes a little and takes it away again, to say whether the store can be written. Errors: Forbidden, Unavailable.
func (d *Disk) Try(context.Context) error {
	f, err := d.temporary()
	if err != nil {
		return fault("try store", err)
	}
	_, err = f.WriteString("a trial\n")
	if err = errors.Join(err, f.Sync(), os.Remove(f.Name()), f.Close()); err != nil {
		return fault("try store", err)
	}
	return nil
}

// LookAtDisk opens the store in a folder that is there and makes and sweeps nothing. Errors: NotFound, Unavailable.
func LookAtDisk(root string) (*Disk, error) {
	for _, p := range []string{"tmp", "sha256"} {
		_, err := os.Stat(filepath.Join(root, p))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("open store: %w: there is none in %s", iru.NotFound, root)
		}
		if err != nil {
			return nil, fault("open store", err)
		}
	}
	return &Disk{root: root, synced: map[string]bool{}}, nil
}

// Try writes a little and takes it away again, to say whether the bucket can be written, and whether it keeps what is there: a
// server that does not know conditional writes would write over it. Errors: Forbidden, Unavailable, Conflict.
func (s *S3) Try(ctx context.Context) error {
	key := path.Join(s.conf.Prefix, "trial", rand.Text())
	text := []byte("a trial\n")
	sum := sha256.Sum256(text)
	if err := s.put(ctx, key, bytes.NewReader(text), int64(len(text)), sum[:]); err != nil {
		return s.fault("try store", err)
	}
	again := s.put(ctx, key, bytes.NewReader(text), int64(len(text)), sum[:])
	if err := s.core.RemoveObject(ctx, s.conf.Bucket, key, minio.RemoveObjectOptions{}); err != nil {
		return s.fault("try store", err)
	}
	switch {
	case again == nil:
		return iru.Refuse(iru.Conflict, s.conf.Endpoint+" writes over objects although it was told not to (If-None-Match)", "use a server that knows conditional writes")
	case !is(again, "PreconditionFailed"):
		return s.fault("try store", again)
	}
	return nil
}

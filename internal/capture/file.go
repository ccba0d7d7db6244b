// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"iolaus/internal/iru"
)

// A File is one file of a finished capture, in its folder until the capture is closed.
type File struct {
	Name   string // "screenshot.png"
	Kind   string // "screenshot"
	SHA256 string
	Size   int64

	path string
}

// Open reads the file from its start.
func (f File) Open() (io.ReadCloser, error) {
	r, err := os.Open(f.path)
	if err != nil {
		return nil, fmt.Errorf("read %s of capture: %w: %w", f.Name, iru.Unavailable, err)
	}
	return r, nil
}

// keep writes one file of the capture; nothing is kept of an empty one.
func (p *Capture) keep(name, kind string, content io.Reader) error {
	f, err := os.OpenFile(p.path(name), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write %s of capture: %w: %w", name, iru.Unavailable, err)
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), content)
	if more := f.Close(); err == nil {
		err = more
	}
	if err != nil {
		return fmt.Errorf("write %s of capture: %w: %w", name, iru.Unavailable, err)
	}
	if n == 0 {
		return os.Remove(p.path(name))
	}
	p.files = append(p.files, File{Name: name, Kind: kind, SHA256: hex.EncodeToString(sum.Sum(nil)), Size: n, path: p.path(name)})
	return nil
}

// measure takes a file in that lies in the folder already.
func (p *Capture) measure(name, kind string) error {
	f, err := os.Open(p.path(name))
	if err != nil {
		return fmt.Errorf("read %s of capture: %w: %w", name, iru.Unavailable, err)
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return fmt.Errorf("read %s of capture: %w: %w", name, iru.Unavailable, err)
	}
	p.files = append(p.files, File{Name: name, Kind: kind, SHA256: hex.EncodeToString(sum.Sum(nil)), Size: n, path: p.path(name)})
	return nil
}

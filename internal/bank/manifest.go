// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
)

const (
	manifestName    = "manifest"
	manifestVersion = 1
)

var errDamaged = errors.New("damaged")

// manifest says which files count.
type manifest struct {
	Version   int     `json:"version"`
	Next      int     `json:"next"`      // the first number that no file has had
	Watermark int64   `json:"watermark"` // every number up to it has been taken in, apart from what the tail has
	Segments  []piece `json:"segments"`
	Tail      string  `json:"tail"`
	Dead      string  `json:"dead,omitempty"`
	// Doubt says that removals may have been lost: every number must be asked for.
	Doubt bool `json:"doubt,omitempty"`
}

// piece is a segment with the numbers in (After, UpTo]. Without a file it is a hole: they must be read again from the source.
type piece struct {
	File    string `json:"file,omitempty"`
	After   int64  `json:"after"`
	UpTo    int64  `json:"up_to"`
	Entries int    `json:"entries"`
}

// clone is a manifest that may be changed.
func (m manifest) clone() manifest {
	m.Segments = slices.Clone(m.Segments)
	return m
}

// name gives the next file its name.
func (m *manifest) name(kind string) string {
	m.Next++
	return fmt.Sprintf("%d.%s", m.Next-1, kind)
}

// names says whether a file counts.
func (m *manifest) names(file string) bool {
	return file == m.Tail || file == m.Dead || slices.ContainsFunc(m.Segments, func(p piece) bool { return p.File == file })
}

func (m *manifest) encode() []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // numbers and strings only
	}
	return fmt.Appendf(b, "\n%08x\n", crc32.Checksum(b, castagnoli))
}

func decodeManifest(b []byte) (m manifest, err error) {
	line, sum, ok := bytes.Cut(b, []byte("\n"))
	if !ok || string(sum) != fmt.Sprintf("%08x\n", crc32.Checksum(line, castagnoli)) {
		return m, errDamaged
	}
	if err := json.Unmarshal(line, &m); err != nil || m.Version != manifestVersion {
		return m, errDamaged
	}
	return m, nil
}

func readManifest(dir string) (m manifest, raw []byte, err error) {
	raw, err = os.ReadFile(filepath.Join(dir, manifestName))
	if err == nil {
		m, err = decodeManifest(raw)
	}
	return m, raw, err
}

// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ManifestVersion is the version of the format that this package writes and reads.
const ManifestVersion = 1

// Limits of a manifest.
const (
	ManifestBytes     = 1 << 20 // in canonical form
	ManifestFiles     = 4096
	ManifestRedirects = 50
	ManifestWarnings  = 200
)

// Manifest says what one capture found and binds its files together by their digests. Its canonical bytes are what the ledger
// covers. The format is described in docs/format/manifest.md.
type Manifest struct {
	Version    int             `json:"version"`
	Address    string          `json:"address"`     // asked for
	CapturedAt time.Time       `json:"captured_at"` // UTC, microseconds
	Vantage    Vantage         `json:"vantage"`
	Tool       Tool            `json:"tool"`
	Browser    string          `json:"browser,omitempty"` // that took the pictures, with its version; empty: none was taken
	Outcome    string          `json:"outcome"`           // a word of the outcomes of a look: "up", "soft_404"
	Final      string          `json:"final,omitempty"`   // address after redirects
	Status     int             `json:"status,omitzero"`   // HTTP status; 0 where there was none
	Redirects  []string        `json:"redirects,omitempty"`
	Files      []File          `json:"files"`
	DNS        json.RawMessage `json:"dns,omitempty"`
	TLS        json.RawMessage `json:"tls,omitempty"`
	RDAP       json.RawMessage `json:"rdap,omitempty"`
	Page       PageFacts       `json:"page,omitzero"`
	Warnings   []string        `json:"warnings,omitempty"` // what a court should know: "the page changed while it was read"
}

// Vantage is where a capture was made from.
type Vantage struct {
	Name     string `json:"name"`
	Address  string `json:"address,omitempty"`  // of the machine as servers see it
	Resolver string `json:"resolver,omitempty"` // of names
}

// Tool is the programme that made something.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// File is one file of a capture.
type File struct {
	Name   string `json:"name"`   // relative, with forward slashes
	Kind   string `json:"kind"`   // "warc", "screenshot", "text"
	SHA256 string `json:"sha256"` // 64 lower-case hexadecimal digits
	Size   int64  `json:"size"`   // bytes
}

// PageFacts are what the captured page says of itself.
type PageFacts struct {
	Title string `json:"title,omitempty"`
	Lang  string `json:"lang,omitempty"`
	Dir   string `json:"dir,omitempty"` // "ltr", "rtl"
}

// Encode returns the canonical bytes (RFC 8785): equal manifests have equal bytes. Files are put in the order of their names, the
// time in UTC and whole microseconds; Version may be 0. Numbers in the raw parts are doubles: write larger integers as text. The
// error wraps ErrInvalid.
func (m Manifest) Encode() ([]byte, error) {
	if m.Version == 0 {
		m.Version = ManifestVersion
	}
	m.CapturedAt = m.CapturedAt.UTC().Truncate(time.Microsecond)
	m.Files = slices.Clone(m.Files)
	slices.SortFunc(m.Files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("encode manifest: %w", err)
	}
	b, err := canonical(m, ManifestBytes)
	if err != nil {
		return nil, fmt.Errorf("encode manifest: %w", err)
	}
	return b, nil
}

// Digest is the SHA-256 of the canonical bytes, as 64 hexadecimal digits.
func (m Manifest) Digest() (string, error) {
	b, err := m.Encode()
	if err != nil {
		return "", err
	}
	return hexSum(b), nil
}

// ParseManifest reads canonical bytes and nothing else: unknown or repeated names, another version, broken limits (ErrInvalid) and
// any other way of writing the same (ErrNotCanonical) are refused.
func ParseManifest(b []byte) (Manifest, error) {
	var m Manifest
	if err := strict(b, &m, ManifestBytes); err != nil {
		return Manifest{}, fmt.Errorf("read manifest: %w", err)
	}
	if m.Version != ManifestVersion {
		return Manifest{}, fmt.Errorf("read manifest: %w: version %d, this programme reads version %d", ErrInvalid, m.Version, ManifestVersion)
	}
	m.CapturedAt = m.CapturedAt.UTC()
	again, err := m.Encode()
	if err != nil {
		return Manifest{}, fmt.Errorf("read manifest: %w", err)
	}
	if err := same(b, again); err != nil {
		return Manifest{}, fmt.Errorf("read manifest: %w", err)
	}
	return m, nil
}

// File finds a file by its name.
func (m Manifest) File(name string) (File, bool) {
	i := slices.IndexFunc(m.Files, func(f File) bool { return f.Name == name })
	if i < 0 {
		return File{}, false
	}
	return m.Files[i], true
}

func (m Manifest) check() error {
	if m.Version != ManifestVersion {
		return fmt.Errorf("%w: version %d, this programme writes version %d", ErrInvalid, m.Version, ManifestVersion)
	}
	type text struct {
		name, value string
		limit       int
		required    bool
	}
	texts := []text{
		{"address", m.Address, 8192, true}, {"final", m.Final, 8192, false}, {"outcome", m.Outcome, 64, true},
		{"vantage name", m.Vantage.Name, 256, true}, {"vantage address", m.Vantage.Address, 256, false},
		{"vantage resolver", m.Vantage.Resolver, 256, false}, {"tool name", m.Tool.Name, 256, true},
		{"tool version", m.Tool.Version, 256, true}, {"browser", m.Browser, 256, false}, {"page title", m.Page.Title, 8192, false}, {"page lang", m.Page.Lang, 64, false},
	}
	for _, r := range m.Redirects {
		texts = append(texts, text{"redirect", r, 8192, true})
	}
	for _, w := range m.Warnings {
		texts = append(texts, text{"warning", w, 4096, true})
	}
	for _, t := range texts {
		if err := line(t.name, t.value, t.limit, t.required); err != nil {
			return err
		}
	}
	switch {
	case !word(m.Outcome):
		return fmt.Errorf("%w: outcome %q is not a word of a-z, 0-9 and _", ErrInvalid, m.Outcome)
	case m.Status != 0 && (m.Status < 100 || m.Status > 999):
		return fmt.Errorf("%w: status %d", ErrInvalid, m.Status)
	case m.Page.Dir != "" && m.Page.Dir != "ltr" && m.Page.Dir != "rtl":
		return fmt.Errorf("%w: page dir %q", ErrInvalid, m.Page.Dir)
	case len(m.Redirects) > ManifestRedirects:
		return fmt.Errorf("%w: %d redirects, at most %d", ErrInvalid, len(m.Redirects), ManifestRedirects)
	case len(m.Warnings) > ManifestWarnings:
		return fmt.Errorf("%w: %d warnings, at most %d", ErrInvalid, len(m.Warnings), ManifestWarnings)
	case len(m.Files) > ManifestFiles:
		return fmt.Errorf("%w: %d files, at most %d", ErrInvalid, len(m.Files), ManifestFiles)
	}
	for i, f := range m.Files {
		if err := f.check(); err != nil {
			return err
		}
		if i > 0 && m.Files[i-1].Name == f.Name {
			return fmt.Errorf("%w: two files are named %q", ErrInvalid, f.Name)
		}
	}
	return instant("captured_at", m.CapturedAt)
}

func (f File) check() error {
	if err := line("file name", f.Name, 512, true); err != nil {
		return err
	}
	if strings.ContainsAny(f.Name, `\:`) {
		return fmt.Errorf("%w: file name %q is not relative with forward slashes", ErrInvalid, f.Name)
	}
	for part := range strings.SplitSeq(f.Name, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("%w: file name %q is not relative with forward slashes", ErrInvalid, f.Name)
		}
	}
	if !word(f.Kind) || len(f.Kind) > 64 {
		return fmt.Errorf("%w: kind %.80q of file %q is not a word of a-z, 0-9 and _", ErrInvalid, f.Kind, f.Name)
	}
	if !isDigest(f.SHA256) {
		return fmt.Errorf("%w: SHA-256 of file %q is not 64 lower-case hexadecimal digits", ErrInvalid, f.Name)
	}
	if f.Size < 0 || f.Size > 1<<53 {
		return fmt.Errorf("%w: size %d of file %q", ErrInvalid, f.Size, f.Name)
	}
	return nil
}

func word(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

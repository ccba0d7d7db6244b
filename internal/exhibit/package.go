// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

const (
	waczVersion  = "1.1.1"
	bundleHeader = "iolaus/bundle/v1\n"
	packageBytes = 64 << 20
)

// dataPackage is datapackage.json (WACZ 1.1.1, Frictionless Data Package).
type dataPackage struct {
	Profile   string       `json:"profile"`
	WACZ      string       `json:"wacz_version"`
	Title     string       `json:"title"`
	Created   time.Time    `json:"created"`
	Software  string       `json:"software"`
	MainURL   string       `json:"mainPageUrl"`
	MainDate  time.Time    `json:"mainPageDate"`
	Iolaus    packageFacts `json:"iolaus"`
	Resources []resource   `json:"resources"`
}

type packageFacts struct {
	Version  int    `json:"version"`
	Exhibit  string `json:"exhibit"`
	Manifest string `json:"manifest"` // SHA-256
	Log      string `json:"log"`
}

type resource struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Hash  string `json:"hash"`
	Bytes int64  `json:"bytes"`
}

// encode is the canonical form.
func (d dataPackage) encode() ([]byte, error) {
	d.Created = d.Created.UTC().Truncate(time.Microsecond)
	for name, value := range map[string]string{"title": d.Title, "software": d.Software, "exhibit": d.Iolaus.Exhibit} {
		if err := line(name, value, 1024, true); err != nil {
			return nil, err
		}
	}
	if err := instant("created", d.Created); err != nil {
		return nil, err
	}
	return canonical(d, packageBytes)
}

// resources lists files in the order of their paths.
func resources(files map[string]measured) []resource {
	all := make([]resource, 0, len(files))
	for path, f := range files {
		if path != packagePath && path != digestPath {
			all = append(all, resource{path, path, "sha256:" + f.sum, f.size})
		}
	}
	slices.SortFunc(all, func(a, b resource) int { return cmp.Compare(a.Path, b.Path) })
	return all
}

// dataPackage lists all other files.
func (b Bundle) dataPackage(m Manifest, files map[string]measured, exhibit string) ([]byte, error) {
	name, _, _ := strings.Cut(b.Key, "+")
	return dataPackage{
		Profile: "data-package", WACZ: waczVersion, Title: b.Title, Created: b.Created, Software: b.Tool.Name + " " + b.Tool.Version,
		MainURL: m.mainPage(), MainDate: m.CapturedAt,
		Iolaus:    packageFacts{BundleVersion, exhibit, hexSum(b.Manifest), name},
		Resources: resources(files),
	}.encode()
}

// packageDigest is datapackage-digest.json.
type packageDigest struct {
	Path string `json:"path"`
	Hash string `json:"hash"`
	Note string `json:"note"` // signed
}

// noteText is what the log's key signs over a bundle.
func noteText(sum string) string { return bundleHeader + sum + "\n" }

func (b Bundle) digest(list []byte) ([]byte, error) {
	sum := hexSum(list)
	signed, err := b.Sign(noteText(sum))
	if err != nil {
		return nil, fmt.Errorf("sign bundle: %w", err)
	}
	if _, err := openNote(signed, sum, b.Key); err != nil {
		return nil, fmt.Errorf("sign bundle: %w", err)
	}
	return canonical(packageDigest{packagePath, "sha256:" + sum, string(signed)}, packageBytes)
}

// openNote checks the signature over the list of files, and returns the name of the key.
func openNote(signed []byte, sum, key string) (string, error) {
	v, err := note.NewVerifier(key)
	if err != nil {
		return "", fmt.Errorf("%w: the log's key: %w", ErrBundle, err)
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return v.Name(), fmt.Errorf("%w: it is not signed by the key of %s: %w", ErrBundle, v.Name(), err)
	}
	// Only that one signature, written in the one way: package note reads past bits that base64 leaves over.
	again, err := note.Sign(&note.Note{Text: n.Text, Sigs: n.Sigs})
	if err != nil || string(again) != string(signed) || len(n.UnverifiedSigs) > 0 || len(n.Sigs) != 1 || !strictBase64(n.Sigs[0].Base64) {
		return v.Name(), fmt.Errorf("%w: its signature is not written as its signer does", ErrBundle)
	}
	if n.Text != noteText(sum) {
		return v.Name(), fmt.Errorf("%w: another list of files was signed, or something else", ErrBundle)
	}
	return v.Name(), nil
}

func strictBase64(s string) bool {
	_, err := base64.StdEncoding.Strict().DecodeString(s)
	return err == nil
}

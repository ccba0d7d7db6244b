// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"iolaus/internal/recognise"
)

// An APK is what a package file of an Android app says of itself.
type APK struct {
	Package     string   `json:"package"`
	Version     string   `json:"version,omitempty"` // for people; "" where the manifest only refers to it
	Code        uint64   `json:"code,omitempty"`
	Label       string   `json:"label,omitempty"`
	MinSDK      uint64   `json:"min_sdk,omitempty"`
	TargetSDK   uint64   `json:"target_sdk,omitempty"`
	Permissions []string `json:"permissions,omitempty"`
	Hosts       []string `json:"hosts,omitempty"` // that its manifest claims links of
	Signers     []Signer `json:"signers,omitempty"`
	Addresses   []string `json:"addresses,omitempty"` // that stand in its code and resources as text
	Problem     string   `json:"problem,omitempty"`   // what could not be read
}

// A Signer is who signed a package.
type Signer struct {
	Scheme  string `json:"scheme"`  // "v1", "v2", "v3"
	SHA256  string `json:"sha256"`  // of the certificate in DER, hex
	SPKI    string `json:"spki"`    // SHA-256 of its public key, hex
	Subject string `json:"subject"` // as the certificate names itself
	Holds   bool   `json:"holds"`   // the signature is right and covers the file: who copies a certificate cannot make it hold
}

// Limits of a package, in bytes: its directory, and a part that is unpacked.
const (
	maxDirectory = 8 << 20
	maxPart      = 16 << 20
	maxParts     = 20_000
)

// ReadAPK reads a package. It is no APK without a readable manifest (ErrFormat); a signature that is missing or wrong is told, not refused.
func ReadAPK(body []byte) (APK, error) {
	var a APK
	z, end, err := openZip(body)
	if err != nil {
		return a, err
	}
	raw, err := part(z, "AndroidManifest.xml", 4<<20)
	if err != nil {
		return a, wrong("APK", "%v", err)
	}
	if a, err = readManifest(raw); err != nil {
		return APK{}, err
	}
	var problems list
	block, err := signingBlock(body, end)
	if err != nil {
		problems.add(err.Error())
	}
	a.Signers = block.signers(body, end)
	if v1, err := signersV1(z); err != nil {
		problems.add(err.Error())
	} else {
		a.Signers = append(a.Signers, v1...)
	}
	a.Signers = a.Signers[:min(len(a.Signers), maxList)]
	var found list
	budget := int64(maxPart)
	for _, f := range z.File {
		if name := f.Name; budget > 0 && (strings.HasSuffix(name, ".dex") || name == "resources.arsc" || strings.HasPrefix(name, "assets/")) {
			b, _ := unpack(f, budget) // what came before an error counts
			budget -= int64(len(b))
			addressesIn(b, &found)
		}
	}
	a.Addresses, a.Problem = found.all, word(strings.Join(problems.all, "; "))
	return a, nil
}

// An ending is where a ZIP file's directory lies.
type ending struct {
	directory int // offset
	end       int // offset of the end record
}

var errNoZip = errors.New("it is no ZIP file")

// openZip opens a ZIP file whose directory is of a sound size.
func openZip(body []byte) (*zip.Reader, ending, error) {
	var e ending
	// APPNOTE 6.3.10, 4.3.16: 22 bytes and a remark of at most 65,535.
	from := max(0, len(body)-22-65535)
	at := bytes.LastIndex(body[from:], []byte("PK\x05\x06"))
	if at < 0 || len(body)-from-at < 22 {
		return nil, e, wrong("package", "%v", errNoZip)
	}
	e.end = from + at
	e.directory = int(binary.LittleEndian.Uint32(body[e.end+16:]))
	if e.directory > e.end {
		return nil, e, wrong("package", "its directory lies nowhere")
	}
	if e.end-e.directory > maxDirectory {
		return nil, e, tooLarge("package", "a directory of %d bytes", e.end-e.directory)
	}
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, e, wrong("package", "%v", err)
	}
	if len(z.File) > maxParts {
		return nil, e, tooLarge("package", "%d files", len(z.File))
	}
	return z, e, nil
}

// part unpacks the first file of a name.
func part(z *zip.Reader, name string, most int64) ([]byte, error) {
	for _, f := range z.File {
		if f.Name == name {
			return unpack(f, most)
		}
	}
	return nil, errors.New("it has no " + name)
}

func unpack(f *zip.File, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close() // it only reads
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if int64(len(b)) > most {
		return b[:most], errors.New(f.Name + " is larger than may be")
	}
	return b, err
}

// addressesIn finds addresses in any bytes.
func addressesIn(b []byte, into *list) {
	for _, a := range recognise.AddressesIn(b) {
		if a = absolute(nil, a); a != "" && !strings.HasPrefix(a, "http://schemas.android.com/") && !strings.HasPrefix(a, "http://www.w3.org/") {
			into.add(a)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"archive/zip"
	"bytes"
	"crypto/sha1" // what JAR files of the time before 2017 are signed with
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"hash"
	"path"
	"strings"

	"github.com/smallstep/pkcs7"
)

// signersV1 reads who signed the files of a JAR, and whether all of it holds: the signature over the signature file, that over the manifest,
// the manifest over each file.
func signersV1(z *zip.Reader) (out []Signer, err error) {
	for _, f := range z.File {
		ext := strings.ToUpper(path.Ext(f.Name))
		if !strings.HasPrefix(f.Name, "META-INF/") || strings.Count(f.Name, "/") != 1 || ext != ".RSA" && ext != ".DSA" && ext != ".EC" || len(out) >= 10 {
			continue
		}
		raw, failed := unpack(f, 1<<20)
		if failed != nil {
			err = failed
			continue
		}
		p, failed := pkcs7.Parse(raw)
		if failed != nil {
			err = errors.New("a signature in META-INF cannot be read")
			continue
		}
		c := p.GetOnlySigner()
		if c == nil {
			err = errors.New("a signature in META-INF has not one signer")
			continue
		}
		s := signerOf(c, "v1")
		s.Holds = jarHolds(z, strings.TrimSuffix(f.Name, path.Ext(f.Name))+".SF", p)
		out = append(out, s)
	}
	return out, err
}

func jarHolds(z *zip.Reader, name string, p *pkcs7.PKCS7) bool {
	sf, err := part(z, name, 4<<20)
	if err != nil {
		return false
	}
	manifest, err := part(z, "META-INF/MANIFEST.MF", 4<<20)
	if err != nil {
		return false
	}
	p.Content = sf
	if p.Verify() != nil {
		return false
	}
	head, _ := sections(sf)
	if !digestOf(head, "-Digest-Manifest", manifest) {
		return false
	}
	_, named := sections(manifest)
	left := int64(4 * maxPart)
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") || strings.HasPrefix(f.Name, "META-INF/") {
			continue
		}
		b, err := unpack(f, left)
		if left -= int64(len(b)); err != nil || left <= 0 || !digestOf(named[f.Name], "-Digest", b) {
			return false
		}
	}
	return true
}

// digestOf reports whether attributes hold the digest of some bytes by the strongest function that is named, and no wrong one.
func digestOf(attributes map[string]string, suffix string, of []byte) bool {
	for _, h := range []struct {
		name string
		new  func() hash.Hash
	}{{"SHA-512", sha512.New}, {"SHA-256", sha256.New}, {"SHA1", sha1.New}} {
		want, ok := attributes[h.name+suffix]
		if !ok {
			continue
		}
		sum := h.new()
		sum.Write(of)
		return base64.StdEncoding.EncodeToString(sum.Sum(nil)) == want
	}
	return false
}

// sections reads a manifest of a JAR file: its head, and one section for each name.
func sections(b []byte) (head map[string]string, named map[string]map[string]string) {
	named = map[string]map[string]string{}
	now := map[string]string{}
	head = now
	last := ""
	for l := range bytes.Lines(b) {
		s := strings.TrimRight(string(l), "\r\n")
		switch {
		case s == "":
			now, last = map[string]string{}, ""
		case s[0] == ' ': // goes on
			if last != "" && len(now[last]) < 8*maxWord {
				now[last] += s[1:]
				if last == "Name" {
					named[now[last]] = now
				}
			}
		default:
			name, value, ok := strings.Cut(s, ": ")
			if !ok || len(now) > 64 || len(named) > maxParts {
				continue
			}
			now[name], last = value, name
			if name == "Name" {
				named[value] = now
			}
		}
	}
	return head, named
}

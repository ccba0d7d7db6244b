// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
)

// Identifiers in the APK Signing Block (source.android.com: APK Signature Scheme v2, v3, v3.1).
const (
	blockMagic = "APK Sig Block 42"
	idV2       = 0x7109871a
	idV3       = 0xf05368c0
	idV31      = 0x1b93ad61
)

// A block is the APK Signing Block: where it begins, and its parts that are read.
type block struct {
	at    int
	parts map[uint32][]byte
}

// signingBlock finds the block that lies before the directory; an empty one where there is none.
func signingBlock(body []byte, e ending) (block, error) {
	var b block
	if e.directory < 32 || string(body[e.directory-16:e.directory]) != blockMagic {
		return b, nil
	}
	size := binary.LittleEndian.Uint64(body[e.directory-24:])
	if size < 24 || size > uint64(e.directory)-8 {
		return b, errors.New("its signing block lies nowhere")
	}
	b.at = e.directory - int(size) - 8
	if binary.LittleEndian.Uint64(body[b.at:]) != size {
		return block{}, errors.New("its signing block has two lengths")
	}
	b.parts = map[uint32][]byte{}
	for rest := body[b.at+8 : e.directory-24]; len(rest) > 0; {
		if len(rest) < 12 {
			return b, errors.New("its signing block is cut")
		}
		n := binary.LittleEndian.Uint64(rest)
		if n < 4 || n > uint64(len(rest)-8) {
			return b, errors.New("a part of its signing block is longer than the block")
		}
		id := binary.LittleEndian.Uint32(rest[8:])
		if _, twice := b.parts[id]; !twice && (id == idV2 || id == idV3 || id == idV31) {
			b.parts[id] = rest[12 : 8+n]
		}
		rest = rest[8+n:]
	}
	return b, nil
}

// signers reads who signed by v2 and v3, at most ten each, which is what Android allows.
func (b block) signers(body []byte, e ending) (out []Signer) {
	sums := map[crypto.Hash][]byte{}
	content := func(h crypto.Hash) []byte {
		if sums[h] == nil {
			sums[h] = contentDigest(body, b.at, e, h)
		}
		return sums[h]
	}
	for _, s := range []struct {
		id   uint32
		name string
		skip int // bytes between signed data and signatures
	}{{idV2, "v2", 0}, {idV3, "v3", 8}, {idV31, "v3", 8}} {
		all, _, ok := prefixed(b.parts[s.id])
		for n := 0; ok && len(all) > 0 && n < 10; n++ {
			var one []byte
			if one, all, ok = prefixed(all); !ok {
				break
			}
			if signer, ok := readSigner(one, s.name, s.skip, content); ok {
				out = append(out, signer)
			}
		}
	}
	return out
}

// prefixed takes what its length of four bytes says.
func prefixed(b []byte) (one, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	n := binary.LittleEndian.Uint32(b)
	if uint64(n) > uint64(len(b)-4) {
		return nil, nil, false
	}
	return b[4 : 4+n], b[4+n:], true
}

func readSigner(b []byte, scheme string, skip int, content func(crypto.Hash) []byte) (Signer, bool) {
	data, rest, ok := prefixed(b)
	if !ok || len(rest) < skip {
		return Signer{}, false
	}
	signatures, rest, ok := prefixed(rest[skip:])
	if !ok {
		return Signer{}, false
	}
	key, _, _ := prefixed(rest)
	digests, rest, ok := prefixed(data)
	if !ok {
		return Signer{}, false
	}
	certs, _, ok := prefixed(rest)
	if !ok {
		return Signer{}, false
	}
	der, _, ok := prefixed(certs)
	if !ok {
		return Signer{}, false
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return Signer{}, false
	}
	s := signerOf(c, scheme)
	s.Holds = bytes.Equal(key, c.RawSubjectPublicKeyInfo) && covered(c, data, digests, signatures, content)
	return s, true
}

func signerOf(c *x509.Certificate, scheme string) Signer {
	whole, key := sha256.Sum256(c.Raw), sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return Signer{Scheme: scheme, SHA256: hex.EncodeToString(whole[:]), SPKI: hex.EncodeToString(key[:]), Subject: word(c.Subject.String())}
}

// An algorithm is one of the signature algorithms of the schemes.
type algorithm struct {
	hash crypto.Hash
	pss  bool
}

var algorithms = map[uint32]algorithm{
	0x0101: {crypto.SHA256, true}, 0x0102: {crypto.SHA512, true},
	0x0103: {crypto.SHA256, false}, 0x0104: {crypto.SHA512, false},
	0x0201: {crypto.SHA256, false}, 0x0202: {crypto.SHA512, false},
}

// covered reports whether a signature of the certificate's key stands over the data, and the data over the file.
func covered(c *x509.Certificate, data, digests, signatures []byte, content func(crypto.Hash) []byte) bool {
	for n := 0; len(signatures) > 0 && n < 16; n++ {
		one, rest, ok := prefixed(signatures)
		signatures = rest
		if !ok || len(one) < 8 {
			return false
		}
		id := binary.LittleEndian.Uint32(one)
		a, known := algorithms[id]
		sig, _, ok := prefixed(one[4:])
		if !known || !ok || !verified(c.PublicKey, a, data, sig) {
			continue
		}
		for d := digests; len(d) > 0; {
			var one []byte
			if one, d, ok = prefixed(d); !ok || len(one) < 8 {
				return false
			}
			if sum, _, ok := prefixed(one[4:]); ok && binary.LittleEndian.Uint32(one) == id {
				return bytes.Equal(sum, content(a.hash))
			}
		}
	}
	return false
}

func verified(key any, a algorithm, data, sig []byte) bool {
	h := a.hash.New()
	h.Write(data)
	sum := h.Sum(nil)
	switch k := key.(type) {
	case *rsa.PublicKey:
		if a.pss {
			return rsa.VerifyPSS(k, a.hash, sum, sig, &rsa.PSSOptions{SaltLength: a.hash.Size()}) == nil
		}
		return rsa.VerifyPKCS1v15(k, a.hash, sum, sig) == nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(k, sum, sig)
	}
	return false
}

// contentDigest is over pieces of a mebibyte of the entries, the directory and the end record, which points to the block where it pointed to
// the directory.
func contentDigest(body []byte, at int, e ending, h crypto.Hash) []byte {
	end := bytes.Clone(body[e.end:])
	binary.LittleEndian.PutUint32(end[16:], uint32(at))
	var sums []byte
	count := uint32(0)
	one := newHash(h)
	for _, section := range [][]byte{body[:at], body[e.directory:e.end], end} {
		for len(section) > 0 {
			piece := section[:min(len(section), 1<<20)]
			section = section[len(piece):]
			one.Reset()
			one.Write(binary.LittleEndian.AppendUint32([]byte{0xa5}, uint32(len(piece))))
			one.Write(piece)
			sums = one.Sum(sums)
			count++
		}
	}
	one.Reset()
	one.Write(binary.LittleEndian.AppendUint32([]byte{0x5a}, count))
	one.Write(sums)
	return one.Sum(nil)
}

func newHash(h crypto.Hash) hash.Hash {
	if h == crypto.SHA512 {
		return sha512.New()
	}
	return sha256.New()
}

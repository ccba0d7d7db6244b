// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1" // what CRX of version 2 is signed with
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
)

const crxMagic = "Cr24"

// Fields of the header of CRX 3 (chromium: components/crx_file/crx3.proto).
const (
	fieldRSA    = 2
	fieldECDSA  = 3
	fieldSigned = 10000
	fieldKey    = 1
	fieldProof  = 2
	fieldID     = 1
)

// readCRX reads the header: whose package it is, and whether that one's signature covers it.
func readCRX(b []byte) (Addon, []byte, error) {
	if len(b) < 16 {
		return Addon{}, nil, wrong("CRX", "it is cut")
	}
	switch v := binary.LittleEndian.Uint32(b[4:]); v {
	case 3:
		return readCRX3(b)
	case 2:
		return readCRX2(b)
	default:
		return Addon{}, nil, wrong("CRX", "version %d", v)
	}
}

func readCRX3(b []byte) (Addon, []byte, error) {
	a := Addon{Form: "crx3"}
	n := binary.LittleEndian.Uint32(b[8:])
	if uint64(n) > uint64(len(b)-12) || n > 1<<20 {
		return a, nil, wrong("CRX", "a header of %d bytes", n)
	}
	head, archive := b[12:12+n], b[12+n:]
	type proof struct {
		field          uint64
		key, signature []byte
	}
	var proofs []proof
	var signed, id []byte
	ok := fields(head, func(field uint64, v []byte) {
		switch field {
		case fieldRSA, fieldECDSA:
			p := proof{field: field}
			fields(v, func(f uint64, v []byte) {
				switch f {
				case fieldKey:
					p.key = v
				case fieldProof:
					p.signature = v
				}
			})
			if len(proofs) < 16 {
				proofs = append(proofs, p)
			}
		case fieldSigned:
			signed = v
		}
	})
	fields(signed, func(f uint64, v []byte) {
		if f == fieldID {
			id = v
		}
	})
	if !ok || len(id) != 16 {
		return a, nil, wrong("CRX", "its header names no identifier")
	}
	a.Identifier = letters(id)
	h := sha256.New()
	h.Write([]byte("CRX3 SignedData\x00"))
	h.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(signed))))
	h.Write(signed)
	h.Write(archive)
	sum := h.Sum(nil)
	for _, p := range proofs { // the publisher's own key is the one that the identifier is made of
		own := sha256.Sum256(p.key)
		if !bytes.Equal(own[:16], id) {
			continue
		}
		a.Key = keyOf(p.key)
		key, err := x509.ParsePKIXPublicKey(p.key)
		if err != nil {
			break
		}
		switch k := key.(type) {
		case *rsa.PublicKey:
			a.Holds = p.field == fieldRSA && rsa.VerifyPKCS1v15(k, crypto.SHA256, sum, p.signature) == nil
		case *ecdsa.PublicKey:
			a.Holds = p.field == fieldECDSA && ecdsa.VerifyASN1(k, sum, p.signature)
		}
		break
	}
	if a.Key == "" {
		a.Problem = "no key in it makes its identifier"
	} else if !a.Holds {
		a.Problem = "its signature does not cover it"
	}
	return a, archive, nil
}

func readCRX2(b []byte) (Addon, []byte, error) {
	a := Addon{Form: "crx2"}
	n, m := uint64(binary.LittleEndian.Uint32(b[8:])), uint64(binary.LittleEndian.Uint32(b[12:]))
	if n+m > uint64(len(b)-16) {
		return a, nil, wrong("CRX", "its key and signature are longer than it")
	}
	key, signature, archive := b[16:16+n], b[16+n:16+n+m], b[16+n+m:]
	a.Key, a.Identifier = keyOf(key), identifierOf(key)
	sum := sha1.Sum(archive)
	if k, err := x509.ParsePKIXPublicKey(key); err == nil {
		if k, ok := k.(*rsa.PublicKey); ok {
			a.Holds = rsa.VerifyPKCS1v15(k, crypto.SHA1, sum[:], signature) == nil
		}
	}
	if !a.Holds {
		a.Problem = "its signature does not cover it"
	}
	return a, archive, nil
}

// fields walks a message of protocol buffers and gives each field of bytes; false where it is none.
func fields(b []byte, f func(field uint64, v []byte)) bool {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return false
		}
		b = b[n:]
		switch tag & 7 {
		case 0:
			if _, n = binary.Uvarint(b); n <= 0 {
				return false
			}
			b = b[n:]
		case 1, 5:
			size := 8
			if tag&7 == 5 {
				size = 4
			}
			if len(b) < size {
				return false
			}
			b = b[size:]
		case 2:
			size, n := binary.Uvarint(b)
			if n <= 0 || size > uint64(len(b)-n) {
				return false
			}
			f(tag>>3, b[n:n+int(size)])
			b = b[n+int(size):]
		default:
			return false
		}
	}
	return true
}

func keyOf(key []byte) string {
	h := sha256.Sum256(key)
	return hex.EncodeToString(h[:])
}

// identifierOf is the identifier that a key makes: half of its SHA-256, written in the letters a to p.
func identifierOf(key []byte) string {
	h := sha256.Sum256(key)
	return letters(h[:16])
}

func letters(b []byte) string {
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		out = append(out, 'a'+c>>4, 'a'+c&15)
	}
	return string(out)
}

// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// ErrSyntax is returned when the text form of a fingerprint cannot be read.
var ErrSyntax = errors.New("not a valid fingerprint")

// Digest is a SHA-256 (FIPS 180-4): two contents with equal digests are the same bytes.
type Digest [32]byte

// SHA256 is the digest of b.
func SHA256(b []byte) Digest { return sha256.Sum256(b) }

// ParseDigest reads 64 hexadecimal digits of either case. The error wraps ErrSyntax.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	if len(s) != 2*len(d) {
		return d, fmt.Errorf("read digest: %w: want 64 hexadecimal digits, got %d characters", ErrSyntax, len(s))
	}
	if _, err := hex.Decode(d[:], []byte(s)); err != nil {
		return Digest{}, fmt.Errorf("read digest: %w: %v", ErrSyntax, err)
	}
	return d, nil
}

// Hex is the digest as 64 lower-case hexadecimal digits.
func (d Digest) Hex() string { return hex.EncodeToString(d[:]) }

// String is Hex.
func (d Digest) String() string { return d.Hex() }

// MarshalText is the form for JSON and configuration: Hex.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.Hex()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Digest) UnmarshalText(b []byte) error {
	v, err := ParseDigest(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// MD5Sum is an MD5 (RFC 1321). Anybody can make two contents with equal sums: it is for looking up what others' lists know by
// nothing better, never for telling that two contents are the same.
type MD5Sum [16]byte

// MD5 is the sum of b.
func MD5(b []byte) MD5Sum { return md5.Sum(b) }

// ParseMD5 reads 32 hexadecimal digits of either case. The error wraps ErrSyntax.
func ParseMD5(s string) (MD5Sum, error) {
	var m MD5Sum
	if len(s) != 2*len(m) {
		return m, fmt.Errorf("read MD5: %w: want 32 hexadecimal digits, got %d characters", ErrSyntax, len(s))
	}
	if _, err := hex.Decode(m[:], []byte(s)); err != nil {
		return MD5Sum{}, fmt.Errorf("read MD5: %w: %v", ErrSyntax, err)
	}
	return m, nil
}

// Hex is the sum as 32 lower-case hexadecimal digits.
func (m MD5Sum) Hex() string { return hex.EncodeToString(m[:]) }

// String is Hex.
func (m MD5Sum) String() string { return m.Hex() }

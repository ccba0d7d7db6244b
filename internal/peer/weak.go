// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"crypto/ed25519"
	"encoding/hex"
	"slices"
)

// weak says whether a signing key is a point of small order (RFC 8032, section 5.1: the cofactor is 8). A signature can be made that fits such
// a key and every message: nothing that its owner signs proves anything. These are the y of all of them, the two last in a form that is not
// canonical, which package ed25519 takes too; the bit for the sign of x is left out.
func weak(key ed25519.PublicKey) bool {
	y := slices.Clone(key)
	y[len(y)-1] &= 0x7f
	return slices.Contains([]string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	}, hex.EncodeToString(y))
}

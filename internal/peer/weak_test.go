// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"testing"
)

// A key under which one signature fits every message makes a good-looking card, which is refused; so is a witness with such a key.
func TestKeysThatProveNothing(t *testing.T) {
	_, c := trams(t)
	identity := append([]byte{1}, make([]byte, 31)...)
	signature := append(bytes.Clone(identity), make([]byte, 32)...) // R the identity, S nought
	for _, key := range [][]byte{identity, append(append([]byte{0xee}, bytes.Repeat([]byte{0xff}, 30)...), 0x7f)} {
		for i := range 5 {
			if !ed25519.Verify(key, fmt.Appendf(nil, "fog %d", i), signature) {
				t.Fatalf("%x does not sign everything", key)
			}
		}
		bad := c
		bad.Sign, bad.signature = key, signature
		if _, err := ParseCard([]byte(bad.Text())); FaultOf(err) != Malformed {
			t.Errorf("signing with %x: %v", key, err)
		}
	}
	bad := c
	bad.Witness = append(make([]byte, 31), 0x80)
	if err := bad.check(); FaultOf(err) != Malformed {
		t.Errorf("a witness of small order: %v", err)
	}
	if weak(c.Sign) || weak(c.Witness) {
		t.Error("a good key is said to be weak")
	}
}

// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestDigest(t *testing.T) {
	t.Parallel()
	// FIPS 180-4 example for the message "abc".
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	d := SHA256([]byte("abc"))
	if d.Hex() != want || d.String() != want {
		t.Errorf("digest of abc is %s", d)
	}
	text, err := json.Marshal(map[string]Digest{"file": d})
	if err != nil || string(text) != `{"file":"`+want+`"}` {
		t.Errorf("JSON form %s, %v", text, err)
	}
	var back map[string]Digest
	if err := json.Unmarshal(text, &back); err != nil || back["file"] != d {
		t.Errorf("read back %v, %v", back, err)
	}
	if got, err := ParseDigest(strings.ToUpper(want)); err != nil || got != d {
		t.Errorf("upper case: %v, %v", got, err)
	}
	for _, bad := range []string{"", want[1:], want + "0", "x" + want[1:]} {
		if _, err := ParseDigest(bad); !errors.Is(err, ErrSyntax) {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

func TestMD5(t *testing.T) {
	t.Parallel()
	// RFC 1321, appendix A.5.
	const want = "900150983cd24fb0d6963f7d28e17f72"
	m := MD5([]byte("abc"))
	if m.Hex() != want || m.String() != want {
		t.Errorf("MD5 of abc is %s", m)
	}
	if got, err := ParseMD5(strings.ToUpper(want)); err != nil || got != m {
		t.Errorf("upper case: %v, %v", got, err)
	}
	for _, bad := range []string{"", want[1:], want + "0", "x" + want[1:]} {
		if _, err := ParseMD5(bad); !errors.Is(err, ErrSyntax) {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"filippo.io/age"

	"iolaus/internal/iru"
)

// NewIdentity makes an identity of an installation, as the text that [ReadIdentities] reads.
func NewIdentity() (*age.X25519Identity, error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("make evidence key: %w: %w", iru.Internal, err)
	}
	return id, nil
}

// ReadIdentities reads an installation's identities: a line each, the newest first; # begins a remark. Its error is Invalid and
// quotes nothing of the text.
func ReadIdentities(text []byte) ([]*age.X25519Identity, error) {
	var ids []*age.X25519Identity
	for n, line := range bytes.Split(text, []byte("\n")) {
		l := strings.TrimSpace(string(line))
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		id, err := age.ParseX25519Identity(l)
		if err != nil {
			return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("line %d of the evidence keys is no age identity", n+1), "restore the file from a backup")
		}
		if !slices.ContainsFunc(ids, func(o *age.X25519Identity) bool { return o.String() == id.String() }) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, iru.Refuse(iru.Invalid, "there is no age identity among the evidence keys", "restore the file from a backup")
	}
	return ids, nil
}

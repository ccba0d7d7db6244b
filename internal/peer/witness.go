// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"encoding/hex"
	"fmt"

	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// Cosigner is the name of the keys under which they cosign checkpoints.
func (c Card) cosigner() string {
	id := c.ID()
	return hex.EncodeToString(id[:16]) + ".peer.invalid"
}

// Witness cosigns the checkpoints of partners' logs with the identity's key for that.
func (id Identity) Witness() (ledger.Witness, error) {
	w, err := ledger.NewWitness(id.card.cosigner(), id.witness)
	if err != nil {
		return ledger.Witness{}, fmt.Errorf("make witness: %w: %w", iru.Internal, err)
	}
	return w, nil
}

// Cosigner checks what the owner of the card cosigned.
func (c Card) Cosigner() (ledger.Cosigner, error) {
	v, err := ledger.NewCosigner(ledger.CosignerKey(c.cosigner(), c.Witness))
	if err != nil {
		return ledger.Cosigner{}, fmt.Errorf("read card: %w: %w", Malformed, err)
	}
	return v, nil
}

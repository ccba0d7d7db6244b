// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var participants = shape[iru.Participant]{"participant", "id, operation, unit, partner, kind, name, country, roles, heard", func(p *iru.Participant) []any {
	return []any{&p.ID, &p.Operation, &p.Unit, &p.Partner, &p.Kind, &p.Name, &p.Country, JSON(&p.Roles), Micros(&p.Heard)}
}}

// AddParticipant stores a participant and sets its id: it takes part from now on.
func (t *Tx) AddParticipant(ctx context.Context, p *iru.Participant) error {
	return participants.insert(ctx, t, p)
}

// Participant reads one. Reading its operation checks the scope.
func (t *Tx) Participant(ctx context.Context, id iru.ParticipantID) (iru.Participant, error) {
	return participants.get(ctx, t, "id=$1", id)
}

// Participants lists who takes part in an operation, in the order in which they came. Reading the operation checks the scope.
func (t *Tx) Participants(ctx context.Context, o iru.OperationID) ([]iru.Participant, error) {
	return participants.list(ctx, t, "WHERE operation=$1 ORDER BY id", o)
}

// UpdateParticipant stores it again.
func (t *Tx) UpdateParticipant(ctx context.Context, p iru.Participant) error {
	return participants.update(ctx, t, &p, "", nil)
}

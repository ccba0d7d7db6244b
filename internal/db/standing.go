// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"time"

	"iolaus/internal/iru"
)

var invitations = shape[iru.Invitation]{"invitation", "id, unit, partner, operation, name, roles, note, handling, state, at, by_officer, decided, reason, own", func(i *iru.Invitation) []any {
	return []any{&i.ID, &i.Unit, &i.Partner, &i.Operation, &i.Name, JSON(&i.Roles), &i.Note, JSON(&i.Handling), &i.State, Micros(&i.At), &i.By, Micros(&i.Decided), &i.Reason, &i.Own}
}}

// AddInvitation stores an invitation and sets its id.
func (t *Tx) AddInvitation(ctx context.Context, i *iru.Invitation) error {
	return invitations.insert(ctx, t, i)
}

// Invitation reads one.
func (t *Tx) Invitation(ctx context.Context, s iru.Scope, id iru.InvitationID) (iru.Invitation, error) {
	return invitations.get(ctx, t, ownReach+" AND id=$2", s.Reach(), id)
}

// InvitationTo reads a partner's invitation to its operation. It is for the program.
func (t *Tx) InvitationTo(ctx context.Context, p iru.PartnerID, uid string) (iru.Invitation, error) {
	return invitations.get(ctx, t, "partner=$1 AND operation=$2", p, uid)
}

// InvitationsAfter lists the invitations after an id, oldest first, at most n.
func (t *Tx) InvitationsAfter(ctx context.Context, s iru.Scope, after iru.InvitationID, n int) ([]iru.Invitation, error) {
	return invitations.list(ctx, t, "WHERE "+ownReach+" AND id>$2 ORDER BY id LIMIT $3", s.Reach(), after, n)
}

// UpdateInvitation stores it again if its state is still the old one.
func (t *Tx) UpdateInvitation(ctx context.Context, i iru.Invitation, old iru.InvitationState) error {
	return invitations.update(ctx, t, &i, "state", old)
}

var standings = shape[iru.PartnerStanding]{"standing", "id, operation, partner, state, t0, first, last, director, note, said, heard", func(s *iru.PartnerStanding) []any {
	return []any{&s.ID, &s.Operation, &s.Partner, &s.State, Micros(&s.T0), Micros(&s.First), Micros(&s.Last), &s.Director, &s.Note, Micros(&s.Said), Micros(&s.Heard)}
}}

// AddPartnerStanding stores what a partner says of its own operation.
func (t *Tx) AddPartnerStanding(ctx context.Context, s *iru.PartnerStanding) error {
	return standings.insert(ctx, t, s)
}

// PartnerStanding reads what a partner says of its own operation. Reading the operation checks the scope.
func (t *Tx) PartnerStanding(ctx context.Context, o iru.OperationID, p iru.PartnerID) (iru.PartnerStanding, error) {
	return standings.get(ctx, t, "operation=$1 AND partner=$2", o, p)
}

// PartnerStandings lists what partners say of their own operations. Reading the operation checks the scope.
func (t *Tx) PartnerStandings(ctx context.Context, o iru.OperationID) ([]iru.PartnerStanding, error) {
	return standings.list(ctx, t, "WHERE operation=$1 ORDER BY partner", o)
}

// UpdatePartnerStanding stores it again.
func (t *Tx) UpdatePartnerStanding(ctx context.Context, s iru.PartnerStanding) error {
	return standings.update(ctx, t, &s, "", nil)
}

// OperationByUID reads the operation that has this number on every machine. It is for the program.
func (t *Tx) OperationByUID(ctx context.Context, uid string) (iru.Operation, error) {
	return operations.get(ctx, t, "uid=$1", uid)
}

// OperationsShared lists the operations that are shared with partners and whose day is not long over, for the program.
func (t *Tx) OperationsShared(ctx context.Context) ([]iru.Operation, error) {
	return operations.list(ctx, t, "WHERE uid<>'' ORDER BY id")
}

// ReleasedBetween reports whether T0 of an operation that is shared with a partner lay in a span, or its first act left in it.
func (t *Tx) ReleasedBetween(ctx context.Context, p iru.PartnerID, after, until time.Time) (yes bool, err error) {
	err = t.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM operation WHERE uid<>'' AND id IN (SELECT operation FROM participant WHERE partner=$1) AND (t0>$2 AND t0<=$3 OR last_sent>$2 AND last_sent<=$3))",
		p, At(after), At(until)).Scan(&yes)
	return yes, err
}

var inquiries = shape[iru.Inquiry]{"inquiry", "id, uid, unit, partner, ours, purpose, by_officer, asker, count, addresses, blinding, request, state, at, hits, contact, why, decided", func(i *iru.Inquiry) []any {
	return []any{&i.ID, &i.UID, &i.Unit, &i.Partner, &i.Ours, &i.Purpose, &i.By, &i.Asker, &i.Count, JSON(&i.Addresses), &i.Blinding, &i.Request, &i.State, Micros(&i.At), JSON(&i.Hits), &i.Contact, &i.Why, Micros(&i.Decided)}
}}

// AddInquiry stores an inquiry and sets its id; Conflict if the partner used that number before.
func (t *Tx) AddInquiry(ctx context.Context, i *iru.Inquiry) error {
	return inquiries.insert(ctx, t, i)
}

// Inquiry reads one inquiry.
func (t *Tx) Inquiry(ctx context.Context, s iru.Scope, id iru.InquiryID) (iru.Inquiry, error) {
	return inquiries.get(ctx, t, ownReach+" AND id=$2", s.Reach(), id)
}

// InquiryOf reads ours or theirs by its number. It is for the program.
func (t *Tx) InquiryOf(ctx context.Context, p iru.PartnerID, uid string, ours bool) (iru.Inquiry, error) {
	return inquiries.get(ctx, t, "partner=$1 AND uid=$2 AND ours=$3", p, uid, ours)
}

// Inquiries lists the inquiries with a partner, newest first, at most n.
func (t *Tx) Inquiries(ctx context.Context, s iru.Scope, p iru.PartnerID, n int) ([]iru.Inquiry, error) {
	return inquiries.list(ctx, t, "WHERE "+ownReach+" AND partner=$2 ORDER BY id DESC LIMIT $3", s.Reach(), p, n)
}

// InquiriesToAnswer lists the partners' inquiries that are not answered, in order, at most n, for the program.
func (t *Tx) InquiriesToAnswer(ctx context.Context, n int) ([]iru.Inquiry, error) {
	return inquiries.list(ctx, t, "WHERE state='asked' AND ours=$1 ORDER BY id LIMIT $2", false, n)
}

// InquiryUse counts the addresses that were asked about since a time, by us or by the partner, refused ones too.
func (t *Tx) InquiryUse(ctx context.Context, p iru.PartnerID, ours bool, since time.Time) (n int, err error) {
	err = t.QueryRow(ctx, "SELECT COALESCE(SUM(count), 0) FROM inquiry WHERE partner=$1 AND ours=$2 AND at>$3", p, ours, At(since)).Scan(&n)
	return n, err
}

// UpdateInquiry stores it again if its state is still the old one.
func (t *Tx) UpdateInquiry(ctx context.Context, i iru.Inquiry, old iru.InquiryState) error {
	return inquiries.update(ctx, t, &i, "state", old)
}

// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"time"

	"iolaus/internal/iru"
)

var contacts = shape[iru.Contact]{"contact", "id, unit, provider, kind, name, channel, address, languages, seal, seal_key, source, guess, seen_at, state, confirmed_by, confirmed_at, dropped_at, note, created",
	func(c *iru.Contact) []any {
		return []any{&c.ID, &c.Unit, &c.Provider, &c.Kind, &c.Name, &c.Channel, &c.Address, JSON(&c.Languages), &c.Seal, &c.SealKey, &c.Source, &c.Guess,
			Micros(&c.SeenAt), &c.State, &c.ConfirmedBy, Micros(&c.ConfirmedAt), Micros(&c.DroppedAt), &c.Note, Micros(&c.Created)}
	}}

// contactReach: whoever sees a provider sees how it is reached.
const contactReach = "provider IN (SELECT id FROM provider WHERE " + provReach + ")"

// AddContact stores a further contact and sets its id; Conflict if the provider has that address by that channel.
func (t *Tx) AddContact(ctx context.Context, c *iru.Contact) error {
	return contacts.insert(ctx, t, c)
}

// Contact reads one further contact.
func (t *Tx) Contact(ctx context.Context, s iru.Scope, id iru.ContactID) (iru.Contact, error) {
	return contacts.get(ctx, t, contactReach+" AND id=$2", s.Reach(), id)
}

// Contacts lists a provider's further contacts, dropped ones too, oldest first.
func (t *Tx) Contacts(ctx context.Context, s iru.Scope, p iru.ProviderID) ([]iru.Contact, error) {
	return contacts.list(ctx, t, "WHERE "+contactReach+" AND provider=$2 ORDER BY id", s.Reach(), p)
}

// ContactsAfter lists further contacts of all providers after an id, oldest first, at most n.
func (t *Tx) ContactsAfter(ctx context.Context, s iru.Scope, after iru.ContactID, n int) ([]iru.Contact, error) {
	return contacts.list(ctx, t, "WHERE "+contactReach+" AND id>$2 ORDER BY id LIMIT $3", s.Reach(), after, n)
}

// UpdateContact stores the contact again if it is still in the old state.
func (t *Tx) UpdateContact(ctx context.Context, c iru.Contact, old iru.ContactState) error {
	return contacts.update(ctx, t, &c, "state", old)
}

var trials = shape[iru.Trial]{"trial", "id, unit, provider, contact, channel, address, key, subject, text, at, by_officer, sent_at, proof, received_at, receipt, failed", func(x *iru.Trial) []any {
	return []any{&x.ID, &x.Unit, &x.Provider, &x.Contact, &x.Channel, &x.Address, &x.Key, &x.Subject, &x.Text, Micros(&x.At), &x.By, Micros(&x.SentAt), &x.Proof,
		Micros(&x.ReceivedAt), &x.Receipt, &x.Failed}
}}

// AddTrial stores a test message and sets its id.
func (t *Tx) AddTrial(ctx context.Context, x *iru.Trial) error { return trials.insert(ctx, t, x) }

// Trial reads one test message.
func (t *Tx) Trial(ctx context.Context, s iru.Scope, id iru.TrialID) (iru.Trial, error) {
	return trials.get(ctx, t, contactReach+" AND id=$2", s.Reach(), id)
}

// Trials lists the test messages to a provider's contacts, newest first, at most n.
func (t *Tx) Trials(ctx context.Context, s iru.Scope, p iru.ProviderID, n int) ([]iru.Trial, error) {
	return trials.list(ctx, t, "WHERE "+contactReach+" AND provider=$2 ORDER BY id DESC LIMIT $3", s.Reach(), p, n)
}

// UpdateTrial stores what became of a test message, if its receipt is still the old one.
func (t *Tx) UpdateTrial(ctx context.Context, x iru.Trial, old string) error {
	return trials.update(ctx, t, &x, "receipt", old)
}

// TrialsUnsent lists test messages that have neither left nor failed, begun before a time.
func (t *Tx) TrialsUnsent(ctx context.Context, before time.Time) ([]iru.TrialID, error) {
	return ids[iru.TrialID](ctx, t, "SELECT id FROM trial WHERE sent_at=0 AND failed='' AND at<$1 ORDER BY id", At(before))
}

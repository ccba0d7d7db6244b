// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"context"
	"time"

	"iolaus/internal/iru"
)

// A Message is one act as it leaves the building: rendered, addressed, with an identity that never changes on a retry. The same
// Message always renders to the same bytes, signature time aside.
type Message struct {
	// Drill marks a task of a drill: no channel takes it.
	Drill bool
	// Key is the idempotency key: the same for every try at the same act. Required.
	Key string
	// MessageID is the mail identity, with angle brackets. Empty means MessageID(Key, domain of From).
	MessageID string
	// Reference is the unit's own number of the act, shown to people. Required.
	Reference string
	// Instrument is the kind of act, as legal names it.
	Instrument string

	// From, To: one address each, a display name allowed ("Unit <unit@unit.test>"). Required for mail.
	From, To string
	// ReplyTo is the tagged address (ReplyAddress). It is also the envelope sender, so that bounces and delivery notices carry
	// the tag. Empty means From.
	ReplyTo string
	// Date is the act's date. Required for mail, so that a retry says the same.
	Date time.Time
	// Subject and Text are plain UTF-8 text; Text has lines ended by \n.
	Subject, Text string
	// Language is the BCP 47 tag of Text; may be empty.
	Language string
	// Targets are the exact addresses the act names.
	Targets []string
	// Headers are further mail header fields. Names that the package itself writes are refused.
	Headers map[string]string
	// Seal is how the addressee wants its mail protected, SealKey its certificate (PEM) or public key (armoured); "" where it wants mail
	// signed only.
	Seal    iru.Seal
	SealKey string
	// Attachments follow the text in their order. The provider interface takes the first PDF only.
	Attachments []Attachment
	// Abuse is a report of abused infrastructure that goes along as XARF; nil: none. With an instrument about content it is refused.
	Abuse *Infrastructure
	// InReplyTo is the Message-ID that this one answers; References the thread before it.
	InReplyTo  string
	References []string

	// The rest is for the provider interface, which takes facts instead of prose.

	Addressee, Reasons, LegalBasis, Issuer, Contact string
	// Portal is the address of the page where the addressee answers without an account; "" for none.
	Portal   string
	Callback Callback
}

// kept refuses what never leaves.
func (m Message) kept() error {
	if m.Drill {
		return invalid("it is a task of a drill, which never leaves")
	}
	return nil
}

// An Attachment is a file that travels with a message.
type Attachment struct {
	Name string // file name without a path
	Type string // media type, such as application/pdf
	Data []byte
}

// A Callback is where the provider's interface reports what became of a notice.
type Callback struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

// Kinds of a Receipt.
const (
	SMTPAccepted = "smtp_accepted" // the next mail server answered 2xx to the data
	APIReceipt   = "api_receipt"   // the provider's interface confirmed that it received the notice
)

// A Receipt is what the other side said when it took the message.
type Receipt struct {
	// At is the time of the event: our clock for mail, the provider's own statement for its interface.
	At time.Time
	// Heard is our clock when the answer was read.
	Heard time.Time
	// Kind is SMTPAccepted or APIReceipt.
	Kind string
	// Counts says whether this is a receipt in the sense of the law (TCO Art 3(3), DSA Art 16): whether the addressee itself has
	// the act. A mail server's answer proves the sending only.
	Counts bool
	// Why says in a sentence why it counts or does not.
	Why string
	// Proof is the server's answer, raw.
	Proof []byte
	// RemoteID is the other side's number: the queue identifier of a mail server, the notice's id of an interface.
	RemoteID string
	// MessageID is the identity under which the message left (mail only).
	MessageID string
}

// A Channel takes messages out. Send returns when the other side has answered or the time is up. Errors are of type *Failure.
// Send may be called by many goroutines, and again with the same Message: the receiver recognises Key or MessageID.
type Channel interface {
	Send(ctx context.Context, m Message) (Receipt, error)
}

// SPDX-License-Identifier: EUPL-1.2

package deliver

import "time"

// A ReplyKind is what a reply says.
type ReplyKind string

// The kinds. Those an interface or an X-Desk-Event field states are explicit; those found in words are guesses.
const (
	Acknowledgement   ReplyKind = "acknowledgement" // the provider has it
	Clarification     ReplyKind = "clarification"   // the provider asks something back (TCO Art 3(8))
	Done              ReplyKind = "done"            // the provider says that it acted (TCO Annex II)
	RefusedByProvider ReplyKind = "refused"         // the provider says no, or that it is not for it
	Impossible        ReplyKind = "impossible"      // the provider says that it cannot act now (TCO Art 3(7), Annex III)
	Bounce            ReplyKind = "bounce"          // the message did not arrive
	DeliveryStatus    ReplyKind = "delivery_status" // a mail system reports delivered, delayed, displayed (RFC 3464, RFC 8098)
	Unknown           ReplyKind = "unknown"         // a person reads it
)

// ReplyKinds lists every kind in the order of the documentation.
var ReplyKinds = []ReplyKind{Acknowledgement, Clarification, Done, RefusedByProvider, Impossible, Bounce, DeliveryStatus, Unknown}

// A Reply is what came back, by mail or by callback. Nothing in it is trusted: it is a stranger's text about our notice.
type Reply struct {
	// Tag is the tag of reply+TAG@domain, in lower case; Notice the number it stands for (set by Inbox, 0 elsewhere).
	Tag    string
	Notice int64
	// Reference is the unit's number as the reply repeats it; may be empty.
	Reference string
	From      string // address of the From field, lower case
	// At is when it reached us; Written is what its author's clock said, zero if absent or absurd.
	At, Written time.Time
	// MessageID is never empty: a mail without one gets one from the digest of its bytes. InReplyTo is the message it answers.
	MessageID, InReplyTo string
	Kind                 ReplyKind
	// Guess: the kind was guessed from words; a person must look.
	Guess bool
	// Auto: a machine wrote it (Auto-Submitted, an out-of-office note, a ticket system).
	Auto bool
	// Delivery is the action of a delivery report: delivered, relayed, expanded, delayed, failed, displayed, deleted; else empty.
	Delivery string
	// Counts says whether the reply proves that the addressee received the act; Why says why or why not.
	Counts bool
	Why    string
	// Subject and Text are clean UTF-8. Text is the author's own text first, quotations kept.
	Subject, Text string
	// Truncated: Text was longer than the limit; Raw has all of it.
	Truncated bool
	// Files lists what was attached; the bytes are in Raw.
	Files []File
	Raw   []byte
	// Authenticated is every SPF and DKIM result, such as "dkim=pass header.d=provider.test"; empty if nobody checked. Authentic is
	// what proves the domain of From (ByDKIM and so on); empty if nothing does. Inbox sets both.
	Authenticated, Authentic string
	// Whole: what proves the sender proves all that the mail carries, its attachments too.
	Whole bool
}

// A File is an attachment's description.
type File struct {
	Name, Type string
	Size       int64 // bytes after decoding, as far as read
}

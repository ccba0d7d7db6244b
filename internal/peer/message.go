// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"encoding/binary"
	"math"
	"regexp"
	"time"
	"unicode/utf8"
)

// Limits of one message, in bytes.
const (
	MaxBody     = 4 << 20
	MaxKind     = 64
	MaxHandling = 1024
	overhead    = 8 << 10 // of every other field, the signature and the seal's header
	// MaxSealed is the greatest length of a sealed message: age adds 16 bytes to each 64 KiB.
	MaxSealed = MaxBody + overhead + (MaxBody/(64<<10)+2)*16
)

// Message is what one unit says to another. Every field is signed.
type Message struct {
	From, To   [32]byte  // ids of the keys of sender and recipient
	Epoch, Seq uint64    // both from 1; Seq begins anew in each epoch
	Prev       [32]byte  // Digest of the sealed message before it; zero if Seq is 1
	At         time.Time // the sender's clock, microseconds, UTC
	Kind       string    // a small letter, then small letters, digits, ".", "_", "-"; at most 64 bytes
	Handling   string    // handling codes that bind the recipient; at most 1,024 bytes of UTF-8; empty if the kind has none
	Operation  string    // UID of the operation, 32 small hexadecimal digits, or empty
	Body       []byte    // what the kind says; at most 4 MiB

	signed []byte
}

// Signed is a message that was opened, with its signature: what a third party can check with Verify. Nil if it was not opened.
func (m Message) Signed() []byte { return m.signed }

const messageHead = "iolaus/peer/message/v1\n"

var (
	kinds = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,63}$`)
	uids  = regexp.MustCompile(`^([0-9a-f]{32})?$`)
)

// check refuses what cannot be written. Its faults: Malformed, TooLarge.
func (m Message) check() error {
	const verb = "check message"
	micro := m.At.UnixMicro()
	switch {
	case len(m.Body) > MaxBody:
		return wrong(verb, TooLarge, "a body of %d bytes; at most %d", len(m.Body), MaxBody)
	case m.Epoch == 0 || m.Seq == 0 || m.Epoch > math.MaxInt64 || m.Seq > math.MaxInt64:
		return wrong(verb, Malformed, "epoch and number begin at 1 and end at %d", math.MaxInt64)
	case (m.Seq == 1) != (m.Prev == [32]byte{}):
		return wrong(verb, Malformed, "the first message of an epoch, and no other, names none before it")
	case micro <= 0 || m.At.Year() > 9999:
		return wrong(verb, Malformed, "its time is not between 1970 and 9999")
	case !kinds.MatchString(m.Kind):
		return wrong(verb, Malformed, "a kind is a small letter and at most 63 small letters, digits, points, underscores and hyphens")
	case len(m.Handling) > MaxHandling || !utf8.ValidString(m.Handling):
		return wrong(verb, Malformed, "handling codes are at most %d bytes of UTF-8", MaxHandling)
	case !uids.MatchString(m.Operation):
		return wrong(verb, Malformed, "an operation is named by 32 small hexadecimal digits")
	}
	return nil
}

// encode writes the fields in their only form.
func (m Message) encode() []byte {
	b := append([]byte(messageHead), m.From[:]...)
	b = append(b, m.To[:]...)
	b = binary.BigEndian.AppendUint64(b, m.Epoch)
	b = binary.BigEndian.AppendUint64(b, m.Seq)
	b = append(b, m.Prev[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(m.At.UnixMicro()))
	for _, s := range []string{m.Kind, m.Handling, m.Operation} {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
	}
	return append(binary.BigEndian.AppendUint32(b, uint32(len(m.Body))), m.Body...)
}

// decode reads what encode writes and nothing else, to the last byte.
func decode(b []byte) (Message, error) {
	const verb = "read message"
	r := reader{rest: b}
	if string(r.take(len(messageHead))) != messageHead {
		return Message{}, wrong(verb, Malformed, "it does not begin as one")
	}
	var m Message
	copy(m.From[:], r.take(32))
	copy(m.To[:], r.take(32))
	m.Epoch, m.Seq = r.u64(), r.u64()
	copy(m.Prev[:], r.take(32))
	micro := r.u64()
	if micro > math.MaxInt64 {
		return Message{}, wrong(verb, Malformed, "its time is out of range")
	}
	m.At = time.UnixMicro(int64(micro)).UTC()
	for _, s := range []*string{&m.Kind, &m.Handling, &m.Operation} {
		*s = string(r.take(int(r.u16())))
	}
	m.Body = append([]byte{}, r.take(int(r.u32()))...)
	if r.short {
		return Message{}, wrong(verb, Truncated, "%d bytes are too few", len(b))
	}
	if len(r.rest) > 0 {
		return Message{}, wrong(verb, Malformed, "%d bytes stand after its end", len(r.rest))
	}
	return m, m.check()
}

// reader cuts fields off; what is not there is short, never a panic.
type reader struct {
	rest  []byte
	short bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.short, r.rest = true, nil
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) number(n int) (v uint64) {
	for _, b := range r.take(n) {
		v = v<<8 | uint64(b)
	}
	return v
}

func (r *reader) u16() uint16 { return uint16(r.number(2)) }
func (r *reader) u32() uint32 { return uint32(r.number(4)) }
func (r *reader) u64() uint64 { return r.number(8) }

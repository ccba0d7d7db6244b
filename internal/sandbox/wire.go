// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A kind says what is asked of a cell. Tests have kinds of their own from evil on.
type kind byte

const (
	kindPage kind = iota + 1
	kindPicture
	kindThumbnail
	kindPlain
	kindReferences
	kindPicture512
	kindPDF
	kindInspect
	evil kind = 200
)

// A verdict begins each answer.
type verdict byte

const (
	verdictRead     verdict = iota // the answer follows
	verdictNotPage                 // recognise.ErrNotPage
	verdictTooLarge                // recognise.ErrTooLarge
	verdictFormat                  // recognise.ErrFormat
	verdictPanic                   // the parser gave up
	verdicts
)

// Limits of the protocol, in bytes.
const (
	maxParameters = 64 << 10
	maxBody       = 64 << 20
	maxWords      = 300 // of an error
	maxAnswer     = 16 << 20
	maxHello      = 4 << 10
	wholeFirst    = 1 << 20 // of a body: room that is made before it comes
)

var errNonsense = errors.New("it answered nonsense")

// A question is one file and what is to be done with it.
type question struct {
	kind       kind
	parameters []byte
	body       []byte
}

// readQuestion reads what the parent asks. io.EOF: it asks no more.
func readQuestion(r io.Reader) (q question, err error) {
	var head [9]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return q, err
	}
	q.kind = kind(head[0])
	n, m := binary.BigEndian.Uint32(head[1:]), binary.BigEndian.Uint32(head[5:])
	if n > maxParameters || m > maxBody {
		return q, fmt.Errorf("read question: %d and %d bytes", n, m)
	}
	if q.parameters, err = whole(r, int(n)); err != nil {
		return q, err
	}
	q.body, err = whole(r, int(m))
	return q, err
}

func (q question) head() []byte {
	b := []byte{byte(q.kind)}
	b = binary.BigEndian.AppendUint32(b, uint32(len(q.parameters)))
	b = binary.BigEndian.AppendUint32(b, uint32(len(q.body)))
	return append(b, q.parameters...)
}

// readAnswer reads what a cell says, of at most so many bytes.
func readAnswer(r io.Reader, most int) (verdict, []byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	v, n := verdict(head[0]), binary.BigEndian.Uint32(head[1:])
	if v >= verdicts || int64(n) > int64(most) || v != verdictRead && n > maxWords {
		return 0, nil, errNonsense
	}
	b, err := whole(r, int(n))
	if err == nil && v != verdictRead && !sentence(b) {
		return 0, nil, errNonsense
	}
	return v, b, err
}

func writeAnswer(w io.Writer, v verdict, b []byte) error {
	_, err := w.Write(append(binary.BigEndian.AppendUint32([]byte{byte(v)}, uint32(len(b))), b...))
	return err
}

// whole reads n bytes. Room is made as they come, not as they are announced.
func whole(r io.Reader, n int) ([]byte, error) {
	b := make([]byte, min(n, wholeFirst))
	if n == 0 {
		return b, nil
	}
	for have := 0; ; {
		m, err := io.ReadFull(r, b[have:])
		if have += m; err == io.EOF {
			return nil, io.ErrUnexpectedEOF
		} else if err != nil {
			return nil, err
		}
		if have == n {
			return b, nil
		}
		more := make([]byte, min(n, 4*have))
		copy(more, b)
		b = more
	}
}

// sentence reports whether bytes are words that may be shown and logged.
func sentence(b []byte) bool {
	return utf8.Valid(b) && !strings.ContainsFunc(string(b), func(r rune) bool { return !unicode.IsPrint(r) })
}

// A parcel is values on their way, each with its length.
type parcel []byte

func (p *parcel) number(n uint64)  { *p = binary.AppendUvarint(*p, n) }
func (p *parcel) text(s string)    { p.number(uint64(len(s))); *p = append(*p, s...) }
func (p *parcel) raw(b []byte)     { p.number(uint64(len(b))); *p = append(*p, b...) }
func (p *parcel) texts(l []string) { p.number(uint64(len(l))); p.each(l) }
func (p *parcel) each(l []string) {
	for _, s := range l {
		p.text(s)
	}
}

func (p *parcel) flag(b bool) {
	if b {
		p.number(1)
	} else {
		p.number(0)
	}
}

// An unpacker takes values out of a parcel that a stranger packed. After the first wrong one it gives zero values; end says so.
type unpacker struct {
	rest  []byte
	wrong bool
}

// number takes one that is at most most.
func (u *unpacker) number(most uint64) uint64 {
	n, size := binary.Uvarint(u.rest)
	if u.wrong || size <= 0 || n > most {
		u.wrong = true
		return 0
	}
	u.rest = u.rest[size:]
	return n
}

// raw takes bytes, of which there are at most most.
func (u *unpacker) raw(most int) []byte {
	n := u.number(uint64(most))
	if n > uint64(len(u.rest)) {
		u.wrong = true
		return nil
	}
	b := u.rest[:n]
	u.rest = u.rest[n:]
	return b
}

// text takes valid text of at most so many bytes.
func (u *unpacker) text(most int) string {
	b := u.raw(most)
	if !utf8.Valid(b) {
		u.wrong = true
		return ""
	}
	return string(b)
}

// texts takes at most so many texts.
func (u *unpacker) texts(most, long int) []string {
	n := u.number(uint64(most))
	if n > uint64(len(u.rest)) { // each has at least its length
		u.wrong = true
	}
	if u.wrong || n == 0 {
		return nil
	}
	l := make([]string, 0, n)
	for range n {
		l = append(l, u.text(long))
	}
	return l
}

func (u *unpacker) flag() bool { return u.number(1) == 1 }

// end is nonsense unless everything was taken and nothing was wrong.
func (u *unpacker) end() error {
	if u.wrong || len(u.rest) > 0 {
		return errNonsense
	}
	return nil
}

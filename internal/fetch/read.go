// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// A tap keeps every byte that is read through it.
type tap struct {
	from   io.Reader
	first  func() // called at the first byte
	taken  []byte
	excess int           // bytes at the end of taken that belong to no answer
	in     *bufio.Reader // used again for each answer of a session; nil makes one
	memory int64         // bytes of a body that are kept in taken; what follows goes to rest. 0 keeps all
	keep   int64         // bytes of taken, once the header is read
	folder string        // of rest
	rest   *Spool
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.from.Read(p)
	if n > 0 && len(t.taken) == 0 && t.first != nil {
		t.first()
	}
	if lost := t.take(p[:n]); lost != nil {
		return n, lost
	}
	return n, err
}

// take records bytes. Errors: ErrSpool.
func (t *tap) take(p []byte) error {
	if room := t.keep - int64(len(t.taken)); t.keep <= 0 || int64(len(p)) <= room {
		t.taken = append(t.taken, p...)
		return nil
	} else if room > 0 {
		t.taken, p = append(t.taken, p[:room]...), p[room:]
	}
	if t.rest == nil {
		t.rest = NewSpool(t.folder)
		if err := t.rest.spill(); err != nil { // what it may hold in memory is in taken
			return fmt.Errorf("%w: %v", ErrSpool, err)
		}
	}
	if _, err := t.rest.Write(p); err != nil {
		return fmt.Errorf("%w: %v", ErrSpool, err)
	}
	return nil
}

// recorded is what was taken, without the excess.
func (t *tap) recorded() (taken []byte, rest *Spool, err error) {
	n := int64(t.excess)
	if t.rest != nil {
		here := min(n, t.rest.Size())
		if err := t.rest.shorten(here); err != nil {
			return t.taken, t.rest, fmt.Errorf("%w: %v", ErrSpool, err)
		}
		n -= here
	}
	return t.taken[:max(int64(len(t.taken))-n, 0)], t.rest, nil
}

// A meter stops a reader after so many bytes.
type meter struct {
	from io.Reader
	left int64
}

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, ErrTooLarge
	}
	n, err := m.from.Read(p[:min(int64(len(p)), m.left)])
	m.left -= int64(n)
	return n, err
}

// redirectBytes is how much is kept of the body of a redirect, which nobody sees: ten of them are not to fill our memory.
const redirectBytes = 1 << 20

// read takes one HTTP/1 answer from t into a: status, header and body, unpacked. On an error a holds what had come.
// Errors: ErrTooLarge, ErrBomb, ErrProtocol, or what the connection failed with.
func read(t *tap, l Limits, a *answer) error {
	m := &meter{from: t, left: int64(l.Header)}
	in := t.in
	if in == nil {
		in = bufio.NewReaderSize(m, 4096)
	} else {
		in.Reset(m)
	}
	defer func() { t.excess = in.Buffered() }()
	res, err := head(in) //nolint:bodyclose // Close would read on to the end, and it holds nothing; the connection is closed by who opened it
	if err != nil {
		a.truncated = cut(err)
		return fmt.Errorf("read header: %w", broken(err))
	}
	a.status, a.header, a.last = res.StatusCode, res.Header, res.Close || res.StatusCode == http.StatusSwitchingProtocols
	a.exchange.Protocol = strings.ToLower(res.Proto)

	if a.leads() {
		l.Body = min(l.Body, redirectBytes)
	}
	m.left = l.Body + l.Body/4 + int64(l.Header) // chunk marks come on top; the body itself is bounded below
	begin := len(t.taken) - in.Buffered()
	if t.memory > 0 {
		t.keep = int64(begin) + t.memory
	}
	packed, n, err := t.body(res, begin, l.Body+1)
	if err == nil && n > l.Body {
		packed, err = packed[:min(int64(len(packed)), l.Body)], fmt.Errorf("read body: %w: more than %d bytes", ErrTooLarge, l.Body)
	}
	if err != nil {
		a.truncated = cut(err)
		err = broken(err)
	}
	beginning := t.memory > 0 && t.memory < l.Body
	if beginning {
		l.Body = t.memory
		packed = packed[:min(int64(len(packed)), t.memory)]
	}
	body, fault := unpack(packed, res.Header.Values("Content-Encoding"), l, err != nil || n > int64(len(packed)))
	a.body = body
	if beginning && errors.Is(fault, ErrTooLarge) {
		fault = nil // more was not asked for
	}
	if fault != nil && err == nil {
		a.truncated, err = cut(fault), fault
	}
	return err
}

// body reads at most n bytes of a body, and tells how many. It gives those that are kept in memory; where they lie in taken as they
// are, from begin on, they are not copied.
func (t *tap) body(res *http.Response, begin int, n int64) (b []byte, read int64, err error) {
	in := io.LimitReader(res.Body, n)
	if len(res.TransferEncoding) == 0 && !bytes.HasPrefix(t.taken, []byte("ICY ")) {
		read, err = io.Copy(io.Discard, in)
		end := min(begin+int(read), len(t.taken))
		return t.taken[begin:end:end], read, err
	}
	if t.memory > 0 {
		in = io.LimitReader(res.Body, min(n, t.memory))
	}
	b, err = io.ReadAll(in)
	if read = int64(len(b)); err == nil && read < n {
		var more int64
		more, err = io.Copy(io.Discard, io.LimitReader(res.Body, n-read))
		read += more
	}
	return b, read, err
}

// head reads the status line and header, past interim answers. Old audio servers begin with ICY instead of HTTP/1.0.
func head(in *bufio.Reader) (*http.Response, error) {
	for range 6 {
		r := in
		if b, err := in.Peek(4); err == nil && string(b) == "ICY " {
			_, _ = in.Discard(3) // they were just seen
			r = bufio.NewReader(io.MultiReader(strings.NewReader("HTTP/1.0"), in))
		}
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return nil, err
		}
		if res.StatusCode < 100 {
			return nil, fmt.Errorf("%w: status %d", ErrProtocol, res.StatusCode)
		}
		if res.StatusCode >= 200 || res.StatusCode == http.StatusSwitchingProtocols {
			return res, nil
		}
	}
	return nil, fmt.Errorf("%w: interim answers without end", ErrProtocol)
}

// broken gives a reading error its kind.
func broken(err error) error {
	var known *failure
	if errors.As(err, &known) || timedOut(err) {
		return err
	}
	return fmt.Errorf("%w: %v", ErrProtocol, err)
}

// cut names the truncation that an error means.
func cut(err error) string {
	switch {
	case errors.Is(err, ErrTooLarge), errors.Is(err, ErrBomb):
		return TruncatedLength
	case timedOut(err):
		return TruncatedTime
	}
	return TruncatedDisconnect
}

// text is a short excerpt for messages.
func excerpt(b []byte, n int) string {
	return string(bytes.ToValidUTF8(b[:min(len(b), n)], []byte("?")))
}

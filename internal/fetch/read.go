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
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.from.Read(p)
	if n > 0 && len(t.taken) == 0 && t.first != nil {
		t.first()
	}
	t.taken = append(t.taken, p[:n]...)
	return n, err
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
	packed, err := t.body(res, len(t.taken)-in.Buffered(), l.Body+1)
	if err == nil && int64(len(packed)) > l.Body {
		packed, err = packed[:l.Body], fmt.Errorf("read body: %w: more than %d bytes", ErrTooLarge, l.Body)
	}
	if err != nil {
		a.truncated = cut(err)
		err = broken(err)
	}
	body, fault := unpack(packed, res.Header.Values("Content-Encoding"), l, err != nil)
	a.body = body
	if fault != nil && err == nil {
		a.truncated, err = cut(fault), fault
	}
	return err
}

// body reads at most n bytes of a body. One that lies in taken as it is, from begin on, is not copied.
func (t *tap) body(res *http.Response, begin int, n int64) ([]byte, error) {
	in := io.LimitReader(res.Body, n)
	if len(res.TransferEncoding) > 0 || bytes.HasPrefix(t.taken, []byte("ICY ")) {
		return io.ReadAll(in)
	}
	read, err := io.Copy(io.Discard, in)
	end := begin + int(read)
	return t.taken[begin:end:end], err
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

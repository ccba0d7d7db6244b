// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// ErrHTTP is returned for a response whose bytes do not say where its entity begins or ends, or end before it does.
var ErrHTTP = errors.New("not a whole HTTP response")

// httpHeader is the most bytes a status line and header may have.
const httpHeader = 256 << 10

// Entity reads the entity from the exact bytes of an HTTP/1 response: the body without transfer coding, content coding kept
// (RFC 9112, section 6). Errors wrap ErrHTTP or are those of r; reading the result returns ErrHTTP where the entity ends too soon.
func Entity(response io.Reader) (io.Reader, error) {
	br := bufio.NewReader(response)
	line, budget, err := httpLine(br, httpHeader)
	if err != nil {
		return nil, err
	}
	version, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	status, err := strconv.Atoi(code)
	if !strings.HasPrefix(version, "HTTP/1.") || err != nil || len(code) != 3 || status < 100 {
		return nil, fmt.Errorf("read response: %w: status line %.60q", ErrHTTP, line)
	}
	length, coding := int64(-1), ""
	for {
		if line, budget, err = httpLine(br, budget); err != nil {
			return nil, err
		}
		if line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.ContainsAny(name, " \t") {
			return nil, fmt.Errorf("read response: %w: header line %.60q", ErrHTTP, line)
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(name) {
		case "content-length":
			n, err := strconv.ParseUint(value, 10, 63)
			if err != nil || length >= 0 && length != int64(n) {
				return nil, fmt.Errorf("read response: %w: Content-Length %.60q", ErrHTTP, value)
			}
			length = int64(n)
		case "transfer-encoding":
			if coding != "" || !strings.EqualFold(value, "chunked") || version == "HTTP/1.0" {
				return nil, fmt.Errorf("read response: %w: Transfer-Encoding %.60q", ErrHTTP, value)
			}
			coding = value
		}
	}
	switch {
	case status < 200:
		return nil, fmt.Errorf("read response: %w: interim status %d", ErrHTTP, status)
	case status == 204 || status == 304:
		return strings.NewReader(""), nil
	case coding != "":
		return &chunks{br: br}, nil
	case length >= 0:
		return &exact{br, length}, nil
	}
	return br, nil
}

// copyEntity writes the entity to w and leaves nothing of it unread.
func copyEntity(w io.Writer, response io.Reader) error {
	in, err := Entity(response)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, in)
	return err
}

// errLong is returned for a header beyond its limit.
var errLong = errors.New("header longer than its limit")

// headerLine reads one line without its end, and returns how much of the budget, in bytes, is left. An end of the input within the
// line is io.ErrUnexpectedEOF.
func headerLine(br *bufio.Reader, budget int) (string, int, error) {
	var line []byte
	for {
		part, err := br.ReadSlice('\n')
		if budget -= len(part); budget < 0 {
			return "", 0, errLong
		}
		line = append(line, part...)
		switch {
		case err == nil:
			return strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r"), budget, nil
		case errors.Is(err, io.EOF):
			return "", 0, io.ErrUnexpectedEOF
		case !errors.Is(err, bufio.ErrBufferFull):
			return "", 0, err
		}
	}
}

// httpLine is headerLine with the errors of Entity.
func httpLine(br *bufio.Reader, budget int) (string, int, error) {
	line, budget, err := headerLine(br, budget)
	if errors.Is(err, errLong) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("read response: %w: %w", ErrHTTP, err)
	}
	return line, budget, err
}

// exact reads just so many bytes; fewer are an error.
type exact struct {
	r    io.Reader
	left int64
}

func (e *exact) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	if errors.Is(err, io.EOF) && e.left > 0 {
		err = fmt.Errorf("read response: %w: %d bytes missing", ErrHTTP, e.left)
	} else if errors.Is(err, io.EOF) && n > 0 {
		err = nil
	}
	return n, err
}

// chunks undoes the chunked transfer coding (RFC 9112, section 7.1).
type chunks struct {
	br   *bufio.Reader
	part exact
	err  error
}

func (c *chunks) Read(p []byte) (int, error) {
	if c.err == nil && c.part.left == 0 {
		c.err = c.next()
	}
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.part.Read(p)
	if err == nil && c.part.left == 0 {
		var end string
		if end, _, err = httpLine(c.br, 2); err == nil && end != "" {
			err = fmt.Errorf("read response: %w: chunk without an end", ErrHTTP)
		}
	}
	c.err = err
	return n, err
}

func (c *chunks) next() error {
	line, _, err := httpLine(c.br, 4096)
	if err != nil {
		return err
	}
	size, _, _ := strings.Cut(line, ";")
	size = strings.TrimRight(size, " \t")
	n, err := strconv.ParseUint(size, 16, 62)
	if err != nil {
		return fmt.Errorf("read response: %w: chunk size %.30q", ErrHTTP, size)
	}
	if n > 0 {
		c.part = exact{c.br, int64(n)}
		return nil
	}
	for budget := httpHeader; ; { // trailer
		if line, budget, err = httpLine(c.br, budget); err != nil {
			return err
		}
		if line == "" {
			return io.EOF
		}
	}
}

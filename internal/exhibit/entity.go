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
	h, err := readHead(br)
	if err != nil {
		return nil, err
	}
	return h.entity(br)
}

// httpHead is what the status line and the header of a response say.
type httpHead struct {
	version string
	status  int    // 0 where the line has none
	mime    string // without parameters, in small letters
	length  int64  // as declared; -1 without
	coding  string // of the transfer
	size    int    // bytes, with the empty line
	fault   error  // the first reason why it does not say where the entity is; the other parts are what could be read
}

// readHead reads up to the empty line. Its errors are those of the input and of its length; other faults are kept in the result.
func readHead(br *bufio.Reader) (httpHead, error) {
	h := httpHead{length: -1}
	fault := func(format string, value string) {
		if h.fault == nil {
			h.fault = fmt.Errorf("read response: %w: "+format, ErrHTTP, value)
		}
	}
	line, budget, err := httpLine(br, httpHeader)
	if err != nil {
		return h, err
	}
	var rest string
	h.version, rest, _ = strings.Cut(line, " ")
	code, _, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	status, err := strconv.Atoi(code)
	if !strings.HasPrefix(h.version, "HTTP/1.") || err != nil || len(code) != 3 || status < 100 {
		fault("status line %.60q", line)
	} else {
		h.status = status
	}
	for {
		if line, budget, err = httpLine(br, budget); err != nil {
			return h, err
		}
		if line == "" {
			h.size = httpHeader - budget
			return h, nil
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.ContainsAny(name, " \t") {
			fault("header line %.60q", line)
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(name) {
		case "content-length":
			n, err := strconv.ParseUint(value, 10, 63)
			if err != nil || h.length >= 0 && h.length != int64(n) {
				fault("Content-Length %.60q", value)
			}
			h.length = int64(n)
		case "transfer-encoding":
			if h.coding != "" || !sameName(value, "chunked") || h.version == "HTTP/1.0" {
				fault("Transfer-Encoding %.60q", value)
			}
			h.coding = value
		case "content-type":
			if h.mime == "" {
				value, _, _ = strings.Cut(value, ";")
				h.mime = strings.ToLower(strings.TrimSpace(value))
			}
		}
	}
}

// entity reads on after the header.
func (h httpHead) entity(br *bufio.Reader) (io.Reader, error) {
	switch {
	case h.fault != nil:
		return nil, h.fault
	case h.status < 200:
		return nil, fmt.Errorf("read response: %w: interim status %d", ErrHTTP, h.status)
	case h.status == 204 || h.status == 304:
		return strings.NewReader(""), nil
	case h.coding != "":
		return &chunks{br: br}, nil
	case h.length >= 0:
		return &exact{br, h.length}, nil
	}
	return br, nil
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

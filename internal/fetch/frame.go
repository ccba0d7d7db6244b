// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// readHead takes a start line and its header from in, up to and with the empty line, byte for byte. On an error it returns what
// had come.
func readHead(in *bufio.Reader, limit int) ([]byte, error) {
	var raw []byte
	begun := false
	for {
		part, err := in.ReadSlice('\n')
		whole := err == nil
		if errors.Is(err, bufio.ErrBufferFull) {
			err = nil
		}
		start := len(raw) == 0 || raw[len(raw)-1] == '\n' // else part goes on with a long line
		raw = append(raw, part...)
		if err != nil {
			return raw, err
		}
		if len(raw) > limit {
			return raw[:limit], fmt.Errorf("%w: a header of more than %d bytes", ErrTooLarge, limit)
		}
		empty := start && whole && len(bytes.TrimRight(part, "\r\n")) == 0
		if empty && begun {
			return raw, nil
		}
		begun = begun || !empty
	}
}

// A headed is what a raw header says, read as leniently as browsers do.
type headed struct {
	first  string // the start line
	header http.Header
}

func parseHead(raw []byte) headed {
	h := headed{header: http.Header{}}
	last := ""
	for line := range bytes.Lines(bytes.TrimLeft(raw, "\r\n")) {
		text := string(bytes.TrimRight(line, "\r\n"))
		if h.first == "" {
			h.first = text
			continue
		}
		if text != "" && (text[0] == ' ' || text[0] == '\t') { // RFC 9112, section 5.2: a folded line
			if v := h.header[last]; len(v) > 0 {
				v[len(v)-1] += " " + strings.TrimSpace(text)
			}
			continue
		}
		name, value, found := strings.Cut(text, ":")
		if !found {
			continue
		}
		last = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))
		h.header[last] = append(h.header[last], strings.TrimSpace(value))
	}
	return h
}

// has reports whether a header that is a list holds a word.
func (h headed) has(name, word string) bool {
	for _, v := range strings.Split(strings.Join(h.header[name], ","), ",") {
		if strings.EqualFold(strings.TrimSpace(v), word) {
			return true
		}
	}
	return false
}

// status reads a status line; old audio servers begin with ICY. minor is the digit after HTTP/1.
func (h headed) status() (code int, protocol string, minor int, err error) {
	words := strings.Fields(h.first)
	if len(words) < 2 || len(words[1]) != 3 {
		return 0, "", 0, fmt.Errorf("%w: %.40q is no status line", ErrProtocol, h.first)
	}
	code, err = strconv.Atoi(words[1])
	if err != nil || code < 100 {
		return 0, "", 0, fmt.Errorf("%w: %.40q is no status line", ErrProtocol, h.first)
	}
	protocol = strings.ToLower(words[0])
	switch {
	case protocol == "icy":
		protocol = "http/1.0"
	case strings.HasPrefix(protocol, "http/1."):
		if minor, err = strconv.Atoi(protocol[7:]); err != nil {
			return 0, "", 0, fmt.Errorf("%w: %.40q is no status line", ErrProtocol, h.first)
		}
	case !strings.HasPrefix(protocol, "http/"):
		return 0, "", 0, fmt.Errorf("%w: %.40q is no status line", ErrProtocol, h.first)
	}
	return code, protocol, minor, nil
}

// How the end of a body is known.
type ending int

const (
	endsAtOnce   ending = iota // there is no body
	endsByLength               // Content-Length
	endsByChunks               // Transfer-Encoding: chunked
	endsByClose                // the connection ends, or the end is told in a way that contradicts itself
)

// A frame finds the end of one body among the bytes of a connection, and takes nothing away from them.
type frame struct {
	ends  ending
	left  int64 // bytes of the body, or of the chunk, that are to come
	state chunkState
	line  int   // bytes of the line that is being read
	size  int64 // of the chunk, as far as it was read
	digit bool  // of the size
	done  bool
}

type chunkState int

const (
	chunkSize chunkState = iota
	chunkExtension
	chunkData
	chunkEnd
	chunkTrailer
)

const (
	longestChunkLine = 16 << 10
	longestTrailer   = 256 << 10
)

// frameOf says how the body of an answer ends (RFC 9112, section 6.3) and whether the connection can be used after it.
func frameOf(method string, h headed) (f *frame, keep bool) {
	code, _, minor, _ := h.status()
	keep = minor >= 1 && !h.has("Connection", "close") || minor == 0 && h.has("Connection", "keep-alive")
	coding := h.header["Transfer-Encoding"]
	lengths := h.header["Content-Length"]
	switch {
	case method == http.MethodHead, code < 200, code == http.StatusNoContent, code == http.StatusNotModified:
		return &frame{ends: endsAtOnce, done: true}, keep
	case minor >= 1 && len(coding) > 0:
		words := strings.Split(strings.ToLower(strings.Join(coding, ",")), ",")
		if strings.TrimSpace(words[len(words)-1]) == "chunked" {
			return &frame{ends: endsByChunks}, keep
		}
	case len(lengths) > 0:
		if n, ok := length(lengths); ok {
			return &frame{ends: endsByLength, left: n, done: n == 0}, keep
		}
	}
	return &frame{ends: endsByClose}, false
}

// length reads a Content-Length, which may stand there several times if it is the same.
func length(values []string) (int64, bool) {
	all := strings.Split(strings.Join(values, ","), ",")
	n, err := strconv.ParseUint(strings.TrimSpace(all[0]), 10, 63)
	for _, v := range all[1:] {
		if strings.TrimSpace(v) != strings.TrimSpace(all[0]) {
			return 0, false
		}
	}
	return int64(n), err == nil
}

// feed looks at the next bytes and says how many of them belong to the body. It is not to be called when done.
func (f *frame) feed(p []byte) (int, error) {
	switch f.ends {
	case endsByLength:
		n := min(f.left, int64(len(p)))
		f.left -= n
		f.done = f.left == 0
		return int(n), nil
	case endsByChunks:
		return f.chunks(p)
	case endsAtOnce, endsByClose:
	}
	return len(p), nil
}

func (f *frame) chunks(p []byte) (int, error) {
	for i := 0; i < len(p); {
		if f.state == chunkData {
			n := min(f.left, int64(len(p)-i))
			i += int(n)
			if f.left -= n; f.left == 0 {
				f.state, f.line = chunkEnd, 0
			}
			continue
		}
		c := p[i]
		i++
		if f.line++; f.line > longestChunkLine && f.state != chunkTrailer || f.line > longestTrailer {
			return i, fmt.Errorf("%w: a line between chunks is too long", ErrProtocol)
		}
		if err := f.mark(c); err != nil {
			return i, err
		}
		if f.done {
			return i, nil
		}
	}
	return len(p), nil
}

// mark takes one byte between the data of chunks.
func (f *frame) mark(c byte) error {
	switch f.state {
	case chunkSize, chunkExtension:
		if f.state == chunkSize {
			if d := hexDigit(c); d >= 0 {
				if f.size > 1<<58 {
					return fmt.Errorf("%w: a chunk's size overflows", ErrProtocol)
				}
				f.size, f.digit = f.size<<4|int64(d), true
				return nil
			}
			if !f.digit || c != ';' && c != '\r' && c != '\n' && c != ' ' && c != '\t' {
				return fmt.Errorf("%w: %q in the size of a chunk", ErrProtocol, c)
			}
			f.state = chunkExtension
		}
		if c == '\n' {
			f.left, f.size, f.digit, f.line = f.size, 0, false, 0
			if f.state = chunkData; f.left == 0 {
				f.state = chunkTrailer
				f.size = 0 // now the bytes of the line of a trailer
			}
		}
	case chunkEnd:
		switch {
		case c == '\n':
			f.state, f.line = chunkSize, 0
		case c != '\r' || f.line > 1:
			return fmt.Errorf("%w: %q after the data of a chunk", ErrProtocol, c)
		}
	case chunkTrailer:
		switch {
		case c == '\n' && f.size == 0:
			f.done = true
		case c == '\n':
			f.size = 0
		case c != '\r':
			f.size++
		}
	case chunkData:
	}
	return nil
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

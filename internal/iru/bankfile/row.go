// SPDX-License-Identifier: EUPL-1.2

package bankfile

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"iolaus/internal/iru"
)

// A Format is one of the forms of a file.
type Format string

// The formats.
const (
	Signals Format = "signals"
	CSV     Format = "csv"
	Feed    Format = "feed"
	JSON    Format = "json"
)

// Formats lists the formats that Read reads.
var Formats = []Format{Signals, CSV, Feed, JSON}

// A Row is one entry of a file.
type Row struct {
	Line    int       // of the file, from 1; of a feed the entry
	Known   iru.Known // Label, Finding, Ref, Tags and Signals; an empty finding is for the importer to say
	Deleted bool      // the source took it back
	Cursor  string    // of a feed: all up to here was read, and the next import may go on from here
	Err     error     // what is wrong with it; a Refusal of kind Invalid
}

// MaxLine is how many bytes one line has at most: twice the longest fingerprint, and room for what stands beside it.
const MaxLine = 2*iru.MaxSignal + 1<<20

// MaxWord is how long a label, a tag or a source's number may be, in bytes.
const MaxWord = 2000

// Read yields the rows of a file. The error, after which nothing follows, says that the file itself cannot be read on.
func Read(r io.Reader, f Format) iter.Seq2[Row, error] {
	switch f {
	case CSV:
		return readCSV(r)
	case Feed:
		return func(yield func(Row, error) bool) { _, _ = readPage(r, 0, yield) }
	case JSON:
		return readJSON(r)
	}
	return readSignals(r)
}

// Guess tells a file's format by its beginning.
func Guess(beginning []byte) Format {
	b := bytes.TrimLeft(beginning, "\xef\xbb\xbf \t\r\n")
	line, _, _ := bytes.Cut(b, []byte("\n"))
	switch {
	case bytes.HasPrefix(b, []byte("{")) && bytes.Contains(line, []byte(`"`+Version+`"`)):
		return JSON
	case bytes.HasPrefix(b, []byte("{")), bytes.HasPrefix(b, []byte("[")):
		return Feed
	case bytes.Contains(bytes.ToLower(line), []byte("signal_type")):
		return CSV
	}
	return Signals
}

// lines yields the lines of a text without their ends, the first one without a byte order mark.
func lines(r io.Reader) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		s := bufio.NewScanner(r)
		s.Buffer(make([]byte, 64<<10), MaxLine)
		n := 0
		for s.Scan() {
			n++
			b := s.Bytes()
			if n == 1 {
				b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
			}
			if !yield(n, b) {
				return
			}
		}
		if s.Err() != nil {
			yield(-n-1, []byte(s.Err().Error()))
		}
	}
}

// unread is the error of a file that cannot be read on from a line.
func unread(line int, why any) error {
	return fmt.Errorf("read line %d: %w: %v", line, iru.Invalid, why)
}

// medium is our name of a signal type or algorithm.
func medium(name string) string {
	switch n := strings.ToLower(strings.TrimSpace(name)); n {
	case "sha-256", "sha2-256":
		return iru.MediumSHA256
	case "video_md5", "photo_md5", "md-5":
		return iru.MediumMD5
	case "text_tlsh", "tlsh_text":
		return iru.MediumTLSH
	case "chromaprint":
		return iru.MediumAudio
	default:
		return n
	}
}

// Signal reads a fingerprint by the name that a signal type or algorithm has elsewhere. Its error is Invalid.
func Signal(kind, text string) (iru.Signal, error) {
	if !utf8.ValidString(kind) || !utf8.ValidString(text) {
		return iru.Signal{}, iru.Refuse(iru.Invalid, "it is not UTF-8", "save the file as UTF-8")
	}
	return iru.ParseSignal(medium(kind), text)
}

// tidy refuses words that cannot be stored, and leaves out empty ones and repeated ones.
func tidy(words ...string) ([]string, error) {
	var out []string
	for _, w := range words {
		w = strings.TrimSpace(w)
		switch {
		case !utf8.ValidString(w) || strings.ContainsAny(w, "\x00\n\r"):
			return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("the word %.40q is not UTF-8 on one line", w), "correct it")
		case len(w) > MaxWord:
			return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("the word %.40q… has more than %d bytes", w, MaxWord), "shorten it")
		case w != "" && !slices.Contains(out, w):
			out = append(out, w)
		}
	}
	return out, nil
}

func readSignals(r io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for n, b := range lines(r) {
			if n < 0 {
				yield(Row{}, unread(-n, string(b)))
				return
			}
			b = bytes.TrimSpace(b)
			if len(b) == 0 || b[0] == '#' {
				continue
			}
			if !yield(signalRow(n, b), nil) {
				return
			}
		}
	}
}

func signalRow(n int, b []byte) Row {
	row := Row{Line: n}
	kind, text, ok := strings.Cut(string(b), " ")
	if !ok {
		kind, text, ok = strings.Cut(string(b), "\t")
	}
	if !ok || strings.ContainsAny(strings.TrimSpace(text), " \t") {
		row.Err = iru.Refuse(iru.Invalid, "it is not a signal type and a signal", "write it as: pdq HEX")
		return row
	}
	s, err := Signal(kind, text)
	if err != nil {
		row.Err = err
		return row
	}
	row.Known.Signals = []iru.Signal{s}
	return row
}

// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// findings are what scans of all WARC files of an exhibit kept.
type findings struct {
	records int
	lines   [][]byte
	pages   []page
	known   map[string]original
	repeats []repeatOf
}

type repeatOf struct {
	repeat
	file string
}

func newFindings() *findings { return &findings{known: map[string]original{}} }

// add takes what a scan kept; scans are added in the order of their input.
func (f *findings) add(s *scan) {
	f.records += s.records
	f.lines = append(f.lines, s.lines...)
	f.pages = append(f.pages, s.pages...)
	for id, o := range s.known {
		f.known[id] = o
	}
	for _, r := range s.repeats {
		f.repeats = append(f.repeats, repeatOf{r, s.file})
	}
}

// resolve makes sure that each revisit refers to a response of the exhibit with the same payload. The error is a *recordError.
func (f *findings) resolve() error {
	for _, r := range f.repeats {
		o, ok := f.known[r.of]
		var err error
		switch {
		case !ok:
			err = fmt.Errorf("%w: it refers to %s, which is no response of this exhibit", ErrWARC, r.of)
		case o.payload != r.want.payload:
			err = fmt.Errorf("%w: it refers to %s, whose payload is another", ErrWARC, r.of)
		case r.want.target != o.target || r.want.date != o.date:
			err = fmt.Errorf("%w: it refers to %s by another address or date", ErrWARC, r.of)
		}
		if err != nil {
			return &recordError{r.file, r.offset, r.id, err}
		}
	}
	return nil
}

func (f *findings) index() []byte { return joinLines(f.lines) }

// pageLimit is the most pages that a list names.
const pageLimit = 10_000

// pageList is pages/pages.jsonl: a header, the page that was asked for, and the other pages of the exhibit in the order of capture.
func pageList(m Manifest, pages []page) []byte {
	main := m.mainPage()
	b := []byte(`{"format":"json-pages-1.0","id":"pages","title":"Pages"}` + "\n")
	seen := map[string]bool{}
	add := func(url string, at time.Time, title string) {
		if seen[url] || len(seen) == pageLimit {
			return
		}
		seen[url] = true
		b = fmt.Appendf(b, `{"id":"page-%d"`, len(seen))
		if title != "" {
			b = quote(append(b, `,"title":`...), title)
		}
		b = append(b, `,"ts":"`...)
		b = at.UTC().AppendFormat(b, time.RFC3339Nano)
		b = append(quote(append(b, `","url":`...), url), "}\n"...)
	}
	add(main, m.CapturedAt, m.Page.Title)
	for _, p := range pages {
		add(p.url, p.at, "")
	}
	return b
}

// quote writes a JSON text; what is not UTF-8, which no field of a record is, becomes U+FFFD.
func quote(b []byte, text string) []byte {
	out, err := jsontext.AppendQuote(b, text)
	if err != nil {
		return append(b, `""`...)
	}
	return out
}

// mainPage is the address that was reached.
func (m Manifest) mainPage() string {
	if m.Final != "" {
		return m.Final
	}
	return m.Address
}

// taking measures what is read through it.
type taking struct {
	r   io.Reader
	n   int64
	sum hash.Hash
	crc hash.Hash32
}

func newTaking(r io.Reader) *taking { return &taking{r: r, sum: sha256.New(), crc: crc32.NewIEEE()} }

func (t *taking) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.n += int64(n)
	t.sum.Write(p[:n])
	t.crc.Write(p[:n])
	return n, err
}

func (t *taking) measured() measured {
	return measured{t.n, t.crc.Sum32(), hex.EncodeToString(t.sum.Sum(nil))}
}

func measure(data []byte) measured {
	return measured{int64(len(data)), crc32.ChecksumIEEE(data), hexSum(data)}
}

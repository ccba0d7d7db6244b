// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

var (
	// ErrField is returned for a value that cannot stand in a record's header; nothing was written.
	ErrField = errors.New("not a valid WARC field")
	// ErrBroken is returned when a record could not be written whole, and by every write after it. The caller must cut the file
	// at Size and begin with a new Writer whose Info.Start is that size.
	ErrBroken = errors.New("WARC file ends in a broken record")
)

// Info describes the file and who makes it; it becomes the warcinfo record.
type Info struct {
	Software    string // name and version of the programme
	Operator    string // the unit, as its letters name it
	Filename    string
	Description string
	Vantage     string // where the requests come from
	Start       int64  // bytes the file holds already, when it is continued
	Once        bool   // a payload that this writer wrote already becomes a revisit record
}

// Exchange is one HTTP request and its response as they went over the wire.
type Exchange struct {
	Target   string    // absolute address asked for
	At       time.Time // when the request was sent
	IP       string    // address that answered
	Protocol string    // "http/1.1", "h2"
	TLS      string    // "tls/1.3"; empty without
	Cipher   string    // IANA name of the cipher suite
	Request  []byte    // exact bytes; may be empty, then no request record is written
	// Response holds the exact bytes of the answer, header and body; with ResponseBody only those before it: at least the header,
	// with the empty line. What came by HTTP/2 or 3 is written in the form of HTTP/1.1.
	Response     []byte
	ResponseBody io.ReadSeeker // the rest of the exact bytes, when they are spooled; read twice from its start
	Truncated    string        // "", "length", "time", "disconnect" or "unspecified"
}

// Block is the content of a resource or metadata record.
type Block struct {
	Target      string // absolute address the content belongs to
	At          time.Time
	About       string // identifier of the record it speaks of; may be empty
	ContentType string
	Data        []byte
}

// Location is where a record lies in its file, compressed, in bytes.
type Location struct{ Offset, Length int64 }

// Written is what a record became. Digests have the form "sha256:" and 64 hexadecimal digits.
type Written struct {
	ID       string // "urn:uuid:..."
	Location Location
	Block    string
	Payload  string // of the response's entity without transfer coding; empty where the bytes do not allow to tell it
	Revisit  string // identifier of the response that has the payload, where only the header was written
}

// Writer appends WARC/1.1 records (ISO 28500:2017), one gzip member each. It is safe for concurrent use: callers compress side by
// side and append in turn.
type Writer struct {
	info Info
	gen  func() string

	mu     sync.Mutex
	w      io.Writer
	size   int64
	infoID string
	broken error
	seen   map[string]original // what was written, by payload
	zips   chan *gzip.Writer   // one a processor: more at once would only take memory

	buffers sync.Pool
}

// NewWriter returns a writer that appends to w. Gen gives a new record identifier, "urn:uuid:" and a version 4 UUID, for each
// record; it is never called twice at once.
func NewWriter(w io.Writer, info Info, gen func() string) *Writer {
	out := &Writer{w: w, info: info, gen: gen, size: info.Start, seen: map[string]original{}, zips: make(chan *gzip.Writer, runtime.GOMAXPROCS(0))}
	for range cap(out.zips) {
		out.zips <- nil // made when it is needed
	}
	return out
}

// Size is the length of the file up to the end of the last whole record.
func (w *Writer) Size() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.size
}

// WriteInfo writes the warcinfo record. It comes first; the records after it refer to it.
func (w *Writer) WriteInfo(at time.Time) (Written, error) {
	var b strings.Builder
	for _, f := range []Field{
		{"software", w.info.Software}, {"format", "WARC File Format 1.1"},
		{"conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"},
		{"operator", w.info.Operator}, {"description", w.info.Description}, {"vantage", w.info.Vantage},
	} {
		if err := f.check(); err != nil {
			return Written{}, fmt.Errorf("write warcinfo: %w", err)
		}
		if f.Value != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", f.Name, f.Value)
		}
	}
	r := w.record("warcinfo", at, "application/warc-fields")
	r.add("WARC-Filename", w.info.Filename)
	r.head = []byte(b.String())
	out, err := w.write(r)
	if err != nil {
		return Written{}, fmt.Errorf("write warcinfo: %w", err)
	}
	w.mu.Lock()
	w.infoID = r.id
	w.mu.Unlock()
	return out[0], nil
}

// WriteExchange writes the response record and, beside it, the request record that refers to it. It returns what the response
// became. Errors wrap ErrField, ErrBroken or those of the body.
func (w *Writer) WriteExchange(x Exchange) (Written, error) {
	if len(x.Response) == 0 {
		return Written{}, fmt.Errorf("write exchange: %w: no response; record the failure in the manifest instead", ErrField)
	}
	switch x.Truncated {
	case "", "length", "time", "disconnect", "unspecified":
	default:
		return Written{}, fmt.Errorf("write exchange: %w: WARC-Truncated: %.40q", ErrField, x.Truncated)
	}
	response := w.record("response", x.At, "application/http; msgtype=response")
	response.head, response.body, response.http = x.Response, x.ResponseBody, true
	request := w.record("request", x.At, "application/http; msgtype=request")
	request.head = x.Request
	for _, r := range []*record{response, request} {
		r.address(x.Target)
		r.add("WARC-IP-Address", x.IP)
		r.add("WARC-Protocol", x.Protocol)
		r.add("WARC-Protocol", x.TLS)
		r.add("WARC-Cipher-Suite", x.Cipher)
	}
	response.add("WARC-Truncated", x.Truncated)
	if err := response.measure(); err != nil {
		return Written{}, fmt.Errorf("write exchange: %w", err)
	}
	if w.info.Once && x.Truncated == "" {
		w.shorten(response, x)
	}
	request.add("WARC-Concurrent-To", "<"+response.id+">")
	records := []*record{response, request}
	if len(x.Request) == 0 {
		records = records[:1]
	}
	out, err := w.write(records...)
	if err != nil {
		return Written{}, fmt.Errorf("write exchange: %w", err)
	}
	return out[0], nil
}

// shorten makes a revisit of a response whose payload the file has, and marks one that others may refer to.
func (w *Writer) shorten(r *record, x Exchange) {
	if r.pay == "" || r.length-int64(r.header) < revisitMin || r.header > len(x.Response) {
		return
	}
	w.mu.Lock()
	first, known := w.seen[r.pay]
	w.mu.Unlock()
	if !known {
		r.first = &original{payload: r.pay, target: x.Target, date: warcDate(x.At), id: r.id}
		return
	}
	r.fields = slices.DeleteFunc(r.fields, func(f Field) bool {
		return f.Name == "WARC-Block-Digest" || f.Name == "WARC-Payload-Digest" || f.Name == "Content-Length"
	})
	r.fields[0].Value = "revisit"
	r.add("WARC-Profile", revisitProfile)
	r.add("WARC-Refers-To", "<"+first.id+">")
	r.add("WARC-Refers-To-Target-URI", first.target)
	r.add("WARC-Refers-To-Date", first.date)
	r.add("WARC-Truncated", "length") // the payload was left out on purpose
	r.head, r.body, r.http, r.measured, r.revisit = x.Response[:r.header], nil, false, false, first.id
}

// WriteMetadata writes a metadata record: what the programme or the browser noted of another record.
func (w *Writer) WriteMetadata(b Block) (Written, error) { return w.writeBlock("metadata", b) }

// WriteResource writes a resource record: bytes that came by no HTTP exchange, such as a screenshot.
func (w *Writer) WriteResource(b Block) (Written, error) { return w.writeBlock("resource", b) }

func (w *Writer) writeBlock(kind string, b Block) (Written, error) {
	r := w.record(kind, b.At, b.ContentType)
	r.address(b.Target)
	if b.About != "" {
		name := "WARC-Concurrent-To"
		if kind == "metadata" {
			name = "WARC-Refers-To"
		}
		r.add(name, "<"+b.About+">")
	}
	r.head = b.Data
	out, err := w.write(r)
	if err != nil {
		return Written{}, fmt.Errorf("write %s: %w", kind, err)
	}
	return out[0], nil
}

// zipLevel takes some two thirds of the time of level 5, the usual one, for 3 % more bytes.
const zipLevel = 3

// spoolLimit is the largest block that is compressed in memory; a larger one is compressed while it is appended.
const spoolLimit = 2 << 20

func (w *Writer) write(records ...*record) ([]Written, error) {
	ready := make([]*bytes.Buffer, len(records))
	for i, r := range records {
		if err := r.measure(); err != nil {
			return nil, err
		}
		if r.length <= spoolLimit {
			b, ok := w.buffers.Get().(*bytes.Buffer)
			if !ok {
				b = new(bytes.Buffer)
			}
			b.Reset()
			ready[i] = b
			defer w.buffers.Put(b)
			if err := w.compress(b, r); err != nil {
				return nil, err
			}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken != nil {
		return nil, w.broken
	}
	out := make([]Written, len(records))
	end := w.size
	for i, r := range records {
		to := &tally{w: w.w}
		var err error
		if ready[i] != nil {
			_, err = to.Write(ready[i].Bytes())
		} else {
			err = w.compress(to, r)
		}
		if err != nil {
			if i > 0 || to.n > 0 || to.failed {
				w.broken = fmt.Errorf("%w: cut it at byte %d: %w", ErrBroken, w.size, err)
				return nil, w.broken
			}
			return nil, err
		}
		out[i] = Written{ID: r.id, Location: Location{end, to.n}, Block: r.block, Payload: r.pay, Revisit: r.revisit}
		end += to.n
	}
	w.size = end
	for _, r := range records {
		if r.first != nil && len(w.seen) < revisitKnown {
			w.seen[r.pay] = *r.first
		}
	}
	return out, nil
}

// compress writes the record as one gzip member and makes sure that it is what was measured.
func (w *Writer) compress(to io.Writer, r *record) error {
	z := <-w.zips
	defer func() { w.zips <- z }()
	if z == nil {
		var err error
		if z, err = gzip.NewWriterLevel(io.Discard, zipLevel); err != nil {
			return err
		}
	}
	size := &tally{w: to}
	z.Reset(size)
	block := &even{z: z, size: size}
	var header bytes.Buffer
	header.WriteString("WARC/1.1\r\n")
	for _, f := range r.fields {
		fmt.Fprintf(&header, "%s: %s\r\n", f.Name, f.Value)
	}
	header.WriteString("\r\n")
	if _, err := z.Write(header.Bytes()); err != nil {
		return err
	}
	if r.body == nil {
		if _, err := block.Write(r.head); err != nil { // it cannot have changed since it was measured
			return err
		}
	} else if err := r.again(block); err != nil {
		return err
	}
	if _, err := z.Write([]byte("\r\n\r\n")); err != nil {
		return err
	}
	return z.Close()
}

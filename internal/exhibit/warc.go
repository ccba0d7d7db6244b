// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
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
	// Response holds the exact bytes of the answer, header and body; with ResponseBody only those of the header, with the empty
	// line. What came by HTTP/2 or 3 is written in the form of HTTP/1.1.
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
	zips   sync.Pool
}

// NewWriter returns a writer that appends to w. Gen gives a new record identifier, "urn:uuid:" and a version 4 UUID, for each
// record; it is never called twice at once.
func NewWriter(w io.Writer, info Info, gen func() string) *Writer {
	return &Writer{w: w, info: info, gen: gen, size: info.Start}
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

// record is a record on its way into the file.
type record struct {
	id     string
	fields []Field
	err    error // the first bad field
	head   []byte
	body   io.ReadSeeker // what follows head; may be nil
	http   bool          // the block is an HTTP response and has a payload
	length int64
	block  string
	pay    string
	header int // bytes of the HTTP header, where the payload is known
}

func (w *Writer) record(kind string, at time.Time, contentType string) *record {
	w.mu.Lock()
	id, info := w.gen(), w.infoID
	w.mu.Unlock()
	r := &record{id: id}
	if strings.ContainsAny(id, "<> ") || !strings.Contains(id, ":") {
		r.err = fmt.Errorf("%w: WARC-Record-ID: %.80q", ErrField, id)
	}
	if y := at.UTC().Year(); y < 1 || y > 9999 {
		r.err = fmt.Errorf("%w: WARC-Date: year %d", ErrField, y)
	}
	r.add("WARC-Type", kind)
	r.add("WARC-Record-ID", "<"+id+">")
	r.add("WARC-Date", at.UTC().Format(time.RFC3339Nano))
	if info != "" {
		r.add("WARC-Warcinfo-ID", "<"+info+">")
	}
	r.add("Content-Type", contentType)
	return r
}

// add appends a field unless its value is empty.
func (r *record) add(name, value string) {
	f := Field{name, value}
	if err := f.check(); err != nil && r.err == nil {
		r.err = err
	}
	if value != "" {
		r.fields = append(r.fields, f)
	}
}

func (r *record) address(target string) {
	if strings.ContainsAny(target, " \t<>") || !strings.Contains(target, ":") {
		r.err = errors.Join(r.err, fmt.Errorf("%w: WARC-Target-URI: %.80q is not an absolute address", ErrField, target))
		return
	}
	r.add("WARC-Target-URI", target)
}

// content is the whole block from its start.
func (r *record) content() (io.Reader, error) {
	if r.body == nil {
		return bytes.NewReader(r.head), nil
	}
	if _, err := r.body.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read spooled body: %w", err)
	}
	return io.MultiReader(bytes.NewReader(r.head), r.body), nil
}

// measure reads the block once, for its length and digests.
func (r *record) measure() error {
	if r.err != nil {
		return r.err
	}
	in, err := r.content()
	if err != nil {
		return err
	}
	sum := sha256.New()
	all := &meter{r: in, sum: sum}
	if r.http {
		if err := r.measureEntity(all); err != nil && !errors.Is(err, ErrHTTP) {
			return fmt.Errorf("read spooled body: %w", err)
		}
	}
	if _, err := io.Copy(io.Discard, all); err != nil {
		return fmt.Errorf("read spooled body: %w", err)
	}
	if all.err != nil {
		return fmt.Errorf("read spooled body: %w", all.err)
	}
	r.length, r.block = all.n, digestText(sum)
	r.add("WARC-Block-Digest", r.block)
	r.add("WARC-Payload-Digest", r.pay)
	r.fields = append(r.fields, Field{"Content-Length", fmt.Sprint(r.length)})
	return r.err
}

// measureEntity finds what only a response has.
func (r *record) measureEntity(in io.Reader) error {
	br := bufio.NewReader(in)
	h, err := readHead(br)
	if err != nil {
		return err
	}
	entity, err := h.entity(br)
	if err != nil {
		return err
	}
	payload := sha256.New()
	if _, err := io.Copy(payload, entity); err != nil {
		return err
	}
	r.pay, r.header = digestText(payload), h.size
	return nil
}

// revisitProfile says that the payload of a revisit is that of the record it refers to.
const revisitProfile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"

// spoolLimit is the largest block that is compressed in memory; a larger one is compressed while it is appended.
const spoolLimit = 4 << 20

func (w *Writer) write(records ...*record) ([]Written, error) {
	ready := make([]*bytes.Buffer, len(records))
	for i, r := range records {
		if err := r.measure(); err != nil {
			return nil, err
		}
		if r.length <= spoolLimit {
			ready[i] = new(bytes.Buffer)
			if err := w.compress(ready[i], r); err != nil {
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
		out[i] = Written{ID: r.id, Location: Location{end, to.n}, Block: r.block, Payload: r.pay}
		end += to.n
	}
	w.size = end
	return out, nil
}

// compress writes the record as one gzip member and makes sure that it is what was measured.
func (w *Writer) compress(to io.Writer, r *record) error {
	in, err := r.content()
	if err != nil {
		return err
	}
	z, ok := w.zips.Get().(*gzip.Writer)
	if !ok {
		z, err = gzip.NewWriterLevel(io.Discard, 6)
		if err != nil {
			return err
		}
	}
	defer w.zips.Put(z)
	z.Reset(to)
	var header bytes.Buffer
	header.WriteString("WARC/1.1\r\n")
	for _, f := range r.fields {
		fmt.Fprintf(&header, "%s: %s\r\n", f.Name, f.Value)
	}
	header.WriteString("\r\n")
	if _, err := z.Write(header.Bytes()); err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(z, io.TeeReader(in, sum))
	if err != nil {
		return err
	}
	if n != r.length || digestText(sum) != r.block {
		return fmt.Errorf("read spooled body: it changed between two readings: %d bytes, then %d", r.length, n)
	}
	if _, err := z.Write([]byte("\r\n\r\n")); err != nil {
		return err
	}
	return z.Close()
}

func digestText(h hash.Hash) string { return "sha256:" + hex.EncodeToString(h.Sum(nil)) }

// meter counts and digests what is read through it.
type meter struct {
	r   io.Reader
	sum hash.Hash
	n   int64
	err error
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.sum.Write(p[:n])
	m.n += int64(n)
	if err != nil && err != io.EOF {
		m.err = err
	}
	return n, err
}

// tally counts what reached the file.
type tally struct {
	w      io.Writer
	n      int64
	failed bool // the file, not what was to be written
}

func (t *tally) Write(p []byte) (int, error) {
	n, err := t.w.Write(p)
	t.n += int64(n)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	t.failed = t.failed || err != nil
	return n, err
}

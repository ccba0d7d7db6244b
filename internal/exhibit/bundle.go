// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/ledger"
)

// BundleVersion is the version of the format that this package writes and reads.
const BundleVersion = 1

// The files of a bundle beside those that its manifest names.
const (
	indexPath      = "indexes/index.cdx"
	pagesPath      = "pages/pages.jsonl"
	manifestPath   = "exhibit/manifest.json"
	custodyPath    = "custody/custody.jsonl"
	keyPath        = "proof/log.pub"
	checkpointPath = "proof/checkpoint"
	casePath       = "case.jsonld"
	methodPath     = "method.txt"
	packagePath    = "datapackage.json"
	digestPath     = "datapackage-digest.json"
)

func proofPath(n int) string { return fmt.Sprintf("proof/%d.tlog-proof", n) }

// path is where a file of the manifest stands in a bundle.
func (f File) path() string {
	if f.Kind == "warc" {
		return "archive/" + f.Name
	}
	return "exhibit/" + f.Name
}

// Bundle is what is handed to a court: one exhibit with all that is needed to check it. The format is described in
// docs/format/bundle.md.
type Bundle struct {
	Title    string
	Created  time.Time // microseconds, UTC
	Tool     Tool      // that makes the bundle
	Manifest []byte    // canonical
	// Open gives the plain bytes of a file that the manifest names. It is called twice for each: they are measured, then written.
	Open       func(File) (io.ReadCloser, error)
	Custody    []CustodyEvent
	Key        string         // public key of the log, as ledger.NewKey gives it
	Checkpoint []byte         // newest, signed
	Proofs     []ledger.Proof // one for each custody event, against Checkpoint
	Stamps     []Stamped
	Method     Method
	// Sign returns the text as a note signed by the log's key.
	Sign func(text string) ([]byte, error)
}

// Measured is what a bundle found out about a file while it read it.
type measured struct {
	size int64
	crc  uint32
	sum  string
}

// WriteBundle writes a bundle. Everything is checked before the first byte is written, as the receiver will: what is not sound does
// not leave. It holds no file in memory, only the index. Errors wrap ErrBundle, ErrInvalid, ErrNotCanonical, ErrChain, ErrWARC,
// ErrDigest, those of package ledger, or are those of Open, Sign and w.
func WriteBundle(w io.Writer, b Bundle) error {
	m, err := ParseManifest(b.Manifest)
	if err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	small, entries, err := b.evidence()
	if err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	files, large := map[string]measured{}, map[string]File{}
	found := newFindings()
	var packed int64
	for _, f := range m.Files {
		if strings.HasPrefix(f.path(), "archive/") {
			packed += f.Size
		}
	}
	spend := newBudget(DefaultLimits, packed)
	for _, f := range m.Files {
		if f.path() == manifestPath {
			return fmt.Errorf("write bundle: %w: a file of the exhibit is named as its manifest", ErrBundle)
		}
		if files[f.path()], err = b.measure(f, found, spend); err != nil {
			return fmt.Errorf("write bundle: %s: %w", f.Name, err)
		}
		large[f.path()] = f
	}
	if err := found.resolve(); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	small[indexPath], small[pagesPath] = found.index(), pageList(m, found.pages)
	if small[casePath], err = caseGraph(m, b.Manifest, entries, nameFive); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	if small[methodPath], err = b.Method.text(m, entries, b.Tool); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	for name, data := range small {
		files[name] = measure(data)
	}
	if small[packagePath], err = b.dataPackage(m, files, entries[0].Exhibit); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	if small[digestPath], err = b.digest(small[packagePath]); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	files[packagePath], files[digestPath] = measure(small[packagePath]), measure(small[digestPath])
	for name, data := range small {
		if int64(len(data)) > DefaultLimits.Small && name != indexPath {
			return fmt.Errorf("write bundle: %w: %s has %d bytes, at most %d", ErrBundle, name, len(data), DefaultLimits.Small)
		}
	}
	return b.write(w, files, large, small)
}

// write puts the files into the ZIP, in the order of their names.
func (b Bundle) write(w io.Writer, files map[string]measured, large map[string]File, small map[string][]byte) error {
	if len(files) > DefaultLimits.Files {
		return fmt.Errorf("write bundle: %w: %d files, at most %d", ErrBundle, len(files), DefaultLimits.Files)
	}
	entries := make([]zipEntry, 0, len(files))
	for name, f := range files {
		if len(name) > zipNameSize {
			return fmt.Errorf("write bundle: %w: the name %.80q is too long", ErrBundle, name)
		}
		entries = append(entries, zipEntry{name: name, size: f.size, crc: f.crc})
	}
	slices.SortFunc(entries, func(a, b zipEntry) int { return cmp.Compare(a.name, b.name) })
	var at int64
	for i := range entries {
		e := &entries[i]
		e.offset = at
		head := e.header()
		if _, err := w.Write(head); err != nil {
			return fmt.Errorf("write bundle: %w", err)
		}
		if data, ok := small[e.name]; ok {
			if _, err := w.Write(data); err != nil {
				return fmt.Errorf("write bundle: %w", err)
			}
		} else if err := b.copy(w, large[e.name], files[e.name]); err != nil {
			return fmt.Errorf("write bundle: %s: %w", e.name, err)
		}
		at += int64(len(head)) + e.size
	}
	if _, err := w.Write(zipTail(entries, at)); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	return nil
}

func (b Bundle) copy(w io.Writer, f File, want measured) error {
	in, err := b.Open(f)
	if err != nil {
		return err
	}
	defer in.Close()
	crc := crc32.NewIEEE()
	n, err := io.Copy(io.MultiWriter(w, crc), io.LimitReader(in, f.Size+1))
	if err == nil && (n != want.size || crc.Sum32() != want.crc) {
		err = fmt.Errorf("%w: it changed while it was read", ErrBundle)
	}
	return err
}

// evidence checks all but the files of the exhibit, and returns what goes into the bundle for it.
func (b Bundle) evidence() (map[string][]byte, []Entry, error) {
	v, err := note.NewVerifier(b.Key)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: the log's key: %w", ErrBundle, err)
	}
	small := map[string][]byte{manifestPath: b.Manifest, keyPath: []byte(b.Key + "\n"), checkpointPath: b.Checkpoint}
	entries, err := CheckChain(b.Custody, hexSum(b.Manifest))
	if err != nil {
		return nil, nil, err
	}
	newest, err := ledger.Open(b.Checkpoint, v, v.Name())
	if err != nil {
		return nil, nil, err
	}
	if len(b.Proofs) != len(b.Custody) || len(b.Stamps) > stampLimit {
		return nil, nil, fmt.Errorf("%w: %d proofs for %d custody events, %d time stamps", ErrBundle, len(b.Proofs), len(b.Custody), len(b.Stamps))
	}
	for i, c := range b.Custody {
		l, err := c.encode()
		if err != nil {
			return nil, nil, err
		}
		small[custodyPath] = append(small[custodyPath], l...)
		if small[proofPath(i+1)], err = b.proof(b.Proofs[i], newest, c); err != nil {
			return nil, nil, err
		}
	}
	for i, s := range b.Stamps {
		older, err := ledger.Open(s.Checkpoint, v, v.Name())
		if err == nil {
			err = ledger.CheckConsistency(s.Path, older, newest)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("time stamp %d: %w", i+1, err)
		}
		small[stampPath(i+1, "tsr")], small[stampPath(i+1, "checkpoint")] = s.Token, s.Checkpoint
		small[stampPath(i+1, "consistency")] = formatPath(s.Path)
		if s.Receipt.Event == 0 {
			continue
		}
		if err := receives(s.Receipt, s.Token); err != nil {
			return nil, nil, fmt.Errorf("receipt of time stamp %d: %w", i+1, err)
		}
		if small[stampPath(i+1, "receipt")], err = s.Receipt.encode(); err != nil {
			return nil, nil, err
		}
		if small[stampPath(i+1, "tlog-proof")], err = b.proof(s.Proof, newest, s.Receipt); err != nil {
			return nil, nil, fmt.Errorf("receipt of time stamp %d: %w", i+1, err)
		}
	}
	return small, entries, nil
}

// proof is the text of a proof that the checkpoint covers an event.
func (b Bundle) proof(p ledger.Proof, newest ledger.Checkpoint, c CustodyEvent) ([]byte, error) {
	p.Extra = nil
	if p.Index != c.Index || string(p.Checkpoint) != string(b.Checkpoint) {
		return nil, fmt.Errorf("%w: the proof is not of event %d against the checkpoint", ErrBundle, c.Event)
	}
	if err := ledger.CheckInclusion(p.Path, newest, c.Index, c.Leaf()); err != nil {
		return nil, fmt.Errorf("event %d: %w", c.Event, err)
	}
	return p.Format(), nil
}

// measure reads a file of the exhibit and holds it against the manifest; a WARC file is indexed on the way.
func (b Bundle) measure(f File, found *findings, spend *budget) (measured, error) {
	in, err := b.Open(f)
	if err != nil {
		return measured{}, err
	}
	defer in.Close()
	t := newTaking(io.LimitReader(in, f.Size+1))
	if f.Kind == "warc" {
		s := newScan(f.Name, 0, spend)
		if err := s.run(NewReader(t, DefaultLimits.WARC)); err != nil {
			return measured{}, err
		}
		found.add(s)
	}
	if _, err := io.Copy(io.Discard, t); err != nil {
		return measured{}, err
	}
	got := t.measured()
	if got.size != f.Size || got.sum != f.SHA256 {
		return measured{}, fmt.Errorf("%w: its SHA-256 is %s (%d bytes), the manifest says %s (%d bytes)", ErrDigest, got.sum, got.size, f.SHA256, f.Size)
	}
	return got, nil
}

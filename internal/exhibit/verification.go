// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/ledger"
)

// verification is one run of Verify: what it found so far, for the steps that follow.
type verification struct {
	r      io.ReaderAt
	size   int64
	trust  Trust
	limits Limits
	report Report

	order    []zipEntry
	files    map[string]zipEntry
	sums     map[string]measured
	manifest Manifest
	raw      []byte // manifest as it stands there
	readable bool   // the manifest is
	found    *findings
	events   []CustodyEvent
	entries  []Entry
	key      string
	verifier note.Verifier
	newest   ledger.Checkpoint
	signed   []byte // newest checkpoint
}

// step runs one check.
func (v *verification) step(name string, check func(*Step)) bool {
	s := Step{Name: name}
	check(&s)
	v.report.Steps = append(v.report.Steps, s)
	return len(s.Faults) == 0
}

// wrong notes a fault.
func (s *Step) wrong(file string, err error) { s.fault(Fault{File: file, What: err.Error()}) }

func (s *Step) wrongf(file, format string, a ...any) {
	s.fault(Fault{File: file, What: fmt.Sprintf(format, a...)})
}

// fault notes at most a hundred: a bundle decides how many there are.
func (s *Step) fault(f Fault) {
	if len(s.Faults) < 100 {
		s.Faults = append(s.Faults, f)
	}
}

func (v *verification) run() {
	if !v.step("container", v.container) {
		return
	}
	index, indexErr := v.read(indexPath)
	type scanned struct {
		found *findings
		err   error
	}
	records := make(chan scanned, 1)
	go func() {
		f, err := v.scan(index)
		records <- scanned{f, err}
	}()
	hashErr := v.hash()
	v.step("manifest", func(s *Step) {
		if hashErr != nil {
			s.wrong("", hashErr)
		}
		v.checkManifest(s)
	})
	v.step("files", v.checkFiles)
	v.step("records", func(s *Step) {
		got := <-records
		if got.err != nil {
			v.recordFault(s, got.err)
			return
		}
		v.found = got.found
		s.Detail = fmt.Sprintf("%d WARC records, every digest right", v.found.records)
	})
	v.step("index", func(s *Step) { v.checkIndex(s, index, indexErr) })
	v.step("custody", v.checkCustody)
	v.step("log", v.checkLog)
	v.step("inclusion", v.checkInclusion)
	v.step("time", v.checkStamps)
	v.step("case", v.checkCase)
	v.step("package", v.checkPackage)
	v.step("signature", v.checkSignature)
}

func (v *verification) container(s *Step) {
	var err error
	if v.order, err = readZip(v.r, v.size, v.limits.Files); err != nil {
		s.wrong("", err)
		return
	}
	v.files = map[string]zipEntry{}
	for _, e := range v.order {
		v.files[e.name] = e
	}
	s.Detail = fmt.Sprintf("%d bytes, %d files, written as the format demands", v.size, len(v.order))
}

// open gives the bytes of a file of the bundle.
func (v *verification) open(e zipEntry) *io.SectionReader {
	return io.NewSectionReader(v.r, e.offset+int64(len(e.header())), e.size)
}

var errMissing = errors.New("it is not in the bundle")

// read gives a whole small file.
func (v *verification) read(name string) ([]byte, error) {
	e, ok := v.files[name]
	limit := v.limits.Small
	if name == indexPath {
		limit = v.limits.Index
	}
	if !ok {
		return nil, errMissing
	}
	if e.size > limit {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are read", ErrBundle, e.size, limit)
	}
	b := make([]byte, e.size)
	if n, err := v.open(e).ReadAt(b, 0); n < len(b) {
		return nil, fmt.Errorf("read bundle: %w", err)
	}
	return b, nil
}

// hash measures every file.
func (v *verification) hash() error {
	v.sums = map[string]measured{}
	buffer := make([]byte, 256<<10)
	for _, e := range v.order {
		t := newTaking(v.open(e))
		if _, err := io.CopyBuffer(onlyWriter{io.Discard}, t, buffer); err != nil {
			return fmt.Errorf("%s: read bundle: %w", e.name, err)
		}
		v.sums[e.name] = t.measured()
	}
	return nil
}

func (v *verification) checkManifest(s *Step) {
	var err error
	if v.raw, err = v.read(manifestPath); err != nil {
		s.wrong(manifestPath, err)
		return
	}
	if v.manifest, err = ParseManifest(v.raw); err != nil {
		s.wrong(manifestPath, err)
		return
	}
	v.readable, v.report.Manifest = true, hexSum(v.raw)
	for _, f := range v.manifest.Files {
		got, ok := v.sums[f.path()]
		switch {
		case !ok:
			s.wrongf(f.path(), "it is missing; the manifest names it")
		case got.sum != f.SHA256 || got.size != f.Size:
			s.wrongf(f.path(), "it was changed: its SHA-256 is %s (%d bytes), the manifest says %s (%d bytes)", got.sum, got.size, f.SHA256, f.Size)
		}
	}
	s.Detail = fmt.Sprintf("SHA-256 %s; its %d files are what it says", v.report.Manifest, len(v.manifest.Files))
}

// checkFiles makes sure that nothing is there that the format does not know.
func (v *verification) checkFiles(s *Step) {
	due := map[string]bool{}
	for _, name := range []string{indexPath, pagesPath, manifestPath, custodyPath, keyPath, checkpointPath, casePath, methodPath, packagePath, digestPath} {
		due[name] = true
	}
	for _, f := range v.manifest.Files {
		if due[f.path()] {
			s.wrongf(f.path(), "two files have this name")
		}
		due[f.path()] = true
	}
	if custody, err := v.read(custodyPath); err == nil {
		for n := range min(bytes.Count(custody, []byte("\n")), CustodyLinks) {
			due[proofPath(n+1)] = true
		}
	}
	for k := 1; k <= stampLimit; k++ {
		if _, ok := v.files[stampPath(k, "tsr")]; !ok {
			break
		}
		for _, e := range []string{"tsr", "checkpoint", "consistency"} {
			due[stampPath(k, e)] = true
		}
		if v.received(k) {
			due[stampPath(k, "receipt")], due[stampPath(k, "tlog-proof")] = true, true
		}
	}
	for _, e := range v.order {
		if !due[e.name] {
			s.wrongf(e.name, "it was added: neither the format nor the manifest knows it")
		}
		delete(due, e.name)
	}
	for _, name := range slices.Sorted(maps.Keys(due)) {
		if _, named := v.named(name); !named { // those were named in the step before
			s.wrongf(name, "it is missing")
		}
	}
	s.Detail = "none is missing, none was added"
}

func (v *verification) named(path string) (File, bool) {
	i := slices.IndexFunc(v.manifest.Files, func(f File) bool { return f.path() == path })
	if i < 0 {
		return File{}, false
	}
	return v.manifest.Files[i], true
}

func (v *verification) recordFault(s *Step, err error) {
	var r *recordError
	if !errors.As(err, &r) {
		s.wrong("", err)
		return
	}
	what := fmt.Sprintf("record at byte %d: %v", r.offset, r.err)
	if r.id != "" {
		what = fmt.Sprintf("record %s at byte %d: %v", r.id, r.offset, r.err)
	}
	s.wrongf("archive/"+r.file, "%s", what)
}

func (v *verification) checkIndex(s *Step, index []byte, err error) {
	if err != nil {
		s.wrong(indexPath, err)
	}
	pages, pagesErr := v.read(pagesPath)
	if pagesErr != nil {
		s.wrong(pagesPath, pagesErr)
	}
	if v.found == nil || len(s.Faults) > 0 {
		s.Detail = "not compared"
		return
	}
	if n, same := firstDifference(index, v.found.index()); !same {
		s.wrongf(indexPath, "line %d is not what the records say", n)
	}
	if v.readable {
		if n, same := firstDifference(pages, pageList(v.manifest, v.found.pages)); !same {
			s.wrongf(pagesPath, "line %d is not what the records and the manifest say", n)
		}
	}
	s.Detail = fmt.Sprintf("%d lines, %d pages", len(v.found.lines), bytes.Count(pages, []byte("\n"))-1)
}

// firstDifference gives the first line that differs, from 1.
func firstDifference(a, b []byte) (int, bool) {
	if bytes.Equal(a, b) {
		return 0, true
	}
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return bytes.Count(a[:n], []byte("\n")) + 1, false
}

func (v *verification) checkCase(s *Step) {
	got, err := v.read(casePath)
	if err != nil {
		s.wrong(casePath, err)
		return
	}
	if !v.readable || v.entries == nil {
		s.Detail = "not compared"
		return
	}
	s.Detail = "CASE 1.4 says what the manifest and the chain of custody say"
	want, err := caseGraph(v.manifest, v.raw, v.entries, nameFive)
	if err != nil {
		s.wrong(casePath, err)
		return
	}
	if bytes.Equal(got, want) {
		return
	}
	if older, err := caseGraph(v.manifest, v.raw, v.entries, nameEight); err != nil || !bytes.Equal(got, older) {
		s.wrongf(casePath, "it is not what the manifest and the chain of custody say%s", near(got, want))
	}
}

// near shows where two texts part.
func near(got, want []byte) string {
	n := 0
	for n < min(len(got), len(want)) && got[n] == want[n] {
		n++
	}
	return fmt.Sprintf(": at byte %d %.40q, it should be %.40q", n, strings.ToValidUTF8(string(got[n:]), "?"), want[n:])
}

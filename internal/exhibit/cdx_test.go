// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestSURT(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://trams.test/":                        "test,trams)/",
		"http://www.Trams.test":                      "test,trams)/",
		"https://www2.lines.trams.test:8443/A?c=2&B": "test,trams,lines:8443)/a?b&c=2",
		"http://trams.test:80/x#top":                 "test,trams)/x",
		"https://trams.test:443?x":                   "test,trams)/?x",
		"https://user:pass@trams.test/":              "test,trams)/",
		"http://127.64.1.9:8080/":                    "127.64.1.9:8080)/",
		"http://[::1]:8080/x":                        "[::1]:8080)/x",
		"https://wwwtrams.test/":                     "test,wwwtrams)/",
		"urn:view:https://trams.test/":               "urn:view:https://trams.test/",
		"https://trams.test/a b":                     "test,trams)/a%20b",
		"https:///":                                  ")/",
	} {
		if got := surt(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestIndexOfWARC(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	_, all := writeAll(t, &file)
	s, f := newScan("trams.warc.gz", 0, newBudget(DefaultLimits, 0)), newFindings()
	if err := s.run(NewReader(bytes.NewReader(file.Bytes()), ReadLimits{})); err != nil {
		t.Fatal(err)
	}
	f.add(s)
	lines := strings.Split(strings.TrimSuffix(string(f.index()), "\n"), "\n")
	if len(lines) != 8 || !slices.IsSorted(lines) || f.records != 17 {
		t.Fatalf("%d lines, %d records: %s", len(lines), f.records, f.index())
	}
	places := map[Location]bool{}
	for _, w := range all {
		places[w.Location] = true
	}
	for _, l := range lines {
		key, rest, _ := strings.Cut(l, " ")
		at, text, _ := strings.Cut(rest, " ")
		var line struct {
			Digest, Filename, MIME, URL string
			Length, Offset              int64
			Status                      int
		}
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(l, err)
		}
		if key != surt(line.URL) || at != "20260314110000" || !places[Location{line.Offset, line.Length}] || line.Filename != "trams.warc.gz" || !strings.HasPrefix(line.Digest, "sha256:") {
			t.Error(l)
		}
		rec, err := NewReader(bytes.NewReader(file.Bytes()[line.Offset:][:line.Length]), ReadLimits{}).Next()
		if err != nil || rec.Target != line.URL {
			t.Error(l, err)
		}
	}
	if !strings.Contains(string(f.index()), `"status":404`) || strings.Contains(string(f.index()), "metadata") {
		t.Errorf("%s", f.index())
	}
	if got := lineOffsets(f.index(), "trams.warc.gz", 100); len(got) != 8 || got[0] != all[1].Location.Offset {
		t.Errorf("offsets %v", got)
	}
}

// What an index says is never trusted: it is only a hint where to begin.
func TestLyingIndex(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	w := NewWriter(&file, info, numbers())
	for _, x := range site(3 << 20) {
		if _, err := w.WriteExchange(x); err != nil {
			t.Fatal(err)
		}
	}
	c := courtOf(t, map[string][]byte{"capture.warc.gz": file.Bytes()}, 1)
	data := c.pack(t)
	limits := Limits{Workers: 3}
	whole := Verify(bytes.NewReader(data), int64(len(data)), c.trust(), limits)
	if err := whole.Err(); err != nil {
		t.Fatal(err)
	}
	files := contents(t, data)
	for name, change := range map[string]func(string) string{
		"an offset":  func(s string) string { return strings.Replace(s, `"offset":1`, `"offset":2`, 1) },
		"no offsets": func(s string) string { return strings.ReplaceAll(s, "offset", "onset") },
		"huge":       func(s string) string { return strings.ReplaceAll(s, `"offset":`, `"offset":99999999`) },
		"a line":     func(s string) string { return s[strings.Index(s, "\n")+1:] },
		"order":      func(s string) string { i := strings.Index(s, "\n") + 1; return s[i:] + s[:i] },
		"noise":      func(string) string { return strings.Repeat("fog\n", 1000) },
		"one line":   func(string) string { return strings.Repeat("fog ", 1000) },
	} {
		forged := map[string][]byte{}
		for n, d := range files {
			forged[n] = d
		}
		forged[indexPath] = []byte(change(string(files[indexPath])))
		relist(t, forged)
		bad := repack(t, forged)
		rep := Verify(bytes.NewReader(bad), int64(len(bad)), c.trust(), limits)
		if f, _ := rep.First(); f.File != indexPath || len(rep.Steps[3].Faults) > 0 {
			t.Errorf("%s: %v", name, f)
		}
	}
	// And a damaged record is named the same way whether it is found alone or side by side.
	at := len(file.Bytes()) / 2
	damaged := map[string][]byte{}
	for n, d := range files {
		damaged[n] = d
	}
	damaged["archive/capture.warc.gz"] = append([]byte(nil), file.Bytes()...)
	damaged["archive/capture.warc.gz"][at] ^= 4
	bad := repack(t, damaged)
	one := Verify(bytes.NewReader(bad), int64(len(bad)), c.trust(), Limits{Workers: 1})
	three := Verify(bytes.NewReader(bad), int64(len(bad)), c.trust(), limits)
	if len(one.Steps[3].Faults) != 1 || len(three.Steps[3].Faults) != 1 || one.Steps[3].Faults[0] != three.Steps[3].Faults[0] || !strings.Contains(one.Steps[3].Faults[0].What, "record") {
		t.Errorf("alone %v, side by side %v", one.Steps[3].Faults, three.Steps[3].Faults)
	}
}

func FuzzIndex(f *testing.F) {
	f.Add(smallWARC(f), []byte("test,trams)/ 20260314110000 {\"filename\":\"x\",\"offset\":12}\n"))
	once, _ := once(f)
	f.Add(once.Bytes(), []byte("\n\n"))
	f.Add([]byte(plainRecord), []byte(nil))
	f.Fuzz(func(t *testing.T, data, index []byte) {
		for _, at := range lineOffsets(index, "x", 16) {
			if at < 0 {
				t.Fatal("an offset below zero")
			}
		}
		s, found := newScan("x", 0, newBudget(DefaultLimits, 0)), newFindings()
		if s.run(NewReader(bytes.NewReader(data), ReadLimits{Total: 1 << 20})) != nil {
			return
		}
		found.add(s)
		all := found.index()
		for l := range bytes.Lines(all) {
			if _, text, ok := bytes.Cut(l, []byte(" {")); !ok || !json.Valid(append([]byte("{"), text...)) {
				t.Fatalf("line %q", l)
			}
		}
		if !bytes.Equal(all, found.index()) {
			t.Fatal("two indexes of one file")
		}
		_ = found.resolve()
		pageList(sample(), found.pages)
		_, _ = io.Discard.Write(all)
	})
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"iolaus/internal/iru"
)

// A till runs commands on one store.
type till struct {
	t    *testing.T
	data string
}

func newTill(t *testing.T) *till { return &till{t, t.TempDir()} }

func (x *till) run(stdin string, args ...string) (out, errs string, err error) {
	x.t.Helper()
	var o, e bytes.Buffer
	err = run(x.t.Context(), args, env{func(k string) string {
		if k == "IOLAUS_DATA" {
			return x.data
		}
		return ""
	}, strings.NewReader(stdin), &o, &e})
	return o.String(), e.String(), err
}

// ok runs a command that succeeds.
func (x *till) ok(stdin string, args ...string) string {
	x.t.Helper()
	out, errs, err := x.run(stdin, args...)
	if err != nil {
		x.t.Fatalf("%v: %v\n%s", args, err, errs)
	}
	return out
}

// ends checks how a command ends and what it says of it.
func (x *till) ends(stdin string, code int, says string, args ...string) (out, errs string) {
	x.t.Helper()
	out, errs, err := x.run(stdin, args...)
	got := 0
	var e *exit
	if errors.As(err, &e) {
		got = e.code
	} else if err != nil {
		got = 1
	}
	if got != code || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
		x.t.Errorf("%v ends with %d, %v; want %d, %q", args, got, err, code, says)
	}
	return out, errs
}

func (x *till) file(name, text string) string {
	x.t.Helper()
	path := filepath.Join(x.data, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		x.t.Fatal(err)
	}
	return path
}

func TestBankFromFile(t *testing.T) {
	x := newTill(t)
	list := x.file("list.txt", fmt.Sprintf("pdq %064x\npdq %064x\nmd5 %032x\nsmell 12\npdq 1\n", 1, 2, 3))
	_, errs := x.ends("", 1, "2 of 5 rows", "bank", "import", list, "--bank", "trains")
	if !strings.Contains(errs, "line 4: there is no medium smell; choose") || !strings.Contains(errs, "line 5: the value is not 64 hexadecimal digits; copy it whole") {
		t.Errorf("wrong lines are not named: %s", errs)
	}
	if out := x.ok("", "bank", "list"); !strings.Contains(out, "no bank") {
		t.Errorf("something was imported: %s", out)
	}
	if out := x.ok("", "bank", "import", list, "--bank", "trains", "--on-error", "skip", "--handling", "TLP:GREEN PAP:GREEN H0"); !strings.Contains(out, "5 rows: 3 new, 0 extended, 0 there already, 0 withdrawn, 2 wrong") {
		t.Errorf("%s", out)
	}
	if out := x.ok("", "bank", "import", list, "--bank", "trains", "--on-error", "skip"); !strings.Contains(out, "0 new, 0 extended, 3 there") {
		t.Errorf("again: %s", out)
	}
	x.ends("", 1, "stay as they are", "bank", "import", list, "--bank", "trains", "--on-error", "skip", "--handling", "TLP:RED PAP:RED H0")
	if out := x.ok(fmt.Sprintf("signal_type,signal_str\nmd5,%032x\n", 9), "bank", "import", "-", "--bank", "trains"); !strings.Contains(out, "1 new") {
		t.Errorf("from a pipe: %s", out)
	}
	if out := x.ok("", "bank", "list"); !strings.Contains(out, "4 contents  partner  TLP:GREEN PAP:GREEN H0") || !strings.Contains(out, "\n  of ") || strings.Contains(out, "\n  of \n") {
		t.Errorf("%s", out)
	}
	for format, want := range map[string]int{"signals": 4, "csv": 5, "json": 5} {
		out := x.ok("", "bank", "export", "--bank", "trains", "--format", format, "--to", "Unit N")
		if n := strings.Count(out, "\n"); n != want {
			t.Errorf("%s has %d lines:\n%s", format, n, out)
		}
		again := newTill(t)
		if told := again.ok(out, "bank", "import", "-", "--bank", "copy"); !strings.Contains(told, "4 new, 0 extended, 0 there already, 0 withdrawn, 0 wrong") {
			t.Errorf("%s read again: %s", format, told)
		}
		if l := again.ok("", "bank", "list"); format == "json" && !strings.Contains(l, "TLP:GREEN PAP:GREEN H0") {
			t.Errorf("the codes did not come along: %s", l)
		}
	}
	x.ends("", 1, "not said who receives it", "bank", "export", "--bank", "trains")
	x.ends("", 1, "no bank “snow”", "bank", "export", "--bank", "snow", "--to", "Unit N")
	x.ok("", "bank", "new", "closed")
	x.ends("", 1, "H2: it must not be shared onward", "bank", "export", "--bank", "closed", "--to", "Unit N")
}

// What is done is done in somebody's name.
func TestBankInWhoseName(t *testing.T) {
	x := newTill(t)
	x.ok("", "bank", "new", "trains") // on a new store: the account's
	x.ends("", 1, "no officer signs in as", "bank", "new", "trams", "--as", "nobody.test")
	x.ends("", 1, "there is a bank", "bank", "new", "trains")
	x.ends("", 1, "no handling code", "bank", "new", "trams", "--handling", "open")
	x.ends("", 1, "H3 needs its condition", "bank", "new", "trams", "--handling", "TLP:GREEN H3")
	x.ok("", "bank", "new", "trams", "--handling", "TLP:GREEN PAP:AMBER H1 H3 ask the railway first")
	if out := x.ok("", "bank", "list"); !strings.Contains(out, "TLP:GREEN PAP:AMBER H1 H3") {
		t.Errorf("%s", out)
	}
}

// served is a training network with one server, at http://127.0.0.1/: arguments that let it be asked.
func (x *till) served(s *httptest.Server) []string {
	x.t.Cleanup(s.Close)
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	return []string{"--config", x.file("iolaus.toml", "[network.ports]\n80 = "+port+"\n"), "--allow", "127.0.0.0/8"}
}

// feed answers as a hash list does, in pages.
type feed struct {
	entries []string
	asked   []string
	secret  string
}

func (f *feed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.asked = append(f.asked, r.URL.RawQuery)
	if f.secret != "" && r.Header.Get("Authorization") != "Bearer "+f.secret {
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	at := 0
	_, _ = fmt.Sscanf(r.URL.Query().Get("after"), "1.5,%d", &at)
	end := min(at+2, len(f.entries))
	next := "null"
	if end < len(f.entries) {
		next = fmt.Sprintf(`"http://%s/list?after=1.5,%d"`, r.Host, end)
	}
	fmt.Fprintf(w, `{"count":%d,"next":%s,"previous":null,"checkpoint":"1.5,%d","results":[%s]}`, len(f.entries), next, end, strings.Join(f.entries[at:end], ","))
}

func listed(n int, deleted bool) string {
	return fmt.Sprintf(`{"hash_digest":"%032x","algorithm":"MD5","ideology":"railway","file_type":"mp4","deleted":%v,"id":%d}`, n, deleted, n)
}

func TestBankFromFeed(t *testing.T) {
	x, f := newTill(t), &feed{secret: "letmein", entries: []string{listed(1, false), listed(2, false), listed(3, false)}}
	url, secret := "http://127.0.0.1/list", x.file("token", "letmein\n")
	take := append(x.served(httptest.NewServer(f)), "bank", "import", url, "--bank", "hash list", "--token", secret)
	x.ends("", 1, "private addresses", "bank", "import", url, "--bank", "hash list")
	x.ends("", 1, "401", take[:len(take)-2]...)
	if out := x.ok("", take...); !strings.Contains(out, "3 rows: 3 new") {
		t.Errorf("%s", out)
	}
	f.entries, f.asked = append(f.entries, listed(4, false), listed(1, true)), nil
	if out := x.ok("", take...); !strings.Contains(out, "2 rows: 1 new, 0 extended, 0 there already, 1 withdrawn") || f.asked[0] != "after=1.5%2C3" {
		t.Errorf("%s, asked %q", out, f.asked)
	}
	if _, errs := x.ends(fmt.Sprintf("md5 %032x\nmd5 %032x\n", 1, 4), 0, "", "match", "--stream"); errs != "" {
		t.Errorf("%s", errs)
	}
	if out := x.ok("", "bank", "list"); !strings.Contains(out, "4 contents  feed") || !strings.Contains(out, url) {
		t.Errorf("%s", out)
	}
	// A wrong entry stops the import before its page, unless it is to be skipped.
	f.entries = append(f.entries, `{"hash_digest":"zz","algorithm":"MD5"}`, listed(6, false))
	x.ends("", 1, "1 entries of this page are wrong", take...)
	if out := x.ok("", append(take, "--on-error", "skip")...); !strings.Contains(out, "2 rows: 1 new, 0 extended, 0 there already, 0 withdrawn, 1 wrong") {
		t.Errorf("%s", out)
	}
}

// A feed that leads elsewhere is not followed there, and its secret does not go there.
func TestFeedThatLeadsElsewhere(t *testing.T) {
	x, asked := newTill(t), 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		fmt.Fprintf(w, `{"next":"http://localhost/list","results":[%s]}`, listed(1, false))
	}))
	x.ends("", 1, "which is elsewhere", append(x.served(s), "bank", "import", "http://127.0.0.1/list", "--bank", "b")...)
	if asked != 1 {
		t.Errorf("it was asked %d times", asked)
	}
}

// What an address answers with that is no feed is a file.
func TestBankFromAddress(t *testing.T) {
	x := newTill(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "pdq %064x\n", 7) }))
	if out := x.ok("", append(x.served(s), "bank", "import", "http://127.0.0.1/list.txt", "--bank", "b")...); !strings.Contains(out, "1 new") {
		t.Errorf("%s", out)
	}
}

func TestMatchStream(t *testing.T) {
	x := newTill(t)
	x.ok(fmt.Sprintf("signal_type,signal_str,collab,category,tags\npdq,%064x,,,snow\nmd5,%032x,,,\ntlsh,T1%s,,,\n", 0xff, 5, strings.Repeat("5A", 35)), "bank", "import", "-", "--bank", "trains")
	queries := fmt.Sprintf("pdq %064x\npdq %064x\n\nmd5 %032X\nTLSH T1%s\nvpdq ab\npdq %064x\n", 0xfe, uint64(1)<<40-1, 5, strings.Repeat("5A", 34)+"5B", 0xff)
	out, _ := x.ends(queries, exitFailed, "2 lines could not be looked up", "match", "--stream")
	var got []string
	for line := range strings.Lines(out) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) > 3 {
			f[0] = strings.Fields(f[0])[0]
			f = f[:4]
		}
		got = append(got, strings.Join(f, " "))
	}
	want := []string{"pdq trains 1 1", fmt.Sprintf("pdq %064x -", uint64(1)<<40-1), "wrong line 3: there is no medium ; choose sha256, md5, pdq, tlsh, text, vpdq, audio", "md5 trains 2 0", "tlsh trains 3 1",
		"wrong line 6: the value is no fingerprint of the medium vpdq; write what iolaus hash prints, whole", "pdq trains 1 0"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	out, _ = x.ends(fmt.Sprintf("pdq %064x\npdq 1\n", 0xff), exitFailed, "", "match", "--stream", "--json")
	d := json.NewDecoder(strings.NewReader(out))
	var a answered
	if err := d.Decode(&a); err != nil || len(a.Matches) != 1 || a.Matches[0].Bank != "trains" || a.Matches[0].Tags[0] != "snow" || a.Matches[0].Finding != "refer" {
		t.Errorf("%+v, %v", a, err)
	}
	var wrong struct {
		Line  int
		Error string
	}
	if err := d.Decode(&wrong); err != nil || wrong.Line != 2 || wrong.Error == "" {
		t.Errorf("%+v, %v", wrong, err)
	}
	x.ends(fmt.Sprintf("pdq %064x\n", uint64(1)<<50-1), exitNothing, "", "match", "--stream")
	x.ends("", exitNothing, "", "match", "--stream")
	x.ends(strings.Repeat("a", 2<<20), exitFailed, "line 1 is longer", "match", "--stream")
	x.ok("", "bank", "mute", "trains")
	x.ends(queries[:69], exitNothing, "", "match", "--stream")
	x.ok("", "bank", "unmute", "trains")
	x.ends(queries[:69], 0, "", "match", "--stream")
}

// Many lines come back in order, however many look up at once; and who asks and waits is answered at once.
func TestMatchStreamInOrder(t *testing.T) {
	x := newTill(t)
	x.ok(fmt.Sprintf("sha256 %064x\n", 77), "bank", "import", "-", "--bank", "b")
	var in strings.Builder
	for n := range 200_000 {
		fmt.Fprintf(&in, "sha256 %064x\n", n)
	}
	out, _ := x.ends(in.String(), 0, "", "match", "--stream")
	n := 0
	for line := range strings.Lines(out) {
		if want := fmt.Sprintf("sha256 %064x\t", n); !strings.HasPrefix(line, want) || strings.HasSuffix(line, "\t-\n") == (n == 77) {
			t.Fatalf("line %d is %q", n, line)
		}
		n++
	}
	if n != 200_000 {
		t.Errorf("%d answers", n)
	}
	in1, ask := io.Pipe()
	hear, out1 := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(t.Context(), []string{"match", "--stream", "--data", x.data}, env{func(string) string { return "" }, in1, out1, io.Discard})
		done <- errors.Join(err, out1.Close())
	}()
	b := make([]byte, 200)
	for n := range 3 {
		fmt.Fprintf(ask, "sha256 %064x\n", n)
		if got, err := hear.Read(b); err != nil || !bytes.HasSuffix(b[:got], []byte("\t-\n")) {
			t.Fatalf("%q, %v", b[:got], err)
		}
	}
	_ = ask.Close()
	var e *exit
	if err := <-done; !errors.As(err, &e) || e.code != exitNothing {
		t.Errorf("%v", err)
	}
}

func TestMatchFile(t *testing.T) {
	x := newTill(t)
	picture, _ := landscape(t)
	png, page := x.file("map.png", string(picture)), x.file("page.txt", strings.Repeat("Train 204 leaves at ten past eleven and stops at every harbour on its way north. ", 9))
	x.ends("", exitNothing, "", "match", png)
	rows := x.ok("", "hash", png, page)
	x.ends("", exitFailed, "no such file", "match", filepath.Join(x.data, "nothing"))
	x.ends("", exitFailed, "cannot be read", "match", x.data)
	x.ends("", exitFailed, "what to look up", "match")
	var list strings.Builder
	for line := range strings.Lines(rows) {
		f := strings.Fields(line)
		fmt.Fprintln(&list, f[0], f[1])
	}
	x.ok(list.String(), "bank", "import", "-", "--bank", "trains")
	for file, media := range map[string][]string{png: {"sha256", "md5", "pdq"}, page: {"sha256", "md5", "tlsh"}} {
		out := x.ok("", "match", file)
		for _, m := range media {
			if !strings.Contains(out, m+" ") {
				t.Errorf("%s is not found by %s:\n%s", file, m, out)
			}
		}
	}
	if out := x.ok(string(picture), "match", "-", "--json"); !strings.Contains(out, `"type":"pdq"`) {
		t.Errorf("%s", out)
	}
	film, small := filepath.Join(x.data, "ride.mkv"), filepath.Join(x.data, "small.mp4")
	for _, args := range [][]string{
		{"-f", "lavfi", "-i", "testsrc2=size=640x480:rate=5:duration=6", "-f", "lavfi", "-i", "aevalsrc=sin(2*PI*t*(400+200*mod(floor(t*3)\\,5))):d=6", "-c:v", "mpeg4", film},
		{"-i", film, "-vf", "scale=420:316", "-pix_fmt", "yuv420p", small},
	} {
		if out, err := exec.Command("ffmpeg", append([]string{"-nostdin", "-v", "error"}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	kind, rest, _ := strings.Cut(x.ok("", "hash", "--type", "vpdq", film), " ")
	value, _, _ := strings.Cut(rest, " ")
	x.ok(kind+" "+value+"\n", "bank", "import", "-", "--bank", "films")
	if out := x.ok("", "match", small); !strings.Contains(out, "\tfilms\t") {
		t.Errorf("a film, smaller: %s", out)
	}
	// A near text is found by its words.
	k := iru.Signal{Medium: iru.MediumText}
	s, _ := sketch(t.Context(), hasher{}, []byte(strings.Repeat("Train 204 leaves at ten past eleven and stops at every harbour on its way north. ", 5)))
	k.Value = s.Value
	x.ok(`{"format":"iolaus-bank/1"}`+"\n"+`{"label":"timetable","signals":[{"type":"text","signal":"`+k.Text()+`"}]}`, "bank", "import", "-", "--bank", "words")
	if out := x.ok("", "match", page); !strings.Contains(out, "\twords\t") || !strings.Contains(out, "timetable") {
		t.Errorf("%s", out)
	}
}

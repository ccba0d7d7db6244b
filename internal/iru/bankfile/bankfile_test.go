// SPDX-License-Identifier: EUPL-1.2

package bankfile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// told gives a line for each row, and what ended the file.
func told(text string, f bankfile.Format) (out []string) {
	for r, err := range bankfile.Read(strings.NewReader(text), f) {
		switch {
		case err != nil:
			out = append(out, "end: "+err.Error())
		case r.Err != nil:
			var why *iru.Refusal
			if !errors.As(r.Err, &why) || why.Kind != iru.Invalid || why.Instead == "" {
				out = append(out, "no reason or way out: "+r.Err.Error())
			}
			out = append(out, fmt.Sprintf("%d! %s", r.Line, why.Reason))
		default:
			k := r.Known
			var ss []string
			for _, s := range k.Signals {
				t := s.Text()
				ss = append(ss, s.Medium+" "+t[:min(4, len(t))])
			}
			out = append(out, strings.TrimSpace(fmt.Sprint(r.Line, " ", strings.Join(ss, "+"), " ", k.Ref, " ", k.Label, " ", k.Finding, " ", strings.Join(k.Tags, ","), " ", map[bool]string{true: "deleted"}[r.Deleted])))
		}
	}
	return out
}

var (
	pdq  = strings.Repeat("0F", 32)
	md5  = strings.Repeat("ab", 16)
	tlsh = "T1" + strings.Repeat("5A", 35)
)

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		format bankfile.Format
		text   string
		want   []string
	}{
		"signal rows": {bankfile.Signals, "\ufeffpdq " + pdq + "\r\n\n# snow line\n  video_md5\t" + md5 + "\npdq\npdq 12\nsmell " + pdq + "\npdq " + pdq + " tail\ntlsh " + tlsh + "\nSHA-256 " + pdq + "\npdq \xff\n",
			[]string{"1 pdq 0f0f", "4 md5 abab", "5! it is not a signal type and a signal", "6! the value is not 64 hexadecimal digits", "7! there is no medium smell",
				"8! it is not a signal type and a signal", "9 tlsh T15A", "10 sha256 0f0f", "11! it is not UTF-8"}},
		"csv": {bankfile.CSV, "signal_type,signal_str,collab,category,tags\npdq," + pdq + ",Railways,MALICIOUS_CONTENT,\"snow, night;train\"\npdq," + pdq + ",,INNOCUOUS_CONTENT,\n\"pdq\nmd5," + md5 + "\npdq\n",
			[]string{"2 pdq 0f0f    snow,night,train,collab:Railways,category:MALICIOUS_CONTENT", "3 pdq 0f0f   no_action category:INNOCUOUS_CONTENT", "4! its quotes do not close as CSV asks for"}},
		"csv in another order":  {bankfile.CSV, "tags,SIGNAL_STR, signal_type\nsnow," + md5 + ",md5\nmd5\n", []string{"2 md5 abab    snow", "3! it has fewer fields than its first line names"}},
		"csv without its names": {bankfile.CSV, "pdq," + pdq + "\n", []string{"end: read line 1: invalid: the first line does not name the columns signal_type and signal_str"}},
		"feed": {bankfile.Feed, `{"count":3,"next":null,"checkpoint":"1.5,2","results":[{"hash_digest":"` + md5 + `","algorithm":"MD5","ideology":"rail","file_type":"mp4","deleted":false,"updated_on":1.5,"created_on":"2025-03-03 23:05:22,587","id":2819},
			{"hash_digest":"789ghi","algorithm":"PDQ","id":2},{"hash_digest":"` + pdq + `","algorithm":"PDQ","deleted":true,"id":"x"},7]}`,
			[]string{"1 md5 abab 2819   ideology:rail,file:mp4", "2! the value is not 64 hexadecimal digits", "3 pdq 0f0f x    deleted", "4! it is no entry of a hash list: json: cannot unmarshal number into Go value of type bankfile.entry"}},
		"feed as a list":  {bankfile.Feed, `[{"hash_digest":"` + md5 + `","algorithm":"md5"}]`, []string{"1 md5 abab"}},
		"feed cut short":  {bankfile.Feed, `{"results":[{"hash_digest":"` + md5 + `","algorithm":"md5"},{"hash`, []string{"1 md5 abab", "end: read feed after entry 1: invalid: unexpected EOF"}},
		"a feed of words": {bankfile.Feed, `"weather"`, []string{"end: read feed after entry 0: invalid: it begins with weather, and neither with a list nor with an object"}},
		"our own": {bankfile.JSON, `{"format":"iolaus-bank/1","bank":"b"}` + "\n" + `{"id":4,"label":"snow map","finding":"no_action","ref":"r","tags":["a","a","ب"],"signals":[{"type":"pdq","signal":"` + pdq + `"},{"type":"md5","signal":"` + md5 + `"}]}` + "\n" +
			`{"signals":[]}` + "\n" + `{"finding":"maybe","signals":[{"type":"md5","signal":"` + md5 + `"}]}` + "\n{\n" + `{"state":"withdrawn","signals":[{"type":"md5","signal":"` + md5 + `"}]}` + "\n" + `{"label":"a\u0000","signals":[{"type":"md5","signal":"` + md5 + `"}]}`,
			[]string{"2 pdq 0f0f+md5 abab r snow map no_action a,ب", "3! it has no signals", "4! it is not said what was found then", "5! it is no content: unexpected end of JSON input", "6 md5 abab     deleted", `7! the word "a\x00" is not UTF-8 on one line`}},
		"our own without its first line": {bankfile.JSON, `{"signals":[]}`, []string{"end: read line 1: invalid: the first line does not say that the format is iolaus-bank/1"}},
	} {
		if diff := cmp.Diff(c.want, told(c.text, c.format)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestReadPage(t *testing.T) {
	p, on := bankfile.ReadPage(strings.NewReader(`{"next":"https://feed.test/?after=2","checkpoint":"9.5,2","results":[{},{}],"previous":{"a":[1]}}`), 7, func(r bankfile.Row, err error) bool {
		must(t, err)
		if r.Line < 8 || r.Err == nil {
			t.Errorf("%+v", r)
		}
		return true
	})
	if want := (bankfile.Page{Next: "https://feed.test/?after=2", Checkpoint: "9.5,2", Entries: 2}); p != want || !on {
		t.Errorf("%+v, %v", p, on)
	}
}

func TestGuess(t *testing.T) {
	for text, want := range map[string]bankfile.Format{"pdq 12\n": bankfile.Signals, "": bankfile.Signals, "\ufeffsignal_type,signal_str\n": bankfile.CSV, "[{": bankfile.Feed, `{"count":2`: bankfile.Feed, `{"format":"iolaus-bank/1"}` + "\n{}": bankfile.JSON} {
		if got := bankfile.Guess([]byte(text)); got != want {
			t.Errorf("%q is taken for %s, not %s", text, got, want)
		}
	}
}

// A line that is too long ends the file, with its number; what stood before it was read.
func TestLongLine(t *testing.T) {
	got := told("pdq "+pdq+"\npdq "+strings.Repeat("0", bankfile.MaxLine), bankfile.Signals)
	if len(got) != 2 || !strings.HasPrefix(got[1], "end: read line 2: ") {
		t.Errorf("%q", got)
	}
}

// What is written is read as it was; what others cannot read is left out of their formats.
func TestWrite(t *testing.T) {
	sig := func(medium, text string) iru.Signal {
		s, err := iru.ParseSignal(medium, text)
		must(t, err)
		return s
	}
	ks := []iru.Known{
		{ID: 3, Label: `snow "map", <b>`, Finding: "refer", Ref: "x", Tags: []string{"night train", "collab:Railways", "category:TRAINS"}, State: iru.KnownActive, Signals: []iru.Signal{sig("pdq", pdq), sig("tlsh", tlsh)}},
		{ID: 4, Finding: "no_action", State: iru.KnownActive, Signals: []iru.Signal{sig("md5", md5), sig("text", "bk1:AAAAAAAAAAE")}},
		{ID: 5, Finding: "refer", State: iru.KnownWithdrawn, Signals: []iru.Signal{sig("sha256", pdq)}},
	}
	for f, want := range map[bankfile.Format][]string{
		bankfile.Signals: {"1 pdq 0f0f", "2 tlsh T15A", "3 md5 abab"},
		bankfile.CSV:     {"2 pdq 0f0f    night_train,collab:Railways,category:TRAINS", "3 tlsh T15A    night_train,collab:Railways,category:TRAINS", "4 md5 abab   no_action category:INNOCUOUS_CONTENT"},
		bankfile.JSON:    {`2 pdq 0f0f+tlsh T15A x snow "map", <b> refer night train,collab:Railways,category:TRAINS`, "3 md5 abab+text bk1:   no_action", "4 sha256 0f0f   refer  deleted"},
	} {
		var out strings.Builder
		w, err := bankfile.NewWriter(&out, f, bankfile.Header{Bank: "trains", Source: iru.SourceOwn, Handling: iru.DefaultHandling})
		must(t, err)
		for _, k := range ks {
			must(t, w.Write(k))
		}
		must(t, w.Close())
		if diff := cmp.Diff(want, told(out.String(), f)); diff != "" {
			t.Errorf("%s (-want +got):\n%s\nof\n%s", f, diff, out.String())
		}
		if g := bankfile.Guess([]byte(out.String())); g != f {
			t.Errorf("%s is taken for %s", f, g)
		}
	}
}

// Whatever a file has in it, rows are whole or refused with a reason, and lines go up.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"pdq " + pdq, "signal_type,signal_str\npdq," + pdq, `{"results":[{"hash_digest":"` + md5 + `","algorithm":"MD5","id":1}],"next":"x"}`, `{"format":"iolaus-bank/1"}` + "\n" + `{"signals":[{"type":"md5","signal":"` + md5 + `"}]}`, "\"\n\"", "[[[["} {
		for n := range bankfile.Formats {
			f.Add(s, n)
		}
	}
	f.Fuzz(func(t *testing.T, text string, n int) {
		last := 0
		for r, err := range bankfile.Read(strings.NewReader(text), bankfile.Formats[uint(n)%uint(len(bankfile.Formats))]) {
			if err != nil {
				if !errors.Is(err, iru.Invalid) {
					t.Errorf("the end has no kind: %v", err)
				}
				return
			}
			if r.Line < last || (r.Err == nil) != (len(r.Known.Signals) > 0) || r.Err != nil && !errors.Is(r.Err, iru.Invalid) {
				t.Fatalf("after %d: %+v", last, r)
			}
			last = r.Line
			for _, s := range r.Known.Signals {
				again, err := iru.ParseSignal(s.Medium, s.Text())
				if err != nil || !again.Same(s) {
					t.Fatalf("%s is read as %s, %v", s, again, err)
				}
			}
		}
	})
}

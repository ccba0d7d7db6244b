// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

func TestReadSeries(t *testing.T) {
	s, err := ReadSeries(strings.NewReader("\ufeff# made by hand\ndate,n,of,\"other, too\"\n2026-04-01, 3 ,10,1\n2026-04-02,0,11.5,2\n2026-04-03,4e0,12,0\n"), Columns{Offset: "of", Compare: "other, too"})
	if err != nil || s.Step != Days || fmt.Sprint(s.Counts, s.Offset, s.Other) != "[3 0 4] [10 11.5 12] [1 2 0]" || s.Beside != "other, too" {
		t.Errorf("%+v, %v", s, err)
	}
	for _, c := range []struct {
		lines string
		step  Step
		third string
	}{
		{"2026-01,1\n2026-02,2\n2026-03,3\n", Months, "2026-03-01"}, {"2026-01-01,1\n2026-02-01,2\n2026-03-01,3\n", Months, "2026-03-01"},
		{"2026-01-05,1\n2026-01-12,2\n2026-01-19,3\n", Weeks, "2026-01-19"}, {"2026-02-27,1\n2026-02-28,2\n2026-03-01,3\n", Days, "2026-03-01"},
	} {
		s, err := ReadSeries(strings.NewReader("\ufeffdate,n\n"+c.lines), Columns{})
		if err != nil || s.Step != c.step || s.At(2).Format(time.DateOnly) != c.third || s.Point(s.At(2)) != 2 || s.Point(s.At(2).Add(-time.Second)) != 1 {
			t.Errorf("%q: %+v, %v", c.lines, s, err)
		}
	}
}

// Each of these is refused, by a sentence that says where and what.
func TestBadSeries(t *testing.T) {
	const head = "date,n,of\n"
	for _, c := range []struct {
		text, want string
		of         Columns
	}{
		{"", "the file is empty", Columns{}},
		{"date\n2026-04-01\n", "no column of counts", Columns{}},
		{"date,\n", "column 2 has no name", Columns{}},
		{"n,n\n", "column 2 has no name of its own", Columns{}},
		{head, "no point", Columns{}},
		{head + "2026-04-01,3,1\n2026-04-02,3,1\n2026-04-04,3,1\n", "line 4: 2026-04-03 is missing: 2026-04-04 follows 2026-04-02 in a series of days; a gap is not 0", Columns{}},
		{"date,n\n2026-01,1\n2026-02,2\n2026-04,2\n", "line 4: 2026-03 is missing", Columns{}},
		{head + "2026-04-01,3,1\n2026-04-01,3,1\n", "line 3: 2026-04-01 is there twice", Columns{}},
		{head + "2026-04-02,3,1\n2026-04-01,3,1\n", "line 3: 2026-04-01 comes after 2026-04-02; sort", Columns{}},
		{head + "2026-04-01,-3,1\n", "line 2, column n: -3 is less than 0", Columns{}},
		{head + "2026-04-01,2.5,1\n", "2.5 is no whole number", Columns{}},
		{head + "2026-04-01,many,1\n", `"many" is no number`, Columns{}},
		{head + "2026-04-01,NaN,1\n", `"NaN" is no number`, Columns{}},
		{head + "2026-04-01,Inf,1\n", `"Inf" is no number`, Columns{}},
		{head + "2026-04-01,1e300,1\n", "too large", Columns{}},
		{head + "2026-04-01,,1\n", "there is no number", Columns{}},
		{head + "2026-04-01,3,0\n", "0 is not above 0", Columns{Offset: "of"}},
		{head + "1.4.2026,3,1\n", `"1.4.2026" is no date; write it as 2026-04-25`, Columns{}},
		{head + "2026-02-30,3,1\n", "is no date", Columns{}},
		{head + "2026-04-01,3\n", "wrong number of fields", Columns{}},
		{head + "2026-04-01,3,1\n", `there is no column "nowhere"; the file has date, n, of`, Columns{Compare: "nowhere"}},
		{head + "2026-04-01,\"3,1\n", `"`, Columns{}},
	} {
		_, err := ReadSeries(strings.NewReader(c.text), c.of)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v; want %q", c.text, err, c.want)
		}
	}
	var long strings.Builder
	long.WriteString("date,n\n")
	for i := range MostPoints + 1 {
		fmt.Fprintf(&long, "%s,1\n", time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i).Format(time.DateOnly))
	}
	if _, err := ReadSeries(strings.NewReader(long.String()), Columns{}); err == nil || !strings.Contains(err.Error(), "more than 36525 lines") {
		t.Errorf("a long file: %v", err)
	}
	if _, err := ReadSeries(endless{}, Columns{}); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("an endless file: %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func FuzzReadSeries(f *testing.F) {
	f.Add("date,n\n2026-04-01,1\n2026-04-02,2\n", 1)
	f.Add("date,n,m\n2026-01,1,4\n2026-02,0,5\n", 1)
	f.Add("# x\ndate,\"n\"\n2026-04-01,9e11\n2026-04-08,0\n", 3)
	f.Fuzz(func(t *testing.T, text string, at int) {
		s, err := ReadSeries(strings.NewReader(text), Columns{})
		if err != nil {
			return
		}
		if err := s.Check(); err != nil {
			t.Fatalf("what was read does not stand: %v", err)
		}
		for i, n := range s.Counts {
			if n < 0 || n != math.Trunc(n) || s.Point(s.At(i)) != i {
				t.Fatalf("point %d: %v, %v", i, n, s.At(i))
			}
		}
		if len(s.Counts) > 300 {
			return
		}
		c, err := s.Measure(s.At(at%(len(s.Counts)+1)), Window{Model: Model{Family: NegativeBinomial, Slope: true}})
		if err == nil && c.Verdict == Untold && c.Why.Form == "" {
			t.Fatal("nothing can be told and nobody says why")
		}
		if err == nil && c.Verdict != Untold && (math.IsNaN(c.Whole.High) || c.Whole.Low > c.Whole.Value || c.Whole.Value > c.Whole.High) {
			t.Fatalf("%+v", c)
		}
	})
}

func FuzzReadHeads(f *testing.F) {
	f.Add("asset,at,state,follows,host\na,2026-04-01,up,,x\nb,2026-04-02T05:00:00Z,down,a,y\na,2026-04-03,down,,x\n")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ReadHeads(strings.NewReader(text))
		if err != nil || len(h.Heads) > 50 {
			return
		}
		from := h.Heads[0].Marks[0].At
		p := Together(h.Heads, from, h.Until)
		if total := p.Up + p.Down + p.Unknown; total < 0 || h.Until.After(from) && total > h.Until.Sub(from) {
			t.Fatalf("%v of %v", total, h.Until.Sub(from))
		}
		for _, x := range Falls(h.Heads) {
			if x.Back >= 0 && x.Up.Before(x.At) {
				t.Fatalf("%+v", x)
			}
		}
		Survival(Lives(h.Heads, h.Until))
	})
}

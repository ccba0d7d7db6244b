// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"errors"
	"strings"
	"testing"

	"iolaus/internal/iru"
)

func TestReadTerms(t *testing.T) {
	for _, c := range []struct {
		file  string
		terms []string // text/lang/note
		wrong []string
	}{
		{"tram\r\n\r\n# a remark\r\nقطار الميناء\n", []string{"tram/en/", "قطار الميناء/en/"}, nil},
		{"\ufefftext,lang\ntram,de\nferry\n", []string{"tram/de/", "ferry/en/"}, nil},
		{"text\nsnow, rain\n", nil, []string{"line 2: it has 2 fields"}},
		{"lang,note,Text,state\nfr,\"two\nlines\",\"la, gare\",muted\n,,x!,\n—,,,\n,,—,\n", []string{"la, gare/fr/two\nlines", "x!/en/"}, []string{"line 5: ", "line 6: "}},
		{"tram, the harbour\n", []string{"tram, the harbour/en/"}, nil},
		{"tr\xffam\nRegen! Schnee\nline\n", []string{"line/en/"}, []string{"line 1: ", "line 2: "}},
		{"text,lang\n\"open,de\n", nil, []string{"line 2: "}},
	} {
		terms, wrong, err := iru.ReadTerms(strings.NewReader(c.file), "en")
		if err != nil {
			t.Errorf("%q: %v", c.file, err)
			continue
		}
		var got []string
		for _, x := range terms {
			got = append(got, x.Text+"/"+x.Lang+"/"+x.Note)
		}
		if strings.Join(got, "|") != strings.Join(c.terms, "|") || len(wrong) != len(c.wrong) {
			t.Errorf("%q: %q, wrong %v", c.file, got, wrong)
			continue
		}
		for n, w := range wrong {
			if !strings.HasPrefix(w.String(), c.wrong[n]) {
				t.Errorf("%q: %q, want %q", c.file, w, c.wrong[n])
			}
		}
	}
	for what, file := range map[string]string{"nothing": "", "remarks": "# a\n\n", "too large": strings.Repeat("tram\n", iru.MaxTermFile/5+1)} {
		if _, _, err := iru.ReadTerms(strings.NewReader(file), ""); !errors.Is(err, iru.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func FuzzReadTerms(f *testing.F) {
	for _, s := range []string{"tram\n", "text,lang,note\n\"a,b\",de,x\n", "text,\n\"\n", "\ufefftext\n\xff", "lang,text\r\nar,محطة\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, file string) {
		terms, wrong, err := iru.ReadTerms(strings.NewReader(file), "")
		if err != nil {
			if !errors.Is(err, iru.Invalid) {
				t.Fatal(err)
			}
			return
		}
		lines := strings.Count(file, "\n") + 1
		for _, w := range wrong {
			if w.Line < 1 || w.Line > lines {
				t.Fatalf("line %d of %d", w.Line, lines)
			}
		}
		for n, x := range terms {
			if err := x.Check(); err != nil {
				t.Fatalf("%+v: %v", x, err)
			}
			terms[n].State = iru.TermActive
		}
		var out strings.Builder
		if err := iru.WriteTerms(&out, terms); err != nil {
			t.Fatal(err)
		}
		again, wrong, err := iru.ReadTerms(strings.NewReader(out.String()), "")
		if len(terms) > 0 && (err != nil || len(wrong) > 0 || len(again) != len(terms)) {
			t.Fatalf("what was written: %v, %v, %d of %d", err, wrong, len(again), len(terms))
		}
	})
}

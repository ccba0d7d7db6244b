// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A drawing stands whole on a page, is a figure with words for who does not see it, and its names and numbers can be read off.
func TestStatementChart(t *testing.T) {
	c := StatementChart{Title: "Removed within, by addressee", End: 7200, Ticks: []string{"0 s", "30 min", "60 min", "90 min", "2 h"},
		Curves: []StatementCurve{{Name: "Birchrack Weather", X: []float64{600, 1800, 9000}, Y: []float64{.25, .5, 1.5}}, {Name: "قطار", X: []float64{3600}, Y: []float64{.8}}}}
	s := Statement{Title: "Report", Lang: "en", Ref: "R-1", Page: "Page %d of %d", At: time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC), Record: []byte("{}")}
	for range 7 {
		s.Parts = append(s.Parts, StatementPart{Head: "How long removal took", Lines: []StatementLine{{Text: "A sentence about trains."}, {Chart: &c}}})
	}
	pdf := StatementPDF(s)
	if !bytes.Equal(pdf, StatementPDF(s)) {
		t.Error("the same statement gives other bytes")
	}
	boxes := regexp.MustCompile(`/S /Figure [^>]*/Alt `+regexp.QuoteMeta(pdfText(c.Title))+` /A << /O /Layout /BBox \[(\S+) (\S+) (\S+) (\S+)\]`).FindAllStringSubmatch(string(pdf), -1)
	if len(boxes) != 7 {
		t.Fatalf("%d figures", len(boxes))
	}
	for _, b := range boxes {
		low, _ := strconv.ParseFloat(b[2], 64)
		high, _ := strconv.ParseFloat(b[4], 64)
		if low < bottom || high > pageHeight-top || high-low < 130 {
			t.Errorf("a drawing stands from %g to %g on its page", low, high)
		}
	}
	name := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(name, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	tree, err := exec.Command("pdfinfo", "-struct", name).CombinedOutput()
	if err != nil || strings.Count(string(tree), "Figure") != 7 || strings.Contains(string(tree), "Error") {
		t.Errorf("the structure is wrong: %v\n%s", err, tree)
	}
	text := read(t, pdf)
	for _, want := range []string{"Birchrack Weather", "قطار", "100 %", "90 min"} {
		if strings.Count(text, want) != 7 {
			t.Errorf("%q stands %d times in the text", want, strings.Count(text, want))
		}
	}
	if dir := os.Getenv("IOLAUS_PICTURES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "chart.pdf"), pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// drawn is a PDF by hand: objects in their order, numbered from one.
func drawn(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	for i, o := range objects {
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	b.WriteString("trailer\n<</Root 1 0 R>>\n%%EOF\n")
	return b.Bytes()
}

func packed(dict, text string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return fmt.Sprintf("<<%s /Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream", dict, b.Len(), b.String())
}

const pdfPage = `<</Type /Page /Parent 2 0 R /Contents 4 0 R /Resources <</Font <</F1 <</Type /Font /Subtype /Type1>>>>>>>>`

// TestPDF: text by lines, form fields by full name, and nothing active in plain paper.
func TestPDF(t *testing.T) {
	b := drawn(`<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [5 0 R]>>>>`, `<</Type /Pages /Kids [3 0 R] /Count 1>>`, pdfPage,
		packed("", "BT /F1 12 Tf 50 700 Td (Annex II of the timetable) Tj 0 -20 Td (File reference: ) Tj (RO\\0552026\\0550001) Tj ET BT 50 660 Td [(Tr) -20 (am) -400 (7)] TJ ET"),
		`<</T (annex) /Kids [6 0 R 7 0 R]>>`, `<</Parent 5 0 R /T (measure) /FT /Btn /V /removed>>`, `<</Parent 5 0 R /T <FEFF006E> /FT /Tx /V (Z\374rich)>>`)
	d, err := ReadPDF(b)
	if err != nil {
		t.Fatal(err)
	}
	if d.Text != "Annex II of the timetable\nFile reference: RO-2026-0001\nTram 7\n" || d.Pages != 1 || len(d.Active) != 0 || d.Cut || d.Sealed {
		t.Errorf("%+v", d)
	}
	if want := []Key{{"annex.measure", "removed"}, {"annex.n", "Zürich"}}; !slices.Equal(d.Fields, want) {
		t.Errorf("%q", d.Fields)
	}
}

// TestPDFActive: whatever a document would do is told, wherever and however it is written.
func TestPDFActive(t *testing.T) {
	paper := []string{`<</Type /Pages /Kids [3 0 R] /Count 1>>`, pdfPage, packed("", "BT (rain) Tj ET")}
	for what, o := range map[string]string{
		"script":                  `<</Type /Catalog /Pages 2 0 R /Names <</JavaScript 9 0 R>>>>`,
		"script ":                 `<</Type /Catalog /Pages 2 0 R /X <</S /J#61vaScript /J#53 (app.alert\(1\))>>>>`,
		"action on opening":       `<</Type /Catalog /Pages 2 0 R /OpenAction 9 0 R>>`,
		"starts a program":        `<</Type /Catalog /Pages 2 0 R /X [<</Y [<</S /Launch /F (tram)>>]>>]>>`,
		"file inside":             `<</Type /Catalog /Pages 2 0 R /Names <</EmbeddedFiles 9 0 R>>>>`,
		"form of another kind":    `<</Type /Catalog /Pages 2 0 R /AcroForm <</XFA 9 0 R>>>>`,
		"sends what is filled in": `<</Type /Catalog /Pages 2 0 R /X <</S /SubmitForm>>>>`,
		"action":                  `<</Type /Catalog /Pages 2 0 R /AA <<>>>>`,
	} {
		d, err := ReadPDF(drawn(append([]string{o}, paper...)...))
		if err != nil || !slices.Contains(d.Active, strings.TrimSpace(what)) || !strings.Contains(d.Text, "rain") {
			t.Errorf("%s: %v, %+v", what, err, d)
		}
	}
	// Hidden in an object stream, in an object that nothing refers to, and in one that an update replaced.
	catalog := `<</Type /Catalog /Pages 2 0 R>>`
	for name, b := range map[string][]byte{
		"in an object stream": drawn(append([]string{catalog}, append(paper, packed("/Type /ObjStm /N 1 /First 5", "99 0 <</S /JavaScript /JS (1)>>"))...)...),
		"orphan":              drawn(append([]string{catalog}, append(paper, `<</S /JavaScript>>`)...)...),
		"replaced":            append(drawn(append([]string{`<</Type /Catalog /Pages 2 0 R /X <</S /JavaScript>>>>`}, paper...)...), []byte("1 0 obj\n"+catalog+"\nendobj\n")...),
	} {
		if d, err := ReadPDF(b); err != nil || !slices.Contains(d.Active, "script") {
			t.Errorf("%s: %v, %q", name, err, d.Active)
		}
	}
	if d, err := ReadPDF(drawn(append([]string{`<</Type /Catalog /Pages 2 0 R /Encrypt 9 0 R>>`}, paper...)...)); err != nil || !d.Sealed || d.Text != "" {
		t.Errorf("encrypted: %v, %+v", err, d)
	}
}

// TestPDFBounds: bombs, loops and nonsense end soon and are told.
func TestPDFBounds(t *testing.T) {
	bomb := drawn(`<</Type /Catalog /Pages 2 0 R>>`, `<</Type /Pages /Kids [3 0 R] /Count 1>>`, pdfPage, packed("", strings.Repeat("(rain) Tj ", 8<<20)))
	d, err := ReadPDF(bomb)
	if err != nil || !d.Cut || len(d.Text) > MaxPDFText {
		t.Errorf("a bomb: %v, cut %t, %d bytes", err, d.Cut, len(d.Text))
	}
	for name, b := range map[string][]byte{
		"pages that hold themselves":   drawn(`<</Type /Catalog /Pages 2 0 R>>`, `<</Type /Pages /Kids [2 0 R 2 0 R]>>`),
		"parents that hold themselves": drawn(`<</T (a) /V (b) /Parent 1 0 R>>`),
		"references in a ring":         drawn(`2 0 R`, `1 0 R`, `<</T 1 0 R /V 2 0 R>>`),
		"deep":                         drawn(strings.Repeat("[", 100000)),
		"deep dictionaries":            drawn(strings.Repeat("<</A ", 100000)),
		"broken off":                   []byte("%PDF-1.7\n1 0 obj\n<</T (a) /V <41"),
	} {
		if _, err := ReadPDF(b); err != nil && !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, b := range [][]byte{nil, []byte("MZ"), []byte("%PDF-1.7")} {
		if _, err := ReadPDF(b); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", b, err)
		}
	}
	if _, err := ReadPDF(make([]byte, MaxPDF+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

// TestPDFOfChromium: what a browser prints is read, letters beyond Latin too.
func TestPDFOfChromium(t *testing.T) {
	dir := t.TempDir()
	html := `<!DOCTYPE html><meta charset=utf-8><p>Annex III of Regulation (EU) 2021/784</p><p>File reference: RO-2026-0001</p><p>Καιρός και Време</p>`
	if err := os.WriteFile(filepath.Join(dir, "a.html"), []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--user-data-dir="+dir, "--print-to-pdf="+filepath.Join(dir, "a.pdf"), filepath.Join(dir, "a.html"))
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, "a.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := ReadPDF(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Annex III of Regulation (EU) 2021/784", "File reference: RO-2026-0001", "Καιρός και Време"} {
		if !strings.Contains(d.Text, want) {
			t.Errorf("%q is missing in %q", want, d.Text)
		}
	}
	if len(d.Active) > 0 {
		t.Errorf("%q", d.Active)
	}
}

// FuzzPDF: no bytes make the reader panic, hang or say more than it may.
func FuzzPDF(f *testing.F) {
	f.Add(drawn(`<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [5 0 R]>>>>`, `<</Type /Pages /Kids [3 0 R] /Count 1>>`, pdfPage, packed("", "BT /F1 12 Tf 50 700 Td [(Tr) -20 (am)] TJ ET"), `<</T (annex) /V (II)>>`))
	f.Add(drawn(packed("/Type /ObjStm /N 1 /First 5", "99 0 <</S /JavaScript>>")))
	f.Add([]byte("%PDF-1.4 1 0 obj <</Predictor 12>> stream\nx\nendstream"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := ReadPDF(b)
		if err == nil && !d.Check() {
			t.Error("more than a document may say")
		}
	})
}

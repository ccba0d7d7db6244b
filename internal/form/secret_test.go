// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"bytes"
	"os/exec"
	"reflect"
	"strings"
	"testing"
)

// Section M cannot be put into anything that an addressee gets: these programs must not compile, for this reason and no other.
func TestConfidentialSectionDoesNotCompileIntoAPaper(t *testing.T) {
	for dir, want := range map[string]string{
		"paper":  "cannot use secret (variable of struct type form.Confidential) as form.Act value in argument to form.PDF",
		"act":    "cannot use &secret (value of type *form.Confidential) as *form.Certificate value",
		"letter": "cannot use enforcing (variable of struct type form.EnforcingPaper) as form.Paper value in argument to post",
	} {
		out, err := exec.Command("go", "vet", "./testdata/leak/"+dir).CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: it compiles, or fails otherwise: %v\n%s", dir, err, out)
		}
	}
}

// No value that an act can hold is a section M, at whatever depth.
func TestActHoldsNoConfidentialSection(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(x reflect.Type) {
		if seen[x] {
			return
		}
		seen[x] = true
		switch x.Kind() {
		case reflect.Struct:
			for n := range x.NumField() {
				walk(x.Field(n).Type)
			}
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(x.Elem())
		case reflect.Interface:
			t.Errorf("%v could hold anything", x)
		default: // holds itself only
		}
	}
	walk(reflect.TypeFor[Act]())
	walk(reflect.TypeFor[Paper]())
	if seen[reflect.TypeFor[Confidential]()] || seen[reflect.TypeFor[EnforcingPaper]()] {
		t.Error("an addressee's document can hold section M")
	}
}

// The addressee's copy says nothing of section M; the enforcing authority's says it all.
func TestAddresseeGetsNoSectionM(t *testing.T) {
	a, err := Example("epoc")
	if err != nil {
		t.Fatal(err)
	}
	secret := ExampleConfidential()
	for _, word := range secret.Values {
		if len(word) < 10 {
			continue
		}
		p, err := Render(a)
		if err != nil {
			t.Fatal(err)
		}
		e, err := Enforcing(a, secret)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(flat(read(t, p.PDF)), flat(word)) || strings.Contains(p.Text, word) || bytes.Contains(p.JSON, []byte(word)) {
			t.Errorf("the addressee reads %q", word)
		}
		if !strings.Contains(flat(read(t, e.PDF)), flat(word)) || !bytes.Contains(e.JSON, []byte(word)) {
			t.Errorf("the enforcing authority does not read %q", word)
		}
		if text := read(t, p.PDF); strings.Contains(text, "necessity and proportionality") || strings.Contains(p.Text, "M. Further information") {
			t.Error("the addressee's copy has section M, if empty")
		}
	}
	other, err := Example("epoc_pr")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Enforcing(other, secret); err == nil {
		t.Error("a preservation order has no section M")
	}
	if _, err := ParseConfidential([]byte(`{"values":{"A1":"x"}}`)); err == nil {
		t.Error("section M takes a field of section A")
	}
}

// FuzzParseAct: what is read is checked, and what was checked can be made a document of and read again as the same.
func FuzzParseAct(f *testing.F) {
	for _, id := range Templates() {
		a, err := Example(id)
		if err != nil {
			f.Fatal(err)
		}
		b, err := JSON(a)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := ParseAct(data)
		if err != nil {
			return
		}
		p, err := Render(a)
		if err != nil {
			t.Fatalf("a checked record gives no document: %v", err)
		}
		again, err := ParseAct(p.JSON)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if b, err := JSON(again); err != nil || !bytes.Equal(b, p.JSON) {
			t.Fatalf("it says something else now: %v", err)
		}
		if !bytes.HasPrefix(p.PDF, []byte("%PDF-1.7")) || trailer.FindIndex(p.PDF[max(0, len(p.PDF)-400):]) == nil {
			t.Fatal("no PDF that can be signed")
		}
	})
}

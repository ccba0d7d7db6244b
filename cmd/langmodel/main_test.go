// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"iolaus/internal/recognise/language"
)

// Two invented languages are told apart after training, and the same texts give the same model.
func TestTrain(t *testing.T) {
	t.Parallel()
	g := &language.Group{Scripts: []*unicode.RangeTable{unicode.Latin}, Langs: []string{"aa", "bb"}, Bits: 8}
	texts := [][]text{
		{newText(g, []string{"mamo lamo samo", "lamo mamo ramo", "samo ramo mamo lamo"}, 1)},
		{newText(g, []string{"kitru pitru", "zitru kitru vitru", "pitru vitru kitru"}, 1)},
	}
	m := train(g, texts)
	if len(m) != g.Size() || !bytes.Equal(m, train(g, texts)) {
		t.Fatalf("%d bytes, want %d and twice the same", len(m), g.Size())
	}
	for word, want := range map[string]int{"kamo": 0, "litru": 1} {
		var sums [2]int
		for _, h := range language.Features([]rune(word), nil) {
			for i := range sums {
				sums[i] += int(m[4+language.Row(h, g.Bits)*g.Lanes()+i])
			}
		}
		if sums[want] <= sums[1-want] {
			t.Errorf("%s: %v", word, sums)
		}
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, s string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	article := func(n string) string {
		return "<article><h2>Art</h2><p>Train <i>number</i>\n" + n + " &amp; rain</p></article>"
	}
	learn, held, err := declaration(write("a.html", "<p>Before</p>"+article("1")+article("2")+article("3")+article("4")+article("5")))
	if err != nil || !slices.Equal(held, []string{"Train number 5 & rain"}) || len(learn) != 5 || learn[0] != "Before" {
		t.Errorf("declaration: %q, held out %q, %v", learn, held, err)
	}
	notes, err := annotations(write("n.json", `{"annotations":{"annotations":{"x":{"default":["rain","cloud"],"tts":["cloud"]}}}}`))
	if err != nil || !slices.Equal(notes, []string{"cloud", "rain"}) {
		t.Errorf("annotations: %q, %v", notes, err)
	}
	write("b.txt", "\ufeffOne tram\n\n Two trams \n")
	write("addresses-1.txt", "a street\n")
	lines, err := sentences(dir)
	if err != nil || !slices.Equal(lines, []string{"One tram", "Two trams"}) {
		t.Errorf("sentences: %q, %v", lines, err)
	}
	if none, err := sentences(filepath.Join(dir, "none")); err != nil || none != nil {
		t.Errorf("no folder: %q, %v", none, err)
	}
	if got := latin("Воз стиже у Љиг, Џеп"); got != "Voz stiže u LJig, DŽep" {
		t.Errorf("Serbian in Latin letters: %s", got)
	}
	if err := run([]string{"-udhr", dir}); err == nil || !strings.Contains(err.Error(), "read texts of en") {
		t.Errorf("without texts: %v", err)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package ui_test

import (
	"context"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"iolaus/internal/web/ui"
)

// usedKeys finds every text that T, Tn or N is called with in the Go files of the workbench, generated ones included.
func usedKeys(t *testing.T) map[string][]string {
	t.Helper()
	used := map[string][]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch f := call.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				if x, ok := f.X.(*ast.Ident); ok && x.Name == "ui" {
					name = f.Sel.Name
				}
			}
			arg := map[string]int{"N": 0, "T": 1, "Tn": 2}
			if i, ok := arg[name]; ok && len(call.Args) > i {
				if lit, ok := call.Args[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					key, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Errorf("%s: %v", path, err)
					}
					used[key] = append(used[key], filepath.ToSlash(path))
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return used
}

var update = flag.Bool("update", false, "write the list of untranslated texts")

// TestCatalogueIsWhole: the components are translated whole; what a page still lacks is listed in catalogue/untranslated.txt, so
// that a missing text is known and never an accident.
func TestCatalogueIsWhole(t *testing.T) {
	used := usedKeys(t)
	if len(used) < 60 {
		t.Fatalf("found only %d texts; does the search still work?", len(used))
	}
	var missing []string
	for _, l := range ui.Languages[1:] {
		have := ui.Keys(l.Tag)
		for key, where := range used {
			if slices.Contains(have, key) {
				continue
			}
			missing = append(missing, l.Tag+" "+strconv.Quote(key))
			if slices.ContainsFunc(where, func(p string) bool { return strings.HasPrefix(p, "../ui/") }) {
				t.Errorf("%s lacks %q (used in %s)", l.Tag, key, where[0])
			}
		}
		for _, key := range have {
			if used[key] == nil {
				t.Errorf("%s translates %q, which nothing uses", l.Tag, key)
			}
		}
	}
	for _, key := range ui.Keys("en") {
		if used[key] == nil {
			t.Errorf("en gives forms of %q, which nothing uses", key)
		}
	}
	slices.Sort(missing)
	list := strings.Join(missing, "\n")
	if list != "" {
		list += "\n"
	}
	if *update {
		if err := os.WriteFile("catalogue/untranslated.txt", []byte(list), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile("catalogue/untranslated.txt")
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != list {
		t.Errorf("catalogue/untranslated.txt is not true; translate these or run this test with -update:\n%s", list)
	}
}

var placeholder = regexp.MustCompile(`%[sd]|\{\w+\}`)

func TestTranslationsKeepTheirPlaceholders(t *testing.T) {
	ctx := ui.WithLanguage(context.Background(), "ar")
	for _, key := range ui.Keys("ar") {
		got := ui.T(ctx, key)
		a, b := placeholder.FindAllString(key, -1), placeholder.FindAllString(got, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%q has %v, its translation %q has %v", key, a, got, b)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"iolaus/internal/iru"
)

// untaken are the steps of a table that no function of the desk names, each with the reason.
var untaken = map[string]string{
	"unit suspend": "units are entered, and so far nothing ends one's part",
	"unit restore": "units are entered, and so far nothing ends one's part",

	"match dispute":    "Judge takes its verb by name",
	"term unmute":      "JudgeTerm takes its verb by name",
	"term remove":      "JudgeTerm takes its verb by name",
	"term_list unmute": "JudgeTermList takes its verb by name",
	"term_list remove": "JudgeTermList takes its verb by name",
	"outgoing unseal":  "db.Unseal takes all that is not delivered at once",
	"assessment doubt": "Give opens a doubted finding at once",
}

// TestVerbsAreTaken: what a state table promises can be done. Each verb of a table stands in the body of a function of the desk, or
// of the noun's own file.
func TestVerbsAreTaken(t *testing.T) {
	said := map[string]bool{}
	for _, dir := range []string{".", "../iru"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		must(t, err)
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			src, err := os.ReadFile(f)
			must(t, err)
			file, err := parser.ParseFile(token.NewFileSet(), f, src, 0)
			must(t, err)
			for _, d := range file.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Body == nil {
					continue
				}
				ast.Inspect(fn.Body, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok {
						if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "byPerson" {
							return false // it lists decisions; it takes none
						}
					}
					if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
						if s, err := strconv.Unquote(lit.Value); err == nil {
							said[s] = true
						}
					}
					return true
				})
			}
		}
	}
	for _, m := range iru.Machines() {
		for _, s := range m.Steps {
			what := m.Noun + " " + s.Verb
			taken := said[s.Verb] || said["poll_"+s.Verb]
			if untaken[what] == "" && !taken {
				t.Errorf("nothing can %s: the table promises it, and docs/states.md", what)
			}
		}
	}
}

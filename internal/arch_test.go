// SPDX-License-Identifier: EUPL-1.2

// Package internal has no code: this test is the house rule of all packages, as data.
package internal

import (
	"bytes"
	"errors"
	"fmt"
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
)

// A room is a folder of internal with all folders in it, or a folder of cmd. "a < b" means a may import b, "a ! p" that a must
// not import p or call it, whatever another line allows. A new room is a new word here and in ARCHITECTURE.md.
const rule = `
leaves = locator legal recognise inspect plan effect rehearse link ledger exhibit seizure form
leaves <
exhibit < ledger
form < legal
inspect < recognise
rehearse < plan legal
iru < leaves
db blob fetch probe deliver peer < iru leaves
bank < iru leaves
sandbox < iru leaves
media < iru leaves sandbox
capture < iru leaves blob fetch probe sandbox
desk < iru leaves db
work < iru leaves desk db blob bank fetch probe sandbox media capture deliver peer
web api < iru leaves desk db blob
sim < iru leaves
cmd < *
leaves iru ! context database/sql log log/slog math/rand net net/http os os/exec crypto/rand time.Now
desk ! net net/http os os/exec
`

// A package whose name ends in "test" serves tests: only tests and its like import it, and it may import everything.
func forTests(path string) bool { return strings.HasSuffix(path, "test") }

const module = "iolaus"

type house struct {
	group  map[string][]string // leaves
	may    map[string][]string // room: rooms
	banned map[string][]string // room: packages and functions
}

func parse(rule string) house {
	h := house{map[string][]string{}, map[string][]string{}, map[string][]string{}}
	expand := func(words []string) (all []string) {
		for _, w := range words {
			if g, ok := h.group[w]; ok {
				all = append(all, g...)
			} else {
				all = append(all, w)
			}
		}
		return all
	}
	for line := range strings.Lines(rule) {
		words := strings.Fields(line)
		at := slices.IndexFunc(words, func(w string) bool { return w == "=" || w == "<" || w == "!" })
		if at < 0 {
			continue
		}
		for _, room := range expand(words[:at]) {
			switch rest := words[at+1:]; words[at] {
			case "=":
				h.group[room] = rest
			case "<":
				h.may[room] = append(h.may[room], expand(rest)...)
			case "!":
				h.banned[room] = append(h.banned[room], rest...)
			}
		}
	}
	return h
}

// room gives "db" for iolaus/internal/db/dbtest and "cmd" for iolaus/cmd/iolaus; it is empty outside this module.
func room(path string) string {
	rest, ok := strings.CutPrefix(path, module+"/")
	if !ok {
		return ""
	}
	rest = strings.TrimPrefix(rest, "internal/")
	first, _, _ := strings.Cut(rest, "/")
	return first
}

// check gives a sentence for each import and call of one file of the package that breaks the rule.
func (h house) check(pkg, name string, source []byte) (wrong []string, err error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	me := room(pkg)
	may, known := h.may[me]
	if !known {
		return []string{fmt.Sprintf("%s is in the room %q, which the rule does not name: a new room is a line in internal/arch_test.go and in ARCHITECTURE.md", name, me)}, nil
	}
	clock := "time"
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if path == "time" && spec.Name != nil {
			clock = spec.Name.Name
		}
		other := room(path)
		switch {
		case other == "" && !forTests(pkg):
			for _, b := range h.banned[me] {
				// What is below a banned package is banned too, except net/netip and net/url, which only calculate.
				if path == b || b != "net" && strings.HasPrefix(path, b+"/") {
					wrong = append(wrong, fmt.Sprintf("%s imports %s, but %s ! %s: it must not know it; let the caller hand over what comes from there", name, path, me, b))
				}
			}
		case other == "", forTests(pkg):
		case forTests(path):
			wrong = append(wrong, fmt.Sprintf("%s imports %s, which is for tests only", name, path))
		case other != me && !slices.Contains(may, other) && !slices.Contains(may, "*"):
			wrong = append(wrong, fmt.Sprintf("%s imports %s, but %s may import only %q of this module", name, path, me, may))
		}
	}
	if slices.Contains(h.banned[me], "time.Now") && !forTests(pkg) {
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				x, isName := s.X.(*ast.Ident)
				if isName && x.Name == clock && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "Tick"}, s.Sel.Name) {
					wrong = append(wrong, fmt.Sprintf("%s uses time.%s, but %s ! time.Now: take the time as an argument", files.Position(s.Pos()), s.Sel.Name, me))
				}
			}
			return true
		})
	}
	return wrong, nil
}

const root = ".."

// sources walks the files of the repository, except what is built, fetched or stored.
func sources(t *testing.T, f func(path string, content []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) { // another process's temporary file
				return nil
			}
			return err
		}
		if e.IsDir() {
			if slices.Contains([]string{".git", "bin", "iolaus-data", "node_modules"}, e.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !e.Type().IsRegular() || e.Name() == ".git" { // which is a file in a second work tree
			return nil
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			rel, _ := filepath.Rel(root, path)
			f(filepath.ToSlash(rel), content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func isGo(path string) bool {
	return strings.HasSuffix(path, ".go") && !strings.Contains(path, "testdata/")
}

func inProgram(path string) bool {
	return isGo(path) && !strings.HasSuffix(path, "_test.go") && (strings.HasPrefix(path, "internal/") || strings.HasPrefix(path, "cmd/"))
}

func TestDependencies(t *testing.T) {
	h, n := parse(rule), 0
	sources(t, func(path string, content []byte) {
		if !inProgram(path) {
			return
		}
		n++
		wrong, err := h.check(module+"/"+path[:strings.LastIndex(path, "/")], path, content)
		if err != nil {
			t.Error(err)
		}
		for _, w := range wrong {
			t.Error(w)
		}
	})
	if n == 0 {
		t.Error("no file was looked at")
	}
}

// The rule itself is tested: each of these breaks it, or does not.
func TestRule(t *testing.T) {
	h := parse(rule)
	for _, c := range []struct{ pkg, body, want string }{
		{"internal/iru", `import "iolaus/internal/legal"`, ""},
		{"internal/iru", `import "iolaus/internal/db"`, "may import only"},
		{"internal/legal", `import "iolaus/internal/iru"`, "may import only"},
		{"internal/legal", `import "iolaus/internal/form"`, "may import only"},
		{"internal/legal/forms", `import "iolaus/internal/legal"`, ""},
		{"internal/web/ui", `import "iolaus/internal/work"`, "may import only"},
		{"internal/work", `import "iolaus/internal/peer"`, ""},
		{"internal/work", `import "iolaus/internal/db/dbtest"`, "for tests only"},
		{"internal/sim", `import "iolaus/internal/desk"`, "may import only"},
		{"internal/db/dbtest", `import "iolaus/internal/sim"`, ""},
		{"cmd/iolaus", `import "iolaus/internal/work"`, ""},
		{"internal/cellar", `import "fmt"`, "does not name"},
		{"internal/locator", `import ("net/url"; "net/netip"; "strings")`, ""},
		{"internal/locator", `import "net"`, "! net"},
		{"internal/locator", `import "net/http/httputil"`, "! net/http"},
		{"internal/plan", `import "math/rand/v2"`, "! math/rand"},
		{"internal/ledger", `import "crypto/rand"`, "! crypto/rand"},
		{"internal/iru", `import "log/slog"`, "! log"},
		{"internal/desk", `import "os/exec"`, "! os"},
		{"internal/desk", `import ("context"; "time"); var now = time.Now`, ""},
		{"internal/iru", `import "time"; var now = time.Now()`, "time.Now"},
		{"internal/iru", `import clock "time"; func f() { clock.Sleep(1) }`, "time.Sleep"},
		{"internal/iru", `import "time"; func f(t time.Time) bool { return t.After(t) }`, ""},
	} {
		wrong, err := h.check(module+"/"+c.pkg, c.pkg+"/x.go", []byte("package x\n"+c.body))
		got := strings.Join(wrong, "\n")
		if err != nil || (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s with %s: got %q, %v; want %q", c.pkg, c.body, got, err, c.want)
		}
	}
}

// ARCHITECTURE.md shows the rule as it is.
func TestRuleIsTheDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "\n## The dependency rule\n")
	_, after, _ = strings.Cut(after, "\n```")
	block, _, found := strings.Cut(after, "```\n")
	if !found || block != rule {
		t.Errorf("ARCHITECTURE.md gives the dependency rule as %q; it is %q", block, rule)
	}
}

func TestEachPackageIsDescribed(t *testing.T) {
	code, described := map[string]bool{}, map[string]bool{}
	sources(t, func(path string, content []byte) {
		if !isGo(path) || strings.HasSuffix(path, "_test.go") {
			return
		}
		dir := path[:strings.LastIndex(path, "/")+1]
		code[dir] = true
		if strings.HasSuffix(path, "/doc.go") && regexp.MustCompile(`(?m)^// (Package|Command) \w+`).Match(content) {
			described[dir] = true
		}
	})
	for dir := range code {
		if !described[dir] {
			t.Errorf("%s has no doc.go that says what the package knows and what it must not know", dir)
		}
	}
}

// remark says how a kind of file begins a remark; "" is a kind that has no remarks, is generated or not ours.
func remark(path string) string {
	name := filepath.Base(path)
	switch {
	case strings.Contains(path, "testdata/"), strings.HasSuffix(path, ".min.js"):
		return ""
	case slices.Contains([]string{"Makefile", ".editorconfig", ".gitignore"}, name), strings.HasPrefix(path, "scripts/"), strings.HasPrefix(path, ".ci/"):
		return "# "
	}
	return map[string]string{".go": "// ", ".templ": "// ", ".js": "// ", ".css": "/* ", ".sql": "-- ", ".yml": "# "}[filepath.Ext(name)]
}

func TestEachFileNamesItsLicence(t *testing.T) {
	seen := map[string]int{}
	sources(t, func(path string, content []byte) {
		r := remark(path)
		if r == "" {
			return
		}
		seen[r]++
		// A script has its own first line, and templ puts two before ours.
		head := strings.SplitN(string(content), "\n", 6)
		want := r + "SPDX-License-Identifier: EUPL-1.2"
		if !slices.ContainsFunc(head[:min(5, len(head))], func(l string) bool { return strings.TrimSpace(strings.TrimSuffix(l, "*/")) == want }) {
			t.Errorf("%s does not begin with %s", path, want)
		}
	})
	if len(seen) != 4 {
		t.Errorf("kinds of remark that were looked at: %v", seen)
	}
}

// Folders of somebody's machine, written so that this file does not name them.
var elsewhere = regexp.MustCompile(`/(` + `work/(main|shared|\.[a-z]+)|` + `root/(go|\.)|` + `home/[a-z]+|` + `Users/[A-Za-z]+|` + `tmp/brief)\b`)

func TestNoFileNamesAMachine(t *testing.T) {
	sources(t, func(path string, content []byte) {
		if len(content) > 4<<20 || bytes.IndexByte(content, 0) >= 0 || strings.Contains(path, "testdata/") {
			return
		}
		if m := elsewhere.Find(content); m != nil {
			t.Errorf("%s names %s, a folder of one machine", path, m)
		}
	})
}

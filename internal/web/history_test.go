// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	recorded   = regexp.MustCompile(`happened\("(\w+)", [\w.()]+, "(\w+)"`)
	handled    = regexp.MustCompile(`Handled\{Verb: ()"(\w+)"`)
	transition = regexp.MustCompile(`(?m)^\t\{([A-Z][a-z]+)\w*, "(\w+)", [A-Z]\w*\},`)
)

// TestEveryVerbHasWords reads the desk's and the rules' source: what is recorded is said in words, in every history.
func TestEveryVerbHasWords(t *testing.T) {
	seen := 0
	for pattern, files := range map[*regexp.Regexp]string{recorded: "../desk/*.go", handled: "../desk/*.go", transition: "../iru/*.go"} {
		names, err := filepath.Glob(files)
		must(t, err)
		for _, name := range names {
			b, err := os.ReadFile(name)
			must(t, err)
			for _, m := range pattern.FindAllStringSubmatch(string(b), -1) {
				noun, verb := strings.ToLower(m[1]), m[2]
				switch noun {
				case "": // a link of custody
					noun = "exhibit"
				case "poll": // recorded of the operation
					noun, verb = "operation", "poll_"+verb
				case "effect": // a window, too
					noun, verb = "operation", verb+"_window"
				case "contact":
					if strings.HasPrefix(filepath.Base(name), "provider") { // the table of a provider's first contact
						noun = "provider"
					}
				case "presence":
					noun = "asset"
				}
				seen++
				if verb == "question_" { // what becomes of a question by itself
					verb += "lapse"
				}
				if !strings.HasSuffix(name, "_test.go") && verbWords(t.Context(), noun+"."+verb) == "" {
					t.Errorf("%s records %s.%s, for which there are no words", name, noun, verb)
				}
			}
		}
	}
	if seen < 80 {
		t.Errorf("found only %d verbs; does the search still work?", seen)
	}
}

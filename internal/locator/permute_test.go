// SPDX-License-Identifier: EUPL-1.2

package locator_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"iolaus/internal/locator"
)

var (
	permutedWords = []string{"login", "my", "weather", "halcyon", "www"}
	permutedTLDs  = []string{"com", "org", "net", "test", "co.uk", "xn--p1ai"}
)

// TestPermuteAsDnstwist compares each fuzzer's set with that of Debian's dnstwist, on names with hyphens, digits, subdomains, suffixes of two
// labels and letters beyond ASCII.
func TestPermuteAsDnstwist(t *testing.T) {
	if _, err := exec.LookPath("dnstwist"); err != nil {
		t.Fatalf("%v; make system installs it", err)
	}
	dir := t.TempDir()
	words, tlds := filepath.Join(dir, "words"), filepath.Join(dir, "tlds")
	for file, lines := range map[string][]string{words: permutedWords, tlds: permutedTLDs} {
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script := `
import sys, warnings
warnings.simplefilter("ignore")
import dnstwist
names, words, tlds = sys.argv[1].split(","), open(sys.argv[2]).read().split(), open(sys.argv[3]).read().split()
fuzzers = sys.argv[4].split(",")
for name in names:
    for fuzzer in fuzzers:
        f = dnstwist.Fuzzer(name, dictionary=words, tld_dictionary=tlds)
        f.generate([fuzzer])
        for p in f.permutations():
            print(name, fuzzer, p["domain"])
`
	names := []string{"sky-tram.test", "rail7.co.uk", "news.tides.test", "a1.test", "xn--mto-bmab.test", "pace.com", "x.y.tides.org"}
	var fuzzers []string
	for _, f := range locator.Fuzzers {
		if f != locator.Homograph {
			fuzzers = append(fuzzers, string(f))
		}
	}
	cmd := exec.Command("/usr/bin/python3", "-c", script, strings.Join(names, ","), words, tlds, strings.Join(fuzzers, ","))
	cmd.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8")
	raw, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	want := map[string]map[string]bool{}
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		if len(f) != 3 || f[0] == f[2] { // vowels and equal neighbours exchanged for themselves
			continue
		}
		key := f[0] + " " + f[1]
		if want[key] == nil {
			want[key] = map[string]bool{}
		}
		want[key][f[2]] = true
	}
	total := 0
	for _, name := range names {
		for _, f := range fuzzers {
			their := want[name+" "+f]
			our := map[string]bool{}
			for _, p := range locator.Permute(name, permutedWords, permutedTLDs, locator.Fuzzer(f)) {
				our[p.Name] = true
			}
			var only, missing []string
			for n := range our {
				if !their[n] {
					only = append(only, n)
				}
			}
			for n := range their {
				if !our[n] {
					missing = append(missing, n)
				}
			}
			slices.Sort(only)
			slices.Sort(missing)
			if len(only)+len(missing) > 0 {
				t.Errorf("%s by %s: of %d names %d are missing %.300q, and %d are ours alone %.300q", name, f, len(their), len(missing), missing, len(only), only)
			}
			total += len(our)
		}
	}
	if total < 5_000 {
		t.Errorf("only %d names were compared", total)
	}
	t.Logf("%d names equal", total)
}

func TestPermuteHomographs(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"tideway.test", "tіdeway.test"},           // one Cyrillic letter
		{"pace.test", "расе.test"},                 // all Cyrillic
		{"pace-7.test", "расе-7.test"},             // as far as there are letters
		{"nova.test", "νova.test"},                 // not a nu, but a v: no
		{"ерос.test", "epoc.test"},                 // a Cyrillic name in Latin letters
		{"أخبار.test", "اخبار.test"},               // with and without hamza
		{"كتاب.test", "کتاب.test"},                 // an Arabic and a Persian keyboard
		{"weather.pace.test", "weather.расе.test"}, // only the registered label
	} {
		l, err := locator.Parse(c.want)
		if err != nil {
			t.Fatal(c.want, err)
		}
		found := false
		for _, p := range locator.Permute(c.name, nil, nil, locator.Homograph) {
			found = found || p.Name == l.Host()
			if p.Fuzzer != locator.Homograph {
				t.Errorf("%+v", p)
			}
		}
		if found == (c.name == "nova.test") {
			t.Errorf("%s as a homograph of %s: %v", c.want, c.name, found)
		}
	}
}

func TestPermuteIsOrderedAndBounded(t *testing.T) {
	for _, none := range []string{"", "127.0.0.1", "not a name", "https://a b/", "test"} {
		if ps := locator.Permute(none, nil, nil); len(ps) > 0 && none != "test" {
			t.Errorf("%q gives %d names", none, len(ps))
		}
	}
	all := locator.Permute("tideway.test", []string{"news"}, []string{"org"})
	seen := map[string]bool{"tideway.test": true}
	last := -1
	for _, p := range all {
		at := slices.Index(locator.Fuzzers, p.Fuzzer)
		if at < last || seen[p.Name] {
			t.Fatalf("%+v after fuzzer %d", p, last)
		}
		last, seen[p.Name] = at, true
		if l, err := locator.Parse("https://" + p.Name + "/"); err != nil || l.Host() != p.Name {
			t.Errorf("%s is no name: %v", p.Name, err)
		}
	}
	if !slices.Equal(all, locator.Permute("TIDEWAY.test.", []string{"news"}, []string{"org"})) {
		t.Error("the same name, written otherwise, gives something else")
	}
}

func BenchmarkPermute(b *testing.B) {
	for _, few := range []bool{true, false} {
		name, fuzzers := "all", locator.Fuzzers
		if few {
			name, fuzzers = "without homoglyphs", slices.DeleteFunc(slices.Clone(locator.Fuzzers), func(f locator.Fuzzer) bool { return f == locator.Homoglyph })
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if len(locator.Permute("halcyon-weather.test", permutedWords, permutedTLDs, fuzzers...)) == 0 {
					b.Fatal("no names")
				}
			}
		})
	}
}

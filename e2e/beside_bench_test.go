// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// beside are the benchmarks of single rooms: those of evidence and recognition against their peers, and figures that stand alone, where the
// title names no peer. Those of recognition find programs of their peers in the
// folder that IOLAUS_PEERS names, and are absolute figures without. Each runs in its own package and its own process, where it runs both
// sides in turn, and is taken over into the file of figures as it came.
var beside = []struct{ title, dir, bench, time string }{
	{"Crawl of a generated site of 7,001 addresses, 16 workers, beside `wget --warc-file`; medians, both in turn", "internal/capture", "^BenchmarkCrawl$", "1x"},
	{"WARC written beside gowarc, in turn; and by sixteen at once into one file, with the most memory beside what they hand over", "internal/exhibit", "^BenchmarkWriter(SideBySide)?$", "5x"},
	{"A whole bundle verified, beside gowarc's verification of its WARC alone, in turn", "internal/exhibit", "^BenchmarkVerify$", "5x"},
	{"A browser exhibit (load, PNG, PDF, MHTML, DOM, records) beside `chromium --headless --screenshot`; medians, both in turn", "internal/fetch", "^BenchmarkCapture$", "1x"},
	{"Custody events sealed, on both engines, beside raw Tessera on the same disk", "internal/desk", "^BenchmarkSeal$", "2s"},
	{"The evidence store: exhibits of 50 kB", "internal/blob", "^BenchmarkExhibits$", "10000x"},
	{"An index of 256-bit hashes built in memory, and its answers within 31 bits, one core, thread CPU, beside faiss IndexBinaryMultiHash(256, 16, 16), nflip 1, on the same hashes and queries; the number of hits is the same, or the benchmark fails", "internal/recognise/ring", "^BenchmarkSearch$", "2s"},
	{"PDQ of a 512x512 picture, hash stage, beside the reference in C++", "internal/recognise", "^BenchmarkPDQHashStage$", "1s"},
	{"A 12-megapixel JPEG decoded and hashed, beside the standard library's decoding alone, in turn", "internal/recognise", "^BenchmarkPDQPhotograph$", "10x"},
	{"Watch lists over mixed text of eleven languages, folding included, thread CPU, beside Hyperscan literals", "internal/recognise", "^BenchmarkTerms$", "1s"},
	{"Language of 1 to 10 words of held-out text, beside whatlanggo", "internal/recognise/language", "^BenchmarkAccuracy$", "1x"},
	{"Frames of a film fingerprinted, beside ffmpeg decoding alone: CPU of all processes, and the clock on two cores", "internal/media", "^BenchmarkVideo$", "3x"},
	{"1,000 approved removal orders by mail to six desks of the range, to the last receipt with its clock, with documents, seal and all that the desks answer; both ends on this machine; CPU is that of Iolaus and the range together, PostgreSQL's own not counted", "internal/work", "^BenchmarkDesks$", "1x"},
	{"PDF, mail and JSON of one act, unsigned, by template; no peer", "internal/form", "^BenchmarkDocuments$", "1s"},
	{"10,000 open clocks: read from SQLite and evaluated, tallied in SQL, evaluated in memory; no peer", "internal/desk", "^BenchmarkOpenClocks$", "1s"},
	{"The page of an act with 500 messages, from request to last byte over loopback, session and SQLite included; no peer", "internal/web", "^BenchmarkActPage$", "50x"},
	{"Pages of an operation of 2,000 assets after its day, from request to last byte over loopback, session and SQLite included; no peer", "internal/web", "^BenchmarkDayPages$", "7x"},
	{"A range of 10,000 hosts: up, and swept (name servers, address, three times RDAP, TLS, page), both ends in one process; no peer", "internal/sim", "^BenchmarkBulk", "1x"},
	{"Looks a second at 4,000 sites that have not changed, by 1, 2 and 4 worker processes, beside a plain loop that fetches the same pages and keeps nothing", "internal/work", "^BenchmarkRechecks$", "1x"},
	{"What is due next, and what waits, among 10,000 and 1,000,000 scheduled assets", "internal/db", "^BenchmarkDue$", "200x"},
	{"What held of an outlet of 200 addresses, and a look that sees 20 edges again", "internal/db", "^BenchmarkEdges$", "20x"},
	{"Search over captured texts, excerpts included, beside SQLite FTS5 alone with its own (IOLAUS_SEARCH_PAGES sets how many)", "internal/db", "^BenchmarkSearch$", "1x"},
	{"Is this the same outlet: invented outlets that were held out, hard negatives of one generator and theme, beside the page's simhash", "internal/link/linktest", "^BenchmarkLinking$", "1x"},
	{"The cheapest plan of 240 published instances, all equal to their stated optima, CPU beside their stated times", "internal/plan", "^BenchmarkPublished$", "1x"},
	{"The cheapest plan of invented outlets and random AND/OR graphs, from file to proof, CPU beside clasp in the same run", "internal/plan", "^BenchmarkCheapest$", "1x"},
	{"Plans of an invented outlet in each mode, again after one veto and from nothing; no peer", "internal/plan", "^BenchmarkAgain$", "1x"},
	{"At least and at most what the cheapest plan of a tree of ten million nodes costs; CPU and memory with the writer of the file; no peer", "internal/plan", "^BenchmarkBound$", "1x"},
	{"Chance of a day in the dark of the cheapest plan, N-1, hold and everything, on generated estates, and what no plan at .25 of everything's cost exceeds; target: .90 of everything's chance at .25 of its cost; no peer", "internal/rehearse", "^BenchmarkPlans$", "1x"},
	{"Predicted chance of dark beside the range's truth ledger, S2, S3 and S7, 1,000 seeds each; target: at most .05 apart", "internal/sim", "^BenchmarkForecast$", "1x"},
	{"How often nominal 95 % intervals of an interrupted time series hold the truth: 1,000 simulated series each, by placebos in time, by the negative binomial and by Poisson alone; at least .92 wanted", "internal/effect", "^BenchmarkCoverage$", "1x"},
	{"An interrupted time series of 150 days fitted, and figures of the published tutorial (Int. J. Epidemiol. 46, 2017) that are equal, where IOLAUS_PEERS has its sicily.csv", "internal/effect", "^BenchmarkTutorial$", "100x"},
	{"Hit/no-hit questions of 100 items (VOPRF of RFC 9497, ristretto255, verifiable): answered with one proof, asked, read, and own items tagged, by CPU; target 3,000 evaluations a second a core; no peer", "internal/peer", "^BenchmarkVOPRF$", "1s"},
	{"Messages of 600 bytes to a partner, signed and sealed, opened and checked, by CPU; no peer", "internal/peer", "^BenchmarkMessages$", "1s"},
	{"A backlog of 100,000 messages of 600 bytes drained over TLS on loopback, in order, into a receiver in memory, and messages one by one; both ends in one process; no peer", "internal/peer", "^Benchmark(Drain|OneByOne)$", "1x"},
	{"The after-action report of a day of 2,000 addresses and 4,000 acts, from its events to JSON; no peer", "internal/iru", "^BenchmarkAfterAction$", "3x"},
	{"A cell started; a page and pictures read in it", "internal/sandbox", "^Benchmark(Start|Page)$", "20x"},
}

var benchLine = regexp.MustCompile(`(?m)^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

func BenchmarkBeside(b *testing.B) {
	for b.Loop() {
		for _, p := range beside {
			c := exec.CommandContext(b.Context(), "go", "test", "-run", "^$", "-bench", p.bench, "-benchtime", p.time, "-timeout", "30m", "./"+p.dir)
			c.Dir = ".."
			out, err := c.CombinedOutput()
			if err != nil {
				b.Fatalf("%s: %v\n%s", p.dir, err, out)
			}
			var lines []line
			for _, m := range benchLine.FindAllStringSubmatch(string(out), -1) {
				words := strings.Fields(m[2])
				for n := 0; n+1 < len(words); n += 2 {
					v, err := strconv.ParseFloat(words[n], 64)
					if err != nil {
						b.Fatalf("%s: %q", p.dir, m[0])
					}
					if words[n+1] == "ns/op" && v > 1e6 {
						v, words[n+1] = v/1e6, "ms/op"
					}
					lines = append(lines, line{strings.ReplaceAll(m[1], "_", " "), v, words[n+1]})
				}
			}
			if len(lines) == 0 {
				b.Fatalf("%s measured nothing:\n%s", p.dir, out)
			}
			measured(p.title, lines...)
		}
	}
}

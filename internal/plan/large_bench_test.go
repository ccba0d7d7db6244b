// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strings"
	"testing"
)

// broadcast writes the file of an outlet like that of outlet without ever holding it: sites with a name, name servers and one or two hosts, and accounts, at providers
// of which a few carry many.
func broadcast(to io.Writer, r *rand.Rand, sites int) error {
	w := bufio.NewWriterSize(to, 1<<16)
	pools := map[string]int{"registrar": sites / 25, "dns": sites / 30, "host": sites / 12, "platform": 40}
	carried, count := map[string][]string{}, map[string]int{}
	carry := func(kind, node string) string {
		x := r.Float64()
		p := fmt.Sprint(kind, int(x*x*x*float64(max(3, pools[kind])))) // a few carry many
		count[p]++
		if !(kind == "dns" && len(carried[p]) > 0) {
			carried[p] = append(carried[p], node)
		}
		return p
	}
	fmt.Fprint(w, `{"root":"outlet","nodes":[{"id":"outlet","any":["s0"`)
	for i := 1; i < sites; i++ {
		fmt.Fprintf(w, `,"s%d"`, i)
		if i%3 == 0 {
			fmt.Fprintf(w, `,"a%d"`, i)
		}
	}
	fmt.Fprint(w, "]}")
	known := map[string]bool{}
	for i := range sites {
		fmt.Fprintf(w, ",\n{\"id\":\"s%d\",\"all\":[\"n%d\",\"d%d\",\"w%d\"]},{\"id\":\"n%d\"},{\"id\":\"w%d\",\"any\":[\"h%d\"", i, i, i, i, i, i, i)
		carry("registrar", fmt.Sprint("n", i))
		carry("host", fmt.Sprint("h", i))
		second := r.IntN(2) == 0
		if second {
			fmt.Fprintf(w, `,"g%d"`, i)
			carry("host", fmt.Sprint("g", i))
		}
		fmt.Fprintf(w, "]},{\"id\":\"h%d\"}", i)
		if second {
			fmt.Fprintf(w, ",{\"id\":\"g%d\"}", i)
		}
		d := carry("dns", "")
		carried[d] = append(carried[d][:0], d)
		fmt.Fprintf(w, ",{\"id\":\"d%d\",\"any\":[\"%s\"]}", i, d)
		if !known[d] {
			known[d] = true
			fmt.Fprintf(w, ",{\"id\":\"%s\"}", d)
		}
		if i%3 == 0 && i > 0 {
			fmt.Fprintf(w, ",{\"id\":\"a%d\"}", i)
			carry("platform", fmt.Sprint("a", i))
		}
	}
	fmt.Fprint(w, "],\n\"measures\":[{\"id\":\"notice n0\",\"fells\":[\"n0\"],\"cost\":3}")
	notice := func(node string, cost float64) {
		fmt.Fprintf(w, ",\n{\"id\":\"notice %s\",\"fells\":[\"%s\"],\"cost\":%.2f}", node, node, cost)
	}
	for i := range sites {
		if i > 0 {
			notice(fmt.Sprint("n", i), 2+7*r.Float64())
		}
		notice(fmt.Sprint("h", i), 1+5*r.Float64())
		if i%3 == 0 && i > 0 {
			notice(fmt.Sprint("a", i), .5+2.5*r.Float64())
		}
	}
	for _, kind := range []string{"registrar", "dns", "host", "platform"} {
		for i := range max(3, pools[kind]) {
			p := fmt.Sprint(kind, i)
			if c := carried[p]; len(c) > 0 {
				fmt.Fprintf(w, ",\n{\"id\":\"order %s\",\"fells\":[\"%s\"],\"cost\":%.2f}", p, strings.Join(c, `","`), (1.2+r.Float64())*3*math.Pow(float64(count[p]), .85))
			}
		}
	}
	fmt.Fprint(w, "]}\n")
	return w.Flush()
}

// BenchmarkBound bounds the cheapest plan of a tree of ten million nodes that is written into a pipe as it is read: CPU of both, and the most memory that the process had, the
// writer's lists of what each provider carries included.
func BenchmarkBound(b *testing.B) {
	const sites = 1_700_000
	defer debug.SetGCPercent(debug.SetGCPercent(25)) // as the command does
	for b.Loop() {
		start := spent()
		r, w := io.Pipe()
		go func() { w.CloseWithError(broadcast(w, rand.New(rand.NewPCG(1, 2)), sites)) }()
		got, err := Bound(r, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(got.Nodes), "nodes")
		b.ReportMetric(float64(got.Measures), "measures")
		b.ReportMetric(spent()-start, "CPU-s")
		b.ReportMetric(got.Lower, "at-least")
		b.ReportMetric(got.Upper, "at-most")
		b.ReportMetric(got.Upper/got.Lower, "at-most/at-least")
		b.ReportMetric(peak(b), "peak-MB")
	}
}

// peak is the most memory that the process had at once.
func peak(b *testing.B) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	kb := 0.
	if _, err := fmt.Sscan(after, &kb); err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}

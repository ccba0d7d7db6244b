// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// performance is where the benchmarks write what they measured.
var performance = flag.String("performance", "", "file for the figures of the benchmarks, such as docs/performance.md")

type (
	line struct {
		what  string
		value float64
		unit  string
	}
	measurement struct {
		of    string
		lines []line
	}
)

var measurements []measurement

// measured keeps figures for the file.
func measured(of string, lines ...line) { measurements = append(measurements, measurement{of, lines}) }

// writePerformance writes the figures with the machine and the day on which they were measured.
func writePerformance(file string) error {
	if file == "" || len(measurements) == 0 {
		return nil
	}
	var b strings.Builder
	w := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	w("# Performance\n\nMeasured by `make bench`, which writes this file. Figures are those of one run on one machine, as they came, whatever else ran on it.\n")
	w("| | |\n|---|---|")
	w("| Date | %s |", time.Now().UTC().Format("2006-01-02 15:04 UTC"))
	w("| Processor | %s, %d cores used by Go |", field("/proc/cpuinfo", `(?m)^model name\s*: (.*)$`), runtime.NumCPU())
	w("| Memory | %s |", field("/proc/meminfo", `(?m)^MemTotal:\s*(.*)$`))
	w("| System | %s, Linux %s |", strings.Trim(field("/etc/os-release", `(?m)^PRETTY_NAME=(.*)$`), `"`), field("/proc/sys/kernel/osrelease", `(.*)`))
	w("| Load at the end | %s |", field("/proc/loadavg", `^(\S+ \S+ \S+)`))
	w("| Go | %s |", runtime.Version())
	if out, err := exec.Command("git", "describe", "--tags", "--always", "--dirty").Output(); err == nil {
		w("| Commit | %s |", strings.TrimSpace(string(out)))
	}
	for _, m := range measurements {
		w("\n## %s\n\n| Figure | Value |\n|---|---|", m.of)
		for _, l := range m.lines {
			w("| %s | %s %s |", l.what, figure(l.value), l.unit)
		}
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

func field(file, pattern string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return "unknown"
	}
	if m := regexp.MustCompile(pattern).FindSubmatch(b); m != nil {
		return strings.TrimSpace(string(m[1]))
	}
	return "unknown"
}

// figure writes a value with as many digits as say something.
func figure(v float64) string {
	switch {
	case v >= 1000 || v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"iolaus/internal/recognise"
)

// spent is the CPU time of this process and of the children it waited for.
func spent() time.Duration {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		syscall.Getrusage(who, &u)
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum
}

// A cell from its start to its end, with one small page in between.
func BenchmarkStart(b *testing.B) {
	p := pool(b, Options{Spare: 1})
	before := spent()
	for b.Loop() {
		r, err := p.Reader(b.Context())
		if err == nil {
			_, err = r.Page(b.Context(), []byte("<title>a</title>"), "text/html", nil)
		}
		if err != nil {
			b.Fatal(err)
		}
		r.Close()
	}
	b.ReportMetric(float64(spent()-before)/1e6/float64(b.N), "cpu-ms/op")
}

// longPage is a timetable of about so many bytes.
func longPage(n int) []byte {
	var s strings.Builder
	s.WriteString("<!doctype html><html lang=en><title>Departures</title><table>")
	for i := 0; s.Len() < n; i++ {
		fmt.Fprintf(&s, "<tr><td>%02d:%02d<td><a href=\"/train/%d\">Train %d</a><td>leaves from platform %d, calls at <b>all</b> stations", i/60%24, i%60, i, i, i%9)
	}
	return []byte(s.String())
}

func BenchmarkPage(b *testing.B) {
	body := longPage(100 << 10)
	base := address(b, "http://trains.test/")
	b.Run("here", func(b *testing.B) {
		before := spent()
		for b.Loop() {
			if _, err := recognise.ReadPage(body, "text/html", base); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(spent()-before)/1e6/float64(b.N), "cpu-ms/op")
	})
	b.Run("cell", func(b *testing.B) {
		p := pool(b, Options{CPU: time.Hour})
		r, err := p.Reader(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		before := spent()
		for b.Loop() {
			if _, err := r.Page(b.Context(), body, "text/html", base); err != nil {
				b.Fatal(err)
			}
		}
		if err := r.Close(); err != nil { // then its cell's time is counted, with its start
			b.Fatal(err)
		}
		b.ReportMetric(float64(spent()-before)/1e6/float64(b.N), "cpu-ms/op")
	})
}

func BenchmarkPicture(b *testing.B) {
	body := asPNG(b, drawn(1280, 1024))
	r := reader(b, pool(b, Options{}))
	for b.Loop() {
		if _, err := r.Picture(b.Context(), body); err != nil {
			b.Fatal(err)
		}
	}
}

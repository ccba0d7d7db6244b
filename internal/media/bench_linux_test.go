// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"iolaus/internal/media/mediatest"
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

// Each way to a fingerprint against decoding alone, ffmpeg to nowhere, in turn: CPU time of all processes together, with the start of the
// cell, the least of all rounds on either side, since whatever else runs here only adds. The films are H.264 with grain, 25 frames a second, at
// the rates that the web has. What is beyond decoding is the hash, measured on its thread, and all else: the start, the copies through
// ffmpeg's filter and the pipe, and what it says of each frame. Nothing is scaled.
func BenchmarkVideo(b *testing.B) {
	for _, c := range []struct {
		size    string
		seconds int
		ways    []way
	}{
		{"320x180", 240, []way{{"all", Options{}}}},
		{"640x360", 90, []way{{"all", Options{}}}},
		{"1280x720", 40, []way{{"all", Options{}}, {"second", Options{Every: time.Second}}, {"keys", Options{KeyOnly: true}}}},
		{"1920x1080", 30, []way{{"all", Options{}}}},
	} {
		b.Run(c.size, func(b *testing.B) {
			f := made(b, "a.mp4", "-f", "lavfi", "-i", fmt.Sprintf("testsrc2=s=%s:r=25:d=%d", c.size, c.seconds), "-vf", "noise=alls=6:allf=t", "-c:v", "libx264", "-preset", "fast", "-pix_fmt", "yuv420p")
			for _, w := range c.ways {
				b.Run(w.name, func(b *testing.B) { beside(b, f, w.o) })
			}
		})
	}
}

type way struct {
	name string
	o    Options
}

// rounds is how often each is measured, in turn: what else the machine does changes either by a fifth from one second to the next.
const rounds = 5

func beside(b *testing.B, f *os.File, o Options) {
	const ever = time.Duration(math.MaxInt64)
	ours, hash, alone := ever, ever, ever
	took, aloneTook := ever, ever // by the clock
	n := 0
	round := func() {
		begun := time.Now()
		alone = min(alone, decodeAlone(b, f))
		aloneTook = min(aloneTook, time.Since(begun))
		begun = time.Now()
		before, hashing := spent(), time.Duration(0)
		n = 0
		if err := frames(b.Context(), f, o, rough, func(p plane) error {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			start := thread()
			recognise.HashLuma(p.Luma)
			hashing += thread() - start
			n++
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		ours, hash, took = min(ours, spent()-before), min(hash, hashing), min(took, time.Since(begun))
	}
	for b.Loop() {
		for range rounds {
			round()
		}
	}
	b.ReportMetric(float64(ours)/float64(alone), "times-decoding-CPU")
	b.ReportMetric(100*float64(hash)/float64(alone), "%hash")
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took)/float64(aloneTook), "times-decoding-by-the-clock")
	b.ReportMetric(100*float64(ours-hash-alone)/float64(alone), "%pipe")
	b.ReportMetric(float64(ours)/1e6/float64(n), "cpu-ms/frame")
}

// thread is the CPU time of this thread.
func thread() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t)
	return time.Duration(t.Nano())
}

func decodeAlone(b *testing.B, f *os.File) time.Duration {
	before := spent()
	if err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-i", f.Name(), "-f", "null", "-").Run(); err != nil {
		b.Fatal(err)
	}
	return spent() - before
}

// A minute of sound, from file to fingerprint.
func BenchmarkAudio(b *testing.B) {
	f := written(b, "a.wav", mediatest.Wave(mediatest.Melody(1, 60)))
	before := spent()
	for b.Loop() {
		if _, err := Audio(b.Context(), f, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(spent()-before)/1e6/float64(b.N), "cpu-ms/op")
}

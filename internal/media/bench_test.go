// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"iolaus/internal/media/mediatest"
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

// Each way to a fingerprint against decoding alone, ffmpeg to nowhere, in the same run: CPU time of all processes together.
func BenchmarkVideo(b *testing.B) {
	f := made(b, "a.mp4", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=25:d=20", "-vf", "noise=alls=6:allf=t", "-c:v", "libx264", "-preset", "fast", "-pix_fmt", "yuv420p")
	for name, o := range map[string]Options{"keys": {KeyOnly: true}, "second": {Every: time.Second}, "all": {}} {
		b.Run(name, func(b *testing.B) {
			var ours, alone time.Duration
			frames := 0
			for b.Loop() {
				alone += decodeAlone(b, f)
				before := spent()
				v, err := Video(b.Context(), f, o)
				if err != nil {
					b.Fatal(err)
				}
				ours += spent() - before
				frames += len(v)
			}
			b.ReportMetric(float64(ours)/float64(alone), "times-decoding")
			b.ReportMetric(float64(ours)/1e6/float64(frames), "cpu-ms/frame")
		})
	}
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

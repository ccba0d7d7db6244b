// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// spentCPU is the processor time of this thread (unix.CLOCK_THREAD_CPUTIME_ID) or process: on a busy machine the clock on the wall
// measures the others.
func spentCPU(b *testing.B, clock int32) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		b.Fatal(err)
	}
	return time.Duration(t.Nano())
}

// portableMap writes the picture as PPM, which every reader takes for the same numbers.
func portableMap(t testing.TB, img *image.NRGBA) string {
	t.Helper()
	out := fmt.Appendf(nil, "P6\n%d %d\n255\n", img.Rect.Dx(), img.Rect.Dy())
	for i := 0; i < len(img.Pix); i += 4 {
		out = append(out, img.Pix[i:i+3]...)
	}
	name := filepath.Join(t.TempDir(), "picture.ppm")
	if err := os.WriteFile(name, out, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// The hash stage alone: from pixels to 256 bits, and with the reference if IOLAUS_PEERS has pdq-reference, which takes a file and
// answers with a line of JSON: hash, quality, cpu_seconds of one hash stage.
func BenchmarkPDQHashStage(b *testing.B) {
	img := drawing(0) // 512 x 512
	var reference struct {
		Hash       PDQ     `json:"hash"`
		CPUSeconds float64 `json:"cpu_seconds"`
	}
	if peers := os.Getenv("IOLAUS_PEERS"); peers != "" {
		out, err := exec.Command(filepath.Join(peers, "pdq-reference"), portableMap(b, img)).Output()
		if err != nil {
			b.Fatal(err)
		}
		if err := json.Unmarshal(out, &reference); err != nil {
			b.Fatal(err)
		}
		if got, _ := HashPDQ(img); got != reference.Hash {
			b.Fatalf("hash %s, reference %s", got, reference.Hash)
		}
	}
	scalar := func(b *testing.B) time.Duration {
		start := spentCPU(b, unix.CLOCK_THREAD_CPUTIME_ID)
		plainFrequencies(img, 0)
		return spentCPU(b, unix.CLOCK_THREAD_CPUTIME_ID) - start
	}
	for _, v := range allVectors() {
		b.Run(v.name, func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			t := newTransformer(v)
			plain := min(scalar(b), scalar(b), scalar(b))
			start := spentCPU(b, unix.CLOCK_THREAD_CPUTIME_ID)
			for b.Loop() {
				t.transform(img, 0)
				t.freq.bits(&t.order)
			}
			each := float64(spentCPU(b, unix.CLOCK_THREAD_CPUTIME_ID)-start) / float64(b.N)
			b.ReportMetric(each, "cpu-ns/op")
			b.ReportMetric(float64(plain)/each, "times-scalar")
			if reference.CPUSeconds > 0 {
				b.ReportMetric(reference.CPUSeconds*1e9/each, "times-reference")
			}
		})
	}
}

// station is a picture of the size a telephone takes, with grain, so that its JPEG is as large as a photograph's.
func station(w, h int) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	state := uint32(1)
	grain := func() int {
		state = state*1664525 + 1013904223
		return int(state>>24) & 15
	}
	for y := range h {
		for x := range w {
			hill := 128 + x*60/w - y*40/h
			if (x/97+y/131)%7 == 0 {
				hill += 50
			}
			img.Y[img.YOffset(x, y)] = uint8(hill + grain())
		}
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = uint8(120+grain()), uint8(130+grain())
	}
	return img
}

// A photograph of 12 megapixels from its bytes to its hash at full resolution, beside decoding alone.
func BenchmarkPDQPhotograph(b *testing.B) {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, station(4032, 3024), &jpeg.Options{Quality: 90}); err != nil {
		b.Fatal(err)
	}
	whole := func(r io.Reader) error {
		img, _, err := DecodeImage(r, Limits{})
		if err == nil {
			HashPDQ(img)
		}
		return err
	}
	alone := func(r io.Reader) error {
		_, err := jpeg.Decode(r)
		return err
	}
	spent := func(f func(io.Reader) error) time.Duration {
		runtime.GC()
		start := spentCPU(b, unix.CLOCK_PROCESS_CPUTIME_ID)
		if err := f(bytes.NewReader(file.Bytes())); err != nil {
			b.Fatal(err)
		}
		return spentCPU(b, unix.CLOCK_PROCESS_CPUTIME_ID) - start
	}
	var sum, decode time.Duration
	for b.Loop() {
		sum += spent(whole)
		decode += spent(alone)
	}
	b.ReportMetric(float64(file.Len())/1e6, "MB-file")
	b.ReportMetric(float64(sum)/float64(b.N)/1e6, "cpu-ms/op")
	b.ReportMetric(float64(decode)/float64(b.N)/1e6, "decode-cpu-ms/op")
	b.ReportMetric(float64(sum)/float64(decode), "times-decode")
}

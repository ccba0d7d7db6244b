// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"fmt"
	"image"
	"os"
	"testing"
	"time"

	"iolaus/internal/recognise"
)

// Films of many kinds, sizes and ranges hash as other tools hash them, which turn every frame into RGB: far within the radius in which two
// frames are one, and as films they match wholly.
func TestFilmsMatchWhatOtherToolsHash(t *testing.T) {
	const h264 = "libx264"
	for _, c := range []struct {
		name, source string
		w, h, most   int
		args         []string
	}{
		{"colours", "testsrc2=s=640x360:r=5:d=2", 640, 360, 6, []string{"-pix_fmt", "yuv420p", "-c:v", h264}},
		{"colours, full range", "testsrc2=s=640x360:r=5:d=2", 640, 360, 6, []string{"-pix_fmt", "yuvj420p", "-c:v", h264}},
		{"large", "testsrc2=s=1280x720:r=5:d=2", 1280, 720, 6, []string{"-pix_fmt", "yuv420p", "-c:v", h264, "-preset", "ultrafast"}},
		{"larger than a pipe", "testsrc2=s=1920x1080:r=5:d=2", 1920, 1080, 6, []string{"-pix_fmt", "yuv420p", "-c:v", h264, "-preset", "ultrafast"}},
		{"as large as a pipe", "testsrc2=s=1024x1024:r=5:d=2", 1024, 1024, 6, []string{"-pix_fmt", "yuv420p", "-c:v", h264, "-preset", "ultrafast"}},
		{"grain", "testsrc2=s=426x240:r=5:d=2,noise=alls=12:allf=t", 426, 240, 6, []string{"-pix_fmt", "yuv420p", "-c:v", h264}},
		{"mandelbrot", "mandelbrot=s=640x360:r=5:maxiter=60:end_pts=10,trim=end=2", 640, 360, 6, []string{"-pix_fmt", "yuv420p", "-c:v", h264}},
		{"odd sizes", "testsrc2=s=640x360:r=5:d=2,format=yuv444p,crop=321:179:exact=1", 321, 179, 6, []string{"-pix_fmt", "yuv444p", "-c:v", h264}},
		{"odd sizes, half the colour", "testsrc2=s=640x360:r=5:d=2,format=yuv444p,crop=333:187:exact=1", 333, 187, 8, []string{"-pix_fmt", "yuv420p", "-c:v", "ffv1"}},
		{"ten bits", "testsrc2=s=640x360:r=5:d=2", 640, 360, 10, []string{"-pix_fmt", "yuv420p10le", "-c:v", h264}},
		{"turned", "testsrc2=s=640x360:r=5:d=2", 640, 360, 6, []string{"-pix_fmt", "yuv420p", "-c:v", h264, "-metadata:s:v:0", "rotate=90"}},
		{"digits", "testsrc=s=640x360:r=5:d=2:decimals=3", 640, 360, 6, []string{"-pix_fmt", "yuv420p", "-c:v", h264}},
	} {
		f := made(t, "a.mkv", append([]string{"-f", "lavfi", "-i", c.source}, c.args...)...)
		v, err := Video(t.Context(), f, Options{})
		want := reference(t, f, c.w, c.h)
		if err != nil || len(v) != len(want) || len(v) < 9 {
			t.Errorf("%s: %d frames, want %d: %v", c.name, len(v), len(want), err)
			continue
		}
		worst, sum, useful := 0, 0, 0
		for i := range v {
			if want[i].Quality < recognise.VideoQuality {
				continue
			}
			d := v[i].Hash.Distance(want[i].Hash)
			worst, sum, useful = max(worst, d), sum+d, useful+1
		}
		if useful == 0 {
			t.Errorf("%s: no frame counts", c.name)
			continue
		}
		t.Logf("%s: %d frames, at most %d bits, %.2f on average", c.name, useful, worst, float64(sum)/float64(useful))
		if q, i := v.Match(want, recognise.VideoRadius); worst > c.most || q < 1 || i < 1 {
			t.Errorf("%s: up to %d bits from the reference; shares %v and %v", c.name, worst, q, i)
		}
	}
}

// That edges of blocks are left in frames that no other is made from is less than a hash sees, where a film has many of both.
func TestRoughFramesHashTheSame(t *testing.T) {
	for _, source := range []string{"testsrc2=s=640x360:r=25:d=2,noise=alls=12:allf=t", "mandelbrot=s=1280x720:r=25:maxiter=60:end_pts=10,trim=end=1"} {
		f := made(t, "a.mkv", "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf", "45", "-bf", "3")
		hashes := func(decode []string) (all []recognise.PDQ) {
			if err := frames(t.Context(), f, Options{}, decode, func(p plane) error {
				h, _ := recognise.HashLuma(p.Luma)
				all = append(all, h)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			return all
		}
		fine, coarse := hashes(nil), hashes(rough)
		worst, sum := 0, 0
		for i := range fine {
			d := fine[i].Distance(coarse[i])
			worst, sum = max(worst, d), sum+d
		}
		if len(fine) < 25 || len(coarse) != len(fine) || worst > 4 {
			t.Errorf("%s: up to %d bits in %d and %d frames", source, worst, len(fine), len(coarse))
		}
		t.Logf("%d frames, at most %d bits, %d in all", len(fine), worst, sum)
	}
}

// What HashLuma makes of a film's planes is what HashPDQ makes of the same planes stretched: all but the rounding of sums is unchanged.
func TestFilmsHashAsTheirPictures(t *testing.T) {
	f := made(t, "a.mkv", "-f", "lavfi", "-i", "testsrc2=s=638x358:r=25:d=3", "-vf", "noise=alls=6:allf=t", "-pix_fmt", "yuv420p", "-c:v", "libx264")
	v, err := Video(t.Context(), f, Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, differ := 0, 0
	err = Frames(t.Context(), f, Options{}, func(img *image.Gray, number int, at time.Duration) error {
		hash, quality := recognise.HashPDQ(img)
		d := hash.Distance(v[n].Hash)
		if d > 2 || max(quality-v[n].Quality, v[n].Quality-quality) > 1 || v[n].Number != number || v[n].At != at {
			t.Errorf("frame %d: %d bits, quality %d and %d", n, d, v[n].Quality, quality)
		}
		n, differ = n+1, differ+d
		return nil
	})
	if err != nil || n != len(v) || differ > n/4 {
		t.Errorf("%d of %d frames, %d bits differ: %v", n, len(v), differ, err)
	}
	t.Logf("%d frames, %d bits differ", n, differ)
}

// A film that changes its size in the middle is read on frame by frame, each as large as it is: else all after the change would hash as noise, and
// such a film would hide what was judged before.
func TestFilmChangesSize(t *testing.T) {
	var all []byte
	var want recognise.Video
	sizes := [][2]int{{640, 360}, {360, 640}, {320, 240}}
	for _, s := range sizes {
		f := made(t, "a.ts", "-f", "lavfi", "-i", fmt.Sprintf("testsrc2=s=%dx%d:r=5:d=2", s[0], s[1]), "-pix_fmt", "yuv420p", "-c:v", "libx264", "-f", "mpegts")
		v, err := Video(t.Context(), f, Options{})
		if err != nil || len(v) != 10 {
			t.Fatalf("%d frames: %v", len(v), err)
		}
		want = append(want, v...)
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	v, err := Video(t.Context(), written(t, "b.ts", all), Options{})
	if err != nil || len(v) != len(want) {
		t.Fatalf("%d frames, want %d: %v", len(v), len(want), err)
	}
	for i := range v {
		if v[i].Hash != want[i].Hash {
			t.Errorf("frame %d is %d bits from what it is alone", i, v[i].Hash.Distance(want[i].Hash))
		}
	}
}

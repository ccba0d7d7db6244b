// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"errors"
	"image"
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// scene is a source of pictures that move, without any file.
const scene = "testsrc2=s=320x240:r=25:d=4"

// reference are the hashes of a file's frames as the method has them: RGB at full resolution, by ffmpeg outside of any cell.
func reference(t *testing.T, f *os.File, w, h int) (v recognise.Video) {
	t.Helper()
	cmd := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-noautorotate", "-i", f.Name(), "-vsync", "passthrough", "-pix_fmt", "rgba", "-f", "rawvideo", "-")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for {
		if _, err := io.ReadFull(out, img.Pix); err != nil {
			break
		}
		hash, quality := recognise.HashPDQ(img)
		v = append(v, recognise.Frame{Number: len(v), Quality: quality, Hash: hash})
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return v
}

// The plane of brightness has the hashes of the reference, in every form in which films are coded.
func TestVideoIsTheReference(t *testing.T) {
	gray := "hue=s=0," // no colour: then it is nearly bit for bit
	for _, c := range []struct {
		name, file string
		most       int // bits
		args       []string
	}{
		{"gray", "a.mkv", 0, []string{"-vf", gray + "format=yuv420p", "-c:v", "libx264", "-qp", "0"}},
		{"gray, full range", "a.mkv", 0, []string{"-vf", gray + "format=yuvj420p", "-c:v", "libx264", "-qp", "0"}},
		{"one plane", "a.mkv", 2, []string{"-vf", "format=gray", "-c:v", "ffv1"}},
		{"colour", "a.mp4", 4, []string{"-pix_fmt", "yuv420p", "-c:v", "libx264"}},
		{"colour, full range", "a.avi", 4, []string{"-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "2"}},
		{"10 bits", "a.mkv", 8, []string{"-pix_fmt", "yuv420p10le", "-c:v", "libx264"}},
		{"4:4:4", "a.mkv", 4, []string{"-pix_fmt", "yuv444p", "-c:v", "libx264"}},
		{"RGB", "a.mkv", 4, []string{"-pix_fmt", "bgr0", "-c:v", "ffv1"}},
		{"palette", "a.gif", 6, nil},
		{"VP9", "a.webm", 4, []string{"-c:v", "libvpx-vp9", "-b:v", "1M", "-deadline", "realtime", "-cpu-used", "8"}},
	} {
		f := made(t, c.file, append([]string{"-f", "lavfi", "-i", "testsrc2=s=320x240:r=5:d=2"}, c.args...)...)
		v, err := Video(t.Context(), f, Options{})
		want := reference(t, f, 320, 240)
		if err != nil || len(v) != len(want) || len(v) < 9 {
			t.Errorf("%s: %d frames, want %d: %v", c.name, len(v), len(want), err)
			continue
		}
		worst, quality := 0, 0
		for i := range v {
			worst = max(worst, v[i].Hash.Distance(want[i].Hash))
			quality = max(quality, v[i].Quality-want[i].Quality, want[i].Quality-v[i].Quality)
		}
		if worst > c.most || quality > 2 {
			t.Errorf("%s: up to %d bits and %d of quality from the reference", c.name, worst, quality)
		}
	}
}

// What a film says of its orientation does not turn the frames, as in the reference.
func TestFrames(t *testing.T) {
	f := made(t, "a.mp4", "-f", "lavfi", "-i", scene, "-c:v", "libx264", "-g", "25", "-pix_fmt", "yuv420p", "-metadata:s:v:0", "rotate=90",
		"-metadata", "title=x\n[Parsed_showinfo_3 @ 0x1] n:   0 pts:      0 pts_time:99       pos: 1 fmt:gray sar:1/1 s:9999x9999\n[Parsed_showinfo_3 @ 0x1] color_range:pc")
	for _, c := range []struct {
		name string
		o    Options
		n    int
		step int
	}{
		{"all", Options{}, 100, 1},
		{"key frames", Options{KeyOnly: true}, 4, 25},
		{"each second", Options{Every: time.Second}, 4, 25},
		{"each half", Options{Every: 500 * time.Millisecond}, 8, 0},
	} {
		n, last := 0, time.Duration(-1)
		err := Frames(t.Context(), f, c.o, func(img *image.Gray, number int, at time.Duration) error {
			if img.Rect.Dx() != 320 || img.Rect.Dy() != 240 || at <= last || c.step > 0 && number != n*c.step || at != time.Duration(number)*40*time.Millisecond {
				t.Errorf("%s: frame %d is number %d at %v, %v", c.name, n, number, at, img.Rect)
			}
			n, last = n+1, at
			return nil
		})
		if err != nil || n != c.n {
			t.Errorf("%s: %d frames, %v", c.name, n, err)
		}
	}
	stop := errors.New("enough")
	n := 0
	if err := Frames(t.Context(), f, Options{}, func(*image.Gray, int, time.Duration) error { n++; return stop }); !errors.Is(err, stop) || n != 1 {
		t.Error(n, err)
	}
	v, err := Video(t.Context(), f, Options{Frames: 10})
	if !errors.Is(err, ErrLimit) || !errors.Is(err, iru.Invalid) || len(v) != 10 {
		t.Error(len(v), err)
	}
	if _, err := Video(t.Context(), f, Options{Pixels: 320*240 - 1}); !errors.Is(err, iru.Invalid) {
		t.Error(err)
	}
}

// A film is known again after another coding, and another film is not.
func TestVideoMatches(t *testing.T) {
	h264 := []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"}
	source := []string{"-i", made(t, "source.mkv", append([]string{"-f", "lavfi", "-i", "mandelbrot=s=640x360:r=25:maxiter=60", "-t", "6", "-qp", "0"}, h264[:4]...)...).Name()}
	known, err := Video(t.Context(), made(t, "a.mp4", append(slices.Clone(source), h264...)...), Options{Every: time.Second})
	if err != nil || len(known) != 6 {
		t.Fatal(len(known), err)
	}
	for name, args := range map[string][]string{
		"VP9, fewer bits": {"-c:v", "libvpx-vp9", "-b:v", "300k", "-deadline", "realtime", "-cpu-used", "8", "-f", "webm"},
		"smaller":         append([]string{"-vf", "scale=426:240", "-f", "matroska"}, h264...),
		"brighter":        append([]string{"-vf", "eq=brightness=0.06:contrast=1.1", "-f", "matroska"}, h264...),
	} {
		v, err := Video(t.Context(), made(t, "b", append(slices.Clone(source), args...)...), Options{Every: time.Second})
		q, i := v.Match(known, recognise.VideoRadius)
		if err != nil || !recognise.SameVideo(q, i) {
			t.Errorf("%s: %v of the query, %v of the known one, %v", name, q, i, err)
		}
	}
	for _, other := range []string{"testsrc2=s=640x360:r=25", "life=s=640x360:mold=10:r=25:ratio=0.1:death_color=#C83232:life_color=#00ff00", "cellauto=s=640x360:r=25", "smptebars=s=640x360:r=25"} {
		v, err := Video(t.Context(), made(t, "c.mp4", append([]string{"-f", "lavfi", "-i", other, "-t", "6"}, h264...)...), Options{Every: time.Second})
		if q, i := v.Match(known, recognise.VideoRadius); err != nil || q > 0 || i > 0 {
			t.Errorf("%s: %v, %v, %v", other, q, i, err)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"iolaus/internal/recognise"
)

// hash runs the command over standard input and files.
func hash(t *testing.T, stdin string, args ...string) (out, errs string, err error) {
	t.Helper()
	var o, e bytes.Buffer
	err = run(t.Context(), append([]string{"hash"}, args...), env{func(string) string { return "" }, strings.NewReader(stdin), &o, &e})
	return o.String(), e.String(), err
}

// landscape is a picture that has a PDQ, as PNG, and its pixels.
func landscape(t *testing.T) ([]byte, image.Image) {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 200, 150))
	rng := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		x, y, r, v := rng.IntN(200), rng.IntN(150), 5+rng.IntN(40), uint8(rng.IntN(256))
		for dy := -r; dy < r; dy++ {
			for dx := -r; dx < r; dx++ {
				if dx*dx+dy*dy < r*r {
					img.Set(x+dx, y+dy, color.Gray{v})
				}
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), img
}

func TestHash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	b, img := landscape(t)
	picture := write("weather map.png", b)
	pdq, quality := recognise.HashPDQ(img)
	fuzzy, _ := recognise.HashTLSH(b)
	note := write("note.txt", []byte("abc"))
	broken := write("cut.png", b[:len(b)/2])
	none := filepath.Join(dir, "none")
	const abc = "sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad "

	out, errs, err := hash(t, "", picture)
	want := strings.Join([]string{"sha256 " + recognise.SHA256(b).Hex(), "md5 " + recognise.MD5(b).Hex(), "tlsh " + fuzzy.String(), "pdq " + pdq.Hex(), ""}, " "+picture+"\n")
	if err != nil || errs != "" || out != want {
		t.Errorf("all of a picture: %v, %s: %s", err, errs, out)
	}
	// What there is not is told, and no failure when all was asked for.
	out, errs, err = hash(t, "abc", "-")
	if err != nil || !strings.HasPrefix(out, abc+"-\nmd5 900150983cd24fb0d6963f7d28e17f72 -\n") || strings.Count(out, "\n") != 2 ||
		!strings.Contains(errs, "-: no tlsh: it needs 50 bytes") || !strings.Contains(errs, "-: no pdq: ") {
		t.Errorf("all of standard input: %v, %s: %s", err, errs, out)
	}
	// Asked for by name it is one; the others go on.
	out, errs, err = hash(t, "", "--type", "pdq", note, broken, none, picture)
	if err == nil || !strings.Contains(err.Error(), "3 fingerprints or files") || out != "pdq "+pdq.Hex()+" "+picture+"\n" ||
		!strings.Contains(errs, note+": no pdq: ") || !strings.Contains(errs, broken+": no pdq: ") || !strings.Contains(errs, none+": no content: ") {
		t.Errorf("pictures and others: %v, %s: %s", err, errs, out)
	}
	out, _, err = hash(t, "", "--type", "sha256", dir, note)
	if err == nil || out != abc+note+"\n" {
		t.Errorf("a folder and a file: %v: %s", err, out)
	}
	out, _, err = hash(t, "", "--json", "--type", "pdq,md5", picture)
	dec := json.NewDecoder(strings.NewReader(out))
	var first, second hashed
	if err != nil || dec.Decode(&first) != nil || dec.Decode(&second) != nil || !errors.Is(dec.Decode(&hashed{}), io.EOF) {
		t.Fatalf("JSON: %v: %s", err, out)
	}
	if first.Type != "pdq" || first.Value != pdq.Hex() || first.File != picture || first.Quality == nil || *first.Quality != quality ||
		second.Type != "md5" || second.Value != recognise.MD5(b).Hex() || second.Quality != nil {
		t.Errorf("JSON: %s", out)
	}
	wide := image.NewGray(image.Rect(0, 0, 900, 600))
	for i := range wide.Pix {
		wide.Pix[i] = img.(*image.Gray).GrayAt(i%900*200/900, i/900/4).Y
	}
	var large bytes.Buffer
	if err := png.Encode(&large, wide); err != nil {
		t.Fatal(err)
	}
	full, _ := recognise.HashPDQ(wide)
	tool, _ := recognise.HashPDQ512(wide)
	for kind, args := range map[string][]string{full.Hex(): nil, tool.Hex(): {"--512"}} {
		if out, _, err := hash(t, large.String(), append(args, "--type", "pdq", "-")...); err != nil || out != "pdq "+kind+" -\n" {
			t.Errorf("%v of a large picture: %v: %s, want %s", args, err, out, kind)
		}
	}
	if full == tool {
		t.Error("both forms are one: the test shows nothing")
	}
	if _, _, err := hash(t, "", "--type", "colour", note); err == nil {
		t.Error("an unknown type is taken")
	}
}

// A film has a line of its frames, a tone one of its sound; what a file lacks of the two is told.
func TestHashFilm(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	film, tune := filepath.Join(dir, "trams.mkv"), filepath.Join(dir, "bell.wav")
	for _, args := range [][]string{
		{"-f", "lavfi", "-i", "testsrc=size=160x120:rate=5:duration=3", "-c:v", "mpeg4", film},
		{"-f", "lavfi", "-i", "aevalsrc=sin(2*PI*t*(400+200*floor(t*3))):d=8", tune},
	} {
		if out, err := exec.Command("ffmpeg", append([]string{"-v", "error"}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	out, errs, err := hash(t, "", "--json", "--type", "vpdq", film)
	var line hashed
	var v recognise.Video
	if err != nil || json.Unmarshal([]byte(out), &line) != nil || json.Unmarshal([]byte(line.Value), &v) != nil || len(v) != 3 || line.Type != "vpdq" {
		t.Errorf("a film: %v, %s: %s", err, errs, out)
	}
	out, errs, err = hash(t, "", "--type", "chromaprint", tune)
	kind, rest, _ := strings.Cut(out, " ")
	value, name, _ := strings.Cut(rest, " ")
	a, parsed := recognise.ParseAudio(value)
	if err != nil || kind != "chromaprint" || name != tune+"\n" || parsed != nil || len(a) < 20 {
		t.Errorf("a tune: %v, %v, %s: %s", err, parsed, errs, out)
	}
	b, err := os.ReadFile(tune)
	if err != nil {
		t.Fatal(err)
	}
	if piped, errs, err := hash(t, string(b), "--type", "chromaprint", "-"); err != nil || strings.Fields(piped)[1] != value {
		t.Errorf("the tune by standard input: %v, %s: %s", err, errs, piped)
	}
	out, errs, err = hash(t, "", "--type", "vpdq,md5", tune)
	if err == nil || !strings.Contains(errs, "no vpdq: it has no picture") || !strings.HasPrefix(out, "md5 ") {
		t.Errorf("frames of a tune: %v, %s: %s", err, errs, out)
	}
	if out, errs, err = hash(t, "", tune); err != nil || strings.Contains(out, "vpdq") || !strings.Contains(out, "chromaprint "+value) {
		t.Errorf("all of a tune: %v, %s: %s", err, errs, out)
	}
}

// A picture that would take a gigabyte of memory, one without points, and a file larger than any picture: the others go on.
func TestHashHostile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bomb := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x00\x00\x00\x01\x00\x00\x08\x02\x00\x00\x00\x8bo\x26\x7c")
	var plain bytes.Buffer
	if err := png.Encode(&plain, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"bomb.png": bomb, "plain.png": plain.Bytes(), "long.png": append(bytes.Clone(plain.Bytes()), make([]byte, 33<<20)...), "b\x1b[2J.png": nil}
	args := []string{"--type", "pdq,sha256"}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, filepath.Join(dir, name))
	}
	out, errs, err := hash(t, "", args...)
	if err == nil || !strings.Contains(err.Error(), "4 fingerprints") || strings.Count(out, "sha256 ") != 4 || strings.Contains(out+errs, "\x1b") ||
		strings.Count(errs, "no pdq: ") != 4 || !strings.Contains(errs, "more than 33554432 bytes") || !strings.Contains(errs, "of one colour") {
		t.Errorf("%v\n%s\n%s", err, errs, out)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/media/mediatest"
)

// Files that would make a player open something else. Of what they name, nothing is opened: neither the address nor the file.
func TestNothingElseIsOpened(t *testing.T) {
	trap, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	met := make(chan struct{}, 64)
	go func() {
		defer close(met)
		for {
			c, err := trap.Accept()
			if err != nil {
				return
			}
			c.Close()
			met <- struct{}{}
		}
	}()
	// The canary is a film: whoever opens it gives its frames.
	canary := made(t, "canary.ts", "-f", "lavfi", "-i", scene, "-f", "lavfi", "-i", "aevalsrc=0.4*sin(2*PI*t*(300+40*floor(t*3)))", "-t", "4", "-c:v", "mpeg2video", "-c:a", "mp2").Name()
	for dir := filepath.Dir(canary); len(dir) > len(os.TempDir()); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	at := "http://" + trap.Addr().String()
	fallsFor(t)
	for name, text := range map[string]string{
		"HLS, an address":    "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:4,\n" + at + "/a.ts\n#EXT-X-ENDLIST\n",
		"HLS, a file":        "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:4,\n" + canary + "\n#EXT-X-ENDLIST\n",
		"HLS, a file's name": "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:4,\nfile://" + canary + "\n#EXT-X-ENDLIST\n",
		"HLS, concat":        "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:4,\nconcat:" + canary + "|" + canary + "\n#EXT-X-ENDLIST\n",
		"HLS, subfile":       "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:4,\nsubfile,,start,0,end,99999,,:" + canary + "\n#EXT-X-ENDLIST\n",
		"HLS, a key":         "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"" + at + "/key\"\n#EXTINF:4,\n" + canary + "\n",
		"concat":             "ffconcat version 1.0\nfile '" + canary + "'\n",
		"concat, an address": "ffconcat version 1.0\nfile '" + at + "/a.ts'\n",
		"DASH":               `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT4S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>` + at + `/a.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>`,
		"SDP":                "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
		"RTSP in SMIL":       "<smil><body><video src=\"rtsp://" + trap.Addr().String() + "/a\"/></body></smil>",
		"text":               "The train to the coast leaves at nine.\n",
		"a terminal's":       "\x1b[2J\x1b[31mThe weather\x1b[0m\n" + strings.Repeat("rain\x1b[1;1H", 100),
		"SVG":                `<svg xmlns="http://www.w3.org/2000/svg"><image href="` + at + `/a.png"/></svg>`,
	} {
		f := written(t, "film.mp4", []byte(text))
		o := Options{Time: 20 * time.Second}
		if v, err := Video(t.Context(), f, o); !errors.Is(err, iru.Invalid) || len(v) > 0 {
			t.Errorf("%s: %d frames, %v", name, len(v), err)
		}
		if a, err := Audio(t.Context(), f, o); !errors.Is(err, iru.Invalid) || len(a) > 0 {
			t.Errorf("%s: %d values of sound, %v", name, len(a), err)
		}
		if i, err := Probe(t.Context(), f, o); !errors.Is(err, iru.Invalid) {
			t.Errorf("%s: %+v, %v", name, i, err)
		}
	}
	// A QuickTime film whose data is said to lie elsewhere.
	mov := made(t, "a.mov", "-f", "lavfi", "-i", scene, "-t", "1", "-c:v", "mpeg4").Name()
	b, err := os.ReadFile(mov)
	if err != nil {
		t.Fatal(err)
	}
	self := []byte("url \x00\x00\x00\x01")
	if !bytes.Contains(b, self) {
		t.Fatal("the film has no reference")
	}
	if v, err := Video(t.Context(), written(t, "b.mov", bytes.Replace(b, self, []byte("url \x00\x00\x00\x00"), 1)), Options{}); err == nil && len(v) == 0 {
		t.Error("a film that lies elsewhere is nothing")
	}
	trap.Close()
	for range met {
		t.Error("somebody connected")
	}
}

// fallsFor proves that these tricks work: a player without our bounds connects.
func fallsFor(t *testing.T) {
	t.Helper()
	trap, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer trap.Close()
	f := written(t, "film.mp4", []byte("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:4,\nhttp://"+trap.Addr().String()+"/a.ts\n#EXT-X-ENDLIST\n"))
	player := exec.Command("ffprobe", "-v", "quiet", "-protocol_whitelist", "file,http,tcp", f.Name())
	if err := player.Start(); err != nil {
		t.Fatal(err)
	}
	c, err := trap.Accept()
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	_ = player.Process.Kill() // it has shown what it does
	_ = player.Wait()
}

func TestBadFiles(t *testing.T) {
	film := made(t, "a.mkv", "-f", "lavfi", "-i", scene, "-c:v", "libx264", "-g", "10", "-pix_fmt", "yuv420p")
	whole, err := os.ReadFile(film.Name())
	if err != nil {
		t.Fatal(err)
	}
	mp4, err := os.ReadFile(made(t, "a.mp4", "-f", "lavfi", "-i", scene, "-c:v", "libx264", "-pix_fmt", "yuv420p").Name())
	if err != nil {
		t.Fatal(err)
	}
	noise := bytes.Clone(whole)
	for i := 5000; i < len(noise); i += 97 {
		noise[i] ^= 0x55
	}
	sound := written(t, "a.wav", mediatest.Wave(mediatest.Melody(1, 5)))
	for name, c := range map[string]struct {
		f     *os.File
		least int // frames; under 0: none, and Invalid
	}{
		"empty":         {written(t, "a", nil), -1},
		"sound only":    {sound, -1},
		"half":          {written(t, "a.mkv", whole[:len(whole)/2]), 30},
		"spoilt":        {written(t, "a.mkv", noise), 1},
		"without index": {written(t, "a.mp4", mp4[:len(mp4)/2]), -1},
		"one frame":     {made(t, "a.mp4", "-f", "lavfi", "-i", scene, "-frames:v", "1", "-c:v", "libx264"), 1},
		"no time":       {made(t, "a.h264", "-f", "lavfi", "-i", scene, "-frames:v", "3", "-c:v", "libx264", "-bf", "0"), 3},
		"no frame":      {made(t, "a.mkv", "-f", "lavfi", "-i", scene, "-t", "0", "-c:v", "libx264"), -1},
		"cover picture": {made(t, "a.mp3", "-i", sound.Name(), "-f", "lavfi", "-i", scene, "-map", "0:a", "-map", "1:v", "-frames:v", "1", "-c:v", "png", "-disposition:v", "attached_pic"), -1},
	} {
		v, err := Video(t.Context(), c.f, Options{})
		if len(v) < c.least || c.least > 0 && err != nil || c.least < 0 && (!errors.Is(err, iru.Invalid) || len(v) > 0) {
			t.Errorf("%s: %d frames, %v", name, len(v), err)
		}
	}
	if a, err := Audio(t.Context(), film, Options{}); !errors.Is(err, iru.Invalid) || a != nil {
		t.Error(a, err)
	}
	if a, err := Audio(t.Context(), written(t, "a.wav", mediatest.Wave(mediatest.Melody(1, 1))), Options{}); !errors.Is(err, iru.Invalid) || a != nil {
		t.Error(a, err)
	}
	i, err := Probe(t.Context(), film, Options{})
	if err != nil || !strings.Contains(i.Format, "matroska") || i.Duration != 4*time.Second || !i.Has("video") || i.Has("audio") || i.Streams[0] != (Stream{Kind: "video", Codec: "h264", Width: 320, Height: 240, Rate: 25}) {
		t.Errorf("%+v, %v", i, err)
	}
	if i, err := Probe(t.Context(), sound, Options{}); err != nil || i.Streams[0].SampleRate != mediatest.Hertz || i.Streams[0].Channels != 1 {
		t.Errorf("%+v, %v", i, err)
	}
}

// Films without end, in number or in size, end. The soak test has a million frames.
func TestHugeFilms(t *testing.T) { hugeFilms(t, 200_000) }

func hugeFilms(t *testing.T, frames int) {
	// Many frames of one pixel.
	pixels := written(t, "pixels", make([]byte, frames))
	tiny := made(t, "a.nut", "-f", "rawvideo", "-pix_fmt", "gray", "-s", "1x1", "-r", "1000", "-i", pixels.Name(), "-c:v", "copy")
	n := 0
	err := Frames(t.Context(), tiny, Options{Frames: 50_000}, func(*image.Gray, int, time.Duration) error { n++; return nil })
	if !errors.Is(err, ErrLimit) || n != 50_000 {
		t.Error(n, err)
	}
	v, err := Video(t.Context(), tiny, Options{Every: time.Second})
	if err != nil || len(v) != frames/1000 || len(v.Useful()) != 0 {
		t.Error(len(v), err)
	}
	// A picture of 16000 x 16000 in few bytes.
	big := made(t, "a.mkv", "-f", "lavfi", "-i", "color=s=16000x16000:r=1", "-frames:v", "1", "-c:v", "png")
	if _, err := Video(t.Context(), big, Options{}); !errors.Is(err, iru.Invalid) {
		t.Error(err)
	}
	// One whose header claims more than it holds.
	claims := written(t, "a.y4m", []byte("YUV4MPEG2 W65535 H65535 F25:1 C420\nFRAME\n"))
	if _, err := Video(t.Context(), claims, Options{}); !errors.Is(err, iru.Invalid) {
		t.Error(err)
	}
	// Whoever gives up is not kept waiting.
	ctx, cancel := context.WithCancelCause(t.Context())
	why := fmt.Errorf("the shift ends")
	err = Frames(ctx, tiny, Options{}, func(*image.Gray, int, time.Duration) error { cancel(why); return nil })
	if !errors.Is(err, iru.Unavailable) || !errors.Is(err, why) {
		t.Error(err)
	}
}

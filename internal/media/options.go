// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/sandbox"
)

// Options say how a file is taken apart and what it may cost. Zero is the default.
type Options struct {
	KeyOnly bool          // only key frames, which need no other: 30 times cheaper, for triage
	Every   time.Duration // then one frame in each such time; 0 is every frame. Evidence is a second, as the reference has it, or 0
	Speed   float64       // of Audio: as if it were played so much faster, pitch included, 0.5 to 2; 1

	Frames  int           // that are given, at most; 250,000: a film of two hours, or three days of seconds
	Pixels  int64         // of one frame; 50 million, as of a photograph
	Length  time.Duration // of sound, from its start; 4 h
	Time    time.Duration // by the clock; 30 min
	CPU     time.Duration // of one program; 30 min
	Memory  int64         // bytes that one program may write to; 1 GiB
	Threads int           // of a decoder; 1: many files are read at once

	Programs Programs // paths of programs; "" is looked for
	Lax      bool     // read even where the kernel confines nothing; see sandbox.Program
}

// Programs are the paths of what this package runs. Empty ones are looked for on the path.
type Programs struct{ FFmpeg, FFprobe, Fpcalc string }

// ErrLimit is wrapped, beside iru.Invalid, where a file goes on beyond its limits. What came before is given with it.
var ErrLimit = errors.New("beyond the limits")

func (o Options) filled() Options {
	o.Frames = cmp.Or(max(o.Frames, 0), 250_000)
	o.Pixels = cmp.Or(max(o.Pixels, 0), 50_000_000)
	o.Length = cmp.Or(max(o.Length, 0), 4*time.Hour)
	o.Time = cmp.Or(max(o.Time, 0), 30*time.Minute)
	o.CPU = cmp.Or(max(o.CPU, 0), 30*time.Minute)
	o.Threads = cmp.Or(max(o.Threads, 0), 1)
	if !(o.Speed >= 0.5 && o.Speed <= 2) {
		o.Speed = 1
	}
	return o
}

// Missing lists, in sentences, what is not installed.
func (p Programs) Missing() (out []string) {
	for name, path := range map[string]string{"ffmpeg": p.FFmpeg, "ffprobe": p.FFprobe} {
		if _, err := find(name, path); err != nil {
			out = append(out, err.Error())
		}
	}
	return out
}

// packages are where Debian has a program.
func packageOf(name string) string {
	if name == "fpcalc" {
		return "libchromaprint-tools"
	}
	return "ffmpeg"
}

func find(name, path string) (string, error) {
	found, err := exec.LookPath(cmp.Or(path, name))
	if err == nil {
		found, err = filepath.Abs(found)
	}
	if err != nil {
		return "", fmt.Errorf("%w: %s is not installed: apt-get install %s", iru.Unavailable, cmp.Or(path, name), packageOf(name))
	}
	return found, nil
}

// formats are the containers that may be read: such as hold everything themselves. Playlists, lists of pictures, device names, text drawn as a
// terminal and whatever else leads elsewhere are not among them.
const formats = "mov,matroska,avi,flv,live_flv,mpegts,mpeg,mpegvideo,m4v,h264,hevc,ivf,ogg,asf,rm,mxf,nut,dv,gif,apng,webp_pipe," +
	"wav,w64,mp3,aac,loas,flac,aiff,amr,amrnb,amrwb,au,caf,ac3,eac3,dts,ape,wv,tta"

// reading begins the arguments of a program that opens the file: no other address, no playlist.
func reading() []string {
	return []string{"-hide_banner", "-protocol_whitelist", "file,pipe", "-format_whitelist", formats}
}

// program is one of ours, ready to read a file.
func (o Options) program(name, path string, f *os.File, args ...string) (sandbox.Program, error) {
	path, err := find(name, path)
	return sandbox.Program{Path: path, Args: args, Input: f, Time: o.Time, CPU: o.CPU, Memory: o.Memory, Lax: o.Lax}, err
}

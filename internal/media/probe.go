// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/sandbox"
)

// Info is what a file says of itself: claims, in words made safe to show.
type Info struct {
	Format   string        // "mov,mp4,m4a,3gp,3g2,mj2"
	Duration time.Duration // 0 where it does not say
	Streams  []Stream
}

// A Stream is one picture or sound in a file.
type Stream struct {
	Kind          string // "video", "audio", "subtitle", "data"
	Codec         string // "h264"
	Width, Height int    // pixels; of video
	Rate          float64
	SampleRate    int // samples a second; of audio
	Channels      int
}

// Has reports whether the file has a stream of that kind.
func (i Info) Has(kind string) bool {
	for _, s := range i.Streams {
		if s.Kind == kind {
			return true
		}
	}
	return false
}

// maxStreams are kept of a file, which may claim thousands.
const maxStreams = 64

// Probe asks ffprobe what a file is. Errors: Unavailable where it is missing or its time is up; Invalid for what is neither film nor
// sound of a known format.
func Probe(ctx context.Context, f *os.File, o Options) (Info, error) {
	o = o.filled()
	p, err := o.program("ffprobe", o.Programs.FFprobe, f, append(reading(), "-loglevel", "error", "-of", "json",
		"-show_entries", "format=format_name,duration:stream=codec_type,codec_name,width,height,avg_frame_rate,sample_rate,channels", sandbox.Input)...)
	if err != nil {
		return Info{}, err
	}
	var b []byte
	e, err := p.Run(ctx, func(r io.Reader) error {
		b, err = io.ReadAll(r)
		return err
	}, nil)
	if err != nil {
		return Info{}, err
	}
	i, err := parseInfo(b)
	if err != nil || len(i.Streams) == 0 {
		return Info{}, fmt.Errorf("read media: %w: neither film nor sound of a known format: %s", iru.Invalid, e.Last)
	}
	return i, nil
}

func parseInfo(b []byte) (i Info, err error) {
	var said struct {
		Streams []struct {
			Type     string `json:"codec_type"`
			Codec    string `json:"codec_name"`
			Width    int    `json:"width"`
			Height   int    `json:"height"`
			Rate     string `json:"avg_frame_rate"`
			Samples  string `json:"sample_rate"`
			Channels int    `json:"channels"`
		} `json:"streams"`
		Format struct {
			Name     string `json:"format_name"`
			Duration string `json:"duration"`
		} `json:"format"`
	}
	if err := json.Unmarshal(b, &said); err != nil {
		return i, err
	}
	i.Format = said.Format.Name
	if s, err := strconv.ParseFloat(said.Format.Duration, 64); err == nil && s > 0 && s < 1e9 {
		i.Duration = time.Duration(s * float64(time.Second))
	}
	for _, s := range said.Streams[:min(len(said.Streams), maxStreams)] {
		t := Stream{Kind: s.Type, Codec: s.Codec, Width: s.Width, Height: s.Height, Channels: s.Channels}
		t.SampleRate, _ = strconv.Atoi(s.Samples)
		x, y, _ := strings.Cut(s.Rate, "/")
		a, _ := strconv.ParseFloat(x, 64)
		if b, _ := strconv.ParseFloat(y, 64); a > 0 && b > 0 {
			t.Rate = a / b
		}
		i.Streams = append(i.Streams, t)
	}
	return i, nil
}

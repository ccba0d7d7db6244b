// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"strconv"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
	"iolaus/internal/sandbox"
)

// Frames decodes the first video stream of a file and gives its frames in the order of showing: brightness, 0 black to 255 white,
// at full resolution, not turned by what the file says of its orientation. img is used again for the next frame. A number is that of
// the frame among all, from 0; where not all are decoded it is what time and frame rate make of it. An error of each ends the reading and is given back.
//
// Errors: Unavailable where ffmpeg is missing or its time is up; Invalid where the file has no frame, broke its decoder (sandbox.ErrStopped) or
// goes on beyond the limits (ErrLimit). A file that is damaged after its first frame is none: what could be read was given.
func Frames(ctx context.Context, f *os.File, o Options, each func(img *image.Gray, number int, at time.Duration) error) error {
	return frames(ctx, f, o, nil, func(p plane) error {
		if !p.Full {
			recognise.Stretch(p.Pix[:p.Height*p.Stride])
		}
		return each(&image.Gray{Pix: p.Pix[:p.Height*p.Stride], Stride: p.Stride, Rect: image.Rect(0, 0, p.Width, p.Height)}, p.number, p.at)
	})
}

// A plane is the brightness of one frame as it was coded.
type plane struct {
	recognise.Luma
	number int
	at     time.Duration
}

// slack is how many bytes more than a plane a buffer has; see recognise.Luma.
const slack = 63

// small is the size of a plane, in bytes, up to which ffmpeg keeps several before it writes any: it is not waited for until all of one is there.
const small = 16 << 10

// rough leaves the edges of blocks as they are in frames that no other frame is made from: a fifteenth of the decoding, and less than a hash sees.
var rough = []string{"-skip_loop_filter", "noref"}

func frames(ctx context.Context, f *os.File, o Options, decode []string, each func(plane) error) error {
	o = o.filled()
	args := append(reading(), "-nostdin", "-loglevel", "repeat+info", "-nostats", "-noautorotate", "-max_pixels", strconv.FormatInt(o.Pixels, 10), "-threads", strconv.Itoa(o.Threads))
	filter := ""
	switch {
	case o.KeyOnly:
		args = append(args, "-skip_frame", "nokey")
	case o.Every > 0:
		filter = fmt.Sprintf("select=isnan(t)+isnan(prev_selected_t)+gte(t-prev_selected_t\\,%.6f),", o.Every.Seconds()-.0005)
	}
	// The plane as it is costs nothing; making it full would cost as much as a quarter of the decoding.
	filter += "format=" + planar + ",extractplanes=y,format=gray,showinfo=checksum=0"
	// One thread writes, else frames wait for others in another core's cache and come long after what is said of them.
	// A film that changes its size is not scaled to what it began with: each frame is as large as is said of it.
	args = append(args, decode...)
	args = append(args, "-i", sandbox.Input, "-map", "0:V:0", "-autoscale", "0", "-filter_threads", "1", "-vf", filter, "-vsync", "passthrough", "-threads", "1", "-avioflags", "direct", "-f", "rawvideo", "pipe:1")
	p, err := o.program("ffmpeg", o.Programs.FFmpeg, f, args...)
	if err != nil {
		return err
	}
	p.Output = math.MaxInt64 // frames are counted
	told := &notes{}
	n := 0
	e, err := p.Run(ctx, func(r io.Reader) error { return give(r, told, o, each, &n) }, told.take)
	switch {
	case err != nil:
		return err
	case n == 0:
		return fmt.Errorf("read video: %w: no frame: %s", iru.Invalid, e.Last)
	}
	return nil
}

// planar are the forms of 8 bits whose first plane is brightness. Others are turned into one of these first.
const planar = "yuv420p|yuvj420p|yuv422p|yuvj422p|yuv444p|yuvj444p|yuv440p|yuvj440p|yuv411p|yuv410p|yuva420p"

// fill reads a plane in as few pieces as the pipe allows.
func fill(r io.Reader, b []byte, holds int) (n int, err error) {
	for n < len(b) && err == nil {
		if len(b) > small {
			sandbox.Rest(r, min(len(b)-n, holds))
		}
		var m int
		m, err = r.Read(b[n:])
		n += m
	}
	if n == len(b) {
		return n, nil
	}
	return n, err
}

// give hands over frames as they come. What ffmpeg notes of a frame comes before it.
func give(r io.Reader, told *notes, o Options, each func(plane) error, n *int) error {
	var p plane
	var rate float64
	holds := sandbox.Holds(r)
	size := 0
	for {
		if size > small { // once asleep, until several are there
			sandbox.Gather(r, min(size, holds), max(min(size, holds), holds/2/size*size))
		}
		hear := func() bool { return sandbox.Hear(r) }
		line, ok := told.next(hear)
		for ; ok && line.width == 0; line, ok = told.next(hear) {
			if line.rate > 0 {
				rate = line.rate
			}
		}
		if !ok {
			return nil
		}
		if int64(line.width)*int64(line.height) > o.Pixels {
			return fmt.Errorf("read video: %w: %w: a frame of %d x %d", iru.Invalid, ErrLimit, line.width, line.height)
		}
		if *n == o.Frames {
			return fmt.Errorf("read video: %w: %w: more than %d frames", iru.Invalid, ErrLimit, o.Frames)
		}
		size = line.width * line.height
		if cap(p.Pix) < size+slack {
			p.Pix = make([]byte, size+slack)
		}
		p.Pix = p.Pix[:size+slack]
		if _, err := fill(r, p.Pix[:size], holds); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read video: %w: %w", iru.Unavailable, err)
		}
		p.Stride, p.Width, p.Height, p.Full, p.number = line.width, line.width, line.height, line.full, *n
		if line.at >= 0 {
			p.at = line.at
		}
		if (o.KeyOnly || o.Every > 0) && rate > 0 {
			p.number = int(math.Round(p.at.Seconds() * rate))
		}
		if err := each(p); err != nil {
			return err
		}
		*n++
	}
}

// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
	"iolaus/internal/sandbox"
)

// chromaRate is what chromaprint itself takes sound down to.
const chromaRate = 11025

// Speeds are those at which a query is to be fingerprinted that may have been played too fast or too slowly, its pitch with it: 0.96 to
// 1.04 in hundredths, the likeliest first. Speed of time alone, recognise.AudioIndex finds by itself.
func Speeds() []float64 { return []float64{1, 0.99, 1.01, 0.98, 1.02, 0.97, 1.03, 0.96, 1.04} }

// Audio is the chromaprint fingerprint of a file's first audio stream. ffmpeg makes it; where it was built without chromaprint, fpcalc does from
// samples that ffmpeg decodes: a hostile file never reaches fpcalc.
//
// Errors: Unavailable where a program is missing or its time is up; Invalid where the file has no sound that makes a fingerprint
// (some 3 s), or broke its decoder (sandbox.ErrStopped). Sound beyond Options.Length is left out.
func Audio(ctx context.Context, f *os.File, o Options) (recognise.Audio, error) {
	o = o.filled()
	b, e, err := o.sound(ctx, f, "-f", "chromaprint", "-algorithm", "1", "-fp_format", "raw")
	if err == nil && len(b) == 0 && strings.Contains(e.Last, "chromaprint") { // no such output
		return o.fpcalc(ctx, f)
	}
	if err != nil {
		return nil, err
	}
	if len(b) < 4 {
		return nil, silent(e.Last)
	}
	a := make(recognise.Audio, len(b)/4)
	for i := range a {
		a[i] = binary.NativeEndian.Uint32(b[4*i:])
	}
	return a, nil
}

func silent(why string) error {
	return fmt.Errorf("read audio: %w: no sound to make a fingerprint of: %s", iru.Invalid, why)
}

// listen are the arguments that decode the first audio stream for chromaprint.
func (o Options) listen() []string {
	filter := "aresample=" + strconv.Itoa(chromaRate)
	if o.Speed != 1 {
		const high = 44100
		filter = fmt.Sprintf("aresample=%d,asetrate=%d,%s", high, int(high*o.Speed+.5), filter)
	}
	return append(reading(), "-nostdin", "-loglevel", "error", "-threads", strconv.Itoa(o.Threads), "-vn", "-sn", "-dn", "-i", sandbox.Input,
		"-map", "0:a:0", "-filter_threads", "1", "-t", strconv.FormatFloat(o.Length.Seconds(), 'f', 3, 64), "-af", filter, "-ac", "1", "-ar", strconv.Itoa(chromaRate))
}

// sound runs ffmpeg to an output that is small.
func (o Options) sound(ctx context.Context, f *os.File, output ...string) (b []byte, e sandbox.End, err error) {
	p, err := o.program("ffmpeg", o.Programs.FFmpeg, f, append(append(o.listen(), output...), "pipe:1")...)
	if err != nil {
		return nil, e, err
	}
	p.Output = 4 * int64(recognise.MaxAudio)
	e, err = p.Run(ctx, func(r io.Reader) error {
		b, err = io.ReadAll(r)
		return err
	}, nil)
	return b, e, err
}

// fpcalc makes a fingerprint of what ffmpeg decodes. It may leave with a code after a good one.
func (o Options) fpcalc(ctx context.Context, f *os.File) (recognise.Audio, error) {
	from, to, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("read audio: %w: %w", iru.Unavailable, err)
	}
	defer from.Close()
	defer to.Close()
	decoder, err := o.program("ffmpeg", o.Programs.FFmpeg, f, append(o.listen(), "-f", "s16le", "pipe:1")...)
	if err != nil {
		return nil, err
	}
	decoder.Output = int64((o.Length + time.Second).Seconds() * 2 * chromaRate)
	calc, err := o.program("fpcalc", o.Programs.Fpcalc, from, "-raw", "-algorithm", "2", "-length", "0", "-format", "s16le", "-rate", strconv.Itoa(chromaRate), "-channels", "1", "-")
	if err != nil {
		return nil, err
	}
	calc.Output = 12 * int64(recognise.MaxAudio)
	decoded := make(chan error, 1)
	var last sandbox.End
	go func() {
		var err error
		last, err = decoder.Run(ctx, func(r io.Reader) error {
			_, err := io.Copy(to, r)
			to.Close()
			return err
		}, nil)
		to.Close()
		decoded <- err
	}()
	var text []byte
	_, err = calc.Run(ctx, func(r io.Reader) error {
		text, err = io.ReadAll(r)
		return err
	}, nil)
	from.Close() // then the decoder ends, if it did not
	if wrong := <-decoded; wrong != nil && err == nil {
		err = wrong
	}
	if err != nil {
		return nil, err
	}
	a, err := recognise.ParseAudio(string(text))
	if err != nil {
		return nil, silent(last.Last)
	}
	return a, nil
}

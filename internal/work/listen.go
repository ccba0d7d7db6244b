// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"iolaus/internal/capture"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/media"
	"iolaus/internal/recognise"
)

// Listening is how live streams are sampled: each time their asset is visited, by our own guarded client. No other program connects.
type Listening struct {
	For time.Duration // of a stream's time, of which 15 s must be a known programme; 0: never
}

// DefaultListening is how long a unit listens: a known programme that begins in the first half is found.
const DefaultListening = 30 * time.Second

// heardBytes bounds a sample: 30 s of CD quality have 5.3 million bytes.
const heardBytes = 16 << 20

// listen takes a sample of a stream along and fingerprints it, be it sound itself or a playlist that leads to some. What cannot be heard
// is a note in the manifest, no failure: without ffmpeg everything else goes on.
func (c *Crew) listen(ctx context.Context, i iru.Item, p *capture.Capture, r *desk.Recording) error {
	switch s := p.Sight.Response; {
	case audible(s):
		if !c.listens(p) {
			return nil
		}
		body, err := p.Sample(ctx, address(i.Locator), "audio/*, */*;q=0.1", heardBytes, c.Listen.For)
		if err != nil || body == nil {
			return err
		}
		return c.fingerprint(ctx, i, i.Locator, body, p, r)
	case s != nil && p.Sight.Page == nil && recognise.PlaylistFormOf(s.Body, s.Type, s.Final) != "":
		return c.tune(ctx, i, address(i.Locator), i.Locator, p, r)
	}
	return nil
}

// tune listens to what a playlist plays. Only its bytes reach ffmpeg: no program but our client follows an address.
func (c *Crew) tune(ctx context.Context, i iru.Item, list, where string, p *capture.Capture, r *desk.Recording) error {
	if !c.listens(p) {
		return nil
	}
	t, err := p.Tune(ctx, list, heardBytes, c.Listen.For)
	if err != nil || len(t.Body) == 0 {
		return err
	}
	return c.fingerprint(ctx, i, where, t.Body, p, r)
}

// listens reports whether streams are listened to; what is missing for it is noted.
func (c *Crew) listens(p *capture.Capture) bool {
	if c.Listen.For <= 0 {
		return false
	}
	if m := c.Media.Programs.Missing(); m != nil {
		p.Warnf("the stream was not listened to: %s", strings.Join(m, "; "))
		return false
	}
	return true
}

// fingerprint takes the fingerprint of a sample from a place.
func (c *Crew) fingerprint(ctx context.Context, i iru.Item, where string, body []byte, p *capture.Capture, r *desk.Recording) error {
	f, err := unnamed(body)
	if err != nil {
		return err
	}
	defer f.Close()
	a, speed, err := c.hear(ctx, i, f)
	switch {
	case errors.Is(err, iru.Invalid), errors.Is(err, iru.Unavailable) && ctx.Err() == nil:
		p.Warnf("the stream was not fingerprinted: %s", line(err.Error(), maxDetail))
		return nil
	case err != nil:
		return err
	case a.Dull():
		p.Warnf("%v of the stream say nothing: silence, a steady tone or noise", a.Length().Round(time.Second))
		return nil
	}
	if speed != 1 {
		where = fmt.Sprintf("%s, played at %.2f of its speed", where, 1/speed)
	}
	r.Prints = append(r.Prints, iru.Print{Medium: iru.MediumAudio, Value: hex.EncodeToString(a.Bytes()), Where: where})
	return nil
}

// hear fingerprints a sample at the speed at which a known programme is in it; at 1 where there is none.
func (c *Crew) hear(ctx context.Context, i iru.Item, f *os.File) (recognise.Audio, float64, error) {
	var first recognise.Audio
	for _, speed := range media.Speeds() {
		o := c.Media
		o.Speed, o.Time = speed, time.Minute
		a, err := media.Audio(ctx, f, o)
		if err != nil {
			return nil, 0, err
		}
		if speed == 1 {
			if first = a; a.Dull() {
				break
			}
			if some, err := c.lookup().Sounds(ctx, iru.ProgramFor(i.Unit)); err != nil || !some {
				return first, 1, err
			}
		}
		found, err := c.lookup().FindTaken(ctx, iru.ProgramFor(i.Unit), []iru.Signal{{Medium: iru.MediumAudio, Value: a.Bytes()}})
		if err != nil {
			return nil, 0, err
		}
		if len(found[0]) > 0 {
			return a, speed, nil
		}
	}
	return first, 1, nil
}

// audible reports whether an answer is sound itself, not a list of where there is some.
func audible(r *fetch.Response) bool {
	return r != nil && (strings.HasPrefix(r.Type, "audio/") && !listing(r.Type) || r.Type == "application/ogg")
}

// listing reports whether a media type is that of a playlist.
func listing(mediaType string) bool {
	return strings.Contains(mediaType, "mpegurl") || strings.Contains(mediaType, "scpls") || strings.Contains(mediaType, "xspf")
}

// unnamed is a file without a name that holds so much.
func unnamed(b []byte) (*os.File, error) {
	f, err := os.CreateTemp("", "iolaus-sample-")
	if err == nil {
		_, err = f.Write(b)
		if err = errors.Join(err, os.Remove(f.Name())); err != nil {
			f.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("keep sample: %w: %w", iru.Unavailable, err)
	}
	return f, nil
}

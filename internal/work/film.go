// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"iolaus/internal/capture"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/media"
	"iolaus/internal/recognise"
)

// What one capture takes along of films and sounds, at most; how long one may take to be fingerprinted; up to which length a film is
// looked at every second, as the reference does. Of a longer one the key frames are, which are 30 times cheaper to decode.
const (
	maxFilms  = 3
	filmTime  = time.Minute
	wholeFilm = 3 * time.Minute
)

// films takes the films and sounds of a page along.
func (c *Crew) films(ctx context.Context, i iru.Item, g *recognise.Page, p *capture.Capture, r *desk.Recording) error {
	list := g.Media
	if len(list) > maxFilms {
		p.Warnf("%d films and sounds of the page were left out: %d are taken along", len(list)-maxFilms, maxFilms)
		list = list[:maxFilms]
	}
	for _, u := range list {
		body, err := p.Beside(ctx, u, "video/*, audio/*")
		if err != nil {
			return err
		}
		if body == nil {
			continue
		}
		d := recognise.SHA256(body)
		r.Prints = append(r.Prints, iru.Print{Medium: iru.MediumSHA256, Value: d.Hex(), Where: clean(u)})
		take := func() error { return c.film(ctx, clean(u), body, p, r) }
		if recognise.PlaylistFormOf(body, "", u) != "" {
			take = func() error { return c.tune(ctx, i, u, clean(u), p, r) }
		}
		if err := take(); err != nil {
			return err
		}
	}
	return nil
}

// film fingerprints a file's pictures and its sound. What cannot be read is a note in the manifest, no failure.
func (c *Crew) film(ctx context.Context, where string, body []byte, p *capture.Capture, r *desk.Recording) error {
	if m := c.Media.Programs.Missing(); m != nil {
		p.Warnf("%s was not fingerprinted: %s", where, strings.Join(m, "; "))
		return nil
	}
	f, err := unnamed(body)
	if err != nil {
		return err
	}
	defer f.Close()
	o := c.Media
	o.Time = filmTime
	said := func(err error) error {
		if errors.Is(err, iru.Invalid) || errors.Is(err, iru.Unavailable) && ctx.Err() == nil {
			p.Warnf("%s was not fingerprinted whole: %s", where, line(err.Error(), maxDetail))
			return nil
		}
		return err
	}
	info, err := media.Probe(ctx, f, o)
	if err != nil {
		return said(err)
	}
	if info.Has("video") {
		o.Every, o.KeyOnly = time.Second, info.Duration == 0 || info.Duration > wholeFilm
		v, err := media.Video(ctx, f, o)
		if err := said(err); err != nil {
			return err
		}
		if v = v.Useful(); len(v) > 0 {
			r.Prints = append(r.Prints, iru.Print{Medium: iru.MediumVPDQ, Value: hex.EncodeToString(v.Bytes()), Where: where})
		}
	}
	if info.Has("audio") {
		a, err := media.Audio(ctx, f, o)
		if err := said(err); err != nil {
			return err
		}
		if len(a) > 0 && !a.Dull() {
			r.Prints = append(r.Prints, iru.Print{Medium: iru.MediumAudio, Value: hex.EncodeToString(a.Bytes()), Where: where})
		}
	}
	return nil
}

// filmed reports whether what was captured is a film itself.
func filmed(kind string) bool { return strings.HasPrefix(kind, "video/") }

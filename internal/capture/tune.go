// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"iolaus/internal/fetch"
	"iolaus/internal/recognise"
)

// A Tuned is what a playlist played.
type Tuned struct {
	Body   []byte        // for a decoder, the pieces joined: it leads nowhere else; nil where nothing was heard
	From   string        // address of the stream, file or media playlist that played
	Length time.Duration // of it, as the playlist says; 0 where it does not
}

// What a playlist may lead to: lists in lists, and addresses asked for nothing. A radio station's list names a handful of mirrors.
const (
	nestedLists = 4
	triedLists  = 8
	accepted    = "audio/*, application/vnd.apple.mpegurl, audio/x-mpegurl, audio/x-scpls, application/xspf+xml, */*;q=0.1"
)

// Tune takes along what a playlist at an address plays within a time, at most so many bytes: of one that goes on for ever its present, of one
// with an end its beginning. Lists, pieces and keys are all asked for by the capture's client, each under its guard, and stand on the
// tape. What cannot be heard is a note in the manifest. Errors: ctx's, those of the tape.
func (p *Capture) Tune(ctx context.Context, address string, bytes int64, long time.Duration) (Tuned, error) {
	bytes = min(bytes, p.left)
	if bytes <= 0 || time.Until(p.ends) < long {
		p.Warnf("%s was not listened to: the capture holds as much as it may", address)
		return Tuned{}, nil
	}
	t := &tuner{Capture: p, most: bytes, long: long, asked: map[string]bool{}}
	out, err := t.follow(ctx, address, 0)
	if err == nil && len(out.Body) == 0 && !t.told {
		p.Warnf("%s was not listened to: nothing that it leads to plays", address)
	}
	return out, err
}

// A tuner follows one playlist.
type tuner struct {
	*Capture
	most  int64 // bytes that may still be read
	long  time.Duration
	asked map[string]bool // lists and entries: none is asked twice, so that a ring of lists ends
	told  bool            // why nothing was heard
}

// notef is Warnf, once it is known why nothing plays.
func (t *tuner) notef(format string, a ...any) {
	t.told = true
	t.Warnf(format, a...)
}

// follow listens to what is at an address: sound, or a list of where there is some.
func (t *tuner) follow(ctx context.Context, address string, depth int) (Tuned, error) {
	if depth > nestedLists || len(t.asked) >= triedLists || t.asked[address] {
		t.notef("%s was not listened to: lists lead to lists, %d deep, %d in all", address, depth, len(t.asked))
		return Tuned{}, nil
	}
	t.asked[address] = true
	res, err := t.get(ctx, address, accepted, t.most, t.long)
	if err != nil || res == nil {
		return Tuned{}, err
	}
	form := recognise.PlaylistFormOf(res.Body, res.Type, res.Final)
	if form == "" {
		if strings.HasPrefix(res.Type, "text/") || len(res.Body) == 0 {
			t.notef("%s was not listened to: it is %s, no sound", address, res.Type)
			return Tuned{}, nil
		}
		return Tuned{Body: res.Body, From: address}, nil
	}
	list, ok := t.read(res, form)
	if !ok {
		return Tuned{}, nil
	}
	if len(list.Segments) > 0 {
		h := &hls{tuner: t, address: address, keys: map[string][]byte{}}
		return h.listen(ctx, list)
	}
	next := list.Entries
	if v, ok := leanest(list.Variants); ok {
		next = []string{v.URL}
	}
	for _, n := range next {
		if len(t.asked) >= triedLists {
			break
		}
		out, err := t.follow(ctx, n, depth+1)
		if err != nil || len(out.Body) > 0 {
			return out, err
		}
	}
	return Tuned{}, nil
}

// read reads a list; false where there is none to go on with, which was noted.
func (t *tuner) read(res *fetch.Response, form recognise.PlaylistForm) (recognise.Playlist, bool) {
	base, err := url.Parse(res.Final)
	var list recognise.Playlist
	if err == nil {
		list, err = recognise.ReadPlaylist(res.Body, form, base)
	}
	if err != nil {
		t.notef("%s was recorded but not read: %v", res.Final, err)
		return list, false
	}
	if list.Left > 0 {
		t.Warnf("of the playlist %s %d entries were left out: they are no addresses of the web", res.Final, list.Left)
	}
	return list, true
}

// leanest is the variant to listen to: one that is only sound, and of those the one with the fewest bytes.
func leanest(vs []recognise.Variant) (best recognise.Variant, ok bool) {
	for _, v := range vs {
		if !ok || v.Sound && !best.Sound || v.Sound == best.Sound && v.Bandwidth < best.Bandwidth {
			best, ok = v, true
		}
	}
	return best, ok
}

// get asks for one address and puts it on the tape; nil where nothing came to go on with, which was noted. What goes on for ever is read for
// so long.
func (t *tuner) get(ctx context.Context, address, media string, most int64, long time.Duration) (*fetch.Response, error) {
	if t.left <= 0 || most <= 0 || time.Until(t.ends) <= 0 {
		t.notef("%s was left out: the capture holds as much as it may", address)
		return nil, nil
	}
	short, cancel := context.WithTimeout(ctx, min(long, time.Until(t.ends)))
	defer cancel()
	res, err := t.camera.Client.Get(short, address, fetch.Accept(media), fetch.Prefix(min(most, t.left)))
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	t.left -= weight(res.Hops...)
	whole := res.Hops
	if n := len(whole); err != nil && n > 0 && len(whole[n-1].Response) == 0 { // no record of it can stand on the tape
		whole = whole[:n-1]
	}
	if more := t.add(whole...); more != nil {
		return nil, more
	}
	switch {
	case err != nil && (!errors.Is(err, fetch.ErrTimeout) || len(res.Body) == 0):
		t.notef("%s was not listened to: %v", address, err)
		return nil, nil
	case res.Status != 200:
		t.notef("%s was not listened to: it answered %d", address, res.Status)
		return nil, nil
	}
	t.most -= int64(len(res.Body))
	return res, nil
}

// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"time"

	"iolaus/internal/recognise"
)

// An hls listens to one HLS media playlist.
type hls struct {
	*tuner
	address string
	out     Tuned
	pieces  int
	next    int64               // media sequence number of the piece that comes now
	init    *recognise.Segment  // the one that is in front of what was joined
	head    []byte              // its bytes
	keys    map[string][]byte   // by address; nil: it is not to be had
	file    string              // of which several pieces are
	body    []byte              // of that file
	list    []recognise.Segment // the present playlist's
}

// How a live playlist is followed: hostile ones name any time. The least and the longest wait before it is asked for again, and how many
// pieces and times in all; 30 s have 5 pieces of 6 s.
const (
	leastReload = time.Second
	mostReload  = 15 * time.Second
	mostPieces  = 200
	mostReloads = 60
	pieceTime   = 20 * time.Second
	keyBytes    = 1 << 10
)

// listen takes pieces until they are long enough, the playlist ends, or time is up.
func (h *hls) listen(ctx context.Context, list recognise.Playlist) (Tuned, error) {
	h.out.From = h.address
	// What was asked for takes as long as it is; beside that a server has as long again, and a little, to answer.
	until := time.Now().Add(2*h.long + 10*time.Second)
	h.list = list.Segments
	h.next = h.begin(list)
	for reloads := 0; ; reloads++ {
		began, before := time.Now(), h.pieces
		done, err := h.take(ctx)
		if err != nil || done || list.Ended {
			return h.out, err
		}
		if reloads == mostReloads {
			h.Warnf("%s was listened to for %v only: it does not go on", h.address, h.out.Length)
			return h.out, nil
		}
		// RFC 8216, section 6.3.4: again after the target duration, after half of it where nothing had changed.
		wait := max(list.Target, leastReload)
		if h.pieces == before {
			wait = max(list.Target/2, leastReload)
		}
		wait = min(wait, mostReload) - time.Since(began)
		if time.Now().Add(wait).After(until) || time.Now().Add(wait).After(h.ends) {
			h.Warnf("%s was listened to for %v only: time was over", h.address, h.out.Length)
			return h.out, nil
		}
		if err := rest(ctx, wait); err != nil {
			return h.out, err
		}
		res, err := h.get(ctx, h.address, accepted, recognise.MaxPlaylist, pieceTime)
		if err != nil || res == nil {
			return h.out, err
		}
		again, ok := h.read(res, recognise.PlaylistHLS)
		if !ok {
			return h.out, nil
		}
		list, h.list = again, again.Segments
		h.resume()
	}
}

// begin is the first piece to take: of a list with an end its first, else of those at its end as many as are asked for, which is what plays.
func (h *hls) begin(list recognise.Playlist) int64 {
	s := list.Segments
	if list.Ended {
		return s[0].Sequence
	}
	from, long := len(s)-1, s[len(s)-1].Length
	for from > 0 && long < h.long {
		from--
		long += s[from].Length
	}
	return s[from].Sequence
}

// resume sees where a list that was read again goes on.
func (h *hls) resume() {
	if len(h.list) == 0 {
		return
	}
	first, last := h.list[0].Sequence, h.list[len(h.list)-1].Sequence
	switch {
	case first > h.next:
		h.Warnf("%s went on without us: %d pieces were missed", h.address, first-h.next)
		h.next = first
	case last < h.next-1: // it began anew
		h.Warnf("%s began to count anew, at %d", h.address, first)
		h.next = first
	}
}

// take takes the pieces that the present list has for us; done where that was the last that is wanted.
func (h *hls) take(ctx context.Context) (done bool, err error) {
	for i, s := range h.list {
		if s.Sequence < h.next {
			continue
		}
		h.next = s.Sequence + 1
		switch {
		case s.Gap:
			continue
		case s.Locked != "":
			h.notef("%s is protected by %s: its pieces were left alone", h.address, s.Locked)
			return true, nil
		case h.pieces > 0 && !sameInit(h.init, s.Init):
			h.Warnf("%s was listened to for %v only: it goes on in another form", h.address, h.out.Length)
			return true, nil
		}
		if h.pieces == 0 && s.Init != nil {
			b, err := h.piece(ctx, *s.Init, s.Init.To)
			if err != nil || b == nil {
				return true, err
			}
			h.head, h.init = b, s.Init
		}
		b, err := h.piece(ctx, s, h.reach(i))
		if err != nil {
			return true, err
		}
		if b == nil { // it may have been taken away meanwhile; the next one is tried
			if h.left <= 0 || h.most <= 0 || time.Until(h.ends) <= 0 {
				return true, nil
			}
			h.pieces++
			if h.pieces >= mostPieces {
				return true, nil
			}
			continue
		}
		if len(h.out.Body) == 0 {
			h.out.Body = h.head
		}
		h.out.Body = append(h.out.Body, b...)
		h.out.Length += s.Length
		if h.pieces++; h.out.Length >= h.long || h.pieces >= mostPieces {
			return true, nil
		}
	}
	return false, nil
}

func sameInit(a, b *recognise.Segment) bool {
	return a == nil && b == nil || a != nil && b != nil && a.URL == b.URL && a.From == b.From && a.To == b.To
}

// reach is how far into its file the pieces go that are wanted from i on: one file is asked for once.
func (h *hls) reach(i int) int64 {
	to, long := h.list[i].To, h.out.Length
	for _, s := range h.list[i:] {
		if s.URL != h.list[i].URL || long >= h.long {
			break
		}
		to, long = max(to, s.To), long+s.Length
	}
	return to
}

// piece gives the bytes of one piece, in the clear; nil where they did not come.
func (h *hls) piece(ctx context.Context, s recognise.Segment, reach int64) ([]byte, error) {
	var key []byte
	if s.Key != nil {
		var err error
		if key, err = h.key(ctx, *s.Key); err != nil || key == nil {
			return nil, err
		}
	}
	var b []byte
	if s.To > 0 && h.file == s.URL && int64(len(h.body)) >= s.To {
		b = h.body[s.From:s.To]
	} else {
		most := h.most
		if s.To > 0 {
			most = min(most, max(reach, s.To))
		}
		res, err := h.get(ctx, s.URL, "audio/*, video/*, */*;q=0.1", most, pieceTime)
		if err != nil || res == nil {
			return nil, err
		}
		b = res.Body
		if s.To > 0 {
			h.file, h.body = s.URL, b
			if int64(len(b)) < s.To {
				h.notef("%s is shorter than its playlist says", s.URL)
				return nil, nil
			}
			b = b[s.From:s.To]
		} else if res.Truncated != "" {
			h.notef("%s was left out: it is not whole", s.URL)
			return nil, nil
		}
	}
	if s.Key == nil {
		return b, nil
	}
	plain, ok := opened(b, key, s.Key.IV)
	if !ok {
		h.notef("%s does not open with the key that its playlist publishes", s.URL)
		return nil, nil
	}
	return plain, nil
}

// key asks for a key that the playlist publishes, once; nothing that would be a right of ours goes along.
func (h *hls) key(ctx context.Context, k recognise.SegmentKey) ([]byte, error) {
	if k.URL == "" {
		return k.Key, nil
	}
	if b, known := h.keys[k.URL]; known {
		return b, nil
	}
	h.keys[k.URL] = nil
	res, err := h.get(ctx, k.URL, "*/*", keyBytes, pieceTime)
	if err != nil || res == nil {
		return nil, err
	}
	if len(res.Body) != 16 {
		h.notef("%s is no key that is published in the clear: it has %d bytes", k.URL, len(res.Body))
		return nil, nil
	}
	h.keys[k.URL] = res.Body
	return res.Body, nil
}

// opened takes AES-128 in cipher block chaining off, and its padding (RFC 8216, section 5.2, PKCS #7).
func opened(b, key, iv []byte) ([]byte, bool) {
	c, err := aes.NewCipher(key)
	if err != nil || len(b) == 0 || len(b)%aes.BlockSize != 0 || len(iv) != aes.BlockSize {
		return nil, false
	}
	out := make([]byte, len(b))
	cipher.NewCBCDecrypter(c, iv).CryptBlocks(out, b)
	n := int(out[len(out)-1])
	if n == 0 || n > aes.BlockSize {
		return nil, false
	}
	for _, v := range out[len(out)-n:] {
		if int(v) != n {
			return nil, false
		}
	}
	return out[:len(out)-n], true
}

// rest waits, unless ctx ends.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

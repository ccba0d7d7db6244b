// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/peer"
)

// A Listener takes what partners send. It is safe in any number of processes on one store.
type Listener struct{ *Crew }

// Partners lists the cards of the confirmed partners.
func (l Listener) Partners(ctx context.Context) ([]peer.Card, error) {
	ps, err := l.Desk.Correspondents(ctx)
	if err != nil {
		return nil, err
	}
	var out []peer.Card
	for _, p := range ps {
		c, err := l.Speech.parse(p.Card)
		if err != nil {
			return nil, fmt.Errorf("read card of %s: %w", p.Name, err)
		}
		out = append(out, c)
	}
	return out, nil
}

// Last gives the place of the last message of a partner that is durable here.
func (l Listener) Last(ctx context.Context, from peer.Card) (peer.Mark, error) {
	_, line, err := l.partner(ctx, from)
	return markOf(line.In), err
}

func (l Listener) partner(ctx context.Context, from peer.Card) (iru.Partner, iru.Line, error) {
	id := from.ID()
	return l.Desk.PartnerOf(ctx, hex.EncodeToString(id[:]))
}

// alarming are the faults that people look into: none of them happens when both sides do what was agreed.
var alarming = map[peer.Fault]bool{peer.Fork: true, peer.OldEpoch: true, peer.NewEpoch: true, peer.Forged: true, peer.Sender: true, peer.Recipient: true, peer.Malformed: true, peer.Unsealed: true}

// Take opens and stores messages in their order, durably, before they are acknowledged; what they say comes about afterwards, as desk.Hear does it.
func (l Listener) Take(ctx context.Context, from peer.Card, sealed [][]byte) (peer.Mark, error) {
	const tries = 5
	for try := 1; ; try++ {
		p, line, err := l.partner(ctx, from)
		if err != nil {
			return peer.Mark{}, err
		}
		list, mark, wrong := l.open(ctx, p, line, from, sealed)
		if len(list) > 0 {
			err := l.Desk.TakeIn(ctx, p.ID, line.In, list)
			if errors.Is(err, iru.Conflict) && try < tries { // another connection of the partner was first
				continue
			}
			if err != nil {
				return markOf(line.In), err
			}
		}
		if f := peer.FaultOf(wrong); alarming[f] {
			if err := l.Desk.RecordAlarm(ctx, p.ID, wrong.Error()); err != nil {
				l.Log.Warn("an alarm could not be recorded", "partner", p.Name, "error", err)
			}
		}
		l.hear(context.WithoutCancel(ctx), p)
		return mark, wrong
	}
}

// open opens messages up to the first that does not follow, and gives those that are new.
func (l Listener) open(ctx context.Context, p iru.Partner, line iru.Line, from peer.Card, sealed [][]byte) (list []desk.Taken, mark peer.Mark, err error) {
	mark = markOf(line.In)
	fresh := map[[2]uint64][32]byte{}
	for _, s := range sealed {
		m, err := peer.Open(l.Speech.Identity, from, s, l.Speech.Earlier...)
		if err != nil {
			return list, mark, err
		}
		digest := peer.Digest(s)
		var failed error
		again, err := peer.Place(mark, m, digest, func(epoch, seq uint64) ([32]byte, bool) {
			if d, ok := fresh[[2]uint64{epoch, seq}]; ok {
				return d, true
			}
			text, err := l.Desk.HeardAt(ctx, p.ID, int64(epoch), int64(seq))
			if err != nil {
				if !errors.Is(err, iru.NotFound) {
					failed = err
				}
				return [32]byte{}, false
			}
			d, err := hex.DecodeString(text)
			if err != nil || len(d) != 32 {
				return [32]byte{}, false
			}
			return [32]byte(d), true
		})
		if failed != nil {
			return list, mark, failed
		}
		if err != nil {
			return list, mark, err
		}
		if again {
			continue
		}
		fresh[[2]uint64{m.Epoch, m.Seq}] = digest
		mark = peer.Mark{Epoch: m.Epoch, Seq: m.Seq, Digest: digest}
		list = append(list, desk.Taken{Signed: m.Signed(), Incoming: iru.Incoming{Kind: iru.MessageKind(m.Kind), Handling: storable([]byte(m.Handling)), Operation: m.Operation, Body: storable(m.Body), Digest: hex.EncodeToString(digest[:]),
			Epoch: int64(m.Epoch), Seq: int64(m.Seq), Said: m.At}})
	}
	return list, mark, nil
}

// storable keeps a body that is no text as one that is none either: it is refused when it is read.
func storable(body []byte) string {
	for _, b := range body {
		if b == 0 {
			return fmt.Sprintf("\"%d bytes that are no text, SHA-256 %x\"", len(body), peer.Digest(body))
		}
	}
	if s := string(body); utf8.ValidString(s) {
		return s
	}
	return fmt.Sprintf("\"%d bytes that are no text, SHA-256 %x\"", len(body), peer.Digest(body))
}

// hearFor is how long what came may take to come about before its sender has the answer; the rest is done by the loop.
const hearFor = 5 * time.Second

func (l Listener) hear(ctx context.Context, p iru.Partner) {
	ctx, stop := context.WithTimeout(ctx, hearFor)
	defer stop()
	if _, err := l.Desk.Hear(ctx, p.ID); err != nil {
		l.Log.Warn("what a partner said waits", "partner", p.Name, "error", err)
	}
}

// Flooded tells people that a partner sends more than was agreed.
func (l Listener) Flooded(ctx context.Context, from peer.Card, f peer.Flooding) {
	p, _, err := l.partner(ctx, from)
	if err == nil {
		err = l.Desk.RecordAlarm(ctx, p.ID, fmt.Sprintf("%d requests since %s were more than was agreed", f.Requests, f.Since.UTC().Format(time.RFC3339)))
	}
	if err != nil {
		l.Log.Warn("a flood could not be recorded", "error", err)
	}
}

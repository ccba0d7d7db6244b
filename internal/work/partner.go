// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/peer"
)

// Speech is what this installation speaks to partners with.
type Speech struct {
	Identity peer.Identity
	Earlier  []peer.Identity // keys that it had before; partners that know only those are spoken to under them
	Client   *peer.Client    // shows Identity
	Card     peer.Card       // our own
	Quota    int             // addresses that a partner may ask about in 24 hours; 0: iru.DefaultQuota
	Contact  string          // whom a partner calls after a hit

	cards  sync.Map // text to peer.Card
	former sync.Map // key id to voice, of Earlier
}

// ReadCard reads the text of a card for the desk.
func ReadCard(text string) (iru.Card, error) {
	c, err := peer.ParseCard([]byte(text))
	if err != nil {
		return iru.Card{}, err
	}
	return cardOf(c)
}

func cardOf(c peer.Card) (iru.Card, error) {
	id := c.ID()
	by, err := c.Cosigner()
	return iru.Card{Name: c.Name, Country: c.Country, URL: c.URL, Key: hex.EncodeToString(id[:]), Fingerprint: c.Fingerprint(), Text: c.Text(), Cosigner: ledger.CosignerKey(by.Name(), c.Witness)}, err
}

// Equip gives a desk what it needs for partners.
func (s *Speech) Equip(d *desk.Desk) error {
	own, err := cardOf(s.Card)
	if err != nil {
		return err
	}
	d.Cards, d.Own, d.Hits, d.Keys = ReadCard, own, s.Hits(), s.keys()
	return nil
}

// parse reads a stored card, once.
func (s *Speech) parse(text string) (peer.Card, error) {
	if c, ok := s.cards.Load(text); ok {
		return c.(peer.Card), nil
	}
	c, err := peer.ParseCard([]byte(text))
	if err == nil {
		s.cards.Store(text, c)
	}
	return c, err
}

// How often partners are looked after.
const (
	speakEvery = 200 * time.Millisecond // between a decision and its message's leaving
	tellEvery  = time.Second            // what acts became is told
	greetEvery = 15 * time.Second       // nothing was heard: the partner is asked what it has, which shows its clock too
	speakHold  = 5 * time.Second        // a process that was killed is followed by another after this
	atOnce     = 200                    // messages sealed or sent together
)

// converse carries messages to partners: one process at a time, one message after the other for each partner.
func (c *Crew) converse(ctx context.Context) {
	if c.Speech == nil {
		return
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	defer func() { _ = c.Desk.DB.ReleaseLease(context.WithoutCancel(ctx), "partners", c.Holder) }()
	busy := map[iru.PartnerID]*talk{}
	var leased, told, rare time.Time
	for mine := false; ; {
		now := time.Now()
		var err error
		if now.Sub(leased) > speakHold/5 || !mine {
			mine, err = c.Desk.DB.Lease(ctx, "partners", c.Holder, speakHold)
			leased = now
		}
		if mine && err == nil {
			if now.Sub(told) > tellEvery {
				told = now
				err = errors.Join(c.Desk.TellTasks(ctx), c.hearAll(ctx))
			}
			if now.Sub(rare) > time.Minute {
				rare = now
				err = errors.Join(err, c.Desk.AnnounceKeys(ctx), c.Desk.SendCheckpoints(ctx), c.Desk.PublishSets(ctx))
			}
			err = errors.Join(err, c.speakAll(ctx, &wg, busy))
		}
		if err != nil && ctx.Err() == nil {
			c.Log.Warn("partners could not be looked after", "error", err)
		}
		if !c.wait(ctx, c.Desk.Now().Add(speakEvery)) {
			return
		}
	}
}

// hearAll brings about what was taken and not brought about: its taker was killed, or others were in the way.
func (c *Crew) hearAll(ctx context.Context) error {
	ps, err := c.Desk.Correspondents(ctx)
	for _, p := range ps {
		if _, failed := c.Desk.Hear(ctx, p.ID); failed != nil {
			err = errors.Join(err, failed)
		}
	}
	return err
}

// A talk is what this process knows of the traffic to one partner.
type talk struct {
	mu     sync.Mutex // held while it goes on
	synced bool       // the partner said what it has, and nothing failed since
}

func (c *Crew) speakAll(ctx context.Context, wg *sync.WaitGroup, busy map[iru.PartnerID]*talk) error {
	ps, err := c.Desk.Correspondents(ctx)
	if err != nil {
		return err
	}
	now := c.Desk.Now()
	for _, p := range ps {
		t := busy[p.ID]
		if t == nil {
			t = &talk{}
			busy[p.ID] = t
		}
		switch {
		case now.Before(p.Line.Next) && p.Line.Next.Sub(now) <= peer.MostRetry: // else our clock was set back since
			continue
		case !p.Queued && !p.Owed && t.synced && now.Sub(p.Line.Heard).Abs() < greetEvery:
			continue
		case !t.mu.TryLock():
			continue
		}
		wg.Go(func() {
			defer t.mu.Unlock()
			if err := c.speak(ctx, t, p); err != nil && ctx.Err() == nil {
				c.Log.Info("a partner was not reached", "partner", p.Name, "error", err)
			}
		})
	}
	return nil
}

// speak seals and sends what there is for a partner, until it has everything or something fails. A partner that does not know us under the keys that
// it knew may have adopted others.
func (c *Crew) speak(ctx context.Context, t *talk, p desk.Correspondent) error {
	to, err := c.Speech.parse(p.Card)
	if err != nil {
		return err
	}
	v := c.Speech.voice(p.Line.Own)
	err = c.speakAs(ctx, t, p, to, v)
	if peer.FaultOf(err) != peer.Stranger {
		return err
	}
	other, found, failed := c.introduced(ctx, t, p, to, v)
	if failed != nil || !found {
		return errors.Join(err, failed)
	}
	return c.speakAs(ctx, t, p, to, other)
}

// introduced finds the keys under which a partner that refuses those of v knows us, and goes on under them, after the last message that it has.
func (c *Crew) introduced(ctx context.Context, t *talk, p desk.Correspondent, to peer.Card, v voice) (other voice, found bool, err error) {
	for _, other = range c.Speech.voices() {
		if other.key == v.key {
			continue
		}
		if _, err := other.client.Last(ctx, to); err != nil {
			continue // it is not known under these either, or not reached
		}
		line, err := c.Desk.LineOf(ctx, p.ID)
		if err == nil {
			_, err = c.resume(ctx, t, p.ID, to, line, other)
		}
		if err == nil {
			err = c.Desk.SpeakUnder(ctx, p.ID, other.key)
		}
		return other, err == nil, err
	}
	return v, false, nil
}

func (c *Crew) speakAs(ctx context.Context, t *talk, p desk.Correspondent, to peer.Card, v voice) error {
	if p.Line.Trouble == "" {
		if err := c.sealAll(ctx, p.ID, to, v); err != nil {
			return err
		}
	}
	for round := 0; ; round++ {
		line, err := c.Desk.LineOf(ctx, p.ID)
		if err != nil {
			return err
		}
		after := line.Durable.Seq
		if line.Durable.Epoch != line.Out.Epoch {
			after = 0
		}
		if round == 0 && (!t.synced || line.Trouble != "" || line.Out.Seq == after) {
			if after, err = c.resume(ctx, t, p.ID, to, line, v); err != nil {
				return err
			}
		}
		list, err := c.Desk.ToSend(ctx, p.ID, line.Out.Epoch, after, atOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		sealed := make([][]byte, len(list))
		for i, o := range list {
			sealed[i] = o.Sealed
		}
		mark, err := v.client.Send(ctx, to, sealed)
		r := reach(v, to, mark, err)
		if peer.FaultOf(err) == peer.Gap || peer.FaultOf(err) == peer.Fork || peer.FaultOf(err) == peer.NewEpoch || peer.FaultOf(err) == peer.OldEpoch {
			r.Failed = nil // what it has is asked for at once
			t.synced = false
			if err := c.Desk.RecordReach(ctx, p.ID, r); err != nil {
				return err
			}
			if line, err = c.Desk.LineOf(ctx, p.ID); err != nil {
				return err
			}
			if _, err := c.resume(ctx, t, p.ID, to, line, v); err != nil {
				return err
			}
			if peer.FaultOf(err) != peer.Gap || round > 10 {
				return err
			}
			continue
		}
		if recorded := c.Desk.RecordReach(context.WithoutCancel(ctx), p.ID, r); recorded != nil {
			return recorded
		}
		if err != nil {
			t.synced = false
			return err
		}
	}
}

// resume asks the partner what it has, and gives the number after which it is sent more. A fork, or an epoch that is not admitted, is for people.
func (c *Crew) resume(ctx context.Context, t *talk, id iru.PartnerID, to peer.Card, line iru.Line, v voice) (int64, error) {
	mark, err := v.client.Last(ctx, to)
	r := reach(v, to, mark, err)
	if err != nil {
		t.synced = false
		return 0, errors.Join(err, c.Desk.RecordReach(context.WithoutCancel(ctx), id, r))
	}
	var failed error
	after, back, err := peer.Resume(markOf(line.Out), markOf(line.Durable), mark, func(seq uint64) ([32]byte, bool) {
		text, err := c.Desk.SealedAt(ctx, id, line.Out.Epoch, int64(seq))
		if err != nil && !errors.Is(err, iru.NotFound) {
			failed = err
		}
		d, err := hex.DecodeString(text)
		if err != nil || len(d) != 32 {
			return [32]byte{}, false
		}
		return [32]byte(d), true
	})
	if failed != nil {
		return 0, failed
	}
	if back && err == nil {
		err = c.kept(ctx, id, line.Out.Epoch, int64(after))
	}
	if r.Back = back && err == nil; err != nil {
		r.Trouble, r.Durable = trouble(err), iru.Mark{}
		r.Failed = err // it is asked again, with patience
	}
	t.synced = err == nil
	return int64(after), errors.Join(err, c.Desk.RecordReach(context.WithoutCancel(ctx), id, r))
}

// errGone is that a partner went back to before what can be sent to it again.
var errGone = errors.New("what it lost is not kept here any more")

// kept says whether what comes after a number can be sent again to a partner that lost it.
func (c *Crew) kept(ctx context.Context, id iru.PartnerID, epoch, after int64) error {
	next, err := c.Desk.ToSend(ctx, id, epoch, after, 1)
	if err == nil && len(next) > 0 && len(next[0].Sealed) == 0 {
		return fmt.Errorf("message %d: %w", after+1, errGone)
	}
	return err
}

// trouble are the words for what people have to decide.
func trouble(err error) string {
	if errors.Is(err, errGone) {
		return fmt.Sprintf("the partner's store was put back by more than %d days: what it lost can be sealed anew only by a new epoch, without what it had acknowledged. Call the partner, then begin a new epoch.", int(desk.MessagesKept.Hours()/24))
	}
	switch peer.FaultOf(err) {
	case peer.Fork:
		return "the partner has messages of ours that this store does not know: this store was put back to an older one, or the partner's was forged. Call the partner, then begin a new epoch."
	case peer.NewEpoch:
		return "the partner has not yet admitted the epoch that was begun here: call its person."
	case peer.OldEpoch:
		return "the partner has admitted a later epoch than this store knows: this store was put back to an older one. Call the partner, then begin a new epoch."
	}
	return ""
}

// reach is what an exchange showed.
func reach(v voice, to peer.Card, mark peer.Mark, err error) desk.Reach {
	r := desk.Reach{Failed: err}
	if mark != (peer.Mark{}) {
		r.Durable = ours(mark)
	}
	var t *peer.Trouble
	if errors.As(err, &t) {
		r.Retry = t.Retry
	}
	if s, ok := v.client.Skew(to); ok {
		r.Skew, r.SkewAt = s.Offset, s.At
	}
	return r
}

func markOf(m iru.Mark) peer.Mark {
	out := peer.Mark{Epoch: uint64(m.Epoch), Seq: uint64(m.Seq)}
	if d, err := hex.DecodeString(m.Digest); err == nil && len(d) == 32 {
		out.Digest = [32]byte(d)
	}
	return out
}

func ours(m peer.Mark) iru.Mark {
	out := iru.Mark{Epoch: int64(m.Epoch), Seq: int64(m.Seq)}
	if m.Digest != [32]byte{} {
		out.Digest = hex.EncodeToString(m.Digest[:])
	}
	return out
}

// sealAll gives what is queued for a partner its numbers and seals it, each to what went before.
func (c *Crew) sealAll(ctx context.Context, id iru.PartnerID, to peer.Card, v voice) error {
	for {
		last, queued, err := c.Desk.ToSeal(ctx, id, atOnce)
		if err != nil || len(queued) == 0 {
			return err
		}
		at := markOf(last)
		for i, o := range queued {
			m := peer.Message{Epoch: at.Epoch, Seq: at.Seq + 1, Prev: at.Digest, At: c.Desk.Now().UTC().Truncate(time.Microsecond), Kind: string(o.Kind), Handling: o.Handling.Wire(), Operation: o.Operation, Body: []byte(o.Body)}
			sealed, err := peer.Seal(v.Identity, to, m)
			if err != nil {
				return fmt.Errorf("seal message %d: %w", o.ID, err)
			}
			at = peer.Mark{Epoch: m.Epoch, Seq: m.Seq, Digest: peer.Digest(sealed)}
			o.Epoch, o.Seq, o.Digest, o.Sealed = int64(m.Epoch), int64(m.Seq), hex.EncodeToString(at.Digest[:]), sealed
			queued[i] = o
		}
		if err := c.Desk.RecordSealed(ctx, id, last, queued); err != nil {
			return err
		}
	}
}

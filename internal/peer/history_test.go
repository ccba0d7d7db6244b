// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// speaker is a sender's store: what it sealed in this epoch, and how far it knows that it arrived.
type speaker struct {
	epoch   uint64
	sealed  []sealedMessage
	arrived Mark
}

type sealedMessage struct {
	Message
	digest [32]byte
}

func (s speaker) last() Mark {
	m := Mark{Epoch: s.epoch, Seq: uint64(len(s.sealed))}
	if m.Seq > 0 {
		m.Digest = s.sealed[m.Seq-1].digest
	}
	return m
}

func (s speaker) digest(seq uint64) ([32]byte, bool) {
	if seq == 0 || seq > uint64(len(s.sealed)) {
		return [32]byte{}, false
	}
	return s.sealed[seq-1].digest, true
}

// hearer is a recipient's store.
type hearer struct {
	mark  Mark
	taken map[[2]uint64][32]byte
}

func (h hearer) clone() hearer { return hearer{h.mark, maps.Clone(h.taken)} }

// Two stores, a line that loses answers, and backups that come back on either side, in any order. Never is a message taken that does not
// follow what was taken before it, never another one of the same number; once a sender with an old store has sealed something else, nothing more of that epoch
// is taken; and where no store went back, everything arrives and nobody is called for nothing.
func TestStoresThatGoBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := speaker{epoch: 1}
		h := hearer{Mark{Epoch: 1}, map[[2]uint64][32]byte{}}
		heard := map[[2]uint64][32]byte{} // everything that was ever taken, by whichever store
		var oldS []speaker
		var oldH []hearer
		n, senderBack, receiverBack := 0, false, false
		exchange := func(most int, answerLost bool) (fault Fault, done bool) {
			after, back, err := Resume(s.last(), s.arrived, h.mark, s.digest)
			if err != nil {
				return FaultOf(err), false
			}
			if back && !receiverBack {
				t.Fatal("a receiver that never went back is said to have")
			}
			s.arrived = h.mark
			for _, m := range s.sealed[after:min(int(after)+most, len(s.sealed))] {
				at := [2]uint64{m.Epoch, m.Seq}
				before := h.mark
				again, err := Place(h.mark, m.Message, m.digest, func(epoch, seq uint64) ([32]byte, bool) {
					d, ok := h.taken[[2]uint64{epoch, seq}]
					return d, ok
				})
				if err != nil {
					return FaultOf(err), false
				}
				if again {
					continue
				}
				if m.Epoch != before.Epoch || m.Seq != before.Seq+1 || m.Prev != before.Digest {
					t.Fatalf("%+v was taken after %+v", m, before)
				}
				if d, ok := heard[at]; ok && d != m.digest && !receiverBack {
					t.Fatalf("two messages %v were taken", at)
				}
				heard[at], h.taken[at] = m.digest, m.digest
				h.mark = Mark{m.Epoch, m.Seq, m.digest}
			}
			if !answerLost {
				s.arrived = h.mark
			}
			return "", h.mark == s.last()
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"seal", "seal", "send", "send", "keep", "sender back", "receiver back", "new epoch"}).Draw(t, "step") {
			case "seal":
				n++
				m := Message{Epoch: s.epoch, Seq: uint64(len(s.sealed)) + 1, Prev: s.last().Digest, Body: fmt.Appendf(nil, "%d", n)}
				s.sealed = append(slices.Clone(s.sealed), sealedMessage{m, sha256.Sum256(m.Body)})
			case "send":
				fault, _ := exchange(rapid.IntRange(1, 5).Draw(t, "most"), rapid.Bool().Draw(t, "lost"))
				if fault != "" && !senderBack && !receiverBack {
					t.Fatalf("%s, and no store went back", string(fault))
				}
			case "keep":
				oldS, oldH = append(oldS, s), append(oldH, h.clone())
			case "sender back":
				if len(oldS) > 0 {
					s, senderBack = rapid.SampledFrom(oldS).Draw(t, "backup"), true
				}
			case "receiver back":
				if len(oldH) > 0 {
					h, receiverBack = rapid.SampledFrom(oldH).Draw(t, "backup").clone(), true
				}
			case "new epoch": // two people, by telephone
				e := max(s.epoch, h.mark.Epoch) + 1
				s, h.mark = speaker{epoch: e}, Mark{Epoch: e}
				oldS, oldH, senderBack, receiverBack = nil, nil, false, false
			}
		}
		for range len(s.sealed) + 1 {
			fault, done := exchange(3, false)
			if done || senderBack || receiverBack {
				return
			}
			if fault != "" {
				t.Fatalf("%s at the end, and no store went back", string(fault))
			}
		}
		t.Fatal("not everything arrived")
	})
}

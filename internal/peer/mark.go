// SPDX-License-Identifier: EUPL-1.2

package peer

// Mark names the last message of a partner that is durable at the receiver: the sender goes on after it. Seq is 0 if there is none
// of its epoch yet. The zero Mark is that of a partner of whom nothing came, in epoch 1.
type Mark struct {
	Epoch, Seq uint64
	Digest     [32]byte // of the sealed message; zero if Seq is 0
}

func (m Mark) normal() Mark {
	if m.Epoch == 0 {
		m.Epoch = 1
	}
	return m
}

// Place says where a message belongs at a receiver whose mark is have. It is taken if again is false and err nil; again says that
// this very message was taken before, which is acknowledged and changes nothing. Taken gives the digest of an earlier message. The mark
// moves to a new epoch only by a person: nothing here heals a fork. Its faults: Gap, Fork, OldEpoch, NewEpoch.
func Place(have Mark, m Message, digest [32]byte, taken func(epoch, seq uint64) ([32]byte, bool)) (again bool, err error) {
	const verb = "place message"
	have = have.normal()
	was, known := have.Digest, m.Epoch == have.Epoch && m.Seq == have.Seq
	if !known && (m.Epoch < have.Epoch || m.Epoch == have.Epoch && m.Seq < have.Seq) {
		was, known = taken(m.Epoch, m.Seq)
	}
	switch {
	case known && was == digest:
		return true, nil
	case m.Epoch > have.Epoch:
		return false, wrong(verb, NewEpoch, "epoch %d after %d", m.Epoch, have.Epoch)
	case m.Epoch < have.Epoch:
		return false, wrong(verb, OldEpoch, "epoch %d, and %d has begun", m.Epoch, have.Epoch)
	case m.Seq <= have.Seq:
		return false, wrong(verb, Fork, "message %d of epoch %d was another one", m.Seq, m.Epoch)
	case m.Seq > have.Seq+1:
		return false, wrong(verb, Gap, "message %d of epoch %d came after %d", m.Seq, m.Epoch, have.Seq)
	case m.Prev != have.Digest:
		return false, wrong(verb, Fork, "message %d of epoch %d follows another message %d", m.Seq, m.Epoch, have.Seq)
	}
	return false, nil
}

// Resume says after which of its messages a sender goes on, given the last one that it sealed, the last one of which it knew that it
// had arrived, and the receiver's mark. Sealed gives the digest of a message of this epoch. Back reports that the receiver lost
// messages that it had acknowledged: its store went back, and they are sent again. Its faults: Fork (the receiver has a message of
// this epoch that the sender has not, so that the sender's own store went back, or somebody lies), OldEpoch (the receiver has agreed
// to a later epoch), NewEpoch (the receiver has not agreed to the sender's epoch yet).
func Resume(last, arrived, theirs Mark, sealed func(seq uint64) ([32]byte, bool)) (after uint64, back bool, err error) {
	const verb = "resume sending"
	last, arrived, theirs = last.normal(), arrived.normal(), theirs.normal()
	switch {
	case theirs.Epoch > last.Epoch:
		return 0, false, wrong(verb, OldEpoch, "the partner is in epoch %d, and here it is %d", theirs.Epoch, last.Epoch)
	case theirs.Epoch < last.Epoch:
		return 0, false, wrong(verb, NewEpoch, "the partner is in epoch %d, and here it is %d", theirs.Epoch, last.Epoch)
	case theirs.Seq > last.Seq:
		return 0, false, wrong(verb, Fork, "the partner has message %d of epoch %d, and here the last is %d", theirs.Seq, last.Epoch, last.Seq)
	}
	if theirs.Seq > 0 {
		if d, ok := sealed(theirs.Seq); ok && d != theirs.Digest || !ok && theirs != arrived {
			return 0, false, wrong(verb, Fork, "the partner has another message %d of epoch %d", theirs.Seq, last.Epoch)
		}
	}
	return theirs.Seq, arrived.Epoch == theirs.Epoch && theirs.Seq < arrived.Seq, nil
}

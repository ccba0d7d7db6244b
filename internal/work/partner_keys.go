// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"encoding/hex"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/peer"
)

// A voice is one set of our own keys, with a client that shows them.
type voice struct {
	peer.Identity
	key    string // its id, hex
	client *peer.Client
}

// voices are all that this installation has, the newest first.
func (s *Speech) voices() []voice {
	all := []voice{{s.Identity, keyOf(s.Identity), s.Client}}
	for _, id := range s.Earlier {
		key := keyOf(id)
		v, have := s.former.Load(key)
		if !have {
			v, _ = s.former.LoadOrStore(key, voice{id, key, s.Client.As(id)})
		}
		all = append(all, v.(voice))
	}
	return all
}

// Key is the id of the newest keys.
func (s *Speech) Key() string { return keyOf(s.Identity) }

// voice is the one of the keys with that id; the newest if there is none.
func (s *Speech) voice(own string) voice {
	all := s.voices()
	for _, v := range all {
		if v.key == own {
			return v
		}
	}
	return all[0]
}

func keyOf(id peer.Identity) string {
	k := id.ID()
	return hex.EncodeToString(k[:])
}

// keys are the functions of our own keys for the desk.
func (s *Speech) keys() *desk.Keys {
	all := s.voices()
	return &desk.Keys{
		Oldest:  all[len(all)-1].key,
		Witness: func(own string) (ledger.Witness, error) { return s.voice(own).Witness() },
		Succeed: func(own string) (string, error) {
			v := s.voice(own)
			if v.key == all[0].key {
				return "", iru.Refuse(iru.Conflict, "the keys that the partner knows are the newest, or gone", "")
			}
			c, err := s.Identity.Succeed(v.Identity, s.Card.Name, s.Card.Country, s.Card.URL)
			return c.Text(), err
		},
		Follows: func(present, next string) error {
			before, err := s.parse(present)
			if err != nil {
				return err
			}
			c, err := peer.ParseCard([]byte(next))
			if err != nil {
				return err
			}
			return peer.CheckSuccession(before, c)
		},
	}
}

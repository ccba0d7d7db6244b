// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/peer"
)

// itemKind is the kind under which an address is asked about.
const itemKind = "address"

func items(addresses []string) [][]byte {
	out := make([][]byte, len(addresses))
	for i, a := range addresses {
		out[i] = peer.Item(itemKind, a)
	}
	return out
}

func set(parts []string) (peer.Set, error) {
	raw := make([][]byte, len(parts))
	for i, p := range parts {
		b, err := base64.StdEncoding.DecodeString(p)
		if err != nil {
			return peer.Set{}, fmt.Errorf("read set: %w: %w", iru.Invalid, err)
		}
		raw[i] = b
	}
	return peer.ReadSet(raw)
}

// Hits are the functions of hit/no-hit questions for the desk.
func (s *Speech) Hits() *desk.Hits {
	h := &desk.Hits{Quota: s.Quota, Contact: s.Contact}
	if h.Quota == 0 {
		h.Quota = iru.DefaultQuota
	}
	h.Blind = func(parts []string, purpose string, addresses []string) (question, secret string, err error) {
		in, err := set(parts)
		if err != nil {
			return "", "", err
		}
		q, err := peer.NewQuestion(in.Number, purpose, items(addresses))
		if err != nil {
			return "", "", err
		}
		body, err := q.Body()
		if err != nil {
			return "", "", err
		}
		blinds, err := json.Marshal(q.Blinds)
		return base64.StdEncoding.EncodeToString(body), string(blinds), err
	}
	h.Read = func(parts []string, purpose string, addresses []string, secret, answer string) ([]bool, error) {
		in, err := set(parts)
		if err != nil {
			return nil, err
		}
		q := peer.Question{Set: in.Number, Purpose: purpose, Items: items(addresses)}
		if err := json.Unmarshal([]byte(secret), &q.Blinds); err != nil {
			return nil, fmt.Errorf("read blinds: %w: %w", iru.Internal, err)
		}
		raw, err := base64.StdEncoding.DecodeString(answer)
		if err != nil {
			return nil, fmt.Errorf("read answer: %w: %w", iru.Invalid, err)
		}
		return in.Hits(q, raw)
	}
	h.Asked = func(question string) (int64, string, int, error) {
		raw, err := base64.StdEncoding.DecodeString(question)
		if err != nil {
			return 0, "", 0, fmt.Errorf("read question: %w: %w", iru.Invalid, err)
		}
		a, err := peer.ReadAsk(raw)
		return int64(a.Set), a.Purpose, a.Items, err
	}
	h.Number = func(part string) (int64, error) {
		in, err := set([]string{part})
		return int64(in.Number), err
	}
	h.Answer = func(own, key, question string) (string, error) {
		raw, err := base64.StdEncoding.DecodeString(question)
		if err != nil {
			return "", fmt.Errorf("read question: %w: %w", iru.Invalid, err)
		}
		a, err := peer.ReadAsk(raw)
		if err != nil {
			return "", err
		}
		o, err := s.oracle(own, key, a.Set)
		if err != nil {
			return "", err
		}
		answer, err := o.Evaluate(raw)
		return base64.StdEncoding.EncodeToString(answer), err
	}
	h.Set = func(ctx context.Context, own, key string, number int64, at time.Time, addresses []string) ([]string, error) {
		o, err := s.oracle(own, key, uint64(number))
		if err != nil {
			return nil, err
		}
		in, err := o.Set(ctx, at, items(addresses), rand.Reader)
		if err != nil {
			return nil, err
		}
		parts, err := in.Parts()
		out := make([]string, len(parts))
		for i, p := range parts {
			out[i] = base64.StdEncoding.EncodeToString(p)
		}
		return out, err
	}
	return h
}

func (s *Speech) oracle(own, key string, number uint64) (peer.Oracle, error) {
	id, err := hex.DecodeString(key)
	if err != nil || len(id) != 32 {
		return peer.Oracle{}, fmt.Errorf("read key of partner: %w", iru.Internal)
	}
	return s.voice(own).Identity.Oracle([32]byte(id), number)
}

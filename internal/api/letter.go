// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A Letter is one entry of the thread with an addressee.
type Letter struct {
	ID      int64  `json:"id"`
	Notice  int64  `json:"notice"`
	Inbound bool   `json:"inbound"`
	At      *Stamp `json:"at"`
	Kind    string `json:"kind" doc:"notice, answer, receipt, clarification, done, refused, bounce, note or unknown."`
	Channel string `json:"channel"`
	From    string `json:"from"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
	Proof   string `json:"proof,omitempty" doc:"The server's own words, or the digest of what arrived."`
	By      int64  `json:"by,omitempty"`
	Guess   bool   `json:"guess" doc:"Its kind was guessed from words: a person files it."`
}

func letter(l iru.Letter) Letter {
	return Letter{ID: l.ID, Notice: int64(l.Notice), Inbound: l.Inbound, At: at(l.At), Kind: l.Kind, Channel: l.Channel, From: l.From, Subject: l.Subject, Text: l.Text,
		Proof: l.Proof, By: int64(l.By), Guess: l.Guess}
}

type fileBody struct {
	Kind letterKind `json:"kind"`
}

func (s *server) letters() {
	post(s, "/v1/notices/{id}/answer", "answer-notice", "Write to the addressee", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[textBody]) (Letter, error) {
		l, err := s.desk.Answer(ctx, sc, iru.NoticeID(in.ID), in.Body.Text)
		return letter(l), err
	})
	post(s, "/v1/letters/{id}/file", "file-letter", "Say what a reply is whose kind was only guessed", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[fileBody]) (Letter, error) {
		if err := s.desk.File(ctx, sc, in.ID, string(in.Body.Kind)); err != nil {
			return Letter{}, err
		}
		return view(ctx, s, func(t *db.Tx, _ iru.Scope) (Letter, error) {
			l, err := t.Letter(ctx, in.ID) // the verb has checked that its notice is in reach
			return letter(l), err
		})
	})
}

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
	Kind    string `json:"kind" doc:"notice, answer, receipt, clarification, done, refused, impossible, bounce, note or unknown."`
	Channel string `json:"channel"`
	From    string `json:"from"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
	Proof   string `json:"proof,omitempty" doc:"The server's own words, or the digest of what arrived."`
	By      int64  `json:"by,omitempty"`
	Guess   bool   `json:"guess" doc:"Its kind was guessed from words, or its sender is not known to be the addressee: a person files it."`

	Authentic string `json:"authentic,omitempty" doc:"How its sender was recognised: dkim, spf, relay, network or api. Absent: not at all."`
	Failed    string `json:"failed,omitempty" doc:"Why it could not be delivered."`
}

func letter(l iru.Letter) Letter {
	return Letter{ID: l.ID, Notice: int64(l.Notice), Inbound: l.Inbound, At: at(l.At), Kind: l.Kind, Channel: l.Channel, From: l.From, Subject: l.Subject, Text: l.Text,
		Proof: l.Proof, By: int64(l.By), Guess: l.Guess, Authentic: l.Authentic, Failed: l.Failed}
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
		return s.letter(ctx, in.ID)
	})
	post(s, "/v1/letters/{id}/repost", "repost-letter", "Send a letter again that could not be delivered", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (Letter, error) {
		if err := s.desk.Repost(ctx, sc, in.ID); err != nil {
			return Letter{}, err
		}
		return s.letter(ctx, in.ID)
	})
	post(s, "/v1/notices/{id}/end-impossibility", "end-impossibility", "Say that the addressee can act again: its limit runs anew", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Notice, error) {
		if err := s.desk.EndImpossibility(ctx, sc, iru.NoticeID(in.ID), in.Body.Reason); err != nil {
			return Notice{}, err
		}
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (Notice, error) {
			n, err := t.Notice(ctx, sc, iru.NoticeID(in.ID))
			return notice(n), err
		})
	})
}

// letter reads one whose notice a verb has found in reach.
func (s *server) letter(ctx context.Context, id int64) (Letter, error) {
	return view(ctx, s, func(t *db.Tx, _ iru.Scope) (Letter, error) {
		l, err := t.Letter(ctx, id)
		return letter(l), err
	})
}

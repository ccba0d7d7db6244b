// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"
	"io"

	"iolaus/internal/blob"
	"iolaus/internal/desk"
	acts "iolaus/internal/form"
	"iolaus/internal/iru"
)

// Letters yields bytes by their SHA-256; package blob has the implementations.
type Letters interface {
	Open(ctx context.Context, digest string) (blob.File, error)
}

// maxDocument is the greatest length of a document that is given out, in bytes: what a provider's interface takes.
const maxDocument = 20 << 20

// A NoticeDocument is an act as PDF and as facts: as it left or, before that, as it would leave, without signature.
type NoticeDocument struct {
	Sent     bool     `json:"sent" doc:"These are the bytes that left; otherwise those that would, without signature."`
	Template string   `json:"template" doc:"Id, version and language of the template."`
	Digest   string   `json:"digest" doc:"What an approval covers: SHA-256, hex."`
	Missing  []string `json:"missing" nullable:"false" doc:"What the law or the form wants and the document does not say."`
	Files    []File   `json:"files" nullable:"false"`
	PDF      []byte   `json:"pdf,omitempty" contentEncoding:"base64"`
	Facts    string   `json:"facts,omitempty" doc:"The record of the act (docs/format/act.md), byte for byte."`
}

func (s *server) papers() {
	ask(s, "/v1/notices/{id}/document", "get-notice-document", "Read an act's documents: PDF and facts", func(ctx context.Context, in *ByID) (NoticeDocument, error) {
		sc, n := callerOf(ctx).scope, iru.NoticeID(in.ID)
		p, err := s.desk.Preview(ctx, sc, n)
		if err != nil {
			return NoticeDocument{}, err
		}
		t := p.Act.Template
		out := NoticeDocument{Template: t.ID + " " + t.Version + " (" + t.Lang + ")", Digest: p.Digest, Missing: append([]string{}, p.Missing...), Files: []File{}}
		kept, err := s.desk.Documents(ctx, sc, n)
		if err != nil {
			return out, err
		}
		if len(kept) == 0 {
			if out.PDF, err = acts.PDF(p.Act); err != nil {
				return out, err
			}
			facts, err := acts.JSON(p.Act)
			out.Facts = string(facts)
			return out, err
		}
		out.Sent = true
		for _, f := range kept {
			out.Files = append(out.Files, File{f.Name, f.Kind, f.SHA256, f.Size})
			if s.o.Letters == nil {
				continue
			}
			b, err := stored(ctx, s.o.Letters, f)
			if err != nil {
				return out, err
			}
			if f.Kind == desk.DocumentPDF {
				out.PDF = b
			} else {
				out.Facts = string(b)
			}
		}
		return out, nil
	})
}

func stored(ctx context.Context, from Letters, f iru.File) ([]byte, error) {
	r, err := from.Open(ctx, f.SHA256)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(r, maxDocument))
	return b, errors.Join(err, r.Close())
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A Page is what the token of a page without an account stands for: an act or a practice order, the other is 0.
type Page struct {
	Notice iru.NoticeID
	Drill  iru.DrillID
}

// OpenPage reads a token. NotFound, whatever is wrong with it, and in the same time.
func (c *Crew) OpenPage(token string) (Page, error) {
	secrets := [][]byte{c.Post.Secret}
	n, err1 := deliver.ParsePortalToken(secrets, token)
	k, err2 := deliver.ParseDrillToken(secrets, token)
	switch {
	case err1 == nil:
		return Page{Notice: iru.NoticeID(n)}, nil
	case err2 == nil:
		return Page{Drill: iru.DrillID(k)}, nil
	}
	return Page{}, fmt.Errorf("open page: %w", iru.NotFound)
}

// AnswerSchema names the form in which an answer by a page is kept: the document that the provider's receipt proves.
const AnswerSchema = "iolaus-answer/1"

// given is an answer by a page, as it is kept and as the provider gets it back.
type given struct {
	Schema    string     `json:"schema"`
	Reference string     `json:"reference"`
	Practice  bool       `json:"practice,omitempty"`
	Kind      string     `json:"answer"`
	Text      string     `json:"text,omitempty"`
	Name      string     `json:"name,omitempty"`
	Annex     *iru.Annex `json:"annex,omitempty"`
	Form      string     `json:"form"`
	At        time.Time  `json:"at"`
}

// AnswerPage keeps an answer given by a page and takes it in, once for each form. It gives the letter's number, or 0 for a practice order.
func (c *Crew) AnswerPage(ctx context.Context, p Page, a desk.PortalAnswer) (int64, error) {
	if err := a.CheckPortal(); err != nil {
		return 0, err
	}
	doc := given{Schema: AnswerSchema, Kind: a.Kind, Text: a.Text, Name: a.Name, Annex: a.Annex, Form: a.Once, At: c.Desk.Now().UTC().Truncate(time.Second)}
	if p.Drill != 0 {
		k, _, _, err := c.Desk.Practising(ctx, p.Drill)
		if err != nil {
			return 0, err
		}
		doc.Reference, doc.Practice = k.Ref, true
	} else {
		v, err := c.Desk.Portal(ctx, p.Notice)
		if err != nil {
			return 0, err
		}
		doc.Reference = v.Notice.Ref
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return 0, fmt.Errorf("keep answer: %w: %w", iru.Internal, err)
	}
	if a.Proof, _, err = c.Store.Put(ctx, bytes.NewReader(append(b, '\n'))); err != nil {
		return 0, fmt.Errorf("keep answer: %w", err)
	}
	if p.Drill != 0 {
		_, err := c.Desk.AnswerDrill(ctx, p.Drill, a)
		return 0, err
	}
	l, err := c.Desk.AnswerPortal(ctx, p.Notice, a)
	return l.ID, err
}

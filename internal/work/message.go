// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
)

// message is a letter as it leaves: the same facts give the same words and the same identity. What officers approved stands in it as it is;
// the link to its page, which only the addressee may have, is added here and stored nowhere.
func (c *Crew) message(ctx context.Context, d desk.Dispatch) (deliver.Message, error) {
	m := c.bare(d)
	if d.Provider.Channel == iru.ByPortal {
		return m, nil
	}
	var err error
	m.Attachments, err = c.documents(ctx, &d)
	return m, err
}

// bare is a message without its documents.
func (c *Crew) bare(d desk.Dispatch) deliver.Message {
	n, m := d.Notice, c.envelope(d)
	m.Portal = c.page(deliver.PortalToken(c.Post.Secret, int64(n.ID)))
	switch {
	case d.Provider.Channel == iru.ByPortal:
		c.onlyLink(&m, d)
		return m
	case d.Provider.Defang && d.Provider.Channel == iru.ByMail:
		m.Subject, m.Text = defang(m.Subject, n.Locator), defang(m.Text, n.Locator)
		m.Targets = []string{defang(n.Locator, n.Locator)}
		m.Text += defanged
	}
	if m.Portal != "" && d.Letter.Kind == "notice" {
		m.Text += footer(m.Portal, c.Post.Base)
	}
	return m
}

// defanged tells the reader of a letter why no address in it opens.
const defanged = "\nAddresses in this message are written so that nothing opens them; the documents with it have them as they are.\n"

// envelope is what stands on and in every letter of an act's thread.
func (c *Crew) envelope(d desk.Dispatch) deliver.Message {
	n := d.Notice
	m := deliver.Message{Drill: n.Drill, Key: d.Letter.MessageID, Reference: n.Ref, Instrument: string(n.Instrument), From: c.from(d.Unit),
		To: d.Provider.Address, ReplyTo: deliver.ReplyAddress(c.Post.Secret, int64(n.ID), c.Post.Domain), Date: d.Letter.At,
		Subject: d.Letter.Subject, Text: d.Letter.Text, Language: n.Lang, Targets: []string{n.Locator},
		Addressee: d.Provider.Name, Reasons: n.Reasons, LegalBasis: n.Basis, Issuer: d.Unit.Name + ", " + d.Unit.Country, Contact: d.Unit.Mail,
		Headers: map[string]string{"X-Iolaus-Request": string(n.Request)}, Seal: d.Provider.Seal, SealKey: d.Provider.SealKey}
	if d.First != "" {
		first := deliver.MessageID(d.First, domainOf(c.from(d.Unit)))
		m.InReplyTo, m.References = first, []string{first}
	}
	if c.Post.Callback != "" {
		m.Callback = deliver.Callback{URL: c.Post.Callback, Token: deliver.CallbackToken(c.Post.Secret, int64(n.ID))}
	}
	return m
}

// page is the address of a page without an account; "" where the installation has none.
func (c *Crew) page(token string) string {
	if c.Post.Base == "" {
		return ""
	}
	return strings.TrimSuffix(c.Post.Base, "/") + "/p/" + token
}

// footer tells the addressee how to answer without an account, and how to check a document.
func footer(page, base string) string {
	return "\nAnswer without an account, and see your time limit:\n  " + page + "\n" +
		"Whoever has this link answers in your name: please do not pass it on, and take it out when you forward this message.\n" +
		"Whether a document is ours can be checked at " + strings.TrimSuffix(base, "/") + "/verify.\n"
}

// onlyLink is a mail of a provider that wants nothing but the link: no address, no reasons, no documents.
func (c *Crew) onlyLink(m *deliver.Message, d desk.Dispatch) {
	what := "A legal act for you lies at the page below: " + d.Notice.Instrument.Title() + "."
	if d.Letter.Kind != "notice" {
		what = "There is an answer to you at the page below."
	}
	m.Subject = "[" + d.Notice.Ref + "] " + map[bool]string{true: d.Notice.Instrument.Title(), false: "Answer"}[d.Letter.Kind == "notice"]
	m.Text = fmt.Sprintf("Reference: %s\nFrom: %s\nTo: %s\n\n%s\n  %s\n\nOpen it, read it and answer there; no account is needed. The time limit runs from the moment at which you say that you received it, or answer.\nThe page is for you alone: please do not pass the link on.\n",
		d.Notice.Ref, m.Issuer, m.Addressee, what, m.Portal)
	m.Targets, m.Headers, m.Attachments = nil, nil, nil
}

// document reads one that goes along. What is not there any more must not leave half.
func (c *Crew) document(ctx context.Context, f iru.File) (deliver.Attachment, error) {
	r, err := c.Store.Open(ctx, f.SHA256)
	if err != nil {
		return deliver.Attachment{}, fmt.Errorf("read document %s: %w", f.Name, err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err != nil {
		return deliver.Attachment{}, fmt.Errorf("read document %s: %w: %w", f.Name, iru.Unavailable, err)
	}
	if len(b) > maxDocument || f.Size != 0 && int64(len(b)) != f.Size {
		return deliver.Attachment{}, fmt.Errorf("read document %s: %d bytes, %d are recorded: %w", f.Name, len(b), f.Size, iru.Internal)
	}
	return deliver.Attachment{Name: f.Name, Type: mediaType(f), Data: b}, nil
}

// mediaType is what a document of ours is, by its kind or its name.
func mediaType(f iru.File) string {
	switch {
	case strings.Contains(f.Kind, "/"):
		return f.Kind
	case strings.HasSuffix(f.Name, ".pdf"):
		return "application/pdf"
	case strings.HasSuffix(f.Name, ".json"):
		return "application/json"
	}
	return "application/octet-stream"
}

// links are addresses in words.
var links = regexp.MustCompile(`(?i)\b(?:https?|ftp)://[^\s<>"']+`)

// defang writes every address in words so that nothing opens it: links, and the name that the act is about wherever it stands.
func defang(text, about string) string {
	text = links.ReplaceAllStringFunc(text, func(s string) string {
		if l, err := locator.Parse(s); err == nil {
			return l.Defanged()
		}
		return strings.ReplaceAll(strings.Replace(s, "tt", "xx", 1), ".", "[.]")
	})
	if l, err := locator.Parse(about); err == nil && strings.Contains(l.Host(), ".") {
		text = strings.ReplaceAll(text, l.Host(), strings.ReplaceAll(l.Host(), ".", "[.]"))
	}
	return text
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// maxDocument is the greatest length of a document that is read back, in bytes: what a provider's interface takes.
const maxDocument = 20 << 20

// copies gives the documents of an act for a letter that is a copy of it: the same bytes as its addressee gets, whichever leaves first.
func (c *Crew) copies(ctx context.Context, id iru.NoticeID) ([]deliver.Attachment, error) {
	d, there, err := c.Desk.Original(ctx, id)
	if err != nil || !there {
		return nil, err
	}
	return c.documents(ctx, &d)
}

// documents gives what a letter carries. It is made and signed once and kept: whatever is sent again is the same bytes.
func (c *Crew) documents(ctx context.Context, d *desk.Dispatch) ([]deliver.Attachment, error) {
	if d.Letter.Kind == "copy" {
		return c.copies(ctx, d.Notice.ID)
	}
	if len(d.Letter.Files) == 0 {
		if err := c.make(ctx, d); err != nil {
			return nil, err
		}
	}
	var out []deliver.Attachment
	for _, f := range d.Letter.Files {
		a, err := c.document(ctx, f)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// make renders, signs and keeps. Killed before it is kept, it is made anew: nothing has left yet.
func (c *Crew) make(ctx context.Context, d *desk.Dispatch) error {
	p, err := c.paper(ctx, *d)
	if err != nil || p == nil {
		return err
	}
	files, err := c.shelve(ctx, p)
	if err != nil {
		return err
	}
	d.Letter.Files, err = c.Desk.KeepDocuments(ctx, d.Letter.ID, files)
	return err
}

// A paper is the documents of an act, signed where the unit signs, and the act that they say.
type paper struct {
	form.Paper
	act form.Act
}

// paper renders and signs the documents of an act; nil where it has none. Nothing of it is kept: that is for when the act is on its way.
func (c *Crew) paper(ctx context.Context, d desk.Dispatch) (*paper, error) {
	a, there, err := c.Desk.Issued(ctx, d)
	if err != nil || !there {
		return nil, err
	}
	return c.write(ctx, d.Notice.Ref, a)
}

func (c *Crew) write(ctx context.Context, ref string, a form.Act) (*paper, error) {
	if c.Signer == nil && a.Signature != "" || c.Signer != nil && a.Signature != c.Signer.Name() {
		return nil, fmt.Errorf("sign %s: %w: the certificate is not the one that the desk names", ref, iru.Internal)
	}
	p, err := form.Render(a)
	if err != nil {
		return nil, fmt.Errorf("render %s: %w: %w", ref, iru.Internal, err)
	}
	if c.Signer != nil {
		s := *c.Signer
		if len(c.Stamps.Authorities) > 0 {
			s.Stamp = func(signature []byte) ([]byte, error) { return c.stampSignature(ctx, signature) }
		}
		if p.PDF, err = form.Sign(p.PDF, s, c.Desk.Now()); err != nil { // people mend it; the act waits for them
			return nil, fmt.Errorf("sign %s: %w: %w", ref, iru.Unavailable, err)
		}
	}
	return &paper{p, a}, nil
}

// shelve puts documents into the store of letters.
func (c *Crew) shelve(ctx context.Context, p *paper) (files []iru.File, err error) {
	for _, f := range []struct {
		kind, ext string
		data      []byte
	}{{desk.DocumentPDF, ".pdf", p.PDF}, {desk.DocumentJSON, ".json", p.JSON}} {
		sum, size, err := c.Store.Put(ctx, bytes.NewReader(f.data))
		if err != nil {
			return nil, fmt.Errorf("keep document of %s: %w", p.act.Ref, err)
		}
		files = append(files, iru.File{Name: form.FileName(p.act, f.ext), Kind: f.kind, SHA256: sum, Size: size})
	}
	return files, nil
}

// stampSignature asks the unit's authorities in their order for a time stamp over a signature. Without one the act waits.
func (c *Crew) stampSignature(ctx context.Context, signature []byte) ([]byte, error) {
	var errs []error
	for _, a := range c.Stamps.Authorities {
		token, err := a.StampSignature(ctx, signature)
		if err == nil {
			return token, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

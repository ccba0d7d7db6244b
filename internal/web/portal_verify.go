// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// A VerifyPage says whether a document is ours, and nothing else.
type VerifyPage struct {
	Frame       ui.Frame
	Ref, Digest string
	Asked       bool
	Ours        bool
	Problem     string
}

// View is the whole page.
func (p VerifyPage) View() component { return p.view() }

func (c *call) verifyPage() error { return c.verified(VerifyPage{}) }

func (c *call) verified(p VerifyPage) error {
	p.Frame = c.frame(ui.T(c.ctx(), "Is this document ours?"), "")
	status := http.StatusOK
	if p.Problem != "" {
		status = http.StatusUnprocessableEntity
	}
	c.render(status, p)
	return nil
}

// verify compares a reference and a digest, or a file's digest that is computed here: the file itself is not kept.
func (c *call) verify() error {
	ctx := c.ctx()
	who, _ := byAddress(c.r)
	if c.checks.OnLimit(c.w, c.r, who) {
		c.tooMany(c.w, c.r)
		return errLimited
	}
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, maxChecked)
	p, err := c.asked()
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	if err == nil {
		p.Ours, err = c.desk.Ours(ctx, p.Ref, p.Digest)
		p.Asked = err == nil
	}
	if why, ok := complaint(err); ok {
		p.Problem = why
		return c.verified(p)
	}
	if err != nil {
		return err
	}
	return c.verified(p)
}

// asked reads the form; a file goes through the digest and nowhere else.
func (c *call) asked() (p VerifyPage, err error) {
	broken := iru.Refuse(iru.Invalid, "the form did not arrive whole", "send it again")
	if !strings.HasPrefix(c.r.Header.Get("Content-Type"), "multipart/") {
		if err := c.r.ParseForm(); err != nil {
			return p, errors.Join(broken, err)
		}
		return VerifyPage{Ref: c.r.PostFormValue("ref"), Digest: c.r.PostFormValue("digest")}, nil
	}
	m, err := c.r.MultipartReader()
	if err != nil {
		return p, broken
	}
	for range 10 {
		part, err := m.NextPart()
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return p, errors.Join(broken, err)
		}
		if part.FormName() == "file" && part.FileName() != "" {
			h := sha256.New()
			n, err := io.Copy(h, part)
			if err != nil {
				return p, errors.Join(broken, err)
			}
			if n > 0 {
				p.Digest = hex.EncodeToString(h.Sum(nil))
			}
			continue
		}
		b, err := io.ReadAll(io.LimitReader(part, 500))
		if err != nil {
			return p, errors.Join(broken, err)
		}
		switch part.FormName() {
		case "ref":
			p.Ref = string(b)
		case "digest":
			if p.Digest == "" {
				p.Digest = string(b)
			}
		}
	}
	return p, nil
}

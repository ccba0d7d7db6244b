// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"iolaus/internal/form"
	"iolaus/internal/iru"
)

type noticeCmd struct {
	Render noticeRender `cmd:"" help:"Make the documents of an act from a file of facts, without a server: PDF, JSON and the text of the mail."`
}

type noticeRender struct {
	In           string `help:"File of facts (docs/format/act.md), or - for standard input." placeholder:"FACTS"`
	Out          string `help:"Folder to put the documents into; it is made if it is not there." placeholder:"DIR"`
	Lang         string `help:"Language of the template's words, instead of the one that the facts name." placeholder:"LANG"`
	Sign         string `help:"Key to sign the PDF with, PEM." placeholder:"KEY"`
	Certificate  string `help:"Certificate of that key and those above it, PEM." placeholder:"FILE"`
	Confidential string `help:"Section M of a production order: makes the enforcing authority's copy, and only that." placeholder:"FILE"`
	Example      string `help:"Print invented facts for a template or an instrument, and make nothing." placeholder:"INSTRUMENT"`
}

// Run makes the documents. What is there already under their names is not overwritten.
func (a *noticeRender) Run(_ context.Context, _ *cli, e env) error {
	if a.Example != "" {
		x, err := form.Example(a.Example)
		if err != nil {
			return wrong(err)
		}
		b, err := form.JSON(x)
		if err == nil {
			_, err = e.stdout.Write(b)
		}
		return err
	}
	if a.In == "" || a.Out == "" {
		return iru.Refuse(iru.Invalid, "--in and --out are needed", "iolaus notice render --example referral prints a file of facts to begin with")
	}
	b, err := facts(a.In, e)
	if err != nil {
		return err
	}
	act, err := form.ParseAct(b)
	if err != nil {
		return fmt.Errorf("%s: %w", a.In, wrong(err))
	}
	signer, err := documentsConfig{a.Sign, a.Certificate}.signerFor()
	if err != nil {
		return err
	}
	if a.Lang != "" {
		act.Template = form.TemplateFor(act.Template.ID, a.Lang)
		if act.Template.Lang != a.Lang {
			return iru.Refuse(iru.Invalid, fmt.Sprintf("the template %s is not there in %q", act.Template.ID, shorten(a.Lang, 20)), "its words are in "+strings.Join(languagesOf(act), ", "))
		}
	}
	now := time.Now().UTC()
	if act.IssuedAt.IsZero() && signer != nil { // what is signed is no draft
		act.IssuedAt = now
	}
	if act.Signature = ""; signer != nil {
		act.Signature = signer.Name()
	}
	if a.Confidential != "" {
		return a.enforcing(act, signer, now, e)
	}
	p, err := form.Render(act)
	if err != nil {
		return fmt.Errorf("%s: %w", a.In, wrong(err))
	}
	if signer != nil {
		if p.PDF, err = form.Sign(p.PDF, *signer, now); err != nil {
			return err
		}
	}
	for _, m := range form.Missing(act) {
		fmt.Fprintln(e.stderr, "the document does not say:", m)
	}
	return a.put(e, map[string][]byte{form.FileName(act, ".pdf"): p.PDF, form.FileName(act, ".json"): p.JSON, form.FileName(act, ".txt"): []byte("Subject: " + p.Subject + "\n\n" + p.Text)},
		form.FileName(act, ".pdf"), form.FileName(act, ".json"), form.FileName(act, ".txt"))
}

// enforcing makes the enforcing authority's copy, under names that nobody takes for the addressee's.
func (a *noticeRender) enforcing(act form.Act, signer *form.Signer, now time.Time, e env) error {
	b, err := facts(a.Confidential, e)
	if err != nil {
		return err
	}
	c, err := form.ParseConfidential(b)
	if err != nil {
		return fmt.Errorf("%s: %w", a.Confidential, wrong(err))
	}
	p, err := form.Enforcing(act, c)
	if err != nil {
		return wrong(err)
	}
	if signer != nil {
		if p.PDF, err = form.Sign(p.PDF, *signer, now); err != nil {
			return err
		}
	}
	pdf, record := form.FileName(act, "-enforcing-authority-only.pdf"), form.FileName(act, "-enforcing-authority-only.json")
	return a.put(e, map[string][]byte{pdf: p.PDF, record: p.JSON}, pdf, record)
}

func facts(name string, e env) ([]byte, error) {
	in, _, err := input(name, e)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(in, form.MaxAct+1))
	return b, errors.Join(err, in.Close())
}

// signerFor is signer with both flags or none.
func (d documentsConfig) signerFor() (*form.Signer, error) {
	if (d.Key == "") != (d.Certificate == "") {
		return nil, iru.Refuse(iru.Invalid, "--sign and --certificate belong together", "give both or none")
	}
	return d.signer()
}

func languagesOf(a form.Act) []string {
	var list []string
	for _, l := range form.Languages() {
		if form.TemplateFor(a.Template.ID, l).Lang == l {
			list = append(list, l)
		}
	}
	return list
}

func (a *noticeRender) put(e env, files map[string][]byte, order ...string) error {
	if err := os.MkdirAll(a.Out, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	for _, name := range order {
		to := filepath.Join(a.Out, name)
		f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, os.ErrExist) {
			return iru.Refuse(iru.Conflict, to+" is there already", "name another folder, or take it away")
		}
		if err != nil {
			return fmt.Errorf("write document: %w", err)
		}
		_, err = f.Write(files[name])
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("write document: %w", err)
		}
		fmt.Fprintln(e.stdout, to)
	}
	return nil
}

// wrong is an error of package form as one of ours.
func wrong(err error) error {
	var f *form.Fault
	if errors.As(err, &f) {
		where := ""
		if f.Where != "" {
			where = f.Where + ": "
		}
		return iru.Refuse(iru.Invalid, where+f.What, f.Do)
	}
	return err
}

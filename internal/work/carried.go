// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// maxAnnexFiles is how many attachments of a mail are read for an annex; all of them are kept.
const maxAnnexFiles = 20

// carried keeps what a reply carried, each file as it came, and reads Annex II or III out of it: from words, JSON or a PDF. A reply moves
// its act by an annex only if it names this act, says one thing, contradicts nothing else in the mail, and the sender's proof covers it.
func (c *Crew) carried(ctx context.Context, r deliver.Reply, in *desk.Reply) error {
	var found []iru.Annex
	var remarks []string
	take := func(a iru.Annex, err error, where string) {
		switch {
		case err == nil:
			found = append(found, a)
		case !errors.Is(err, iru.NotFound) && a.Number != "":
			remarks = append(remarks, "Annex "+a.Number+" in "+where+" cannot be taken at its word: "+reason(err))
		}
	}
	if !r.Auto || r.Delivery == "" {
		a, err := iru.ReadAnnexText(unquoted(r.Text))
		take(a, err, "the text")
	}
	files, cut := deliver.Attached(r.Raw)
	if cut {
		remarks = append(remarks, "the mail has more parts than are read; the raw letter has all of them")
	}
	for n, f := range files {
		sum, size, err := c.Store.Put(ctx, bytes.NewReader(f.Data))
		if err != nil {
			return fmt.Errorf("store attachment: %w", err)
		}
		name := f.Name
		if name == "" {
			name = fmt.Sprintf("attachment-%d", n+1)
		}
		in.Files = append(in.Files, iru.File{Name: clean(name), Kind: clean(f.Type), SHA256: sum, Size: size})
		if n >= maxAnnexFiles {
			continue
		}
		switch {
		case f.Type == "application/json" || strings.HasSuffix(strings.ToLower(name), ".json"):
			a, err := iru.ParseAnnex(f.Data)
			take(a, err, name)
		case bytes.HasPrefix(f.Data, []byte("%PDF-")) || f.Type == "application/pdf":
			a, remark, err := c.annexOfPDF(ctx, f.Data, name)
			if remark != "" {
				remarks = append(remarks, remark)
			}
			take(a, err, name)
		}
	}
	return c.settleAnnex(ctx, r, in, found, remarks)
}

// settleAnnex decides whether what was found moves the act.
func (c *Crew) settleAnnex(ctx context.Context, r deliver.Reply, in *desk.Reply, found []iru.Annex, remarks []string) error {
	unsure := func(why string) { remarks = append(remarks, why) }
	if len(found) > 0 {
		a := found[0]
		in.Annex = &a
		d, err := c.Desk.Thread(ctx, in.Notice)
		if err != nil && !errors.Is(err, iru.NotFound) {
			return err
		}
		kind := a.Kind()
		differs := false
		for _, x := range found[1:] {
			differs = differs || !reflect.DeepEqual(x, a) && (x.Kind() != kind || x.Reference != a.Reference)
		}
		switch {
		case differs:
			unsure("it carries two annexes that differ")
		case !strings.EqualFold(strings.TrimSpace(a.Reference), d.Notice.Ref):
			unsure("its annex names " + a.Reference + ", not this act")
			in.Kind, in.Guess = "unknown", true
		case kind == "unknown":
			unsure("its annex ticks an impossibility and a lack of information: one pauses the clock, the other begins it anew")
			in.Kind, in.Guess = "unknown", true
		case !in.Guess && in.Kind != kind && in.Kind != "receipt":
			unsure("it says " + in.Kind + ", and its annex says " + kind)
			in.Guess = true
		case r.Authentic == deliver.ByDKIM && !r.Whole:
			unsure("the signature of its sender does not cover the annex")
			in.Kind, in.Guess = kind, true
		default:
			in.Kind, in.Guess, in.Remark = kind, false, ""
		}
		if differs {
			in.Kind, in.Guess = "unknown", true
		}
	}
	if r.Truncated {
		in.Guess = true
	}
	for _, s := range remarks {
		in.Remark = strings.TrimPrefix(in.Remark+"; "+clean(s), "; ")
	}
	if len(remarks) > 0 && len(found) == 0 && strings.Contains(in.Remark, "cannot be taken at its word") {
		in.Guess = true
	}
	return nil
}

// annexOfPDF reads a document in a cell. What it would do if it were opened is told, and never done.
func (c *Crew) annexOfPDF(ctx context.Context, b []byte, name string) (a iru.Annex, remark string, err error) {
	d, err := c.readPDF(ctx, b)
	switch {
	case errors.Is(err, iru.Unavailable) && ctx.Err() != nil:
		return a, "", err
	case err != nil:
		return a, name + " is no document that can be read; it is kept as it came", iru.NotFound
	}
	if len(d.Active) > 0 {
		remark = name + " is more than paper (" + strings.Join(d.Active, ", ") + "): it was not run, and is kept; do not open it in a program that would"
	}
	if d.Cut {
		remark = strings.TrimPrefix(remark+"; "+name+" was not read to its end", "; ")
	}
	fields := map[string][]string{}
	for _, k := range d.Fields {
		key := strings.ToLower(k.Name[strings.LastIndexByte(k.Name, '.')+1:])
		if k.Value != "" && k.Value != "Off" {
			fields[key] = append(fields[key], k.Value)
		}
	}
	if fields["annex"] != nil {
		a, err = iru.AnnexOf(fields)
	} else {
		a, err = iru.ReadAnnexText(d.Text)
	}
	if err == nil && (len(d.Active) > 0 || d.Cut || d.Sealed) { // a person looks before it moves anything
		err = iru.Refuse(iru.Invalid, "its document is more than paper, or was not read whole", "")
	}
	return a, remark, err
}

func (c *Crew) readPDF(ctx context.Context, b []byte) (*recognise.PDF, error) {
	if c.Cells == nil {
		d, err := recognise.ReadPDF(b)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", iru.Invalid, err)
		}
		return &d, nil
	}
	r, err := c.Cells.Reader(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // it is told when it is read
	return r.PDF(ctx, b)
}

// unquoted leaves out what they quote of ours: the words of an order must not answer it.
func unquoted(s string) string {
	var b strings.Builder
	for l := range strings.Lines(s) {
		if !strings.HasPrefix(strings.TrimSpace(l), ">") {
			b.WriteString(l)
		}
	}
	return b.String()
}

// reason is an error's words for a person.
func reason(err error) string {
	var r *iru.Refusal
	if errors.As(err, &r) {
		return r.Reason
	}
	return err.Error()
}

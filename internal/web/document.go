// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"io"
	"slices"

	"iolaus/internal/desk"
	"iolaus/internal/form"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

const maxDocument = 20 << 20 // what a provider's interface takes

// documentFile gives a document of an act: as it left or, before that, as it would leave, without signature.
func (v *visit) documentFile() error {
	n, err := v.notice()
	if err != nil {
		return err
	}
	kind := v.r.PathValue("kind")
	types := map[string]string{desk.DocumentPDF: "application/pdf", desk.DocumentJSON: "application/json"}
	if types[kind] == "" {
		return iru.NotFound
	}
	kept, err := v.desk.Documents(v.ctx(), v.scope, n.ID)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(kept, func(f iru.File) bool { return f.Kind == kind }); i >= 0 {
		b, err := v.stored(kept[i])
		if err != nil {
			return err
		}
		return v.file(kept[i].Name, types[kind], b)
	}
	p, err := v.desk.Preview(v.ctx(), v.scope, n.ID)
	if err != nil {
		return err
	}
	make := form.PDF
	if kind == desk.DocumentJSON {
		make = form.JSON
	}
	b, err := make(p.Act)
	if err != nil {
		return err
	}
	return v.file(form.FileName(p.Act, "-preview."+kind), types[kind], b)
}

// stored reads a document that left.
func (v *visit) stored(f iru.File) ([]byte, error) {
	if v.opts.Letters == nil {
		return nil, iru.Refuse(iru.Unavailable, "the store of letters is not reached from here", "")
	}
	r, err := v.opts.Letters.Open(v.ctx(), f.SHA256)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(r, maxDocument))
	return b, errors.Join(err, r.Close())
}

// DocumentsCard offers an act's documents and says what they lack.
type DocumentsCard struct {
	Notice  iru.NoticeID
	Kept    []iru.File
	Act     form.Act
	Missing []string
	Problem string // why none can be made
}

// papers reads what the card shows.
func (v *visit) papers(n iru.Notice) (*DocumentsCard, error) {
	c := &DocumentsCard{Notice: n.ID}
	var err error
	if c.Kept, err = v.desk.Documents(v.ctx(), v.scope, n.ID); err != nil {
		return nil, err
	}
	p, err := v.desk.Preview(v.ctx(), v.scope, n.ID)
	if why, refused := complaint(err); refused {
		c.Problem = why
		return c, nil
	}
	c.Act, c.Missing = p.Act, p.Missing
	return c, err
}

func (c DocumentsCard) buttons(ctx context.Context) []ui.Button {
	base := "/notices/" + id(c.Notice) + "/document/"
	return []ui.Button{{Text: ui.T(ctx, "Take the PDF along"), Href: base + desk.DocumentPDF}, {Text: ui.T(ctx, "Take the facts along (JSON)"), Href: base + desk.DocumentJSON}}
}

// terms are what is known of the documents.
func (c DocumentsCard) terms(ctx context.Context) ui.Terms {
	out := ui.Terms{{Name: ui.T(ctx, "Template"), Value: ui.Isolated(c.Act.Template.ID + " " + c.Act.Template.Version + " (" + c.Act.Template.Lang + ")")}}
	if len(c.Kept) == 0 {
		return append(out, ui.Term{Name: ui.T(ctx, "Signature"), Value: ui.Text(ui.T(ctx, "made when it leaves"))})
	}
	for _, f := range c.Kept {
		out = append(out, ui.Term{Name: f.Name, Value: ui.Hash{Prefix: "sha256:", Hex: f.SHA256, Copy: true}})
	}
	return out
}

// letterhead asks what the unit's documents say of it.
func (v *visit) letterhead() error {
	ctx := v.ctx()
	if err := v.scope.May(iru.ToAdminister); err != nil {
		return err
	}
	title := ui.T(ctx, "Letterhead")
	l := v.unit.Letterhead
	p := StepPage{Frame: v.frame("", title), Title: title, Action: "/admin/letterhead", Verb: ui.T(ctx, "Keep"), Kind: ui.Primary, Back: "/admin",
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Administration"), Href: "/admin"}},
		Next:   []string{ui.T(ctx, "Documents say it from now on."), ui.T(ctx, "Acts that were handed in before say something else: they do not leave, and must be drafted anew.")}}
	for _, f := range []struct {
		to          *string
		name, label string
	}{
		{&l.Type, "type", ui.T(ctx, "Type of authority: judicial, police or other")}, {&l.Representative, "representative", ui.T(ctx, "Who certifies acts: name and post held")},
		{&l.Address, "address", ui.T(ctx, "Postal address")}, {&l.Phone, "phone", ui.T(ctx, "Telephone")}, {&l.Fax, "fax", ui.T(ctx, "Fax")},
		{&l.Body, "body", ui.T(ctx, "Before whom an act can be challenged")}, {&l.Deadline, "deadline", ui.T(ctx, "Deadline for that, in words")}, {&l.Link, "link", ui.T(ctx, "Link to the provisions on that")},
		{&l.ForProvider, "for_provider", ui.T(ctx, "Redress of the addressee of an order to act")}, {&l.ForRecipient, "for_recipient", ui.T(ctx, "Redress of the recipient of the service")},
		{&l.Provision, "provision", ui.T(ctx, "Provision on which orders to act rest")}, {&l.Effect, "effect", ui.T(ctx, "Authority that is told their effect")},
		{&l.FlaggerBy, "flagger_by", ui.T(ctx, "Who awarded the status of trusted flagger")}, {&l.FlaggerSince, "flagger_since", ui.T(ctx, "Since when")},
	} {
		if v.r.Method == "POST" {
			*f.to = v.value(f.name)
		}
		p.Fields = append(p.Fields, ui.Field{Name: f.name, Label: f.label, Value: *f.to, Max: 500, Autocomplete: "off"})
	}
	return v.takeStep(p, func() (string, error) {
		_, err := v.desk.SetLetterhead(ctx, v.scope, l)
		return ui.T(ctx, "The letterhead is kept."), err
	})
}

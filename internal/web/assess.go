// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// assessForm is the finding panel as it was filled in.
type assessForm struct {
	Limbs         []string
	Passage, Lang string
	Purpose       string
	PurposeReason string
	Public        bool
	Reason        string
	Of            string
	When, Date    string
	Parts         url.Values // the further parts, by field
	Near          []desk.Neighbour
	Also          []string          // near copies that it settles too
	Errors        map[string]string // by field; "" stands above the form
}

func (v *visit) assessForm() assessForm {
	return assessForm{Limbs: v.values("limbs"), Passage: v.value("passage"), Lang: v.value("passage_lang"), Purpose: v.value("purpose"),
		PurposeReason: v.value("purpose_reason"), Public: v.value("public") != "", Reason: v.value("reason"), Of: v.value("of"), Parts: v.parts(), Also: v.values("also"), Errors: map[string]string{}}
}

func (f assessForm) assessment(i iru.ItemID, act string) iru.Assessment {
	a := iru.Assessment{Item: i, Finding: iru.Finding(act), Reason: f.Reason}
	switch act {
	case actDuplicate:
		a.Of = iru.ItemID(number(f.Of))
	case actRefer:
		a.Limbs, a.Passage, a.PassageLang, a.Public = slices.Compact(slices.Sorted(slices.Values(f.Limbs))), f.Passage, f.Lang, f.Public
		a.Purpose, a.PurposeReason = iru.Purpose(f.Purpose), f.PurposeReason
		a.Grounds = grounds(f.Parts)
		a.Grounds.Passages = passages(f.Parts, f.Passage, f.Lang, a.Limbs)
	}
	return a
}

func (f assessForm) also() (ids []iru.ItemID) {
	for _, o := range f.Also {
		ids = append(ids, iru.ItemID(number(o)))
	}
	return ids
}

// missing names every field that is empty at once; what else is wrong, the rule itself says.
func (f assessForm) missing(ctx context.Context, act string) {
	need := func(field, value, text string) {
		if value == "" {
			f.Errors[field] = text
		}
	}
	need("reason", f.Reason, ui.T(ctx, "Say in your own words what you saw, and where."))
	switch act {
	case actDuplicate:
		need("of", f.Of, ui.T(ctx, "Name the item that this one repeats."))
	case actRefer:
		need("limbs", strings.Join(f.Limbs, ""), ui.T(ctx, "Tick at least one."))
		need("passage", f.Passage+f.Parts.Get("to_1"), ui.T(ctx, "Quote the passage, or give the time range."))
		need("purpose", f.Purpose, ui.T(ctx, "Choose one. This step cannot be skipped."))
		need("purpose_reason", f.PurposeReason, ui.T(ctx, "Say why a protected purpose applies or does not."))
		if !f.Public {
			f.Errors["public"] = ui.T(ctx, "Tick it only if the capture shows it; else this cannot be referred.")
		}
	}
}

// fieldOf finds the field that a refusal is about.
func fieldOf(reason string) string {
	for _, x := range []struct{ words, field string }{
		{"true-purpose step has no reason", "purpose_reason"}, {"true-purpose", "purpose"}, {"protected purpose", "purpose"}, {"two doubts", "purpose"},
		{"the reason is missing", "reason"}, {"passage", "passage"}, {"near cop", "also"}, {"not free any more", "also"}, {"ground", "limbs"}, {"limb", "limbs"}, {"publicly accessible", "public"}, {"duplicate", "of"},
	} {
		if strings.Contains(reason, x.words) {
			return x.field
		}
	}
	return ""
}

// limbs are the grounds of Article 2(7) of Regulation (EU) 2021/784.
func limbs(ctx context.Context) []ui.ChoiceOption {
	return []ui.ChoiceOption{
		{Value: "a", Text: ui.T(ctx, "(a) incites, also by glorifying, thereby causing a danger")},
		{Value: "b", Text: ui.T(ctx, "(b) solicits a person to commit or contribute to an offence")},
		{Value: "c", Text: ui.T(ctx, "(c) solicits to take part in a terrorist group")},
		{Value: "d", Text: ui.T(ctx, "(d) instructs in making or using weapons, explosives or noxious substances, for the purpose of such an offence")},
		{Value: "e", Text: ui.T(ctx, "(e) threatens to commit such an offence")},
	}
}

func purposes(ctx context.Context) []ui.ChoiceOption {
	return []ui.ChoiceOption{
		{Value: string(iru.PurposeProceed), Text: ui.T(ctx, "No protected purpose"), Hint: ui.T(ctx, "The reason below says why none applies.")},
		{Value: string(iru.PurposeDoubt), Text: ui.T(ctx, "In doubt"), Hint: ui.T(ctx, "A second reviewer judges, without seeing this answer.")},
		{Value: string(iru.PurposeExcluded), Text: ui.T(ctx, "A protected purpose applies"), Hint: ui.T(ctx, "Then choose no action: this excludes a referral.")},
	}
}

// fields are the lines of the panel, in order, for the summary of what is wrong.
func (p ItemPage) fields(ctx context.Context) ui.Errors {
	e := p.Form.Errors
	all := ui.Errors{}
	switch p.Act {
	case actRefer:
		all = append(all, p.limbs(ctx).Field(), p.passageField(ctx), p.purpose(ctx).Field(), p.purposeReason(ctx), p.public(ctx).Field())
	case actDuplicate:
		all = append(all, p.of(ctx))
	case actLater:
		all = append(all, p.when(ctx).Field(), p.date(ctx))
	}
	all = append(all, p.reason(ctx))
	if c, some := p.also(ctx); some {
		all = append(all, c.Field())
	}
	if e[""] != "" {
		all = append(all, ui.Field{Name: "reason", Label: ui.T(ctx, "Your finding"), Error: e[""]})
	}
	return all
}

func (p ItemPage) limbs(ctx context.Context) ui.Choice {
	return ui.Choice{Name: "limbs", Question: ui.T(ctx, "Ground, Article 2(7)"), Many: true, Required: true, Options: limbs(ctx), Chosen: p.Form.Limbs, Error: p.Form.Errors["limbs"], Focus: len(p.Form.Errors) == 0}
}

func (p ItemPage) passageField(ctx context.Context) ui.Field {
	return ui.Field{Name: "passage", Type: "textarea", Rows: 3, Label: ui.T(ctx, "Passage, in the original language"), Value: p.Form.Passage, Lang: p.Item.Lang, Required: true, Max: 8000,
		Error: p.Form.Errors["passage"], Hint: ui.T(ctx, "Quote it, or give a time range. It will stand in the act.")}
}

func (p ItemPage) purpose(ctx context.Context) ui.Choice {
	return ui.Choice{Name: "purpose", Question: ui.T(ctx, "True purpose: education, journalism, art, research, counter-speech, public debate?"), Required: true, Options: purposes(ctx),
		Chosen: []string{p.Form.Purpose}, Error: p.Form.Errors["purpose"], Hint: ui.T(ctx, "Article 1(3). Nobody can skip this step.")}
}

func (p ItemPage) purposeReason(ctx context.Context) ui.Field {
	return ui.Field{Name: "purpose_reason", Type: "textarea", Rows: 2, Label: ui.T(ctx, "Why, for the purpose"), Value: p.Form.PurposeReason, Required: true, Max: 4000, Error: p.Form.Errors["purpose_reason"]}
}

func (p ItemPage) public(ctx context.Context) ui.Choice {
	c := ui.Choice{Name: "public", Question: ui.T(ctx, "Publicly accessible"), Many: true, Required: true, Error: p.Form.Errors["public"],
		Options: []ui.ChoiceOption{{Value: "1", Text: ui.T(ctx, "The capture shows that anyone can reach it")}}}
	if p.Form.Public {
		c.Chosen = []string{"1"}
	}
	if len(p.Exhibits) > 0 {
		x := p.Exhibits[0]
		c.Hint = ui.T(ctx, "Captured from %s without signing in: %s.", x.Vantage, outcomeName(ctx, x.Outcome))
	}
	return c
}

func (p ItemPage) of(ctx context.Context) ui.Field {
	return ui.Field{Name: "of", Label: ui.T(ctx, "Number of the item that it repeats"), Value: p.Form.Of, Required: true, Max: 19, Error: p.Form.Errors["of"], More: p.focus()}
}

func (p ItemPage) when(ctx context.Context) ui.Choice {
	return ui.Choice{Name: "when", Question: ui.T(ctx, "Wake me"), Required: true, Chosen: []string{p.Form.When}, Error: p.Form.Errors["when"], Focus: len(p.Form.Errors) == 0, Options: []ui.ChoiceOption{
		{Value: "hour", Text: ui.T(ctx, "in one hour")}, {Value: "tonight", Text: ui.T(ctx, "at 20:00 UTC")},
		{Value: "tomorrow", Text: ui.T(ctx, "tomorrow at 08:00 UTC")}, {Value: "date", Text: ui.T(ctx, "at the time below")}}}
}

func (p ItemPage) date(ctx context.Context) ui.Field {
	return ui.Field{Name: "date", Type: "datetime-local", Label: ui.T(ctx, "Date and time, UTC"), Value: p.Form.Date, Error: p.Form.Errors["date"]}
}

func (p ItemPage) reason(ctx context.Context) ui.Field {
	f := ui.Field{Name: "reason", Type: "textarea", Rows: 3, Label: ui.T(ctx, "Reason, in your words"), Value: p.Form.Reason, Max: 4000, Error: p.Form.Errors["reason"],
		Placeholder: ui.T(ctx, "What you saw, and where in the item")}
	switch p.Act {
	case actSecond:
		f.Label, f.Hint = ui.T(ctx, "Note"), ui.T(ctx, "The second reviewer sees neither this nor your view; it is for the record.")
	case actLater:
		f.Label = ui.T(ctx, "Note")
	default:
		f.Required = true
	}
	if p.Act == actNoAction || p.Act == actSecond {
		f.More = p.focus()
	}
	return f
}

// focus gives a form that was just opened its first field.
func (p ItemPage) focus() templ.Attributes {
	if len(p.Form.Errors) > 0 {
		return nil
	}
	return templ.Attributes{"autofocus": true}
}

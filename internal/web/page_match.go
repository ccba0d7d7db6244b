// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// A MatchLine is one match of an item with known content, in words: the content itself is not shown again.
type MatchLine struct {
	iru.Match
	Opinions []string // that stand: "confirmed by Unit B"
}

// matchVerb is a button of a match.
type matchVerb struct{ Verb, Words string }

func (m MatchLine) verbs(ctx context.Context) []matchVerb {
	var out []matchVerb
	for _, b := range []matchVerb{{"confirm", ui.T(ctx, "Confirm")}, {"dispute", ui.T(ctx, "Dispute")}, {"withdraw", ui.T(ctx, "Withdraw")}, {"restore", ui.T(ctx, "Suggest it again")}} {
		if iru.MatchTable.Can(m.State, b.Verb) {
			out = append(out, b)
		}
	}
	return out
}

// why asks for the reason of what undoes a withdrawal.
func (m MatchLine) why(ctx context.Context) ui.Field {
	return ui.Field{ID: "why-match-" + id(m.ID), Name: "note", Label: ui.T(ctx, "Why it is a suggestion again"), Required: true, Max: 500, Autocomplete: "off", More: map[string]any{"dir": "auto"}}
}

// label is what the bank calls it, its addresses defanged.
func (m MatchLine) label() string { return plainDefanged(m.Label) }

// A NearLine is an item that resembles the one shown.
type NearLine struct {
	Item  iru.Item
	By    string         // what both resemble; "" for nothing known
	Likes []iru.Likeness // how they resemble each other
	Free  bool           // a finding can settle it
}

// how says in what it resembles the item shown.
func (n NearLine) how(ctx context.Context) []string {
	var out []string
	for _, l := range n.Likes {
		out = append(out, likeness(ctx, l))
	}
	if n.By != "" {
		out = append(out, ui.T(ctx, "both resemble “%s”", n.By))
	}
	return out
}

func (n NearLine) waits() bool {
	return n.Item.State == iru.ItemReady || n.Item.State == iru.ItemSecond || n.Item.State == iru.ItemDeferred
}

// nearWaiting counts the near copies that wait for a person.
func (p ItemPage) nearWaiting() int {
	n := 0
	for _, x := range p.Near {
		if x.waits() {
			n++
		}
	}
	return n
}

func (p ItemPage) nearTitle(ctx context.Context) string {
	n := p.nearWaiting()
	switch {
	case n == 0:
		return ui.T(ctx, "Near copies, judged")
	case n >= nearCounted:
		return ui.T(ctx, "Near copies waiting: %s", strconv.Itoa(n)+"+")
	}
	return ui.T(ctx, "Near copies waiting: %s", strconv.Itoa(n))
}

// nearFoot says the rule, and how many are not listed.
func (p ItemPage) nearFoot(ctx context.Context) templ.Component {
	rule := ui.T(ctx, "Near is not the same: a finding settles only those that are ticked with it. Exact copies are settled together.")
	if more := len(p.Near) - nearShown; more > 0 {
		return ui.Both(rule, ui.T(ctx, "Not listed here: %s.", strconv.Itoa(more)))
	}
	return ui.Text(rule)
}

func (p ItemPage) nearHref(n NearLine) string {
	if n.waits() && p.MayAssess {
		return at("/triage", "item", id(n.Item.ID))
	}
	return "/items/" + id(n.Item.ID)
}

// reasonsAside leads to the matches by a key.
func (p ItemPage) reasonsAside(ctx context.Context) templ.Component {
	rule := ui.Quiet(ui.T(ctx, "suggestions, never decisions"))
	if len(p.Matches) == 0 || !p.MayAssess {
		return rule
	}
	return ui.All(rule, ui.Button{Text: ui.T(ctx, "To the matches"), Small: true, Href: "#match-" + id(p.Matches[0].ID), Key: "m"})
}

// silent says that there are matches which are not shown.
func (p ItemPage) silent(ctx context.Context) templ.Component {
	if p.Silent == 0 {
		return nil
	}
	return ui.Text(ui.T(ctx, "Not shown: %s, of a muted bank or of content that was set aside.", strconv.Itoa(p.Silent)))
}

// also asks which near copies the finding settles with the item: none unless a person ticks it.
func (p ItemPage) also(ctx context.Context) (ui.Choice, bool) {
	c := ui.Choice{Name: "also", Question: ui.T(ctx, "Near copies that this finding settles too"), Many: true, Chosen: p.Form.Also, Error: p.Form.Errors["also"],
		Hint: ui.T(ctx, "Tick only what you have opened: each gets a finding of its own, in your name.")}
	for _, n := range p.Near[:min(len(p.Near), nearShown)] {
		if n.Free {
			c.Options = append(c.Options, ui.ChoiceOption{Value: id(n.Item.ID), Text: ui.T(ctx, "Item %s", id(n.Item.ID)) + " · " + cutText(plainDefanged(n.Item.Locator), 60), Hint: join(n.how(ctx)...)})
		}
	}
	return c, len(c.Options) > 0 && (p.Act == actRefer || p.Act == actNoAction)
}

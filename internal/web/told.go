// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// told is a text that the program keeps in English: in the reader's language as far as the catalogue has all of it, otherwise as it is kept.
func told(ctx context.Context, text string) templ.Component {
	if ui.LanguageOf(ctx).Tag == "en" {
		return ui.Isolated(text)
	}
	if s, ok := sourceTold(ctx, text); ok {
		return ui.Isolated(s)
	}
	if s, ok := lawTold(ctx, text); ok {
		return ui.Text(s)
	}
	return ui.ForeignWord("en", text)
}

// lawTold translates what the gate says, which is made of whole sentences; false where one of them is not known.
func lawTold(ctx context.Context, text string) (string, bool) {
	var out []string
	for _, s := range strings.SplitAfter(text, ". ") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if !strings.HasSuffix(s, ".") || !slices.Contains(lawSentences, s) {
			return "", false
		}
		out = append(out, ui.T(ctx, s))
	}
	return strings.Join(out, " "), len(out) > 0
}

// lawSentences are those that stand in the reasons of instruments by which something is felled (internal/legal).
var lawSentences = []string{
	ui.N("A platform stores content and disseminates it to the public at its users' request."),
	ui.N("A web host stores content at the content provider's request."),
	ui.N("A stream host stores programmes at the content provider's request."),
	ui.N("A newsletter service that keeps a public archive stores it at the sender's request."),
	ui.N("An app store offers what developers submit."),
	ui.N("An add-on store offers what developers submit."),
	ui.N("A content delivery network or reverse proxy passes on and caches what is stored elsewhere."),
	ui.N("A protection service filters traffic and stores no content."),
	ui.N("An upstream network or a colocation centre carries traffic or houses machines and does not store the content itself."),
	ui.N("An access or caching service only transmits."),
	ui.N("A name server operator answers for names and stores no content."),
	ui.N("A registrar registers names and stores no content."),
	ui.N("A registry keeps the names of a top-level domain and stores no content."),
	ui.N("A search engine points to content that is stored elsewhere."),
	ui.N("A payment service moves money and stores no content."),
	ui.N("A payment service moves money and stores no content, and is no intermediary service in the sense of the Digital Services Act."),
	ui.N("A referral can be sent to any provider, which judges it against its own terms and is not bound."),
	ui.N("A notice gives it actual knowledge and must be decided in a timely manner."),
	ui.N("A removal order binds it to remove the content or disable access within the time limit of the Regulation, counted from receipt."),
	ui.N("An order on national law binds it, and it reports the effect without undue delay."),
	ui.N("A report of illegal activity asks it to review and act under its own terms; it is not bound."),
	ui.N("A report asks it to judge the app or add-on against its own terms; it is not bound."),
	ui.N("A court can order it, or have what it holds seized, in the national procedure."),
	ui.N("A removal order reaches it only where it stores and disseminates to the public at the developer's request: a lawyer must confirm that."),
	ui.N("National law alone decides whether it can be ordered to act: a lawyer must name the provision."),
	ui.N("A lawyer must confirm that the national procedure reaches it."),
	ui.N("A removal order goes only to a hosting service provider that stores content and disseminates it to the public at the content provider's request."),
	ui.N("A notice under Article 16 goes to hosting services and online platforms only."),
	ui.N("Only a registrar or a registry can act on a report under the registrars' agreement."),
	ui.N("A store report goes only to an app store or an add-on store."),
	ui.N("A content delivery network is reached by this instrument only where it also stores the content at the content provider's request: a lawyer must confirm that it does."),
	ui.N("An e-mail or a private message is no content of a hosting service; only a public archive of a newsletter is."),
	ui.N("An e-mail or a private message is not disseminated to the public, so a removal order cannot reach it."),
	ui.N("Cloud infrastructure that serves others than the content provider is outside the removal order."),
	ui.N("In a group that a person must admit one to, content is not disseminated to the public, so a removal order cannot reach it."),
	ui.N("What is shared between a few is not disseminated to the public, so a removal order cannot reach it."),
	ui.N("It is not recorded whether the public can reach the content, and a removal order covers only what is disseminated to the public."),
	ui.N("A stored programme can be ordered removed; whether live transit is stored content is for a lawyer."),
	ui.N("A removal order is issued only by an authority that its Member State has designated for it."),
	ui.N("Europol never issues removal orders: they come from a Member State's competent authority."),
	ui.N("Being competent for removal orders gives no power to issue this one: a lawyer must name the national provision."),
	ui.N("An order to act is issued only by a national judicial or administrative authority on its own law."),
	ui.N("Only a court or a prosecutor may order this: a lawyer must confirm that the authority is one, or has obtained the order."),
	ui.N("Only a court or a prosecutor may order a seizure or another measure of national procedure."),
}

// sources are the whole texts from which the source of a figure is put together.
var sources = []string{
	ui.N("assumed"),
	ui.N("assumed by the program"),
	ui.N("Regulation (EU) 2021/784, Article 3(3): one hour from receipt"),
	ui.N("Regulation (EU) 2021/784, Article 3(3)"),
	ui.N("assumed: compliance in the planner's simulation"),
	ui.N("the register of providers"),
	ui.N("the plan's tree"),
	ui.N("nothing beside"),
	ui.N("names seen at the same address or on the same certificate"),
	ui.N("addresses seen below the same name"),
	ui.N("what is asked concerns the outlet's own listing alone"),
	ui.N("whether third parties have mail there is not known"),
	ui.N("who else hangs on that network is not known"),
	ui.N("the address has not been looked at yet"),
}

// countedSources are the sources with numbers in them.
var countedSources = []struct {
	text string
	of   *regexp.Regexp
}{
	{ui.N("its record: median over %s acts received (Kaplan-Meier)"), regexp.MustCompile(`^its record: median over (\d+) acts received \(Kaplan-Meier\)$`)},
	{ui.N("its record: acted upon %s of %s"), regexp.MustCompile(`^its record: acted upon (\d+) of (\d+)$`)},
	{ui.N("the unit's record: median over %s falls (Kaplan-Meier)"), regexp.MustCompile(`^the unit's record: median over (\d+) falls \(Kaplan-Meier\)$`)},
	{ui.N("%s further addresses at %s %% of it each"), regexp.MustCompile(`^(\d+) further addresses at (\d+) % of it each$`)},
	{ui.N("provider's record, %s acts"), regexp.MustCompile(`^provider's record, (\d+) acts$`)},
	{ui.N("a lawyer looks first (%s)"), regexp.MustCompile(`^a lawyer looks first \((.*)\)$`)},
	{ui.N("a second person signs (%s)"), regexp.MustCompile(`^a second person signs \((.*)\)$`)},
	{ui.N("the addressee is in another state (%s)"), regexp.MustCompile(`^the addressee is in another state \((.*)\)$`)},
	{ui.N("the unit's own rate: %s"), regexp.MustCompile(`^` + regexp.QuoteMeta(iru.OwnRate) + `(.*)$`)},
}

// sourceTold translates the source of a figure; what a person wrote in it stays as it is. False where it is none that the program makes.
func sourceTold(ctx context.Context, text string) (string, bool) {
	if slices.Contains(sources, text) {
		return ui.T(ctx, text), true
	}
	for _, c := range countedSources {
		m := c.of.FindStringSubmatch(text)
		if m == nil || strings.Contains(m[len(m)-1], "); ") {
			continue
		}
		var args []any
		for _, x := range m[1:] {
			if s, ok := sourceTold(ctx, x); ok {
				x = s
			}
			args = append(args, x)
		}
		return ui.T(ctx, c.text, args...), true
	}
	parts := strings.Split(text, "; ")
	if len(parts) == 1 {
		return "", false
	}
	for n, p := range parts {
		s, ok := sourceTold(ctx, p)
		if !ok {
			return "", false
		}
		parts[n] = s
	}
	return strings.Join(parts, "; "), true
}

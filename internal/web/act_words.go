// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/locator"
	"iolaus/internal/web/ui"
)

func instrumentName(ctx context.Context, i legal.Instrument) string {
	//exhaustive:enforce
	switch i {
	case legal.Referral:
		return ui.T(ctx, "Referral")
	case legal.Notice:
		return ui.T(ctx, "Notice under the Digital Services Act")
	case legal.RemovalOrder:
		return ui.T(ctx, "Removal order")
	case legal.OrderToAct:
		return ui.T(ctx, "Order to act against illegal content")
	case legal.PreservationOrder:
		return ui.T(ctx, "European Preservation Order")
	case legal.ProductionOrder:
		return ui.T(ctx, "European Production Order")
	case legal.RegistrarReport:
		return ui.T(ctx, "Report to the registrar or registry")
	case legal.RegistrationDataRequest:
		return ui.T(ctx, "Request for registration data")
	case legal.StoreReport:
		return ui.T(ctx, "Report to the store")
	case legal.CourtOrder:
		return ui.T(ctx, "Court order or seizure")
	}
	return i.Title()
}

func requestName(ctx context.Context, r legal.Request) string {
	//exhaustive:enforce
	switch r {
	case legal.RemoveContent:
		return ui.T(ctx, "remove the content or disable access")
	case legal.HoldName:
		return ui.T(ctx, "hold the name and lock it")
	case legal.DeleteName: // never asked for: the gate refuses it
	case legal.AskOrigin:
		return ui.T(ctx, "name the host behind the proxy")
	case legal.Delist:
		return ui.T(ctx, "take out of the catalogue")
	case legal.Preserve:
		return ui.T(ctx, "preserve data until asked for them")
	case legal.ProduceData:
		return ui.T(ctx, "produce data")
	case legal.RegistrationData:
		return ui.T(ctx, "give the registration data")
	}
	return string(r)
}

func issuerName(ctx context.Context, k legal.IssuerKind) string {
	//exhaustive:enforce
	switch k {
	case legal.CompetentAuthority:
		return ui.T(ctx, "competent authority")
	case legal.Unit:
		return ui.T(ctx, "referral unit")
	case legal.Europol:
		return "Europol"
	case legal.NationalAuthority:
		return ui.T(ctx, "national authority")
	case legal.Court:
		return ui.T(ctx, "court")
	}
	return string(k)
}

func channelName(ctx context.Context, c string) string {
	switch c {
	case iru.ByMail:
		return ui.T(ctx, "mail")
	case iru.ByAPI:
		return ui.T(ctx, "interface for programs")
	case iru.ByPortal:
		return ui.T(ctx, "page without an account")
	case iru.ByHand:
		return ui.T(ctx, "phone or letter")
	}
	return c
}

// letterState says what a letter is. What was only guessed says so.
func letterState(ctx context.Context, l iru.Letter) ui.State {
	s := ui.Neutral(letterKind(ctx, l.Kind)).With(ui.IconSend)
	if l.Inbound {
		s = ui.Info(letterKind(ctx, l.Kind)).With(ui.IconIn)
	}
	if l.Guess {
		s = ui.Warn(ui.T(ctx, "guessed: %s", letterKind(ctx, l.Kind)))
	}
	return s
}

// senderWords say how the sender of a mail is known, or that it is not.
func senderWords(ctx context.Context, l iru.Letter) string {
	switch l.Authentic {
	case "":
		if l.Guess {
			return ui.T(ctx, "sender not known to be the addressee: it moves nothing until a person files it")
		}
		return ui.T(ctx, "sender not known to be the addressee; a person filed it")
	case "dkim":
		return ui.T(ctx, "sender known by the signature of its domain")
	case "spf":
		return ui.T(ctx, "sender known by the servers of its domain")
	case iru.ByRelay:
		return ui.T(ctx, "report of our own mail server")
	case iru.ByPortal:
		return ui.T(ctx, "came by the act's own link")
	}
	return ui.T(ctx, "sender taken at its word: training network")
}

// letterKinds are what a received letter can be filed as.
var letterKinds = []string{"receipt", "clarification", "done", "refused", "impossible", "bounce", "note"}

func letterKind(ctx context.Context, kind string) string {
	switch kind {
	case "notice":
		return ui.T(ctx, "the act")
	case "copy":
		return ui.T(ctx, "copy to the second contact")
	case "reminder":
		return ui.T(ctx, "reminder to the second contact")
	case "answer":
		return ui.T(ctx, "answer")
	case "receipt":
		return ui.T(ctx, "receipt")
	case "clarification":
		return ui.T(ctx, "question")
	case "done":
		return ui.T(ctx, "says done")
	case "refused":
		return ui.T(ctx, "says no")
	case "impossible":
		return ui.T(ctx, "says that it cannot act now")
	case "bounce":
		return ui.T(ctx, "could not be delivered")
	case "note":
		return ui.T(ctx, "something else")
	}
	return ui.T(ctx, "not filed")
}

func exhibitState(ctx context.Context, s iru.ExhibitState) ui.State {
	//exhaustive:enforce
	switch s {
	case iru.ExhibitRecorded:
		return ui.Neutral(ui.T(ctx, "Recorded, not yet sealed")).With(ui.IconClock)
	case iru.ExhibitSealed:
		return ui.OK(ui.T(ctx, "Sealed")).With(ui.IconLock)
	case iru.ExhibitErased:
		return ui.Neutral(ui.T(ctx, "Erased, record kept")).With(ui.IconBan)
	}
	return ui.Neutral(string(s))
}

func officerState(ctx context.Context, s iru.OfficerState) ui.State {
	//exhaustive:enforce
	switch s {
	case iru.OfficerInvited:
		return ui.Info(ui.T(ctx, "Invited"))
	case iru.OfficerActive:
		return ui.OK(ui.T(ctx, "Active"))
	case iru.OfficerSuspended:
		return ui.Neutral(ui.T(ctx, "Suspended")).With(ui.IconBan)
	}
	return ui.Neutral(string(s))
}

func unitState(ctx context.Context, s iru.UnitState) ui.State {
	if s == iru.UnitActive {
		return ui.OK(ui.T(ctx, "Active"))
	}
	return ui.Neutral(ui.T(ctx, "Suspended")).With(ui.IconBan)
}

// clockName is what a time limit is called, from its rule.
func clockName(ctx context.Context, c iru.Clock) string {
	switch {
	case c.Rule == "tco-1h":
		return ui.T(ctx, "One-hour clock")
	case !c.Binding:
		return ui.T(ctx, "Internal target, %s", lengthWords(ctx, c.Length))
	}
	return ui.T(ctx, "Time limit, %s", lengthWords(ctx, c.Length))
}

// lengthWords writes a time limit: minutes, hours up to three days, then days.
func lengthWords(ctx context.Context, d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d <= 72*time.Hour:
		return ui.Tn(ctx, int(d/time.Hour), "%d hours")
	}
	return ui.Tn(ctx, int(d/(24*time.Hour)), "%d days")
}

// clockOf is a time limit as a page shows it.
func clockOf(c iru.Clock, what string, now time.Time) ui.Clock {
	k := ui.Clock{What: what, Now: now, Started: c.Started, Due: c.Due, Risk: min(iru.AtRiskUnder, c.Length/4)}
	if c.State != iru.ClockRunning {
		k.Stopped = c.Ended
	}
	return k
}

// clockState says how a time limit stands. Only the law's own can be breached.
func clockState(ctx context.Context, c iru.Clock, now time.Time) ui.State {
	s := clockOf(c, "", now).State(ctx)
	if !c.Binding && s.Tone == ui.ToneBad {
		return ui.Warn(ui.T(ctx, "Past, nobody is bound"))
	}
	return s
}

// law is a text of the program's legal data: English, whatever the language of the page.
func law(ctx context.Context, text string) templ.Component {
	if ui.LanguageOf(ctx).Tag == "en" {
		return ui.Text(text)
	}
	return told(ctx, text)
}

// lawBlock is law over some lines, which do not mingle with those of another direction.
func lawBlock(ctx context.Context, parts ...string) templ.Component {
	text := strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
	if ui.LanguageOf(ctx).Tag == "en" {
		return ui.Text(text + " ")
	}
	return sentences("en", text)
}

// contact shows how a provider is reached, defanged.
func contact(p iru.Provider) ui.Address {
	if p.Channel == iru.ByAPI {
		return address(p.Address)
	}
	return ui.Address{Defanged: strings.NewReplacer("@", "[@]", ".", "[.]").Replace(p.Address), Real: p.Address}
}

// hostAddress is an address on a tile: neither scheme nor the bare path.
func hostAddress(canonical string) ui.Address { return hostOf(shortAddress(canonical)) }

func hostOf(a ui.Address) ui.Address {
	if _, rest, ok := strings.Cut(a.Defanged, "://"); ok {
		a.Defanged = strings.TrimSuffix(rest, "/")
	}
	return a
}

// liveText finds what could be clicked in a letter: URLs, mail addresses and names under a domain.
var liveText = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]{1,11}://[^\s<>"“”]+|\b(?:[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+|(?:[a-z0-9](?:[a-z0-9-]{0,62})\.)+[a-z]{2,24}(?::\d+)?(?:/[^\s<>"“”]*)?)`)

// letterText shows a letter with every address in it defanged. A line stays a line.
func letterText(text string) ui.Passage {
	p := ui.Passage{}
	for par := range strings.SplitSeq(strings.ReplaceAll(cutText(text, 64<<10), "\r\n", "\n"), "\n") {
		if strings.TrimSpace(par) == "" {
			continue
		}
		p.Paragraphs = append(p.Paragraphs, spans(par))
	}
	return p
}

func spans(line string) []ui.Span {
	var out []ui.Span
	from := 0
	for _, at := range live(line) {
		end := at[0] + len(strings.TrimRight(line[at[0]:at[1]], ".,;:!?)]}'"))
		if end <= at[0] {
			continue
		}
		if at[0] > from {
			out = append(out, ui.Span{Text: line[from:at[0]]})
		}
		found := line[at[0]:end]
		if l, err := locator.Parse(found); err == nil && strings.Contains(found, "://") {
			found = l.Defanged()
		}
		out = append(out, ui.Span{Text: found, Addr: true})
		from = end
	}
	if from < len(line) {
		out = append(out, ui.Span{Text: line[from:]})
	}
	return out
}

// live gives the places of what liveText finds. No match has a blank in it, so only words that can hold one are looked at: a long thread
// has thousands of others.
func live(line string) (found [][]int) {
	blank := func(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' && c != '\v' }
	for at := 0; at < len(line); {
		for at < len(line) && blank(line[at]) {
			at++
		}
		end, may := at, false // a dot before a letter, an @ or a ://
		for end < len(line) && !blank(line[end]) {
			switch c := line[end]; c {
			case '.':
				may = may || end+1 < len(line) && (line[end+1]|0x20 >= 'a' && line[end+1]|0x20 <= 'z' || line[end+1] >= 0x80)
			case '@':
				may = true
			case ':':
				may = may || strings.HasPrefix(line[end:], "://")
			}
			end++
		}
		if word := line[at:end]; may {
			for _, m := range liveText.FindAllStringIndex(word, -1) {
				found = append(found, []int{at + m[0], at + m[1]})
			}
		}
		at = end
	}
	return found
}

// plainDefanged is a text with every address in it defanged, for a place where no component stands.
func plainDefanged(text string) string {
	var b strings.Builder
	for _, s := range spans(text) {
		if s.Addr {
			s.Text = strings.NewReplacer("://", "[:]//", ".", "[.]", "@", "[@]").Replace(strings.ReplaceAll(s.Text, "[.]", "."))
		}
		b.WriteString(s.Text)
	}
	return b.String()
}

func cutText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}

// eventKind is what an event is called in the ledger, as its leaf says it.
func eventKind(e iru.Event) string { return e.Subject.Noun + "." + e.Verb }

// eventHref leads to what an event is about; "" where there is no page.
func eventHref(e iru.Event) string {
	switch e.Subject.Noun {
	case "notice", "operation", "provider", "exhibit", "item", "asset", "outlet", "bank":
		return fmt.Sprintf("/%ss/%d", e.Subject.Noun, e.Subject.ID)
	case "known":
		return fmt.Sprintf("/known/%d", e.Subject.ID)
	}
	return ""
}

// sealedState says whether a signed checkpoint covers an event.
func sealedState(ctx context.Context, index, size int64) ui.State {
	if index >= 0 && index < size {
		return ui.OK(ui.T(ctx, "sealed")).With(ui.IconLock).Plain()
	}
	return ui.Neutral(ui.T(ctx, "waits")).With(ui.IconClock).Plain()
}

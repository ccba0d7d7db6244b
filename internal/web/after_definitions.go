// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"regexp"
	"strings"

	"github.com/a-h/templ"

	"iolaus/internal/effect"
	"iolaus/internal/web/ui"
)

// afterDefinition is a definition or a note of an after-action report in the language of whoever reads: "" for what is neither.
func afterDefinition(ctx context.Context, english string) string {
	switch english {
	case "Addresses that at least one task of the operation is about, each proved by the draft of its first task.":
		return ui.T(ctx, "Addresses that at least one task of the operation is about, each proved by the draft of its first task.")
	case "Acts drafted for the operation, whatever became of them.":
		return ui.T(ctx, "Acts drafted for the operation, whatever became of them.")
	case "By the first event that says that an act left: accepted by the addressee's server, received, or come back undelivered.":
		return ui.T(ctx, "By the first event that says that an act left: accepted by the addressee's server, received, or come back undelivered.")
	case "Tasks that were withdrawn, stood down, kept back or never approved.":
		return ui.T(ctx, "Tasks that were withdrawn, stood down, kept back or never approved.")
	case "Time between the first and the last act that left of those that are due at T0, in microseconds, as the events of sending say it.":
		return ui.T(ctx, "Time between the first and the last act that left of those that are due at T0, in microseconds, as the events of sending say it.")
	case "Acts whose receipt was recorded.":
		return ui.T(ctx, "Acts whose receipt was recorded.")
	case "Acts after which our own looks verified removal: by agreement of vantage points over time. A claim is not a removal.":
		return ui.T(ctx, "Acts after which our own looks verified removal: by agreement of vantage points over time. A claim is not a removal.")
	case "Acts that an addressee refused, whatever followed.":
		return ui.T(ctx, "Acts that an addressee refused, whatever followed.")
	case "Acts that came back undelivered.":
		return ui.T(ctx, "Acts that came back undelivered.")
	case "Acts whose clock ran out before anything stopped it, by the event that says so.":
		return ui.T(ctx, "Acts whose clock ran out before anything stopped it, by the event that says so.")
	case "Acts whose address served the content again after removal was verified.":
		return ui.T(ctx, "Acts whose address served the content again after removal was verified.")
	case "From the receipt, as last corrected, to the first verified removal, in seconds. What is still open counts as long as it was watched (Kaplan-Meier). Verified removal is later than removal by the time that looks need to agree.":
		return ui.T(ctx, "From the receipt, as last corrected, to the first verified removal, in seconds. What is still open counts as long as it was watched (Kaplan-Meier). Verified removal is later than removal by the time that looks need to agree.")
	case "As above, for nine in ten.":
		return ui.T(ctx, "As above, for nine in ten.")
	case "What was believed of each address fifteen minutes after T0. Down means absent by agreement. Unknown is not down: nothing was told, or it is absent and not yet agreed upon.":
		return ui.T(ctx, "What was believed of each address fifteen minutes after T0. Down means absent by agreement. Unknown is not down: nothing was told, or it is absent and not yet agreed upon.")
	case "As above, an hour after T0.":
		return ui.T(ctx, "As above, an hour after T0.")
	case "As above, a day after T0.":
		return ui.T(ctx, "As above, a day after T0.")
	case "Times at which removal of an address of the outlets was believed, from T0 on. One address can fall more than once.":
		return ui.T(ctx, "Times at which removal of an address of the outlets was believed, from T0 on. One address can fall more than once.")
	case "Of these, those after which the same address was up again, or one that a person said takes its place.":
		return ui.T(ctx, "Of these, those after which the same address was up again, or one that a person said takes its place.")
	case "From the fall to the first return, in seconds. What is not back counts as long as it was watched (Kaplan-Meier).":
		return ui.T(ctx, "From the fall to the first return, in seconds. What is not back counts as long as it was watched (Kaplan-Meier).")
	case "Addresses of the outlets that were found from T0 on.":
		return ui.T(ctx, "Addresses of the outlets that were found from T0 on.")
	case "Part of the known time before T0 in which at least one address was up, in per cent. Time of which nothing is known is left out.":
		return ui.T(ctx, "Part of the known time before T0 in which at least one address was up, in per cent. Time of which nothing is known is left out.")
	case "As above, from T0 on.":
		return ui.T(ctx, "As above, from T0 on.")
	case "Seconds in which every address that was there was down.":
		return ui.T(ctx, "Seconds in which every address that was there was down.")
	case "Units that took part with at least one act that left.":
		return ui.T(ctx, "Units that took part with at least one act that left.")
	case "States whose units took part with at least one act that left.":
		return ui.T(ctx, "States whose units took part with at least one act that left.")
	case "Seizures, and what others carried out.":
		return ui.T(ctx, "Seizures, and what others carried out.")
	case "The share of received acts whose address was verified as removed within a time (1 less the Kaplan-Meier estimate, with its 95 % interval).":
		return ui.T(ctx, "The share of received acts whose address was verified as removed within a time (1 less the Kaplan-Meier estimate, with its 95 % interval).")
	case "Each looked at every address from every vantage point; its digest is in the ledger.":
		return ui.T(ctx, "Each looked at every address from every vantage point; its digest is in the ledger.")
	case "By the last sweep.":
		return ui.T(ctx, "By the last sweep.")
	case "The share of falls after which nothing is back after a time (Kaplan-Meier, with its 95 % interval).":
		return ui.T(ctx, "The share of falls after which nothing is back after a time (Kaplan-Meier, with its 95 % interval).")
	case "Herfindahl-Hirschman index over the addresses that were not known to be down: 1 is all on one. Just before T0, and at the last sweep.":
		return ui.T(ctx, "Herfindahl-Hirschman index over the addresses that were not known to be down: 1 is all on one. Just before T0, and at the last sweep.")
	case "Where an address itself tells its audience, such as a stream its listeners: before T0, and at the last sweep.":
		return ui.T(ctx, "Where an address itself tells its audience, such as a stream its listeners: before T0, and at the last sweep.")
	case "no sweep has ended, as of the ledger":
		return ui.T(ctx, "no sweep has ended, as of the ledger")
	case "read from the store's map, which the ledger does not hold: no sweep before T0 and after it has ended":
		return ui.T(ctx, "read from the store's map, which the ledger does not hold: no sweep before T0 and after it has ended")
	case "not measured: no address told its audience before T0 and after it":
		return ui.T(ctx, "not measured: no address told its audience before T0 and after it")
	case "nothing was measured":
		return ui.T(ctx, "nothing was measured")
	case "Computed from the unit's own store at a signed checkpoint of its ledger. What this unit does not see of others is not in it.":
		return ui.T(ctx, "Computed from the unit's own store at a signed checkpoint of its ledger. What this unit does not see of others is not in it.")
	case "This was a drill: nothing was sent.":
		return ui.T(ctx, "This was a drill: nothing was sent.")
	case "The operation was aborted before T0: nothing left, and nothing is measured.":
		return ui.T(ctx, "The operation was aborted before T0: nothing left, and nothing is measured.")
	case "Acts of their own about the same outlets since the operation was planned are counted, too.":
		return ui.T(ctx, "Acts of their own about the same outlets since the operation was planned are counted, too.")
	case "For the units that took part: nothing is suppressed, and officers are named. Do not hand it on.":
		return ui.T(ctx, "For the units that took part: nothing is suppressed, and officers are named. Do not hand it on.")
	case "For courts and partners: officers are not named. The handling codes of what is named in it bind whoever reads it.":
		return ui.T(ctx, "For courts and partners: officers are not named. The handling codes of what is named in it bind whoever reads it.")
	case "That a removal followed an act does not show that the act was its cause.":
		return ui.T(ctx, "That a removal followed an act does not show that the act was its cause.")
	case "How to check it":
		return ui.T(ctx, "How to check it")
	case "Version of the definitions":
		return ui.T(ctx, "Version of the definitions")
	case "Made with":
		return ui.T(ctx, "Made with")
	case "Commitment to the list":
		return ui.T(ctx, "Commitment to the list")
	case "Page %d of %d":
		return ui.T(ctx, "Page %d of %d")
	case "The facts lie in this file as JSON. “iolaus report verify” computes them again from the store and holds the store against the ledger.":
		return ui.T(ctx, "The facts lie in this file as JSON. “iolaus report verify” computes them again from the store and holds the store against the ledger.")
	}
	for _, n := range afterNumbers {
		if m := n.is.FindStringSubmatch(english); m != nil {
			return n.say(ctx, m[1:])
		}
	}
	if w, ok := whyOf(english); ok {
		return whyWords(ctx, w)
	}
	return ""
}

// afterNumbers are the notes that hold numbers.
var afterNumbers = []struct {
	is  *regexp.Regexp
	say func(ctx context.Context, n []string) string
}{
	{regexp.MustCompile(`^It is wave (\d+), after operation (\d+)\.$`), func(ctx context.Context, n []string) string {
		return ui.T(ctx, "It is wave %s, after operation %s.", n[0], n[1])
	}},
	{regexp.MustCompile(`^This was played: a second of its times is (.+) of the story\.$`), func(ctx context.Context, n []string) string {
		return ui.T(ctx, "This was played: a second of its times is %s of the story.", n[0])
	}},
	{regexp.MustCompile(`^Numbers from 1 to (\d+) are suppressed, and so are further ones from which such a number could be computed\. Zero is printed as zero\.$`), func(ctx context.Context, n []string) string {
		return ui.T(ctx, "Numbers from 1 to %s are suppressed, and so are further ones from which such a number could be computed. Zero is printed as zero.", n[0])
	}},
}

// whyOf finds the form of a reason in its English words, which is how a report holds it.
func whyOf(english string) (effect.Why, bool) {
	for _, form := range effect.Whys() {
		m := whyForms[form].FindStringSubmatch(english)
		if m == nil {
			continue
		}
		with := make([]any, len(m)-1)
		for n, x := range m[1:] {
			with[n] = x
			if inner, ok := whyOf(x); ok {
				with[n] = inner
			}
		}
		return effect.Because(form, with...), true
	}
	return effect.Why{}, false
}

var whyForms = func() map[string]*regexp.Regexp {
	out := map[string]*regexp.Regexp{}
	for _, form := range effect.Whys() {
		out[form] = regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(form), "%s", "(.+)") + "$")
	}
	return out
}()

// afterText shows a definition or a note: where it has no words of the reader's language, as English.
func afterText(ctx context.Context, english string) templ.Component {
	if said := afterWord(ctx, english); said != english {
		return ui.Text(said)
	}
	return ui.ForeignWord("en", english)
}

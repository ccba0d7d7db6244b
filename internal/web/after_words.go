// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/web/ui"
)

// afterWord is a word of an after-action report in the language of whoever reads: titles of its parts, figures, tables and columns, and the words of
// its cells. What is none of them stays as it is.
func afterWord(ctx context.Context, english string) string {
	switch english {
	case "What was served":
		return ui.T(ctx, "What was served")
	case "How long removal took":
		return ui.T(ctx, "How long removal took")
	case "What was up and down":
		return ui.T(ctx, "What was up and down")
	case "What came back":
		return ui.T(ctx, "What came back")
	case "On how few it hung":
		return ui.T(ctx, "On how few it hung")
	case "The audience":
		return ui.T(ctx, "The audience")
	case "What happened when":
		return ui.T(ctx, "What happened when")
	case "What did not work":
		return ui.T(ctx, "What did not work")
	case "Addresses":
		return ui.T(ctx, "Addresses")
	case "Tasks":
		return ui.T(ctx, "Tasks")
	case "Acts that left":
		return ui.T(ctx, "Acts that left")
	case "Acts that did not leave":
		return ui.T(ctx, "Acts that did not leave")
	case "First to last":
		return ui.T(ctx, "First to last")
	case "Receipt known":
		return ui.T(ctx, "Receipt known")
	case "Removal verified":
		return ui.T(ctx, "Removal verified")
	case "Refused":
		return ui.T(ctx, "Refused")
	case "Undeliverable":
		return ui.T(ctx, "Undeliverable")
	case "Time ran out":
		return ui.T(ctx, "Time ran out")
	case "Acts undone by a return":
		return ui.T(ctx, "Acts undone by a return")
	case "Half were removed within":
		return ui.T(ctx, "Half were removed within")
	case "Nine in ten within":
		return ui.T(ctx, "Nine in ten within")
	case "At T+15 minutes":
		return ui.T(ctx, "At T+15 minutes")
	case "At T+60 minutes":
		return ui.T(ctx, "At T+60 minutes")
	case "At T+24 hours":
		return ui.T(ctx, "At T+24 hours")
	case "Falls":
		return ui.T(ctx, "Falls")
	case "Falls followed by a return":
		return ui.T(ctx, "Falls followed by a return")
	case "Half were back within":
		return ui.T(ctx, "Half were back within")
	case "New addresses":
		return ui.T(ctx, "New addresses")
	case "Reachable before":
		return ui.T(ctx, "Reachable before")
	case "Reachable after":
		return ui.T(ctx, "Reachable after")
	case "Dark after T0":
		return ui.T(ctx, "Dark after T0")
	case "Units":
		return ui.T(ctx, "Units")
	case "States":
		return ui.T(ctx, "States")
	case "Every task":
		return ui.T(ctx, "Every task")
	case "By unit":
		return ui.T(ctx, "By unit")
	case "By stage":
		return ui.T(ctx, "By stage")
	case "By addressee":
		return ui.T(ctx, "By addressee")
	case "Removed within, by addressee":
		return ui.T(ctx, "Removed within, by addressee")
	case "Up, down and unknown":
		return ui.T(ctx, "Up, down and unknown")
	case "Verification sweeps":
		return ui.T(ctx, "Verification sweeps")
	case "Last seen from where":
		return ui.T(ctx, "Last seen from where")
	case "Before and after":
		return ui.T(ctx, "Before and after")
	case "Falls and returns":
		return ui.T(ctx, "Falls and returns")
	case "Not back yet":
		return ui.T(ctx, "Not back yet")
	case "Audience kept":
		return ui.T(ctx, "Audience kept")
	case "Overridden for a threat to life":
		return ui.T(ctx, "Overridden for a threat to life")
	case "Timeline":
		return ui.T(ctx, "Timeline")
	case "One by one":
		return ui.T(ctx, "One by one")
	case "Record":
		return ui.T(ctx, "Record")
	case "Done without an act of this unit":
		return ui.T(ctx, "Done without an act of this unit")
	case "Ref":
		return ui.T(ctx, "Ref")
	case "Unit":
		return ui.T(ctx, "Unit")
	case "Stage":
		return ui.T(ctx, "Stage")
	case "Instrument":
		return ui.T(ctx, "Instrument")
	case "Addressee":
		return ui.T(ctx, "Addressee")
	case "Layer":
		return ui.T(ctx, "Layer")
	case "Address":
		return ui.T(ctx, "Address")
	case "Left":
		return ui.T(ctx, "Left")
	case "Received":
		return ui.T(ctx, "Received")
	case "Removed":
		return ui.T(ctx, "Removed")
	case "Back":
		return ui.T(ctx, "Back")
	case "State":
		return ui.T(ctx, "State")
	case "First":
		return ui.T(ctx, "First")
	case "Last":
		return ui.T(ctx, "Last")
	case "Spread":
		return ui.T(ctx, "Spread")
	case "Open":
		return ui.T(ctx, "Open")
	case "Median":
		return ui.T(ctx, "Median")
	case "Ninety":
		return ui.T(ctx, "Ninety")
	case "After":
		return ui.T(ctx, "After")
	case "Low":
		return ui.T(ctx, "Low")
	case "High":
		return ui.T(ctx, "High")
	case "Waited":
		return ui.T(ctx, "Waited")
	case "Came":
		return ui.T(ctx, "Came")
	case "Mark":
		return ui.T(ctx, "Mark")
	case "At":
		return ui.T(ctx, "At")
	case "Assets":
		return ui.T(ctx, "Assets")
	case "Up":
		return ui.T(ctx, "Up")
	case "Down":
		return ui.T(ctx, "Down")
	case "Unknown":
		return ui.T(ctx, "Unknown")
	case "Begun":
		return ui.T(ctx, "Begun")
	case "Ended":
		return ui.T(ctx, "Ended")
	case "Doubtful":
		return ui.T(ctx, "Doubtful")
	case "Unseen":
		return ui.T(ctx, "Unseen")
	case "Met":
		return ui.T(ctx, "Met")
	case "Digest":
		return ui.T(ctx, "Digest")
	case "Presence":
		return ui.T(ctx, "Presence")
	case "Since":
		return ui.T(ctx, "Since")
	case "Vantage":
		return ui.T(ctx, "Vantage")
	case "Outcome":
		return ui.T(ctx, "Outcome")
	case "Available before":
		return ui.T(ctx, "Available before")
	case "Available after":
		return ui.T(ctx, "Available after")
	case "Dark before":
		return ui.T(ctx, "Dark before")
	case "Dark after":
		return ui.T(ctx, "Dark after")
	case "Unknown before":
		return ui.T(ctx, "Unknown before")
	case "Unknown after":
		return ui.T(ctx, "Unknown after")
	case "Fell":
		return ui.T(ctx, "Fell")
	case "Back as":
		return ui.T(ctx, "Back as")
	case "Took":
		return ui.T(ctx, "Took")
	case "Gone":
		return ui.T(ctx, "Gone")
	case "Outlet":
		return ui.T(ctx, "Outlet")
	case "Over":
		return ui.T(ctx, "Over")
	case "Before":
		return ui.T(ctx, "Before")
	case "Known before":
		return ui.T(ctx, "Known before")
	case "Known after":
		return ui.T(ctx, "Known after")
	case "At before":
		return ui.T(ctx, "At before")
	case "At after":
		return ui.T(ctx, "At after")
	case "Kept":
		return ui.T(ctx, "Kept")
	case "What":
		return ui.T(ctx, "What")
	case "Note":
		return ui.T(ctx, "Note")
	case "Officer":
		return ui.T(ctx, "Officer")
	case "Words":
		return ui.T(ctx, "Words")
	case "Overridden":
		return ui.T(ctx, "Overridden")
	case "Danger":
		return ui.T(ctx, "What threatens")
	case "First person":
		return ui.T(ctx, "First person")
	case "Second person":
		return ui.T(ctx, "Second person")
	case "Reviewed":
		return ui.T(ctx, "Reviewed")
	case "Review":
		return ui.T(ctx, "Outcome")
	case "Reviewer":
		return ui.T(ctx, "Reviewed by")
	case "owed":
		return ui.T(ctx, "Review owed")
	case "upheld":
		return ui.T(ctx, "Reviewed: it was right")
	case "unfounded":
		return ui.T(ctx, "Reviewed: it was not right")
	case "Participant":
		return ui.T(ctx, "Participant")
	case "Role":
		return ui.T(ctx, "Role")
	case "Jurisdiction":
		return ui.T(ctx, "Jurisdiction")
	case "Started":
		return ui.T(ctx, "Started")
	case "Finished":
		return ui.T(ctx, "Finished")
	case "preservation":
		return ui.T(ctx, "preservation stage")
	case "act":
		return ui.T(ctx, "at T0")
	case "registrar":
		return ui.T(ctx, "registrars and registries")
	case "t15":
		return ui.T(ctx, "T+15 minutes")
	case "t60":
		return ui.T(ctx, "T+60 minutes")
	case "t24h":
		return ui.T(ctx, "T+24 hours")
	case "before":
		return ui.T(ctx, "before T0")
	case "hand":
		return ui.T(ctx, "asked for by hand")
	case "back":
		return ui.T(ctx, "back")
	case "open":
		return ui.T(ctx, "not back")
	case "up":
		return ui.T(ctx, "up")
	case "down":
		return ui.T(ctx, "down")
	case "unknown":
		return ui.T(ctx, "unknown")
	case "doubtful":
		return ui.T(ctx, "doubtful")
	case "refused":
		return ui.T(ctx, "refused")
	case "undeliverable":
		return ui.T(ctx, "could not be delivered")
	case "overdue":
		return ui.T(ctx, "time ran out")
	case "kept":
		return ui.T(ctx, "did not leave")
	case "late":
		return ui.T(ctx, "left late")
	case "first.left":
		return ui.T(ctx, "First act left")
	case "last.left":
		return ui.T(ctx, "Last act left")
	case "first.removed":
		return ui.T(ctx, "First removal verified")
	case "first.back":
		return ui.T(ctx, "First return")
	case "fewer":
		return ui.T(ctx, "fewer")
	case "more":
		return ui.T(ctx, "more")
	case "no detectable change":
		return ui.T(ctx, "no detectable change")
	case "cannot be told":
		return ui.T(ctx, "cannot be told")
	case "given":
		return ui.T(ctx, "given")
	case "suppressed":
		return ui.T(ctx, "suppressed")
	case "not recorded":
		return ui.T(ctx, "not recorded")
	case "nothing":
		return ui.T(ctx, "nothing")
	case "not reached":
		return ui.T(ctx, "not reached")
	case "Verdict":
		return ui.T(ctx, "Verdict")
	case "Why":
		return ui.T(ctx, "Why")
	case "Counted":
		return ui.T(ctx, "Counted")
	case "Change":
		return ui.T(ctx, "Change")
	case "Counted from T0 on":
		return ui.T(ctx, "Counted from T0 on")
	case "Expected without a change":
		return ui.T(ctx, "Expected without a change")
	case "A fall by less would not have been seen":
		return ui.T(ctx, "A fall by less would not have been seen")
	case "Entry of the ledger":
		return ui.T(ctx, "Entry of the ledger")
	case "After-action report":
		return ui.T(ctx, "After-action report")
	case "How to read it":
		return ui.T(ctx, "How to read it")
	case "Did a count change?":
		return ui.T(ctx, "Did a count change?")
	case "For the units that took part":
		return ui.T(ctx, "For the units that took part")
	case "For courts and partners":
		return ui.T(ctx, "For courts and partners")
	case "For the press":
		return ui.T(ctx, "For the press")
	case "Wave":
		return ui.T(ctx, "Wave")
	case "Side by side":
		return ui.T(ctx, "Side by side")
	case "Figure":
		return ui.T(ctx, "Figure")
	}
	if said := afterDefinition(ctx, english); said != "" {
		return said
	}
	return english
}

// SPDX-License-Identifier: EUPL-1.2

package iru

// The parts of an after-action report.
const (
	PartServed   = "What was served"
	PartRemoval  = "How long removal took"
	PartHeld     = "What was up and down"
	PartReturned = "What came back"
	PartSpread   = "On how few it hung"
	PartAudience = "The audience"
	PartWentOn   = "What happened when"
	PartFailed   = "What did not work"
)

// AfterParts lists the parts in the order of the report.
var AfterParts = []string{PartServed, PartRemoval, PartHeld, PartReturned, PartSpread, PartAudience, PartWentOn, PartFailed}

// afterWords are titles and definitions, as data: each is in every file that carries the figure.
var afterWords = map[string]AfterText{
	"assets":           {PartServed, "Addresses", "Addresses that at least one task of the operation is about, each proved by the draft of its first task."},
	"acts":             {PartServed, "Tasks", "Acts drafted for the operation, whatever became of them."},
	"acts.left":        {PartServed, "Acts that left", "By the first event that says that an act left: accepted by the addressee's server, received, or come back undelivered."},
	"acts.kept":        {PartServed, "Acts that did not leave", "Tasks that were withdrawn, stood down, kept back or never approved."},
	"spread":           {PartServed, "First to last", "Time between the first and the last act that left of those that are due at T0, in microseconds, as the events of sending say it."},
	"acts.received":    {PartRemoval, "Receipt known", "Acts whose receipt was recorded."},
	"acts.removed":     {PartRemoval, "Removal verified", "Acts after which our own looks verified removal: by agreement of vantage points over time. A claim is not a removal."},
	"acts.refused":     {PartFailed, "Refused", "Acts that an addressee refused, whatever followed."},
	"acts.bounced":     {PartFailed, "Undeliverable", "Acts that came back undelivered."},
	"acts.overdue":     {PartFailed, "Time ran out", "Acts whose clock ran out before anything stopped it, by the event that says so."},
	"acts.back":        {PartReturned, "Acts undone by a return", "Acts whose address served the content again after removal was verified."},
	"removal.median":   {PartRemoval, "Half were removed within", "From the receipt, as last corrected, to the first verified removal, in seconds. What is still open counts as long as it was watched (Kaplan-Meier). Verified removal is later than removal by the time that looks need to agree."},
	"removal.ninety":   {PartRemoval, "Nine in ten within", "As above, for nine in ten."},
	"state.t15":        {PartHeld, "At T+15 minutes", "What was believed of each address fifteen minutes after T0. Down means absent by agreement. Unknown is not down: nothing was told, or it is absent and not yet agreed upon."},
	"state.t60":        {PartHeld, "At T+60 minutes", "As above, an hour after T0."},
	"state.t24h":       {PartHeld, "At T+24 hours", "As above, a day after T0."},
	"falls":            {PartReturned, "Falls", "Times at which removal of an address of the outlets was believed, from T0 on. One address can fall more than once."},
	"returns":          {PartReturned, "Falls followed by a return", "Of these, those after which the same address was up again, or one that a person said takes its place."},
	"return.median":    {PartReturned, "Half were back within", "From the fall to the first return, in seconds. What is not back counts as long as it was watched (Kaplan-Meier)."},
	"heads.new":        {PartReturned, "New addresses", "Addresses of the outlets that were found from T0 on."},
	"available.before": {PartHeld, "Reachable before", "Part of the known time before T0 in which at least one address was up, in per cent. Time of which nothing is known is left out."},
	"available.after":  {PartHeld, "Reachable after", "As above, from T0 on."},
	"dark":             {PartHeld, "Dark after T0", "Seconds in which every address that was there was down."},
	"units":            {PartServed, "Units", "Units that took part with at least one act that left."},
	"countries":        {PartServed, "States", "States whose units took part with at least one act that left."},

	"tasks":         {PartServed, "Every task", ""},
	"agencies":      {PartServed, "By unit", ""},
	"work":          {PartServed, "Done without an act of this unit", "Seizures, and what others carried out."},
	"stages":        {PartServed, "By stage", ""},
	"removal":       {PartRemoval, "By addressee", ""},
	"removal.curve": {PartRemoval, "Removed within, by addressee", "The share of received acts whose address was verified as removed within a time (1 less the Kaplan-Meier estimate, with its 95 % interval)."},
	"marks":         {PartHeld, "Up, down and unknown", ""},
	"sweeps":        {PartHeld, "Verification sweeps", "Each looked at every address from every vantage point; its digest is in the ledger."},
	"seen":          {PartHeld, "Last seen from where", "By the last sweep."},
	"availability":  {PartHeld, "Before and after", ""},
	"returns.list":  {PartReturned, "Falls and returns", ""},
	"return.curve":  {PartReturned, "Not back yet", "The share of falls after which nothing is back after a time (Kaplan-Meier, with its 95 % interval)."},
	"concentration": {PartSpread, "Before and after", "Herfindahl-Hirschman index over the addresses that were not known to be down: 1 is all on one. Just before T0, and at the last sweep."},
	"audience":      {PartAudience, "Audience kept", "Where an address itself tells its audience, such as a stream its listeners: before T0, and at the last sweep."},
	"overrides":     {PartWentOn, "Overridden for a threat to life", "Questions whether an address may be touched that two persons overrode, and what a third person found afterwards."},
	"timeline":      {PartWentOn, "Timeline", ""},
	"failures":      {PartFailed, "One by one", ""},
	"events":        {PartWentOn, "Record", ""},
}

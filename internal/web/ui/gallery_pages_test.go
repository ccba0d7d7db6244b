// SPDX-License-Identifier: EUPL-1.2

package ui_test

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/web/ui"
)

// The gallery shows the pages of the design with invented, harmless content: weather, trains and trams.

var galleryNow = time.Date(2026, 3, 12, 8, 59, 36, 0, time.UTC)

func at(h, m, s int) time.Time { return time.Date(2026, 3, 12, h, m, s, 0, time.UTC) }

func galleryFrame(title, here string) ui.Frame {
	return ui.Frame{Title: title, Here: here, Now: galleryNow, Officer: "Analyst 4", Unit: "Unit A",
		Nav:      ui.Rooms(map[string]int{"triage": 148, "notices": 12, "operations": 2}),
		Handling: ui.Handling{TLP: "AMBER+STRICT", PAP: "AMBER", H: "H2"}, Search: "/search", SignOut: "/signout", Path: "/",
		LedgerHead: "9f3a22d018be77c26e1d09b45f3ac41e", LedgerSigned: galleryNow.Add(-40 * time.Second)}
}

func page(f ui.Frame, head ui.Head, main templ.Component) templ.Component {
	return ui.Wrap(ui.Layout(f), head, main)
}

func fresh(ago time.Duration) ui.Fresh {
	return ui.Fresh{Seen: galleryNow.Add(-ago), Now: galleryNow, Stale: time.Hour}
}

var hour = ui.Clock{What: "Removal order RO-2026-0412", Now: galleryNow, Started: at(8, 11, 12), Due: at(9, 11, 12), Risk: 15 * time.Minute}

func galleryToday(context.Context) templ.Component {
	f := galleryFrame("Today", "today")
	head := ui.Head{Title: "Today", Handling: f.Handling, Facts: []templ.Component{ui.Text("Thursday 12 March 2026"),
		ui.Text("Day shift, Unit A; handed over 08:30 by Duty officer"), ui.Text("3 notes from the night")},
		Buttons: []ui.Button{{Text: "Shift notes", Href: "#notes"}, {Text: "Start triage", Kind: ui.Primary, Href: "/triage", Key: "t"}}}
	counts := ui.Counts{Label: "Queues", Counts: []ui.Count{{N: 148, What: "New items", Note: "31 settled unseen", Href: "#q1"},
		{N: 7, What: "Second opinion", Note: "oldest 3 h 10 min", Href: "#q2"}, {N: 3, What: "To approve", Note: "1 waits for you", Href: "#q3"}, {N: 12, What: "With providers", Note: "2 under 30 min", Href: "#q4"},
		{N: 2, What: "Returns found", Note: "1 new today", Href: "#q5"}, {N: 0, What: "Overdue", Note: "none for 19 days", Href: "#q6"}}}
	clock := func(due time.Time) templ.Component { return ui.Clock{Now: galleryNow, Due: due}.Small() }
	open := func(text, what string, k ui.ButtonKind) templ.Component {
		return ui.Button{Text: text, Href: "#open", Small: true, Kind: k, More: templ.Attributes{"aria-label": text + ": " + what}}
	}
	needs := ui.Table{Label: "Needs you now", Stack: true, List: true, Columns: []ui.Column{{Title: "Time left"}, {Title: "State"},
		{Title: "What and why", Head: true}, {Title: "Held by", Quiet: true, NoWrap: true}, {Title: "Action", Hidden: true, Num: true}},
		Rows: []ui.Row{
			ui.Cells(hour.Small(), ui.Warn("At risk"), ui.Both("Removal order RO-2026-0412", "Host Alpha · gone from 1 of 2 vantage points; second check running"), ui.Text("Analyst 4"), open("Open", "RO-2026-0412", ui.Primary)),
			ui.Cells(clock(at(11, 0, 0)), ui.Warn("Hold").With(ui.IconHold), ui.Both("Operation Signal Box, poll open", "1 of 4 agencies not polled; 1 host moved since the plan was sealed"), ui.Text("Director"), open("Board", "Signal Box", "")),
			ui.Cells(ui.Strong("found 6 min ago"), ui.Info("Return").With(ui.IconReturn), ui.Both("Halcyon Weather Wire is back on a new name", "Same template and feed key as wave 3 · 2 names, 1 host"), ui.Text("unassigned"), open("Judge", "return", "")),
			ui.Cells(ui.Strong("by 10:00"), ui.Info("Answer"), ui.Both("Hold request from Unit B", "Relay host carries their open case; asks until 18:00 today"), ui.Text("unassigned"), open("Answer", "Unit B", "")),
			ui.Cells(ui.Strong("since 08:20"), ui.Info("To sign").With(ui.IconPen), ui.Both("Removal order RO-2026-0415", "First approval 08:20 by Analyst 2; needs a second person"), ui.Text("you can sign"), open("Review", "RO-2026-0415", "")),
			ui.Cells(ui.Strong("woke 08:45"), ui.Neutral("Woke up").With(ui.IconClock), ui.Both("Item 70 311, put off by you at 02:10", "Note: “wait for the full recording”"), ui.Text("Analyst 4"), open("Open", "item 70 311", "")),
		}}
	day := func(d int) float64 { return ui.OnAxis(time.Date(2026, 2, d, 0, 0, 0, 0, time.UTC)) }
	chart := ui.StepChart{ID: "avail", Title: "Availability of three outlets, last 30 days",
		Summary: "All three fell on 6 March. Harbour Tram Bulletin has returned to 46 percent; the others are at or below 20 percent.",
		From:    day(10), To: day(40), Max: 100, Unit: "%", X: ui.TimeTicks(time.Date(2026, 2, 10, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC), 5),
		Marks: []ui.Tick{{At: day(15), Text: "wave 2"}, {At: day(34), Text: "wave 3"}},
		Series: []ui.Series{
			{"Halcyon", []ui.Point{{X: day(10), Y: 96}, {X: day(15), Y: 30}, {X: day(19), Y: 62}, {X: day(22), Y: 96}, {X: day(34), Y: 12}}},
			{"Northline", []ui.Point{{X: day(10), Y: 88}, {X: day(15), Y: 0}, {X: day(18), Unknown: true}, {X: day(21), Y: 0}, {X: day(24), Y: 40}, {X: day(28), Y: 71}, {X: day(34), Y: 20}}},
			{"Harbour", []ui.Point{{X: day(10), Y: 100}, {X: day(34), Y: 8}, {X: day(37), Y: 46}}},
		}}
	watched := ui.Table{Label: "Watched outlets", Compact: true, Columns: []ui.Column{{Title: "Outlet"}, {Title: "Addresses"}, {Title: "Seen", NoWrap: true}},
		Rows: []ui.Row{ui.Cells(ui.SeriesName(0, "Halcyon Weather Wire"), ui.Availability{Up: 3, Down: 19, Unknown: 1}, fresh(2*time.Minute)),
			ui.Cells(ui.SeriesName(1, "Northline Trains"), ui.Availability{Up: 5, Down: 20}, fresh(4*time.Minute)),
			ui.Cells(ui.SeriesName(2, "Harbour Tram Bulletin"), ui.Availability{Up: 6, Down: 5, Unknown: 2}, fresh(3*time.Hour))}}
	main := ui.Wrap(ui.MainColumn(), counts,
		ui.Wrap(ui.Card{ID: "needs", Title: "Needs you now", Pill: "6", Aside: ui.KeysHint("J K", "move", "Enter", "opens")}, needs),
		ui.Wrap(ui.Card{ID: "av", Title: "Availability of watched outlets", Aside: ui.Quiet("share of known addresses that answer, in %"), Foot: ui.Text("Unknown is counted apart: 3 of 61 addresses could not be reached from either vantage point.")},
			ui.Wrap(ui.Body(), chart), watched))
	side := ui.Wrap(ui.Side(),
		ui.Wrap(ui.Card{ID: "clocks", Title: "Clocks about to expire", Aside: ui.Link("#clocks", "All 12")},
			ui.Wrap(ui.Body(), ui.Wrap(ui.Between(), hour.Big(), ui.Warn("At risk")), hour.Bar()),
			ui.Lines{{Text: "RO-2026-0413", Href: "#a", Sub: "Host Delta", End: templ.Join(ui.OK("On time").Plain(), clock(at(9, 27, 26)))},
				{Text: "NIS-2026-0088", Href: "#b", Sub: "Registrar Beta", End: clock(galleryNow.Add(41*time.Hour + time.Minute))},
				{Text: "PR-2026-0031", Href: "#c", Sub: "Mailer Omega", End: clock(galleryNow.Add(9 * 24 * time.Hour))},
				{Text: "RO-2026-0398", Href: "#d", Sub: "Host Gamma", End: templ.Join(ui.Bad("Overdue"), clock(galleryNow.Add(-3*time.Minute)))}}),
		ui.Wrap(ui.Card{ID: "workers", Title: "Workers", Aside: ui.Quiet("9 of 11 healthy")}, ui.Lines{
			{Text: "Capture 3", Sub: "3 failures in a row; items kept, moved to Capture 1", End: ui.Warn("Degraded")},
			{Text: "Vantage point South", Sub: "last heartbeat 14 min ago", End: ui.Neutral("Unknown")}}),
		ui.Wrap(ui.Card{ID: "limits", Title: "Your limits today", Foot: ui.Text("Break in 22 min. Counted for limits only, never for performance.")},
			ui.Wrap(ui.Body(), ui.Wrap(ui.Stack(), ui.Meter{What: "Items shown", N: 14, Of: 40}, ui.Meter{What: "Marked graphic, opened", N: 5, Of: 6, Tone: ui.ToneWarn}))))
	return page(f, head, ui.Wrap(ui.Main(), main, side))
}

const arabicText = "نشرة الطقس لمنطقة الميناء: ينخفض "

func galleryTriage(context.Context) templ.Component {
	f := galleryFrame("Item 70 402, triage", "triage")
	head := ui.Head{Crumbs: []ui.Crumb{{"Triage", "/triage"}, {"Arabic and English", ""}, {"item 1 of 148", ""}}, Title: "Item 70 402", State: ui.Info("New"),
		Handling: f.Handling, Facts: []templ.Component{ui.Address{Defanged: "hxxps://live[.]halcyon-weather[.]test/posts/5521", Real: "https://live.halcyon-weather.test/posts/5521"},
			ui.Text("Captured 08:52:10 UTC from vantage point North"), ui.Text("Web page, Arabic (detected, 0.99)")},
		Buttons: []ui.Button{{Text: "Previous", Href: "#p", Small: true, Key: "k"}, {Text: "Next", Href: "#n", Small: true, Key: "j"}}}
	why := ui.Why{
		{"Exact bank", ui.Text("No exact match in 4 banks"), "", ui.Neutral("No match"), "Own, Union, Partner B, Partner C · all fresh under 10 min"},
		{"Near image", ui.Text("Weather map, template 12"), "distance 6 of 64, limit 10", ui.Info("Near match").With(ui.IconHalf), "Bank “Halcyon templates”, entered by Analyst 2; partners: 1 confirms, 1 doubts"},
		{"Text", ui.Text("Paragraph 2 repeats item 69 871"), "0.91 similar", ui.Info("Near match").With(ui.IconHalf), "31 words in common; the two texts can be compared side by side"},
		{"Same estate", ui.Text("Host Alpha, feed key 7c19"), "wave 3", ui.Neutral("Context").With(ui.IconList), "Address first seen 6 min ago by return watch"},
	}
	pair := ui.Pair{Source: "Arabic, extracted from the page", Engine: "engine local-2, 08:52",
		Original: ui.Passage{Lang: "ar", Paragraphs: [][]ui.Span{{{Text: arabicText}, {Text: "خط الثلج", Mark: true}, {Text: " الليلة إلى ٦٠٠ متر، وتهب رياح شمالية معتدلة."}},
			{{Text: "لمزيد من التفاصيل زوروا "}, {Text: "hxxps://halcyon-live[.]test", Addr: true}}}},
		Translation: ui.Passage{Lang: "en", Paragraphs: [][]ui.Span{{{Text: "Weather bulletin for the harbour area: the "}, {Text: "snow line", Mark: true}, {Text: " falls tonight to 600 metres, with moderate northerly winds."}},
			{{Text: "For details visit "}, {Text: "hxxps://halcyon-live[.]test", Addr: true}}}}}
	finding := ui.Wrap(ui.Card{ID: "finding", Title: "Your finding", Aside: ui.Quiet("suggestion: none")}, ui.Wrap(ui.Body(),
		ui.Acts{Label: "Finding", Name: "finding", Acts: []ui.Act{{"1", "Refer", "opens a draft", "refer"}, {"2", "Duplicate", "of item 69 871", "duplicate"},
			{"3", "No action", "asks a reason", "none"}, {"4", "Second opinion", "not shown your view", "second"}, {"h", "Wake me later", "1 h · tonight · date", "later"}}},
		ui.Field{Name: "reason", Type: "textarea", Label: "Reason, in your words", Placeholder: "What you saw, and where in the item", Hint: "Nothing is sent by a key. A referral needs the draft read, an order two people.", Required: true},
		ui.Button{Text: "Pass it on, no reason needed", Small: true, Key: "p"}))
	cover := ui.Cover{What: "Screenshot covered", Lines: []string{"Type: map with text. No people detected.", "Greyscale, sound off."}, Show: ui.Button{Text: "Show for 10 s", Small: true, Key: "v"}}
	queue := ui.Table{Label: "Queue", Compact: true, List: true, Columns: []ui.Column{{Title: "Item", NoWrap: true}, {Title: "Address"}, {Title: "First reason"}, {Title: "State"},
		{Title: "Held by", Quiet: true, NoWrap: true}, {Title: "Waiting", Num: true, NoWrap: true, Sort: "?sort=waiting", Sorted: "descending"}},
		Rows: []ui.Row{
			{Current: true, Cells: []templ.Component{ui.Link("#1", "70 402"), ui.Addr("live[.]halcyon-weather[.]test/posts/5521"), ui.Text("Near match, return"), ui.Info("New"), ui.Text("Analyst 4"), fresh(7 * time.Minute)}},
			ui.Cells(ui.Link("#2", "70 403"), ui.Addr("live[.]halcyon-weather[.]test/posts/5522"), ui.Text("Same cluster as 70 402 (4 items)"), ui.Info("New"), ui.Text("with this one"), fresh(7*time.Minute)),
			ui.Cells(ui.Link("#3", "70 377"), ui.Addr("mirror[.]halcyon-live[.]test/map"), ui.Text("Challenge page, no content seen"), ui.Warn("Capture failed"), ui.Text("free"), fresh(time.Hour)),
			ui.Cells(ui.Link("#4", "70 288"), ui.Addr("paste[.]host-alpha[.]test/k\u202e2m9"), ui.Text("First opinion: refer"), ui.Info("Second opinion").With(ui.IconEye), ui.Text("not you"), fresh(3*time.Hour))}}
	return page(f, head, ui.Wrap(ui.Main(),
		ui.Wrap(ui.MainColumn(),
			ui.Undo{ID: "undo", Did: "Item 70 401: no action", Action: "/triage/70401/undo", Now: galleryNow, Until: galleryNow.Add(8 * time.Second)},
			ui.Wrap(ui.Card{ID: "captured", Title: "What was captured", Aside: ui.Wrap(ui.Inline(),
				ui.Button{Text: "Screenshot and text", Href: "#shot", Small: true, Current: true}, ui.Button{Text: "Scriptless copy", Href: "#copy", Small: true}, ui.Button{Text: "Files 4", Href: "#all", Small: true})},
				ui.Wrap(ui.Body(), ui.Wrap(ui.Two("wr"), cover, ui.Wrap(ui.Stack(), templ.Raw("<h3>Why it is here</h3>"), why))), ui.Wrap(ui.Body(), pair))),
		ui.Wrap(ui.Side(), finding,
			ui.Wrap(ui.Card{ID: "earlier", Title: "Earlier decisions, same content", Pill: "2"}, ui.Lines{
				{Text: "Item 69 871", Href: "#i1", Sub: "Analyst 2, 9 Mar · “bulletin only, no call to act”", End: ui.Neutral("No action").With(ui.IconOK)},
				{Text: "Item 66 020", Href: "#i2", Sub: "Analyst 7, 2 Mar · referred, removed in 3 h", End: ui.Info("Referred").With(ui.IconSend)}})),
		ui.Wrap(ui.Tail(), ui.Wrap(ui.Card{ID: "queue", Title: "Queue", Pill: "148", Aside: ui.KeysHint("J K", "move", "Enter", "open", "?", "all keys"),
			Foot: ui.Text("31 further items were exact copies of judged content and were settled without being shown.")}, queue, ui.Pages{Next: "?after=4"}))))
}

func galleryNotice(ctx context.Context) templ.Component {
	f := galleryFrame("RO-2026-0412, removal order", "notices")
	f.Handling = ui.Handling{TLP: "AMBER", PAP: "AMBER", H: "H1"}
	f.Training = "127.0.0.0/8"
	head := ui.Head{Crumbs: []ui.Crumb{{"Notices", "/notices"}, {"Removal orders", ""}, {"Case 2026-0177", ""}}, Title: "Removal order RO-2026-0412", State: ui.Warn("Clock at risk"),
		Handling: f.Handling, Facts: []templ.Component{ui.Text("To Host Alpha"), ui.Link("#o", "Halcyon Weather Wire"), ui.Text("Issued by Competent authority A")},
		Buttons: []ui.Button{{Text: "See as the recipient does", Href: "#view"}, {Text: "Print file", Href: "#pdf"}, {Text: "Answer Host Alpha", Kind: ui.Primary, Href: "#reply", Legal: true, Key: "a"}}}
	steps := ui.Steps{Label: "Progress", Steps: []ui.Step{{"Draft", "", "Analyst 4", "07:31", ui.StepDone}, {"Approved by two", "", "Analyst 2, Lawyer 1", "08:05", ui.StepDone},
		{"Sealed", ui.IconLock, "ledger entry 48 210", "08:06", ui.StepDone}, {"Sent", ui.IconSend, "to the contact point", "08:06:40", ui.StepDone},
		{"Received", ui.IconIn, "portal receipt, signed", "08:11:12", ui.StepDone}, {"Verified gone", "", "so far 1 of 2 points", "due 09:11:12", ui.StepNow}}}
	look := ui.Table{Label: "Observations", Columns: []ui.Column{{Title: "Address"}, {Title: "Vantage point North"}, {Title: "Vantage point South"}, {Title: "Seen", NoWrap: true}, {Title: "Finding"}},
		Rows: []ui.Row{
			ui.Cells(ui.Addr("wire[.]halcyon-weather[.]test/posts/5517"), ui.OK("Gone, 410"), ui.OK("Gone, 410"), fresh(2*time.Minute), ui.Text("gone 2 of 3")),
			ui.Cells(ui.Addr("wire[.]halcyon-weather[.]test/posts/5519"), ui.OK("Gone, 410"), ui.Warn("Still served").With(ui.IconEye), fresh(2*time.Minute), ui.Text("a cache may answer: age header 2 640 s"))}}
	thread := ui.Thread{Label: "Messages", Messages: []ui.Message{
		{At: at(8, 6, 40), From: "We sent", State: ui.Neutral("Order").With(ui.IconSend), Body: ui.Text("Order with annex I, 2 addresses, statement of reasons, how to contest. Host resolved again 12 s before dispatch, unchanged.")},
		{In: true, At: at(8, 11, 12), From: "Host Alpha", State: ui.Info("Receipt").With(ui.IconIn), Body: ui.Text("Opened on the reply page and acknowledged with their key. This receipt started the hour.")},
		{In: true, At: at(8, 24, 3), From: "Host Alpha", State: ui.Info("Question").With(ui.IconIn), Lang: "fr", Body: ui.Text("« La seconde adresse est-elle du même client ? »")},
		{At: at(8, 26, 30), From: "We answered", State: ui.Neutral("Answer").With(ui.IconSend), Body: ui.Text("“Yes: both pages carry feed key 7c19, see exhibit EX-88121.”")}}}
	docs := ui.Table{Label: "Documents", Compact: true, Columns: []ui.Column{{Title: "Document"}, {Title: "Version", NoWrap: true}, {Title: "Sealed"}, {Title: "Content hash", NoWrap: true}, {Title: "Handling"}},
		Rows: []ui.Row{
			ui.Cells(ui.Text("Order, annex I"), ui.Text("3, sent"), ui.When{At: at(8, 6, 2)}, ui.Hash{Prefix: "b3:", Hex: "41d9b8a2c0ffee1234567890e07f", Copy: true}, ui.Handling{TLP: "GREEN", PAP: "GREEN", H: "H1"}),
			ui.Cells(ui.Text("Assessment, limb (a)"), ui.Text("1, internal"), ui.When{At: at(7, 48, 19), Day: true}, ui.Hash{Prefix: "b3:", Hex: "0be5b8a2c0ffee12345678903d10"}, f.Handling)}}
	clock := ui.Wrap(ui.Card{ID: "clock", Title: "One-hour clock", Aside: hour.State(ctx)}, ui.Wrap(ui.Body(), hour.Big(), hour.Bar(), templ.Raw(`<div class="mt">`), ui.Terms{
		{"Started", templ.Join(ui.When{At: hour.Started}, ui.Text(" by receipt, signed · "), ui.Link("#r", "proof"))},
		{"Due", ui.Text("09:11:12 UTC, 10:11:12 CET")}, {"Stops on", ui.Text("gone from both vantage points, or a reasoned “cannot” from the provider (annex III)")},
		{"Does not stop", ui.Text("“done” without our own look")}, {"At 5 min", ui.Text("Head of unit is told")}}, templ.Raw("</div>")))
	stopped := hour
	stopped.Stopped = at(8, 54, 0)
	gate := ui.Wrap(ui.Card{ID: "gate", Title: "Why this addressee, this act", Aside: ui.OK("Gate passed").Plain(), Foot: ui.Text("Rules: regime EU-2021/784, version 6")},
		ui.Wrap(ui.Body(), ui.Terms{{"Addressee", ui.Strong("Host Alpha")}, {"Where", ui.Text("Main establishment in State B; contact point confirmed")}}),
		ui.Lines{{Text: "Registrar Beta", Sub: "keeps the name, not the content; a court can order a hold", End: ui.Neutral("Refused").With(ui.IconBan)},
			{Text: "CDN Sigma", Sub: "passes traffic on; ask it for the origin by referral", End: ui.Neutral("Refused").With(ui.IconBan)}})
	return page(f, head, ui.Wrap(ui.Main(), ui.Wrap(ui.Lead(), clock), ui.Wrap(ui.MainColumn(), steps,
		ui.Wrap(ui.Card{ID: "verify", Title: "Verification, seen by us", Aside: ui.Quiet("next look 09:01, then until gone three times in a row"), Live: "/events/none", Foot: ui.Text("A failed look counts as unknown, never as gone.")}, look),
		ui.Wrap(ui.Card{ID: "messages", Title: "Messages", Aside: ui.Wrap(ui.Inline(), ui.Quiet("ours"), ui.Warn("Waiting for proof").With(ui.IconClock), ui.Quiet("theirs"), ui.Info("Says done").With(ui.IconIn))}, thread),
		ui.Wrap(ui.Card{ID: "docs", Title: "Documents", Aside: ui.Link("#all", "Bundle for the court")}, docs)),
		ui.Wrap(ui.Side(), gate, ui.Wrap(ui.Card{ID: "stopped", Title: "Stopped clock", Aside: stopped.State(ctx)}, ui.Wrap(ui.Body(), stopped.Medium(), stopped.Bar())))))
}

func galleryGraph() ui.Graph {
	return ui.Graph{ID: "g", Title: "What keeps the outlet up", Summary: "Four names lead to two registrars and, directly or through CDN Sigma, to Host Alpha and Host Delta. The cheapest cut is Host Alpha and Host Delta.",
		Columns: []ui.NodeColumn{{"Outlet", []ui.Node{{ID: "o", Label: "Halcyon", Sub: "web and app", Mark: ui.NodeRoot}}},
			{"Names", []ui.Node{{ID: "n1", Label: "wire[.]halcyon-weather[.]test", Mono: true}, {ID: "n2", Label: "live[.]halcyon-weather[.]test", Mono: true}, {ID: "n3", Label: "mirror[.]halcyon-live[.]test", Mono: true}, {ID: "n4", Label: "api[.]halcyon-app[.]test", Mono: true}}},
			{"Registrars, delivery", []ui.Node{{ID: "r1", Label: "Registrar Beta", Sub: "State D · court order", Mark: ui.NodeAlt}, {ID: "r2", Label: "Registrar Gamma", Sub: "State E · court order", Mark: ui.NodeAlt}, {ID: "c", Label: "CDN Sigma", Sub: "passes on"}}},
			{"Hosts", []ui.Node{{ID: "h1", Label: "Host Alpha", Sub: "State B · 3 sites", Mark: ui.NodeCut, Tag: "cut 1"}, {ID: "h2", Label: "Host Delta", Sub: "State C · 1 site", Mark: ui.NodeCut, Tag: "cut 2"}}},
			{"Networks", []ui.Node{{ID: "k", Label: "Net Kappa", Sub: "AS 64500"}, {ID: "l", Label: "Net Lambda", Sub: "AS 64501"}}}},
		Edges: []ui.Edge{{"o", "n1", false}, {"o", "n2", false}, {"o", "n3", false}, {"o", "n4", false}, {"n1", "r1", false}, {"n2", "r1", false}, {"n3", "r2", false}, {"n4", "r2", false}, {"n4", "c", false},
			{"n1", "h1", true}, {"n2", "h2", true}, {"n3", "h1", true}, {"c", "h1", true}, {"h1", "k", false}, {"h2", "l", false}}}
}

func galleryTimeline() ui.Timeline {
	d := func(y int, m time.Month, day int) time.Time { return time.Date(y, m, day, 0, 0, 0, 0, time.UTC) }
	s, e := d(2025, 11, 3), d(2026, 3, 12)
	w1, w2, w3 := d(2025, 12, 11), d(2026, 2, 9), d(2026, 3, 5)
	return ui.Timeline{ID: "t", Title: "Three waves and the returns after each", Summary: "Wave 1 on 11 December, wave 2 on 9 February, wave 3 on 5 March.", From: s, To: e.AddDate(0, 0, 1), Now: e,
		Waves: []ui.Moment{{w1, "Wave 1"}, {w2, "Wave 2"}, {w3, "Wave 3"}},
		Lanes: []ui.Lane{{"Websites", []ui.Stretch{{s, w1, false}, {d(2025, 12, 18), w2, false}, {d(2026, 2, 12), w3, false}, {d(2026, 3, 11), e, false}}, []time.Time{d(2025, 12, 18), d(2026, 2, 12), d(2026, 3, 11)}},
			{"Mirror", []ui.Stretch{{d(2025, 12, 25), w2, false}, {w2, d(2026, 2, 15), true}, {d(2026, 2, 15), e, false}}, []time.Time{d(2026, 2, 15)}},
			{"App feed", []ui.Stretch{{d(2025, 11, 23), w3, false}, {d(2026, 3, 7), e, false}}, []time.Time{d(2026, 3, 7)}},
			{"Newsletter", []ui.Stretch{{s, e, false}}, nil}}}
}

func galleryOutlet(ctx context.Context) templ.Component {
	f := galleryFrame("Halcyon Weather Wire", "outlets")
	head := ui.Head{Crumbs: []ui.Crumb{{"Outlets", "/outlets"}, {"Benign test set", ""}}, Title: "Halcyon Weather Wire", State: ui.Info("Returned, 12 % up").With(ui.IconReturn), Handling: f.Handling,
		Facts:   []templ.Component{ui.Text("Weather and train bulletins"), ui.ForeignWord("ar", "العربية"), ui.Text("Watched since 3 Nov 2025"), ui.Text("Attribution B2, judged by Analyst 2")},
		Buttons: []ui.Button{{Text: "Watch settings", Href: "#w"}, {Text: "Add asset", Href: "#add"}, {Text: "Plan an operation", Kind: ui.Primary, Href: "#plan"}}}
	row := func(kind, addr string, s ui.State, prov, jur string, ago time.Duration) ui.Row {
		return ui.Cells(ui.Text(kind), ui.Addr(addr), s, ui.Text(prov), ui.Text(jur), fresh(ago))
	}
	estate := ui.Table{Label: "Estate", Compact: true, Columns: []ui.Column{{Title: "Kind", NoWrap: true}, {Title: "Address"}, {Title: "State"}, {Title: "Provider"}, {Title: "Jurisdiction", NoWrap: true}, {Title: "Last seen", NoWrap: true}},
		Rows: []ui.Row{row("Website", "wire[.]halcyon-weather[.]test", ui.Warn("1 of 2 pages gone").With(ui.IconHalf), "Host Alpha", "State B", 2*time.Minute),
			row("Website", "live[.]halcyon-weather[.]test", ui.Warn("Up, returned").With(ui.IconReturn), "Host Delta", "State C", 2*time.Minute),
			row("App feed", "api[.]halcyon-app[.]test", ui.Warn("Up").With(ui.IconUp), "CDN Sigma, origin Host Alpha", "State D", 4*time.Minute),
			row("Browser add-on", "store[.]test/halcyon-radar", ui.OK("Delisted").With(ui.IconDown), "Store Nu", "State E", 38*time.Minute),
			row("Audio stream", "radio[.]tram-wave[.]test", ui.Neutral("Unknown"), "Stream Pi", "not known", 3*time.Hour)}}
	return page(f, head, ui.Wrap(ui.Main(), ui.Wrap(ui.MainColumn(),
		ui.Wrap(ui.Card{ID: "estate", Title: "Estate", Pill: "5 of 23", Aside: ui.Quiet("4 up or held · 1 unknown"), Foot: ui.Text("Dead assets are kept: a dead name registered again raises an alarm.")}, estate),
		ui.Wrap(ui.Card{ID: "graph", Title: "What keeps it up", Aside: ui.GraphLegend()}, ui.Wrap(ui.Body(), galleryGraph()), ui.GraphTable(ctx, galleryGraph())),
		ui.Wrap(ui.Card{ID: "waves", Title: "Waves and returns", Aside: ui.TimelineLegend()}, ui.Wrap(ui.Body(), galleryTimeline()), ui.TimelineTable(ctx, galleryTimeline()))),
		ui.Wrap(ui.Side(), ui.Wrap(ui.Card{ID: "plan", Title: "If we act", Aside: ui.Quiet("computed 3 min ago"), Foot: ui.Text("Worth it only together: spread over 72 h the chance to keep it dark a day drops from 0.71 to 0.09.")},
			ui.Wrap(ui.Body(), ui.Wrap(ui.Note{Icon: ui.IconOK}, ui.Strong("Falls even if any one measure fails."), ui.Text(" Web and app: 4 of 4 ways down. Proven smallest.")))),
			ui.Wrap(ui.Card{ID: "stays", Title: "What stays up"}, ui.Lines{{Text: "Newsletter", Sub: "held for our own case until 14 Mar; the hold costs 3", End: ui.Warn("Hold").With(ui.IconHold)},
				{Text: "Audio stream", Sub: "provider not known; find it first", End: ui.Neutral("Unknown")}}))))
}

func galleryForms(ctx context.Context) templ.Component {
	f := galleryFrame("Forms and the rest", "")
	fields := ui.Errors{{Name: "unit", Label: "Unit", Value: "Unit A", Required: true}, {Name: "until", Label: "Hold until", Type: "date", Error: "This day is over. Choose a later one.", Required: true},
		{Name: "ground", Label: "Ground", Type: "select", Options: []ui.Option{{"a", "Limb (a)", false}, {"b", "Limb (b)", false}, {"c", "not open to this unit", true}}, Value: "b", Required: true},
		{Name: "reasons", Label: "Reasons", Type: "textarea", Rows: 3, Hint: "As the recipient will read them.", Error: "Say where in the item the passage is."}}
	form := templ.ComponentFunc(func(ctx context.Context, w_ io.Writer) error {
		for _, x := range fields {
			if err := x.Render(ctx, w_); err != nil {
				return err
			}
		}
		return nil
	})
	tiles := ui.Tiles{Label: "Assets, live", Tiles: []ui.Tile{{"", ui.OK("Down"), ui.Addr("edge[.]halcyon-live[.]test"), fresh(3 * time.Second)}, {"", ui.Warn("Up from 3 of 9"), ui.Addr("cdn[.]halcyon-live[.]test"), fresh(4 * time.Second)},
		{"", ui.Bad("Still up"), ui.Addr("mirror[.]halcyon-live[.]test"), fresh(5 * time.Second)}, {"", ui.Neutral("Unknown: probe timed out"), ui.Addr("radio[.]tram-wave[.]test"), fresh(2 * time.Hour)}}}
	return page(f, ui.Head{Title: "Forms and the rest", Buttons: []ui.Button{{Text: "Abort", Kind: ui.Danger}, {Text: "One", Kind: ui.Primary}, {Text: "Never a second", Kind: ui.Primary}}}, ui.Wrap(ui.MainOne(),
		fields, ui.Wrap(ui.Card{ID: "form", Title: "A form"}, ui.Wrap(ui.Body(), form, ui.Check{ID: "confirm", Name: "confirm", Value: "1", Label: "I have read the whole notice", Hint: "As the recipient will see it."})),
		ui.Empty{ID: "empty", Title: "Nothing waits for a second opinion", Why: "When somebody asks for one, it comes here.", Todo: []ui.Todo{{Title: "Name your unit", Why: "Five minutes.", Done: true}, {Title: "Invite two people", Why: "An act needs two.", Next: true, Button: ui.Button{Text: "Begin", Kind: ui.Primary, Href: "#b"}}, {Title: "Watch an outlet", Why: "Paste addresses.", Button: ui.Button{Text: "After step 2", Disabled: true}}}},
		ui.Wrap(ui.Note{Tone: ui.ToneWarn}, ui.Strong("The host moved."), ui.Text(" Dropped from this batch; a draft to the new one was made.")),
		ui.Wrap(ui.Note{Tone: ui.ToneBad}, ui.Text("NO-GO: 1 host moved.")), ui.Wrap(ui.Note{Tone: ui.ToneOK}, ui.Text("Proof verified.")), ui.Wrap(ui.Note{Tone: ui.ToneInfo}, ui.Text("Unit B asks.")),
		ui.Wrap(ui.Card{ID: "tiles", Title: "Assets, live", Aside: ui.Connection()}, ui.Wrap(ui.Body(), tiles)),
		ui.Wrap(ui.Card{ID: "work", Title: "Long work"}, ui.Wrap(ui.Body(), ui.Progress{ID: "import", What: "Reading the archive, file 204", Done: 204, Total: 900, Unit: "files", Stop: "/import/stop"})),
		ui.Wrap(ui.Card{ID: "none", Title: "An empty table"}, ui.Table{Label: "Holds", Columns: []ui.Column{{Title: "Asset"}, {Title: "Until"}}, Empty: "Nobody asked for a hold."}),
		ui.Wrap(ui.Card{ID: "ct", Title: "A chart as a table"}, ui.ChartTable(ctx, ui.StepChart{Title: "Share back", From: 0, To: 90, Max: 1, Series: []ui.Series{{"returned", []ui.Point{{X: 0, Y: 0}, {X: 7, Y: .3}, {X: 60, Y: .5}}}}})),
	))
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import "iolaus/internal/iru"

// ReportTitle is a report's title.
func ReportTitle(k iru.ReportKind) string {
	return map[iru.ReportKind]string{
		iru.ReportTCO8:  "Transparency report of the competent authority",
		iru.ReportTCO21: "Information for monitoring",
		iru.ReportDSA22: "Report of a trusted flagger",
		iru.ReportUnit:  "Statistics of the unit",
	}[k]
}

// Figures lists what a report of a kind has, in its order. A figure stands after those that it is a part or a share of. Each is the list of
// law that the design's chapter on statistics gives; what the program has no record of is named all the same, as that.
func Figures(k iru.ReportKind) []Definition {
	return map[iru.ReportKind]func() []Definition{iru.ReportTCO8: figuresTCO8, iru.ReportTCO21: figuresTCO21, iru.ReportDSA22: figuresDSA22, iru.ReportUnit: figuresUnit}[k]()
}

// missing is a figure that cannot be told.
func missing(id, title, law, words, why string) Definition {
	return Definition{Figure: iru.Figure{ID: id, Title: title, Law: law, Words: words, Kind: iru.FigureCount}, Missing: why}
}

// of is a definition's figure.
func of(id, title, law, words string) iru.Figure {
	return iru.Figure{ID: id, Title: title, Law: law, Words: words, Kind: iru.FigureCount}
}

func share(id, title, law, words, part, whole string) Definition {
	f := of(id, title, law, words)
	f.Kind, f.Of = iru.FigureShare, whole
	return Definition{Figure: f, Part: part}
}

func timed(name, id, title, law, words string, q float64) Definition {
	f := of(id, title, law, words)
	f.Kind = iru.FigureTime
	return counted(name, Definition{Figure: f, Quantile: q})
}

// Definitions that several reports share.
const (
	wordsIssued  = "Removal orders that left the unit in the year, each by the first event that says so: accepted by the addressee's server, received, or come back undelivered. Orders for practice are none."
	wordsRemoved = "Of the removal orders that left in the year, those after which removal or disabling was verified by our own looks, in the year or later, up to the size of the ledger. A claim alone is not counted."
	wordsNot     = "Of the removal orders that left in the year, those after which no removal was verified up to the size of the ledger."
	wordsTime    = "From the first receipt, as last corrected, to the first verified removal. What is not removed yet counts as taking longer than it was watched (Kaplan-Meier); an act that was withdrawn or taken over by another one is watched up to then. Verified removal is later than removal by the time our looks need to agree."
	noRecord     = "the program keeps no record of it"
)

func figuresTCO8() []Definition {
	const a, b, c, d = "Regulation (EU) 2021/784, Article 8(1)(a)", "Regulation (EU) 2021/784, Article 8(1)(b)", "Regulation (EU) 2021/784, Article 8(1)(c)", "Regulation (EU) 2021/784, Article 8(1)(d)"
	list := []Definition{
		counted("acts.left:removal_order", Definition{Figure: of("tco8.a.issued", "Removal orders issued", a, wordsIssued), Duty: true}),
		counted("acts.removed:removal_order", Definition{Figure: of("tco8.a.removed", "Orders after which content was removed or disabled", a, wordsRemoved), Duty: true, Whole: "tco8.a.issued", Rest: "tco8.a.not_removed"}),
		counted("acts.not_removed:removal_order", Definition{Figure: of("tco8.a.not_removed", "Orders after which it was not", a, wordsNot), Duty: true}),
	}
	list = append(list, crossBorderFigures(a)...)
	list = append(list,
		missing("tco8.b.exposed", "Decisions that a provider is exposed", b, "Decisions under Article 5(4).", noRecord),
		missing("tco8.b.measures", "Decisions on specific measures", b, "Decisions under Article 5(6), with the measures described.", noRecord),
		missing("tco8.b.reviews", "Decisions on requests for review", b, "Decisions under Article 5(7).", noRecord))
	list = append(list, reviewFigures("tco8.c", c)...)
	return append(list,
		missing("tco8.c.decisions", "Decisions on specific measures under review", c, "Decisions under Article 5(4) and (6) that were challenged, and the outcomes.", noRecord),
		missing("tco8.d.penalties", "Penalties imposed", d, "Decisions on penalties under Article 18, by type.", noRecord))
}

func figuresTCO21() []Definition {
	const a, b, c, d, e = "Regulation (EU) 2021/784, Article 21(1)(a)", "Regulation (EU) 2021/784, Article 21(1)(b)", "Regulation (EU) 2021/784, Article 21(1)(c)", "Regulation (EU) 2021/784, Article 21(1)(d)", "Regulation (EU) 2021/784, Article 21(1)(e)"
	list := []Definition{
		counted("acts.left:removal_order", Definition{Figure: of("tco21.a.issued", "Removal orders issued", a, wordsIssued), Duty: true}),
		counted("acts.removed:removal_order", Definition{Figure: of("tco21.a.removed", "Items removed or disabled after an order", a, wordsRemoved+" An order is about one item."), Duty: true, Whole: "tco21.a.issued"}),
		timed("acts.received:removal_order", "tco21.a.median", "Time to removal, median", a, wordsTime, 0.5),
		timed("acts.received:removal_order", "tco21.a.p90", "Time to removal, nine in ten", a, wordsTime, 0.9),
		missing("tco21.b.measures", "Specific measures taken by providers", b, "Measures under Article 5, with the items removed and the speed.", "providers report it; "+noRecord),
		missing("tco21.c.access", "Requests for access to preserved content", c, "Requests of authorities for content preserved under Article 6.", noRecord),
		missing("tco21.d.complaints", "Complaints to providers", d, "Complaint procedures under Article 10, and the actions taken.", "providers report it; "+noRecord),
	}
	return append(list, reviewFigures("tco21.e", e)...)
}

func figuresDSA22() []Definition {
	const law = "Regulation (EU) 2022/2065, Article 22(3)"
	return []Definition{
		counted("acts.left:notice", Definition{Figure: of("dsa22.notices", "Notices submitted", law, "Notices under Article 16 that left the unit in the year, by provider, by type of content (the limbs of Regulation (EU) 2021/784, Article 2(7)) and by the action that the provider had taken up to the size of the ledger. No personal data: no address, no text, no officer."),
			By: []string{"provider", "type", "action"}, Duty: true}),
		missing("dsa22.independence", "Procedures that keep the flagger independent", law, "An explanation in words.", "it is a text: write it beside the figures"),
	}
}

func figuresUnit() []Definition {
	const law = "the unit's own statistics"
	list := []Definition{
		counted("assessed", Definition{Figure: of("unit.assessed", "Assessments given", law, "Findings that people gave in the year, by what they found. A second opinion is one more."), By: []string{"finding"}}),
		counted("acts.left", Definition{Figure: of("unit.referred", "Acts that left", law, "Acts of every instrument that left the unit in the year, each by the first event that says so. Orders for practice are none."), By: []string{"instrument"}}),
		counted("acts.received", Definition{Figure: of("unit.received", "Acts with a known receipt", law, "Of the acts that left in the year, those whose receipt was recorded."), Whole: "unit.referred"}),
		counted("acts.removed", Definition{Figure: of("unit.removed", "Acts followed by verified removal", law, "Of the acts that left in the year, those after which removal was verified by our own looks, up to the size of the ledger."), By: []string{"instrument"}, Whole: "unit.referred"}),
		share("unit.success", "Success rate", law, "Acts followed by verified removal, of all acts that left in the year. One that left late in the year had less time.", "unit.removed", "unit.referred"),
		timed("acts.received", "unit.median", "Time to removal, median", law, wordsTime, 0.5),
		timed("acts.received", "unit.p90", "Time to removal, nine in ten", law, wordsTime, 0.9),
		counted("acts.back", Definition{Figure: of("unit.back", "Acts after which it was up again", law, "Of the acts followed by verified removal, those whose address served the content again, up to the size of the ledger."), Whole: "unit.removed"}),
		share("unit.reupload", "Re-upload rate", law, "Acts after which the content was up again at its address, of those followed by verified removal. The same content at another address is a new item and is not in this figure.", "unit.back", "unit.removed"),
		counted("questions", Definition{Figure: of("unit.deconfliction", "Deconfliction checks", law, "Questions, in the year, to other units, partners and bodies whether an asset may be touched (Regulation (EU) 2021/784, Article 14(1)), each about one asset and one of them, with how they stand."), By: []string{"outcome"}}),
		counted("questions.held", Definition{Figure: of("unit.held", "Of these, held or wanted for evidence first", law, "Of these, those to which the answer was, at some time, to keep hands off or to preserve evidence first."), Whole: "unit.deconfliction"}),
		counted("overturned", Definition{Figure: of("unit.overturned", "Assessments overturned", law, "Findings that were overturned in the year by a second opinion or later, each once.")}),
	}
	list = append(list, secondFigures(law)...)
	return append(list, reinstatedFigures(law)...)
}

// What second readers found, and the fast lane.
func secondFigures(law string) []Definition {
	return []Definition{
		counted("confirmed", Definition{Figure: of("unit.confirmed", "Assessments confirmed by a second reader", law, "Findings in doubt that a second reader, who had not seen them, confirmed in the year, each once.")}),
		counted("spots", Definition{Figure: of("unit.spots", "Findings drawn by chance and read again", law, "Findings of one person that were drawn by chance and read in the year by a second reader who had not seen them.")}),
		counted("spots.differ", Definition{Figure: of("unit.differ", "Of these, the second reader differed", law, "Of these, those in which the second reader came to another finding."), Whole: "unit.spots"}),
		share("unit.disagreement", "Disagreement rate", law, "Findings in which the second reader differed, of those drawn by chance and read again.", "unit.differ", "unit.spots"),
		counted("threats", Definition{Figure: of("unit.threats", "Acts sent at once for a threat to life", law, "Threats to life for which two persons let an act leave at once in the year, with how the review afterwards stands."), By: []string{"outcome"}}),
	}
}

// What the clocks of law record: copies, scrutiny, appeals, reinstatement, waivers.
func crossBorderFigures(law string) []Definition {
	return []Definition{
		counted("acts.copied:removal_order", Definition{Figure: of("tco8.a.cross_border", "Of these, to a provider established elsewhere", law, "Of the removal orders that left in the year, those of which another state's authority was sent a copy (Article 4(1))."), Duty: true, Whole: "tco8.a.issued"}),
		counted("acts.scrutinised:removal_order", Definition{Figure: of("tco8.a.scrutinised", "Of these, scrutinised", law, "Of the removal orders that left in the year, those about which another state's authority told its intention or its decision (Article 4(3) to (6)), with how they stand."), Duty: true, Whole: "tco8.a.cross_border", By: []string{"outcome"}}),
		counted("scrutinies", Definition{Figure: of("tco8.a.examined", "Orders of other states that were scrutinised here", law, "Removal orders of other states' authorities on which this authority recorded its conclusion in the year (Article 4), with how they stand."), Duty: true, By: []string{"outcome"}}),
	}
}

func reviewFigures(id, law string) []Definition {
	return []Definition{counted("appeals:removal_order", Definition{Figure: of(id+".reviews", "Removal orders under review", law, "Challenges of removal orders before a court or an authority that were recorded in the year, with how they stand at the size of the ledger."), Duty: true, By: []string{"outcome"}})}
}

func reinstatedFigures(law string) []Definition {
	return []Definition{
		counted("reinstated", Definition{Figure: of("unit.reinstated", "Content reinstated", law, "Content that was put back after an act lost its effect, as our own looks verified in the year.")}),
		counted("waivers", Definition{Figure: of("unit.waivers", "First orders sent before the twelve hours", law, "Emergencies in which a second person granted that a provider's first removal order leaves at once (Regulation (EU) 2021/784, Article 3(2)), in the year.")}),
	}
}

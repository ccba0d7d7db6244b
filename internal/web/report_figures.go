// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// figureTitle is a figure's title in the reader's language; one that nobody translated stands as it is.
func figureTitle(ctx context.Context, f iru.Figure) string {
	switch f.Title {
	case "Removal orders issued":
		return ui.T(ctx, "Removal orders issued")
	case "Orders after which content was removed or disabled":
		return ui.T(ctx, "Orders after which content was removed or disabled")
	case "Orders after which it was not":
		return ui.T(ctx, "Orders after which it was not")
	case "Of these, to a provider established elsewhere":
		return ui.T(ctx, "Of these, to a provider established elsewhere")
	case "Of these, scrutinised":
		return ui.T(ctx, "Of these, scrutinised")
	case "Orders of other states that were scrutinised here":
		return ui.T(ctx, "Orders of other states that were scrutinised here")
	case "Decisions that a provider is exposed":
		return ui.T(ctx, "Decisions that a provider is exposed")
	case "Decisions on specific measures":
		return ui.T(ctx, "Decisions on specific measures")
	case "Decisions on requests for review":
		return ui.T(ctx, "Decisions on requests for review")
	case "Removal orders under review":
		return ui.T(ctx, "Removal orders under review")
	case "Decisions on specific measures under review":
		return ui.T(ctx, "Decisions on specific measures under review")
	case "Penalties imposed":
		return ui.T(ctx, "Penalties imposed")
	case "Items removed or disabled after an order":
		return ui.T(ctx, "Items removed or disabled after an order")
	case "Time to removal, median":
		return ui.T(ctx, "Time to removal, median")
	case "Time to removal, nine in ten":
		return ui.T(ctx, "Time to removal, nine in ten")
	case "Specific measures taken by providers":
		return ui.T(ctx, "Specific measures taken by providers")
	case "Requests for access to preserved content":
		return ui.T(ctx, "Requests for access to preserved content")
	case "Complaints to providers":
		return ui.T(ctx, "Complaints to providers")
	case "Notices submitted":
		return ui.T(ctx, "Notices submitted")
	case "Procedures that keep the flagger independent":
		return ui.T(ctx, "Procedures that keep the flagger independent")
	case "Assessments given":
		return ui.T(ctx, "Assessments given")
	case "Acts that left":
		return ui.T(ctx, "Acts that left")
	case "Acts with a known receipt":
		return ui.T(ctx, "Acts with a known receipt")
	case "Acts followed by verified removal":
		return ui.T(ctx, "Acts followed by verified removal")
	case "Success rate":
		return ui.T(ctx, "Success rate")
	case "Acts after which it was up again":
		return ui.T(ctx, "Acts after which it was up again")
	case "Re-upload rate":
		return ui.T(ctx, "Re-upload rate")
	case "Deconfliction checks":
		return ui.T(ctx, "Deconfliction checks")
	case "Of these, held or wanted for evidence first":
		return ui.T(ctx, "Of these, held or wanted for evidence first")
	case "Assessments overturned":
		return ui.T(ctx, "Assessments overturned")
	case "Assessments confirmed by a second reader":
		return ui.T(ctx, "Assessments confirmed by a second reader")
	case "Findings drawn by chance and read again":
		return ui.T(ctx, "Findings drawn by chance and read again")
	case "Of these, the second reader differed":
		return ui.T(ctx, "Of these, the second reader differed")
	case "Disagreement rate":
		return ui.T(ctx, "Disagreement rate")
	case "Acts sent at once for a threat to life":
		return ui.T(ctx, "Acts sent at once for a threat to life")
	case "Content reinstated":
		return ui.T(ctx, "Content reinstated")
	case "First orders sent before the twelve hours":
		return ui.T(ctx, "First orders sent before the twelve hours")
	}
	return f.Title
}

// figureWords says what a figure counts, in the reader's language.
func figureWords(ctx context.Context, f iru.Figure) string {
	switch f.Words {
	case "Questions, in the year, to other units, partners and bodies whether an asset may be touched (Regulation (EU) 2021/784, Article 14(1)), each about one asset and one of them, with how they stand.":
		return ui.T(ctx, "Questions, in the year, to other units, partners and bodies whether an asset may be touched (Regulation (EU) 2021/784, Article 14(1)), each about one asset and one of them, with how they stand.")
	case "Of these, those to which the answer was, at some time, to keep hands off or to preserve evidence first.":
		return ui.T(ctx, "Of these, those to which the answer was, at some time, to keep hands off or to preserve evidence first.")
	case "Removal orders that left the unit in the year, each by the first event that says so: accepted by the addressee's server, received, or come back undelivered. Orders for practice are none.":
		return ui.T(ctx, "Removal orders that left the unit in the year, each by the first event that says so: accepted by the addressee's server, received, or come back undelivered. Orders for practice are none.")
	case "Of the removal orders that left in the year, those after which removal or disabling was verified by our own looks, in the year or later, up to the size of the ledger. A claim alone is not counted.":
		return ui.T(ctx, "Of the removal orders that left in the year, those after which removal or disabling was verified by our own looks, in the year or later, up to the size of the ledger. A claim alone is not counted.")
	case "Of the removal orders that left in the year, those after which no removal was verified up to the size of the ledger.":
		return ui.T(ctx, "Of the removal orders that left in the year, those after which no removal was verified up to the size of the ledger.")
	case "Of the removal orders that left in the year, those of which another state's authority was sent a copy (Article 4(1)).":
		return ui.T(ctx, "Of the removal orders that left in the year, those of which another state's authority was sent a copy (Article 4(1)).")
	case "Of the removal orders that left in the year, those about which another state's authority told its intention or its decision (Article 4(3) to (6)), with how they stand.":
		return ui.T(ctx, "Of the removal orders that left in the year, those about which another state's authority told its intention or its decision (Article 4(3) to (6)), with how they stand.")
	case "Removal orders of other states' authorities on which this authority recorded its conclusion in the year (Article 4), with how they stand.":
		return ui.T(ctx, "Removal orders of other states' authorities on which this authority recorded its conclusion in the year (Article 4), with how they stand.")
	case "Decisions under Article 5(4).":
		return ui.T(ctx, "Decisions under Article 5(4).")
	case "Decisions under Article 5(6), with the measures described.":
		return ui.T(ctx, "Decisions under Article 5(6), with the measures described.")
	case "Decisions under Article 5(7).":
		return ui.T(ctx, "Decisions under Article 5(7).")
	case "Challenges of removal orders before a court or an authority that were recorded in the year, with how they stand at the size of the ledger.":
		return ui.T(ctx, "Challenges of removal orders before a court or an authority that were recorded in the year, with how they stand at the size of the ledger.")
	case "Decisions under Article 5(4) and (6) that were challenged, and the outcomes.":
		return ui.T(ctx, "Decisions under Article 5(4) and (6) that were challenged, and the outcomes.")
	case "Decisions on penalties under Article 18, by type.":
		return ui.T(ctx, "Decisions on penalties under Article 18, by type.")
	case "Of the removal orders that left in the year, those after which removal or disabling was verified by our own looks, in the year or later, up to the size of the ledger. A claim alone is not counted. An order is about one item.":
		return ui.T(ctx, "Of the removal orders that left in the year, those after which removal or disabling was verified by our own looks, in the year or later, up to the size of the ledger. A claim alone is not counted. An order is about one item.")
	case "From the first receipt, as last corrected, to the first verified removal. What is not removed yet counts as taking longer than it was watched (Kaplan-Meier); an act that was withdrawn or taken over by another one is watched up to then. Verified removal is later than removal by the time our looks need to agree.":
		return ui.T(ctx, "From the first receipt, as last corrected, to the first verified removal. What is not removed yet counts as taking longer than it was watched (Kaplan-Meier); an act that was withdrawn or taken over by another one is watched up to then. Verified removal is later than removal by the time our looks need to agree.")
	case "Measures under Article 5, with the items removed and the speed.":
		return ui.T(ctx, "Measures under Article 5, with the items removed and the speed.")
	case "Requests of authorities for content preserved under Article 6.":
		return ui.T(ctx, "Requests of authorities for content preserved under Article 6.")
	case "Complaint procedures under Article 10, and the actions taken.":
		return ui.T(ctx, "Complaint procedures under Article 10, and the actions taken.")
	case "Notices under Article 16 that left the unit in the year, by provider, by type of content (the limbs of Regulation (EU) 2021/784, Article 2(7)) and by the action that the provider had taken up to the size of the ledger. No personal data: no address, no text, no officer.":
		return ui.T(ctx, "Notices under Article 16 that left the unit in the year, by provider, by type of content (the limbs of Regulation (EU) 2021/784, Article 2(7)) and by the action that the provider had taken up to the size of the ledger. No personal data: no address, no text, no officer.")
	case "An explanation in words.":
		return ui.T(ctx, "An explanation in words.")
	case "Findings that people gave in the year, by what they found. A second opinion is one more.":
		return ui.T(ctx, "Findings that people gave in the year, by what they found. A second opinion is one more.")
	case "Acts of every instrument that left the unit in the year, each by the first event that says so. Orders for practice are none.":
		return ui.T(ctx, "Acts of every instrument that left the unit in the year, each by the first event that says so. Orders for practice are none.")
	case "Of the acts that left in the year, those whose receipt was recorded.":
		return ui.T(ctx, "Of the acts that left in the year, those whose receipt was recorded.")
	case "Of the acts that left in the year, those after which removal was verified by our own looks, up to the size of the ledger.":
		return ui.T(ctx, "Of the acts that left in the year, those after which removal was verified by our own looks, up to the size of the ledger.")
	case "Acts followed by verified removal, of all acts that left in the year. One that left late in the year had less time.":
		return ui.T(ctx, "Acts followed by verified removal, of all acts that left in the year. One that left late in the year had less time.")
	case "Of the acts followed by verified removal, those whose address served the content again, up to the size of the ledger.":
		return ui.T(ctx, "Of the acts followed by verified removal, those whose address served the content again, up to the size of the ledger.")
	case "Acts after which the content was up again at its address, of those followed by verified removal. The same content at another address is a new item and is not in this figure.":
		return ui.T(ctx, "Acts after which the content was up again at its address, of those followed by verified removal. The same content at another address is a new item and is not in this figure.")
	case "Questions to other units before an act, and holds that followed.":
		return ui.T(ctx, "Questions to other units before an act, and holds that followed.")
	case "Findings that were overturned in the year by a second opinion or later, each once.":
		return ui.T(ctx, "Findings that were overturned in the year by a second opinion or later, each once.")
	case "Findings in doubt that a second reader, who had not seen them, confirmed in the year, each once.":
		return ui.T(ctx, "Findings in doubt that a second reader, who had not seen them, confirmed in the year, each once.")
	case "Findings of one person that were drawn by chance and read in the year by a second reader who had not seen them.":
		return ui.T(ctx, "Findings of one person that were drawn by chance and read in the year by a second reader who had not seen them.")
	case "Of these, those in which the second reader came to another finding.":
		return ui.T(ctx, "Of these, those in which the second reader came to another finding.")
	case "Findings in which the second reader differed, of those drawn by chance and read again.":
		return ui.T(ctx, "Findings in which the second reader differed, of those drawn by chance and read again.")
	case "Threats to life for which two persons let an act leave at once in the year, with how the review afterwards stands.":
		return ui.T(ctx, "Threats to life for which two persons let an act leave at once in the year, with how the review afterwards stands.")
	case "Content that was put back after an act lost its effect, as our own looks verified in the year.":
		return ui.T(ctx, "Content that was put back after an act lost its effect, as our own looks verified in the year.")
	case "Emergencies in which a second person granted that a provider's first removal order leaves at once (Regulation (EU) 2021/784, Article 3(2)), in the year.":
		return ui.T(ctx, "Emergencies in which a second person granted that a provider's first removal order leaves at once (Regulation (EU) 2021/784, Article 3(2)), in the year.")
	}
	return f.Words
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/web/ui"
)

// verbWords are the verbs of the state tables and of the desk, by noun.
func verbWords(ctx context.Context, what string) string {
	switch what {
	case "outlet.chart":
		return ui.T(ctx, "Map taken out")
	case "item.preserve":
		return ui.T(ctx, "Capture ordered before T0")
	case "notice.play":
		return ui.T(ctx, "Played; it did not leave")
	case "rate.set":
		return ui.T(ctx, "Rate set")
	case "officer.speak":
		return ui.T(ctx, "Languages noted")
	case "asset.find":
		return ui.T(ctx, "Found")
	case "asset.attribute":
		return ui.T(ctx, "Attributed")
	case "asset.reject":
		return ui.T(ctx, "Said to be somebody else's")
	case "asset.reconsider":
		return ui.T(ctx, "Reconsidered")
	case "asset.act":
		return ui.T(ctx, "Act served")
	case "asset.give_up":
		return ui.T(ctx, "Given up")
	case "asset.fall":
		return ui.T(ctx, "Down, verified")
	case "asset.return":
		return ui.T(ctx, "Returned")
	case "asset.seen":
		return ui.T(ctx, "Seen")
	case "asset.missed":
		return ui.T(ctx, "Not seen, not agreed yet")
	case "asset.agreed":
		return ui.T(ctx, "Gone, by agreement")
	case "asset.move":
		return ui.T(ctx, "No longer carried by them")
	case "asset.leave_out":
		return ui.T(ctx, "More addresses than are taken up")
	case "asset.name_gone":
		return ui.T(ctx, "Its name is gone")
	case "asset.reregister":
		return ui.T(ctx, "Its name is registered anew")
	case "trusted.trust":
		return ui.T(ctx, "Counted again")
	case "followup.prepare":
		return ui.T(ctx, "Prepared")
	case "followup.release":
		return ui.T(ctx, "Draft made of it")
	case "followup.dismiss":
		return ui.T(ctx, "Nothing follows")
	case "followup.lapse":
		return ui.T(ctx, "Lapsed")
	case "ct_log.fork":
		return ui.T(ctx, "The log shows two histories")
	case "ct_log.stall":
		return ui.T(ctx, "The log stands still")
	case "ct_log.recover":
		return ui.T(ctx, "The log goes on")
	case "asset.carry":
		return ui.T(ctx, "Carrier entered")
	case "item.capture":
		return ui.T(ctx, "Captured")
	case "item.fail":
		return ui.T(ctx, "Capture failed")
	case "item.defer":
		return ui.T(ctx, "Put off")
	case "item.wake":
		return ui.T(ctx, "Woke up")
	case "item.refer":
		return ui.T(ctx, "Referred")
	case "item.dismiss":
		return ui.T(ctx, "No action")
	case "item.ask_second":
		return ui.T(ctx, "Second opinion asked for")
	case "item.reopen":
		return ui.T(ctx, "Reopened")
	case "match.suggest":
		return ui.T(ctx, "Suggested")
	case "match.confirm":
		return ui.T(ctx, "Confirmed")
	case "match.dispute":
		return ui.T(ctx, "Disputed")
	case "match.restore":
		return ui.T(ctx, "Match suggested again")
	case "match.withdraw":
		return ui.T(ctx, "Withdrawn")
	case "notice.draft":
		return ui.T(ctx, "Drafted")
	case "notice.edit":
		return ui.T(ctx, "Edited")
	case "notice.emergency":
		return ui.T(ctx, "Emergency")
	case "notice.submit":
		return ui.T(ctx, "Submitted")
	case "notice.endorse":
		return ui.T(ctx, "First approval")
	case "notice.approve":
		return ui.T(ctx, "Approved")
	case "notice.return":
		return ui.T(ctx, "Returned to draft")
	case "notice.withdraw":
		return ui.T(ctx, "Withdrawn")
	case "notice.dispatch":
		return ui.T(ctx, "On its way")
	case "notice.send":
		return ui.T(ctx, "Sent")
	case "notice.receive":
		return ui.T(ctx, "Receipt")
	case "notice.reply":
		return ui.T(ctx, "Letter received")
	case "notice.file":
		return ui.T(ctx, "Letter filed")
	case "notice.post":
		return ui.T(ctx, "Letter sent")
	case "notice.unposted":
		return ui.T(ctx, "Letter came back")
	case "notice.repost":
		return ui.T(ctx, "Letter sent again")
	case "notice.document":
		return ui.T(ctx, "Documents made")
	case "notice.unheard":
		return ui.T(ctx, "Their interface does not answer")
	case "notice.clarify":
		return ui.T(ctx, "Addressee asks")
	case "notice.answer":
		return ui.T(ctx, "Answered")
	case "notice.claim":
		return ui.T(ctx, "Said to be done")
	case "notice.verify":
		return ui.T(ctx, "Removed, verified")
	case "notice.refuse":
		return ui.T(ctx, "Refused")
	case "notice.bounce":
		return ui.T(ctx, "Not delivered")
	case "notice.escalate":
		return ui.T(ctx, "Escalated")
	case "notice.breach":
		return ui.T(ctx, "Up again")
	case "notice.access":
		return ui.T(ctx, "Its page was opened")
	case "notice.hand_over":
		return ui.T(ctx, "Handed over by a person")
	case "notice.hand_receipt":
		return ui.T(ctx, "Receipt recorded by a person")
	case "stray.arrive":
		return ui.T(ctx, "Mail that names no act")
	case "stray.file":
		return ui.T(ctx, "Mail found its act")
	case "stray.dismiss":
		return ui.T(ctx, "Mail set aside")
	case "drill.order":
		return ui.T(ctx, "Practice order made")
	case "drill.send":
		return ui.T(ctx, "Practice order sent")
	case "drill.fail":
		return ui.T(ctx, "Practice order not delivered")
	case "drill.access":
		return ui.T(ctx, "Practice page opened")
	case "drill.receive":
		return ui.T(ctx, "Practice order received")
	case "drill.answer":
		return ui.T(ctx, "Practice order answered")
	case "provider.change":
		return ui.T(ctx, "Contact changed")
	case "provider.confirm":
		return ui.T(ctx, "Contact confirmed")
	case "officer.accept":
		return ui.T(ctx, "Came in")
	case "outlet.watch":
		return ui.T(ctx, "Watched")
	case "outlet.darken":
		return ui.T(ctx, "Dark")
	case "outlet.return":
		return ui.T(ctx, "Returned")
	case "outlet.close":
		return ui.T(ctx, "No longer watched")
	case "asset.cloak":
		return ui.T(ctx, "Differs by vantage point")
	case "asset.differs":
		return ui.T(ctx, "Something else is served")
	case "item.return":
		return ui.T(ctx, "Seen again after its removal")
	case "item.move":
		return ui.T(ctx, "Moved to another asset")
	case "item.hand_over":
		return ui.T(ctx, "Handed over")
	case "item.ask_capture":
		return ui.T(ctx, "Capture asked for")
	case "assessment.give":
		return ui.T(ctx, "Finding")
	case "assessment.confirm":
		return ui.T(ctx, "Finding confirmed")
	case "assessment.doubt":
		return ui.T(ctx, "Finding in doubt")
	case "assessment.overturn":
		return ui.T(ctx, "Finding overturned")
	case "assessment.undo":
		return ui.T(ctx, "Finding undone")
	case "notice.moved":
		return ui.T(ctx, "The address moved: it does not leave")
	case "notice.copy":
		return ui.T(ctx, "Copy to the second contact")
	case "notice.remind":
		return ui.T(ctx, "Second contact reminded")
	case "asset.fact":
		return ui.T(ctx, "Fact recorded")
	case "provider.describe":
		return ui.T(ctx, "Described")
	case "provider.prefer":
		return ui.T(ctx, "Another contact is the first")
	case "contact.enter":
		return ui.T(ctx, "Contact entered")
	case "contact.change":
		return ui.T(ctx, "Contact changed")
	case "contact.confirm":
		return ui.T(ctx, "Contact confirmed")
	case "contact.drop":
		return ui.T(ctx, "Contact set aside")
	case "contact.prefer":
		return ui.T(ctx, "Made the first contact")
	case "authority.enter":
		return ui.T(ctx, "Authority entered")
	case "authority.change":
		return ui.T(ctx, "Authority changed")
	case "authority.confirm":
		return ui.T(ctx, "Authority confirmed")
	case "playbook.enter":
		return ui.T(ctx, "Playbook entered")
	case "trial.write":
		return ui.T(ctx, "Test message written")
	case "trial.send":
		return ui.T(ctx, "Test message sent")
	case "trial.receive":
		return ui.T(ctx, "Test message arrived")
	case "trial.fail":
		return ui.T(ctx, "Test message failed")
	case "trial.doubt":
		return ui.T(ctx, "Answer to a test of unknown sender")
	case "unit.import_contacts":
		return ui.T(ctx, "Contacts taken in from a file")
	case "notice.recall":
		return ui.T(ctx, "Called back before T0")
	case "notice.delay":
		return ui.T(ctx, "Could not leave yet")
	case "notice.write":
		return ui.T(ctx, "Answer written")
	case "asset.reinstate":
		return ui.T(ctx, "Put back")
	case "notice.annul":
		return ui.T(ctx, "Annulled")
	case "notice.revoke":
		return ui.T(ctx, "Revoked")
	case "notice.correct_receipt":
		return ui.T(ctx, "Receipt corrected")
	case "notice.final":
		return ui.T(ctx, "Final")
	case "clock.extend":
		return ui.T(ctx, "Clock prolonged")
	case "clock.remind":
		return ui.T(ctx, "People told")
	case "missive.draft":
		return ui.T(ctx, "Letter drafted")
	case "missive.queue":
		return ui.T(ctx, "Letter on its way")
	case "missive.by_hand":
		return ui.T(ctx, "Letter left by hand")
	case "missive.drop":
		return ui.T(ctx, "Letter not sent")
	case "missive.send":
		return ui.T(ctx, "Letter sent")
	case "missive.fail":
		return ui.T(ctx, "Letter came back")
	case "missive.receive":
		return ui.T(ctx, "Letter received by them")
	case "waiver.ask":
		return ui.T(ctx, "Waiver asked for")
	case "waiver.grant":
		return ui.T(ctx, "Waiver granted")
	case "waiver.refuse":
		return ui.T(ctx, "Waiver refused")
	case "scrutiny.open":
		return ui.T(ctx, "Copy of an order")
	case "scrutiny.ask":
		return ui.T(ctx, "Scrutiny asked for")
	case "scrutiny.examine":
		return ui.T(ctx, "Examination begun")
	case "scrutiny.announce":
		return ui.T(ctx, "Intention told")
	case "scrutiny.clear":
		return ui.T(ctx, "No infringement found")
	case "scrutiny.lapse":
		return ui.T(ctx, "Time passed")
	case "scrutiny.withdraw":
		return ui.T(ctx, "Order withdrawn")
	case "scrutiny.conclude":
		return ui.T(ctx, "Own conclusion recorded")
	case "scrutiny.compare":
		return ui.T(ctx, "Compared")
	case "scrutiny.infringe":
		return ui.T(ctx, "Infringement found")
	case "appeal.lodge":
		return ui.T(ctx, "Appeal lodged")
	case "appeal.dismiss":
		return ui.T(ctx, "Appeal dismissed")
	case "appeal.annul":
		return ui.T(ctx, "Annulled")
	case "appeal.drop":
		return ui.T(ctx, "Appeal taken back")
	case "reinstatement.owe":
		return ui.T(ctx, "To be put back")
	case "reinstatement.ask":
		return ui.T(ctx, "Asked; we look")
	case "reinstatement.verify":
		return ui.T(ctx, "Up again, seen by us")
	case "reinstatement.decline":
		return ui.T(ctx, "They keep it down")
	case "nondisclosure.decide":
		return ui.T(ctx, "Non-disclosure")
	case "nondisclosure.extend":
		return ui.T(ctx, "Extended, for the last time")
	case "nondisclosure.end":
		return ui.T(ctx, "Non-disclosure has ended")
	case "officer.open_calendar":
		return ui.T(ctx, "Calendar address made")
	case "officer.revoke_calendar":
		return ui.T(ctx, "Calendar address revoked")
	case "clock.start":
		return ui.T(ctx, "Clock started")
	case "clock.restart":
		return ui.T(ctx, "Clock started anew")
	case "clock.stop":
		return ui.T(ctx, "Clock stopped")
	case "clock.due":
		return ui.T(ctx, "Clock ran out")
	case "known.enter":
		return ui.T(ctx, "Known content entered")
	case "known.judge":
		return ui.T(ctx, "Known content judged")
	case "known.mute":
		return ui.T(ctx, "Known content muted")
	case "known.quarantine":
		return ui.T(ctx, "Known content quarantined")
	case "known.release":
		return ui.T(ctx, "Known content released")
	case "known.withdraw":
		return ui.T(ctx, "Known content withdrawn")
	case "known.restore":
		return ui.T(ctx, "Known content restored")
	case "known.flood":
		return ui.T(ctx, "Known content matches too much")
	case "known.spare":
		return ui.T(ctx, "Known content may match as much")
	case "known.opine":
		return ui.T(ctx, "Opinion on known content")
	case "officer.enlist":
		return ui.T(ctx, "Officer enlisted at the command line")
	case "bank.open":
		return ui.T(ctx, "Bank opened")
	case "bank.change":
		return ui.T(ctx, "Bank changed")
	case "bank.mute":
		return ui.T(ctx, "Bank muted")
	case "bank.unmute":
		return ui.T(ctx, "Bank unmuted")
	case "bank.import":
		return ui.T(ctx, "Imported into a bank")
	case "bank.export":
		return ui.T(ctx, "Exported from a bank")
	case "item.spot":
		return ui.T(ctx, "Terms found")
	case "item.relate":
		return ui.T(ctx, "Resembles what waits")
	case "term_list.enter":
		return ui.T(ctx, "Watch list begun")
	case "term_list.import":
		return ui.T(ctx, "Terms imported")
	case "term_list.undo_import":
		return ui.T(ctx, "Import taken back")
	case "term_list.mute":
		return ui.T(ctx, "Watch list muted")
	case "term_list.unmute":
		return ui.T(ctx, "Watch list looked for again")
	case "term_list.remove":
		return ui.T(ctx, "Watch list removed")
	case "term_list.put_back":
		return ui.T(ctx, "Watch list put back")
	case "term.enter":
		return ui.T(ctx, "Term entered")
	case "term.mute":
		return ui.T(ctx, "Term muted")
	case "term.unmute":
		return ui.T(ctx, "Term looked for again")
	case "term.remove":
		return ui.T(ctx, "Term removed")
	case "term.put_back":
		return ui.T(ctx, "Term put back")
	case "provider.find":
		return ui.T(ctx, "Provider found")
	case "provider.enter":
		return ui.T(ctx, "Provider entered")
	case "provider.credential":
		return ui.T(ctx, "Credential changed")
	case "outlet.classify":
		return ui.T(ctx, "Handling codes changed")
	case "exhibit.record":
		return ui.T(ctx, "Recorded")
	case "exhibit.take":
		return ui.T(ctx, "File taken along")
	case "exhibit.export":
		return ui.T(ctx, "Handed out")
	case "exhibit.seal":
		return ui.T(ctx, "Sealed")
	case "exhibit.ask_erase":
		return ui.T(ctx, "Erasure asked for")
	case "stamp.receive":
		return ui.T(ctx, "Time stamp received")
	case "key.rotate":
		return ui.T(ctx, "Evidence key made")
	case "key.rewrap":
		return ui.T(ctx, "Exhibit keys encrypted anew")
	case "key.retire":
		return ui.T(ctx, "Evidence key retired")
	case "key.lose":
		return ui.T(ctx, "Evidence key lost")
	case "exhibit.erase":
		return ui.T(ctx, "Erased")
	case "officer.invite":
		return ui.T(ctx, "Invited")
	case "officer.suspend":
		return ui.T(ctx, "Suspended")
	case "officer.restore":
		return ui.T(ctx, "Restored")
	case "officer.issue_token":
		return ui.T(ctx, "Token issued")
	case "officer.revoke_token":
		return ui.T(ctx, "Token revoked")
	case "unit.add":
		return ui.T(ctx, "Unit added")
	case "unit.letterhead":
		return ui.T(ctx, "Letterhead changed")
	case "unit.suspend":
		return ui.T(ctx, "Suspended")
	case "unit.restore":
		return ui.T(ctx, "Restored")
	case "spot.draw":
		return ui.T(ctx, "Drawn for a spot check")
	case "spot.take":
		return ui.T(ctx, "Taken to be read blind")
	case "spot.give_back":
		return ui.T(ctx, "Given back unread")
	case "spot.agree":
		return ui.T(ctx, "Read: the readers agree")
	case "spot.differ":
		return ui.T(ctx, "Read: the readers differ")
	case "spot.settle":
		return ui.T(ctx, "Difference settled")
	case "spot.lapse":
		return ui.T(ctx, "Spot check lapsed")
	case "mock.ask":
		return ui.T(ctx, "Mock scrutiny asked for")
	case "mock.take":
		return ui.T(ctx, "Mock scrutiny taken")
	case "mock.look":
		return ui.T(ctx, "Blind opinion given")
	case "mock.stand":
		return ui.T(ctx, "Would stand")
	case "mock.annul":
		return ui.T(ctx, "Would be annulled")
	case "mock.decide":
		return ui.T(ctx, "Decided to go on")
	case "mock.drop":
		return ui.T(ctx, "Mock scrutiny dropped")
	case "threat.open":
		return ui.T(ctx, "Threat to life opened")
	case "threat.declare":
		return ui.T(ctx, "Threat to life declared")
	case "threat.withdraw":
		return ui.T(ctx, "Threat to life withdrawn")
	case "threat.uphold":
		return ui.T(ctx, "Reviewed: it was right")
	case "threat.fault":
		return ui.T(ctx, "Reviewed: it was not right")
	case "threat.inform":
		return ui.T(ctx, "They were told")
	case "batch.begin":
		return ui.T(ctx, "Grouped letter begun")
	case "batch.dispatch":
		return ui.T(ctx, "On its way")
	case "batch.send":
		return ui.T(ctx, "Sent")
	case "batch.bounce":
		return ui.T(ctx, "Not delivered")
	case "batch.dissolve":
		return ui.T(ctx, "Dissolved")
	case "assessment.complete":
		return ui.T(ctx, "Assessment completed")
	case "officer.identify":
		return ui.T(ctx, "Person behind the account")
	case "notice.group":
		return ui.T(ctx, "Waits for its grouped letter")
	case "notice.ungroup":
		return ui.T(ctx, "Taken out of the grouped letter")
	case "provider.hours":
		return ui.T(ctx, "Hours of its desk stored")
	case "provider.unhours":
		return ui.T(ctx, "Hours of its desk taken back")
	case "provider.schedule":
		return ui.T(ctx, "Calendar set")
	case "provider.unschedule":
		return ui.T(ctx, "Calendar ended")
	}
	return dayVerbWords(ctx, what)
}

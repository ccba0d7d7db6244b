// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

// A household is one of everything that a unit has.
type household struct {
	unit      iru.Unit
	officer   iru.Officer
	outlet    iru.Outlet
	asset     iru.Asset
	item      iru.Item
	exhibit   iru.Exhibit
	bank      iru.Bank
	known     iru.Known
	match     iru.Match
	terms     iru.TermList
	term      iru.Term
	opinion   iru.Assessment
	provider  iru.Provider
	contact   iru.Contact
	trial     iru.Trial
	authority iru.Authority
	operation iru.Operation
	part      iru.Participant
	task      iru.Task
	question  iru.Deconfliction
	plan      iru.Plan
	notice    iru.Notice
	letter    iru.Letter
	clock     iru.Clock
	stray     iru.Stray
	batch     iru.Batch
	mock      iru.Mock
	spot      iru.Spot
	threat    iru.Threat
	drill     iru.Drill
	played    iru.Operation // a drill
	lead      iru.LeadID
	followup  iru.FollowUp
	muster    iru.Muster
	window    iru.EffectWindow
	event     iru.EventID
	scrutiny  iru.Scrutiny
	missive   iru.Missive
	waiver    iru.Waiver
	appeal    iru.Appeal
	put       iru.Reinstatement
	secrecy   iru.Nondisclosure
	partner   iru.Partner
	incoming  iru.Incoming
	invited   iru.Invitation
	inquiry   iru.Inquiry
}

// takePart has a unit take part in an operation, with its poll.
func takePart(ctx context.Context, x *db.Tx, o iru.OperationID, u iru.Unit) (iru.Participant, error) {
	p := iru.Participant{Operation: o, Unit: u.ID, Kind: iru.KindUnit, Name: u.Name, Country: u.Country, Roles: []iru.TaskRole{iru.RoleOrderRemoval}}
	if err := x.AddParticipant(ctx, &p); err != nil {
		return p, err
	}
	return p, x.AddPoll(ctx, &iru.Poll{Operation: o, Participant: p.ID, Role: iru.RoleOrderRemoval, Unit: u.ID, State: iru.PollOpen})
}

func house(t *testing.T, d *db.DB, name string) household {
	t.Helper()
	ctx, at := t.Context(), time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
	var h household
	must(t, d.Tx(ctx, func(x *db.Tx) (err error) {
		h = household{}
		h.unit = iru.Unit{Name: name, Country: "XA", Kind: "unit", State: iru.UnitActive}
		if err := x.AddUnit(ctx, &h.unit); err != nil {
			return err
		}
		u := h.unit.ID
		h.officer = iru.Officer{Unit: u, Login: name, Roles: iru.Roles, State: iru.OfficerActive}
		if err := x.AddOfficer(ctx, &h.officer); err != nil {
			return err
		}
		h.outlet = iru.Outlet{Unit: u, Name: name, State: iru.OutletWatched}
		if err := x.AddOutlet(ctx, &h.outlet); err != nil {
			return err
		}
		h.asset = iru.Asset{Unit: u, Outlet: h.outlet.ID, Locator: "https://" + name + ".test/", State: iru.AssetLive, Presence: iru.Presence{State: iru.PresenceUp}}
		if err := x.AddAsset(ctx, &h.asset); err != nil {
			return err
		}
		like := iru.Asset{Unit: u, Locator: "https://like-" + name + ".test/", State: iru.AssetCandidate, Presence: iru.Presence{State: iru.PresenceUnknown}, Lineage: iru.Lineage{To: h.asset.ID, Score: 3.5}}
		if err := x.AddAsset(ctx, &like); err != nil {
			return err
		}
		if err := x.AddObservation(ctx, &iru.Observation{Asset: h.asset.ID, At: at, Vantage: "north", Outcome: iru.Up}); err != nil {
			return err
		}
		if err := x.SeeEdges(ctx, []iru.Edge{{Unit: u, From: iru.OutletNode(h.outlet.ID), To: iru.AssetNode(h.asset.ID), Rel: iru.RelPublishes, Source: iru.SourceOfficer,
			Asset: h.asset.ID, First: at, Last: at, Confidence: 1}}); err != nil {
			return err
		}
		h.item = iru.Item{Unit: u, Asset: h.asset.ID, Locator: h.asset.Locator, State: iru.ItemReady}
		if err := x.AddItem(ctx, &h.item); err != nil {
			return err
		}
		judged := iru.Item{Unit: u, Asset: h.asset.ID, Locator: h.asset.Locator + "judged", State: iru.ItemReferred}
		if err := x.AddItem(ctx, &judged); err != nil {
			return err
		}
		h.exhibit = iru.Exhibit{Unit: u, Asset: h.asset.ID, Item: h.item.ID, State: iru.ExhibitRecorded}
		if err := x.AddExhibit(ctx, &h.exhibit); err != nil {
			return err
		}
		said := iru.Captured{Unit: u, Asset: h.asset.ID, Item: h.item.ID, Exhibit: h.exhibit.ID, Lang: "en", Sum: name, First: at, Last: at}
		if _, err := x.AddCaptured(ctx, &said, db.Writing{Title: name, Body: "the harbour tram", Langs: []string{"en"}}); err != nil {
			return err
		}
		h.bank = iru.Bank{Unit: u, Name: name, Source: iru.SourceFeed}
		if err := x.AddBank(ctx, &h.bank); err != nil {
			return err
		}
		h.known = iru.Known{Bank: h.bank.ID, Label: name, Item: judged.ID, State: iru.KnownActive, Signals: []iru.Signal{{Medium: "sha256", Value: []byte(name)}}}
		if err := x.AddKnown(ctx, &h.known); err != nil {
			return err
		}
		if err := x.AddOpinion(ctx, &iru.Opinion{Known: h.known.ID, Unit: u, Verdict: iru.VerdictConfirmed}); err != nil {
			return err
		}
		h.match = iru.Match{Unit: u, Item: h.item.ID, Exhibit: h.exhibit.ID, Known: h.known.ID, Medium: "pdq", State: iru.MatchSuggested}
		if _, err := x.AddMatch(ctx, &h.match); err != nil {
			return err
		}
		h.terms = iru.TermList{Unit: u, Name: name, State: iru.TermActive, By: h.officer.ID}
		if err := x.AddTermList(ctx, &h.terms); err != nil {
			return err
		}
		h.term = iru.Term{Unit: u, List: h.terms.ID, Text: "harbour tram", Import: 7, State: iru.TermActive, By: h.officer.ID}
		if err := x.AddTerm(ctx, &h.term); err != nil {
			return err
		}
		if _, err := x.AddTermHit(ctx, &iru.TermHit{Unit: u, Item: h.item.ID, Exhibit: h.exhibit.ID, Term: h.term.ID, End: 12, Words: "harbour tram"}); err != nil {
			return err
		}
		h.opinion = iru.Assessment{Unit: u, Item: h.item.ID, By: h.officer.ID, State: iru.AssessmentGiven}
		if err := x.AddAssessment(ctx, &h.opinion); err != nil {
			return err
		}
		h.provider = iru.Provider{Unit: u, Name: name, Layer: "host", Contact: iru.ContactConfirmed}
		if err := x.AddProvider(ctx, &h.provider); err != nil {
			return err
		}
		h.contact = iru.Contact{Unit: u, Provider: h.provider.ID, Kind: iru.ContactSecond, Channel: iru.ByMail, Address: name, State: iru.ContactProposed}
		if err := x.AddContact(ctx, &h.contact); err != nil {
			return err
		}
		h.trial = iru.Trial{Unit: u, Provider: h.provider.ID, Key: "trial " + name}
		if err := x.AddTrial(ctx, &h.trial); err != nil {
			return err
		}
		h.authority = iru.Authority{Unit: u, Name: "Authority " + name, Country: "XA", Role: iru.RoleIssue, State: iru.ContactProposed}
		if err := x.AddAuthority(ctx, &h.authority); err != nil {
			return err
		}
		if err := x.AddCircumstance(ctx, &iru.Circumstance{Unit: u, Asset: h.asset.ID, Kind: iru.FactMail, Value: "no"}); err != nil {
			return err
		}
		if err := x.SetPlaybook(ctx, &iru.Playbook{Unit: u, TLD: "test"}); err != nil {
			return err
		}
		h.operation = iru.Operation{Unit: u, Name: name, State: iru.OperationPolling, Director: h.officer.ID}
		if err := x.AddOperation(ctx, &h.operation); err != nil {
			return err
		}
		if h.part, err = takePart(ctx, x, h.operation.ID, h.unit); err != nil {
			return err
		}
		h.task = iru.Task{UID: "task " + name, Operation: h.operation.ID, Participant: h.part.ID, Asset: h.asset.ID, Address: h.asset.Locator, Role: iru.RoleSeizeServers, State: iru.TaskProposed}
		if err := x.AddTask(ctx, &h.task); err != nil {
			return err
		}
		h.question = iru.Deconfliction{UID: "question " + name, Operation: h.operation.ID, Participant: h.part.ID, Unit: u, Asset: h.asset.ID, Address: h.asset.Locator, State: iru.DeconflictionRequested, Due: at, ReviewDue: at}
		if err := x.AddDeconfliction(ctx, &h.question); err != nil {
			return err
		}
		h.plan = iru.Plan{Unit: u, Outlet: h.outlet.ID, Name: name, State: iru.PlanDraft, By: h.officer.ID}
		if err := x.AddPlan(ctx, &h.plan); err != nil {
			return err
		}
		if err := x.AddRate(ctx, &iru.Rate{Unit: u, Key: iru.RateView, Value: 3, Reason: name}); err != nil {
			return err
		}
		if err := x.AddDeskHours(ctx, &iru.DeskHours{Unit: u, Provider: h.provider.ID, Always: true, Reason: name}); err != nil {
			return err
		}
		h.batch = iru.Batch{Unit: u, Ref: name, Provider: h.provider.ID, Key: name, State: iru.BatchGathering}
		if err := x.AddBatch(ctx, &h.batch); err != nil {
			return err
		}
		h.notice = iru.Notice{Unit: u, Ref: name, Batch: h.batch.ID, Asset: h.asset.ID, Item: h.item.ID, Provider: h.provider.ID, Operation: h.operation.ID, Drafted: h.officer.ID, State: iru.NoticeClarifying, Key: name}
		if err := x.AddNotice(ctx, &h.notice); err != nil {
			return err
		}
		h.letter = iru.Letter{Notice: h.notice.ID, At: at, Inbound: true, Guess: true, MessageID: name}
		for _, l := range []*iru.Letter{&h.letter, {Notice: h.notice.ID, At: at, MessageID: "to " + name, Failed: "came back"}} {
			if _, err := x.AddLetter(ctx, l); err != nil {
				return err
			}
		}
		h.clock = iru.Clock{Unit: u, About: iru.Subject{Noun: "notice", ID: int64(h.notice.ID)}, Notice: h.notice.ID, Started: at, Due: at.Add(time.Hour), State: iru.ClockRunning}
		if err := x.AddClock(ctx, &h.clock); err != nil {
			return err
		}
		h.stray = iru.Stray{Unit: u, At: at, Proof: name, State: iru.StrayOpen}
		if _, err := x.AddStray(ctx, &h.stray); err != nil {
			return err
		}
		h.played = iru.Operation{Unit: u, Name: name + " played", State: iru.OperationPolling, Director: h.officer.ID, Drill: true}
		if err := x.AddOperation(ctx, &h.played); err != nil {
			return err
		}
		h.drill = iru.Drill{Unit: u, Ref: "P-" + name, Key: name, Provider: h.provider.ID, State: iru.DrillOrdered}
		if err := x.AddDrill(ctx, &h.drill); err != nil {
			return err
		}
		rejected := iru.Asset{Unit: u, Locator: "https://not-" + name + ".test/", State: iru.AssetRejected, Presence: iru.Presence{State: iru.PresenceUp}}
		waiting := iru.Asset{Unit: u, Locator: "https://new-" + name + ".test/", State: iru.AssetCandidate, Presence: iru.Presence{State: iru.PresenceUp}}
		for _, a := range []*iru.Asset{&rejected, &waiting} {
			if err := x.AddAsset(ctx, a); err != nil {
				return err
			}
		}
		for _, to := range []iru.AssetID{h.asset.ID, rejected.ID, waiting.ID} {
			l := iru.Lead{Unit: u, Asset: to, Source: iru.LeadLink, At: at, Last: at}
			if err := x.SeeLead(ctx, &l); err != nil {
				return err
			}
			h.lead = l.ID
		}
		if err := x.AddTrusted(ctx, &iru.Trusted{Unit: u, At: at}); err != nil {
			return err
		}
		h.followup = iru.FollowUp{Unit: u, Asset: h.asset.ID, Fell: h.asset.ID, Model: h.notice.ID, State: iru.FollowupPrepared}
		if err := x.AddFollowUp(ctx, &h.followup); err != nil {
			return err
		}
		if err := x.AddDuty(ctx, &iru.Duty{Unit: u, Operation: h.operation.ID, By: h.officer.ID, Text: "x", Handling: iru.Handling{TLP: "GREEN", PAP: "GREEN", H: "H0"}}); err != nil {
			return err
		}
		h.partner = iru.Partner{Unit: u, Name: name, Key: name, State: iru.PartnerConfirmed}
		if err := x.AddPartner(ctx, &h.partner); err != nil {
			return err
		}
		if err := x.AddOutgoing(ctx, &iru.Outgoing{Partner: h.partner.ID, Operation: name, State: iru.OutgoingQueued}); err != nil {
			return err
		}
		h.incoming = iru.Incoming{Partner: h.partner.ID, Operation: name, State: iru.IncomingParked}
		list := []iru.Incoming{h.incoming}
		if err := x.AddIncomings(ctx, list, [][]byte{[]byte(name)}); err != nil {
			return err
		}
		h.incoming = list[0]
		h.invited = iru.Invitation{Unit: u, Partner: h.partner.ID, Operation: name, State: iru.InvitationOpen}
		if err := x.AddInvitation(ctx, &h.invited); err != nil {
			return err
		}
		h.inquiry = iru.Inquiry{Unit: u, Partner: h.partner.ID, UID: name, State: iru.InquiryAsked}
		if err := x.AddInquiry(ctx, &h.inquiry); err != nil {
			return err
		}
		if err := x.AddWitness(ctx, &iru.Witness{Unit: u, Partner: h.partner.ID}); err != nil {
			return err
		}
		h.window = iru.EffectWindow{Unit: u, Operation: h.operation.ID, State: iru.EffectWindowSealed}
		if err := x.AddEffectWindow(ctx, &h.window); err != nil {
			return err
		}
		h.muster = iru.Muster{Unit: u, Operation: h.operation.ID, Mark: iru.Mark15, State: iru.MusterOpen, Begun: at, Due: at}
		if err := x.AddMuster(ctx, &h.muster); err != nil {
			return err
		}
		if err := x.AddWave(ctx, iru.Wave{Operation: h.operation.ID, After: h.operation.ID, Number: 2, Made: at, By: 1}); err != nil {
			return err
		}
		h.mock = iru.Mock{Unit: u, Notice: h.notice.ID, State: iru.MockAsked}
		h.spot = iru.Spot{Unit: u, Item: h.item.ID, Assessment: h.opinion.ID, State: iru.SpotAsked}
		h.threat = iru.Threat{Unit: u, Item: h.item.ID, Notice: h.notice.ID, State: iru.ThreatOpened}
		h.scrutiny = iru.Scrutiny{Unit: u, Role: iru.AsIssuer, State: iru.ScrutinyCopied, Notice: h.notice.ID, Ref: name}
		h.missive = iru.Missive{Unit: u, Kind: iru.OrderCopy, Notice: h.notice.ID, State: iru.MissiveDraft, Key: name}
		h.waiver = iru.Waiver{Unit: u, Notice: h.notice.ID, State: iru.WaiverAsked}
		h.appeal = iru.Appeal{Unit: u, Notice: h.notice.ID, State: iru.AppealLodged}
		h.put = iru.Reinstatement{Unit: u, Notice: h.notice.ID, Asset: h.asset.ID, State: iru.ReinstatementOwed}
		h.secrecy = iru.Nondisclosure{Unit: u, Notice: h.notice.ID, State: iru.NondisclosureInForce}
		for _, add := range []func() error{
			func() error { return x.AddReceipt(ctx, &iru.Receipt{Unit: u, Notice: h.notice.ID, At: at}) },
			func() error { return x.AddScrutiny(ctx, &h.scrutiny) },
			func() error { return x.AddMock(ctx, &h.mock) },
			func() error { return x.AddSpot(ctx, &h.spot) },
			func() error { return x.AddThreat(ctx, &h.threat) },
			func() error {
				return x.AddAssessment(ctx, &iru.Assessment{Unit: u, Item: h.item.ID, By: h.officer.ID, Second: h.opinion.ID, State: iru.AssessmentGiven})
			},
			func() error { return x.AddMissive(ctx, &h.missive) },
			func() error { return x.AddWaiver(ctx, &h.waiver) },
			func() error { return x.AddAppeal(ctx, &h.appeal) },
			func() error { return x.AddReinstatement(ctx, &h.put) },
			func() error { return x.AddNondisclosure(ctx, &h.secrecy) },
			func() error {
				return x.AddSighting(ctx, &iru.Sighting{Unit: u, Asset: h.asset.ID, Monitor: iru.MirrorMonitor, Vantage: "house", Seen: iru.Seen{Mirror: &iru.MirrorSeen{Host: "m.test"}}})
			},
			func() error {
				return x.AddSchedule(ctx, iru.Schedule{Unit: u, Asset: h.asset.ID, Monitor: iru.MirrorMonitor, Shard: 3, Due: time.UnixMicro(5)})
			},
		} {
			if err := add(); err != nil {
				return err
			}
		}
		h.event, err = x.Record(ctx, iru.Event{At: at, Unit: u, Subject: iru.Subject{Noun: "asset", ID: int64(h.asset.ID)}, Verb: "seen", From: "unknown", To: "up"})
		return err
	}))
	return h
}

// What another unit gets to see of a thing.
const (
	byAct       = "act"       // once it serves an act on the asset, or together with one
	byOperation = "operation" // once it takes part in the operation, or together with it
	byNothing   = "nothing"
)

type reader struct {
	shared string
	read   func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (seen int, err error)
}

// seen counts what a list or a single read gave.
func seen[T any](v T, err error) (int, error) {
	if errors.Is(err, iru.NotFound) {
		return 0, nil
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Slice || r.Kind() == reflect.Map {
		return r.Len(), err
	}
	return 1, err
}

// readers has every function of a transaction that takes a scope.
var readers = map[string]reader{
	"Outlet": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Outlet(ctx, s, h.outlet.ID))
	}},
	"Outlets": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Outlets(ctx, s))
	}},
	"OutletsAfter": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.OutletsAfter(ctx, s, 0, 9))
	}},
	"Asset": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Asset(ctx, s, h.asset.ID))
	}},
	"Assets": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Assets(ctx, s))
	}},
	"AssetsOf": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.AssetsOf(ctx, s, h.outlet.ID))
	}},
	"AssetsIs": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.AssetsIs(ctx, s, h.asset.State, 9))
	}},
	"AssetsLike": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.AssetsLike(ctx, s, "", h.asset.Locator, 9))
	}},
	"AssetsAfter": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.AssetsAfter(ctx, s, db.AssetFilter{}, 0, 9))
	}},
	"AssetsIn": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.AssetsIn(ctx, s, h.operation.ID))
	}},
	"TilesIn": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.TilesIn(ctx, s, h.operation.ID))
	}},
	"Observations": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Observations(ctx, s, h.asset.ID, 9))
	}},
	"Sightings": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Sightings(ctx, s, h.asset.ID, 9))
	}},
	"Schedules": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Schedules(ctx, s, h.asset.ID))
	}},
	"Overdue": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		o, err := x.Overdue(ctx, s, time.UnixMicro(9), 9)
		return o.Count, err
	}},
	"MapOf": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.MapOf(ctx, s, h.outlet.ID))
	}},
	"EdgesOf": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.EdgesOf(ctx, s, h.asset.ID))
	}},
	"EdgesTo": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.EdgesTo(ctx, s, iru.AssetNode(h.asset.ID), 9))
	}},
	"PresenceChanges": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.PresenceChanges(ctx, s, time.Time{}, 9))
	}},
	"Newborns": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Newborns(ctx, s, h.outlet.ID, time.Time{}, 9))
	}},
	"Standings": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		all, err := x.Standings(ctx, s)
		return seen(slices.DeleteFunc(all, func(a db.Standing) bool { return a.State == iru.AssetCandidate }), err)
	}},
	"SuggestedFor": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.SuggestedFor(ctx, s))
	}},
	"Suggested": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Suggested(ctx, s, 9))
	}},
	"AssetsStanding": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.AssetsStanding(ctx, s, iru.AssetLive, 9))
	}},
	"Item": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Item(ctx, s, h.item.ID))
	}},
	"ItemsOf": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.ItemsOf(ctx, s, h.asset.ID))
	}},
	"ItemsIn": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.ItemsIn(ctx, s, iru.ItemReady, 9))
	}},
	"Items": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Items(ctx, s, 0, 9))
	}},
	"ItemsAfter": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.ItemsAfter(ctx, s, db.ItemFilter{}, 0, 9))
	}},
	"Queue": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Queue(ctx, s, time.Now(), 9))
	}},
	"QueueAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.QueueAfter(ctx, s, time.Now(), 1<<30, 0, 9))
	}},
	"Waiting": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		m, err := x.Waiting(ctx, s, time.Now())
		return m["triage"] + m["notices"] + m["outlets"], err
	}},
	"Exhibit": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Exhibit(ctx, s, h.exhibit.ID))
	}},
	"ExhibitsOf": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.ExhibitsOf(ctx, s, h.item.ID))
	}},
	"Exhibits": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Exhibits(ctx, s, 9))
	}},
	"ExhibitsAfter": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.ExhibitsAfter(ctx, s, 0, 0, 9))
	}},
	"ExhibitsBefore": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.ExhibitsBefore(ctx, s, 0, 9))
	}},
	"Search": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		terms, err := iru.ParseSearch("harbour")
		if err != nil {
			return 0, err
		}
		return seen(x.Search(ctx, s, iru.Search{Terms: terms}, 0, 9))
	}},
	"SearchLangs": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.SearchLangs(ctx, s, 9))
	}},
	"Bank": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Bank(ctx, s, h.bank.ID))
	}},
	"Banks": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Banks(ctx, s))
	}},
	"CountFloods": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return x.CountFloods(ctx, s)
	}},
	"BankSizes": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.BankSizes(ctx, s))
	}},
	"BankMedia": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		media, _, err := x.BankMedia(ctx, s, h.bank.ID, 9)
		return len(media), err
	}},
	"Known": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Known(ctx, s, h.known.ID))
	}},
	"OpinionsOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.OpinionsOf(ctx, s, h.known.ID))
	}},
	"Exact": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Exact(ctx, s, "sha256", [][]byte{h.known.Signals[0].Value}))
	}},
	"Speaking": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Speaking(ctx, s, []int64{h.known.Signals[0].ID}))
	}},
	"SpeakingAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.SpeakingAfter(ctx, s, "sha256", iru.Signal{}, 9))
	}},
	"KnownsAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.KnownsAfter(ctx, s, db.KnownFilter{}, 0, 9))
	}},
	"Match": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Match(ctx, s, h.match.ID))
	}},
	"MatchesOf": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.MatchesOf(ctx, s, h.item.ID))
	}},
	"TermList": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.TermList(ctx, s, h.terms.ID))
	}},
	"TermListNamed": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.TermListNamed(ctx, s, h.terms.Name))
	}},
	"TermLists": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.TermLists(ctx, s))
	}},
	"CountTerms": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.CountTerms(ctx, s))
	}},
	"Term": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Term(ctx, s, h.term.ID))
	}},
	"TermOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.TermOf(ctx, s, h.terms.ID, "harbour tram", ""))
	}},
	"TermsAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.TermsAfter(ctx, s, h.terms.ID, 0, 9))
	}},
	"TermHitsOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.TermHitsOf(ctx, s, h.exhibit.ID))
	}},
	"MatchesWith": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.MatchesWith(ctx, s, h.known.ID, 0, 9))
	}},
	"ItemsNear": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.ItemsNear(ctx, s, h.item.ID, 9))
	}},
	"Assessment": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Assessment(ctx, s, h.opinion.ID))
	}},
	"AssessmentsOf": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.AssessmentsOf(ctx, s, h.item.ID))
	}},
	"Provider": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Provider(ctx, s, h.provider.ID))
	}},
	"Providers": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Providers(ctx, s))
	}},
	"ProvidersAfter": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.ProvidersAfter(ctx, s, 0, 9))
	}},
	"Contact": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Contact(ctx, s, h.contact.ID))
	}},
	"Contacts": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Contacts(ctx, s, h.provider.ID))
	}},
	"ContactsAfter": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.ContactsAfter(ctx, s, 0, 9))
	}},
	"Trial": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Trial(ctx, s, h.trial.ID))
	}},
	"Trials": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Trials(ctx, s, h.provider.ID, 9))
	}},
	"Authority": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Authority(ctx, s, h.authority.ID))
	}},
	"Authorities": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Authorities(ctx, s))
	}},
	"AuthoritiesOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.AuthoritiesOf(ctx, s, "XA", iru.RoleIssue))
	}},
	"AuthoritiesAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.AuthoritiesAfter(ctx, s, 0, 9))
	}},
	"Circumstances": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Circumstances(ctx, s, h.asset.ID))
	}},
	"Playbooks": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Playbooks(ctx, s))
	}},
	"Notice": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Notice(ctx, s, h.notice.ID))
	}},
	"NoticeByRef": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.NoticeByRef(ctx, s, h.notice.Ref))
	}},
	"Notices": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Notices(ctx, s))
	}},
	"NoticesIn": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.NoticesIn(ctx, s, iru.NoticeClarifying))
	}},
	"NoticesOf": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.NoticesOf(ctx, s, h.asset.ID))
	}},
	"NoticesTo": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.NoticesTo(ctx, s, h.provider.ID))
	}},
	"NoticesAfter": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.NoticesAfter(ctx, s, db.NoticeFilter{}, 0, 9))
	}},
	"NoticesBefore": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.NoticesBefore(ctx, s, nil, db.NoticeFilter{}, 0, 9))
	}},
	"Tasks": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Tasks(ctx, s, h.operation.ID))
	}},
	"Letters": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Letters(ctx, s, h.notice.ID))
	}},
	"NoticeCounts": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.NoticeCounts(ctx, s))
	}},
	"LettersToFile": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.LettersToFile(ctx, s, 9))
	}},
	"LettersStuck": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.LettersStuck(ctx, s, time.Now(), 9))
	}},
	"LettersWith": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.LettersWith(ctx, s, h.provider.ID, 9))
	}},
	"Batch": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Batch(ctx, s, h.batch.ID))
	}},
	"Batches": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Batches(ctx, s, 9))
	}},
	"BatchesAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.BatchesAfter(ctx, s, 0, 9))
	}},
	"Grouped": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Grouped(ctx, s, h.batch.ID))
	}},
	"Mock": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Mock(ctx, s, h.mock.ID))
	}},
	"MocksOpen": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.MocksOpen(ctx, s, 9))
	}},
	"Mocks": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Mocks(ctx, s, 9))
	}},
	"MocksAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.MocksAfter(ctx, s, 0, 9))
	}},
	"Spot": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Spot(ctx, s, h.spot.ID))
	}},
	"Spots": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Spots(ctx, s, time.Time{}, 9))
	}},
	"SpotsAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.SpotsAfter(ctx, s, 0, 9))
	}},
	"Threat": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Threat(ctx, s, h.threat.ID))
	}},
	"Threats": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Threats(ctx, s, 9))
	}},
	"ThreatsAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.ThreatsAfter(ctx, s, 0, 9))
	}},
	"SecondOpinions": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.SecondOpinions(ctx, s, time.Time{}, 9))
	}},
	"NoticesAnswered": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.NoticesAnswered(ctx, s, h.provider.ID))
	}},
	"Stray": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Stray(ctx, s, h.stray.ID))
	}},
	"Strays": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Strays(ctx, s, "", 9))
	}},
	"StraysAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.StraysAfter(ctx, s, "", 0, 9))
	}},
	"LeadsOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.LeadsOf(ctx, s, h.asset.ID))
	}},
	"LeadsWaiting": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.LeadsWaiting(ctx, s))
	}},
	"Lead": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Lead(ctx, s, h.lead))
	}},
	"LeadsAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.LeadsAfter(ctx, s, 0, 0, 9))
	}},
	"LeadsJudged": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.LeadsJudged(ctx, s, 9))
	}},
	"TrustedMarks": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.TrustedMarks(ctx, s))
	}},
	"PresenceChangesOf": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.PresenceChangesOf(ctx, s, h.outlet.ID, 9))
	}},
	"Duties": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Duties(ctx, s, h.operation.ID, 0, 9))
	}},
	"TaskRows": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.TaskRows(ctx, s, h.operation.ID))
	}},
	"Muster": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Muster(ctx, s, h.muster.ID))
	}},
	"Musters": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Musters(ctx, s, h.operation.ID))
	}},
	"Waves": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Waves(ctx, s, h.operation.ID))
	}},
	"FollowUpsIn": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.FollowUpsIn(ctx, s, h.operation.ID))
	}},
	"ClocksOfTasks": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.ClocksOfTasks(ctx, s, h.operation.ID))
	}},
	"Partner": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Partner(ctx, s, h.partner.ID))
	}},
	"Partners": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Partners(ctx, s))
	}},
	"PartnersAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.PartnersAfter(ctx, s, 0, 9))
	}},
	"Outgoings": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Outgoings(ctx, s, h.partner.ID, 0, 9))
	}},
	"OutgoingOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.OutgoingOf(ctx, s, h.incoming.Operation, 9))
	}},
	"Incoming": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Incoming(ctx, s, h.incoming.ID))
	}},
	"CardsOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.CardsOf(ctx, s, h.partner.ID))
	}},
	"IncomingSigned": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		_, signed, err := x.IncomingSigned(ctx, s, h.incoming.ID)
		return seen(string(signed), err)
	}},
	"Incomings": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Incomings(ctx, s, h.partner.ID, 0, 9))
	}},
	"IncomingParked": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.IncomingParked(ctx, s, 9))
	}},
	"IncomingOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.IncomingOf(ctx, s, h.incoming.Operation, 9))
	}},
	"Invitation": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Invitation(ctx, s, h.invited.ID))
	}},
	"InvitationsAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.InvitationsAfter(ctx, s, 0, 9))
	}},
	"Inquiry": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Inquiry(ctx, s, h.inquiry.ID))
	}},
	"Inquiries": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Inquiries(ctx, s, h.partner.ID, 9))
	}},
	"Witnesses": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Witnesses(ctx, s, 9))
	}},
	"EffectWindows": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.EffectWindows(ctx, s, h.operation.ID))
	}},
	"DaysOf": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.DaysOf(ctx, s, h.outlet.ID, iru.CountHeads, time.UnixMicro(0), 9))
	}},
	"FollowUp": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.FollowUp(ctx, s, h.followup.ID))
	}},
	"FollowUpsOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.FollowUpsOf(ctx, s, h.asset.ID))
	}},
	"FollowUpsAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.FollowUpsAfter(ctx, s, "", 0, 9))
	}},
	"FollowUpsOpen": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.FollowUpsOpen(ctx, s, 9))
	}},
	"DrillsAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.DrillsAfter(ctx, s, 0, 0, 9))
	}},
	"Drill": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Drill(ctx, s, h.drill.ID))
	}},
	"DrillsOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.DrillsOf(ctx, s, h.provider.ID, 9))
	}},
	"ClocksNext": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.ClocksNext(ctx, s, db.ClockFilter{}, time.Time{}, 0, 9))
	}},
	"ClockTally": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.ClockTally(ctx, s, db.ClockFilter{}, time.Time{}))
	}},
	"ClocksAbout": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.ClocksAbout(ctx, s, iru.Subject{Noun: h.clock.About.Noun, ID: h.clock.About.ID}))
	}},
	"ClockIn": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.ClockIn(ctx, s, h.clock.ID))
	}},
	"Receipts": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Receipts(ctx, s, h.notice.ID))
	}},
	"Appeal": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Appeal(ctx, s, h.appeal.ID))
	}},
	"AppealsOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.AppealsOf(ctx, s, h.notice.ID))
	}},
	"Missive": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Missive(ctx, s, h.missive.ID))
	}},
	"MissivesAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.MissivesAfter(ctx, s, db.MissiveFilter{Notice: h.notice.ID}, 0, 9))
	}},
	"Nondisclosure": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Nondisclosure(ctx, s, h.secrecy.ID))
	}},
	"NondisclosuresOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.NondisclosuresOf(ctx, s, h.notice.ID))
	}},
	"Reinstatement": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Reinstatement(ctx, s, h.put.ID))
	}},
	"ReinstatementsAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.ReinstatementsAfter(ctx, s, iru.ReinstatementOwed, 0, 9))
	}},
	"ReinstatementsOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.ReinstatementsOf(ctx, s, h.asset.ID))
	}},
	"ScrutiniesAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.ScrutiniesAfter(ctx, s, iru.AsIssuer, iru.ScrutinyCopied, 0, 9))
	}},
	"Scrutiny": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Scrutiny(ctx, s, h.scrutiny.ID))
	}},
	"ScrutinyOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.ScrutinyOf(ctx, s, h.notice.ID))
	}},
	"Waiver": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Waiver(ctx, s, h.waiver.ID))
	}},
	"Waivers": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Waivers(ctx, s, h.notice.ID))
	}},
	"ClocksIn": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.ClocksIn(ctx, s, h.operation.ID, 9))
	}},
	"InDrill": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		is, err := x.InDrill(ctx, s, "operation", int64(h.played.ID))
		if !is {
			return 0, err
		}
		return 1, err
	}},
	"ClocksOf": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.ClocksOf(ctx, s, h.notice.ID))
	}},
	"Running": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Running(ctx, s, 9))
	}},
	"Operation": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Operation(ctx, s, h.operation.ID))
	}},
	"Task": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Task(ctx, s, h.task.ID))
	}},
	"TaskByUID": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.TaskByUID(ctx, s, h.task.UID))
	}},
	"OperationTasks": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.OperationTasks(ctx, s, h.operation.ID))
	}},
	"Deconfliction": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Deconfliction(ctx, s, h.question.ID))
	}},
	"DeconflictionByUID": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.DeconflictionByUID(ctx, s, h.question.UID))
	}},
	"Deconflictions": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Deconflictions(ctx, s, h.operation.ID))
	}},
	"OperationTallies": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		m, err := x.OperationTallies(ctx, s, []iru.OperationID{h.operation.ID})
		return m[h.operation.ID].Acts + m[h.operation.ID].Polls, err
	}},
	"DeconflictionsOwed": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.DeconflictionsOwed(ctx, s, 9))
	}},
	"DeconflictionsAsked": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.DeconflictionsAsked(ctx, s, 0, 9))
	}},
	"Plan": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Plan(ctx, s, h.plan.ID))
	}},
	"PlansOf": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.PlansOf(ctx, s, h.outlet.ID, 9))
	}},
	"PlansAfter": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.PlansAfter(ctx, s, 0, 0, 9))
	}},
	"DeskHours": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.DeskHours(ctx, s))
	}},
	"Rates": {byNothing, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Rates(ctx, s))
	}},
	"Operations": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Operations(ctx, s))
	}},
	"OperationsAfter": {byOperation, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.OperationsAfter(ctx, s, 0, 9))
	}},
	"Event": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.Event(ctx, s, h.event))
	}},
	"Events": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.Events(ctx, s, 0, 9))
	}},
	"EventsAfter": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.EventsAfter(ctx, s, 0, 9))
	}},
	"EventsOfThese": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, h household) (int, error) {
		return seen(x.EventsOfThese(ctx, s, []iru.Subject{{Noun: "asset", ID: int64(h.asset.ID)}, {Noun: "outlet", ID: int64(h.outlet.ID)}}, 9))
	}},
	"EventsAbout": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.EventsAbout(ctx, s, iru.Subject{}, 0, 9))
	}},
	"EventsBefore": {byAct, func(ctx context.Context, x *db.Tx, s iru.Scope, _ household) (int, error) {
		return seen(x.EventsBefore(ctx, s, iru.Subject{}, 0, 9))
	}},
}

// TestEveryReadTakesAScope: a new read with a scope must be in the table, and nothing in the table is gone.
func TestEveryReadTakesAScope(t *testing.T) {
	scope := reflect.TypeFor[iru.Scope]()
	tx := reflect.TypeFor[*db.Tx]()
	found := map[string]bool{}
	for i := range tx.NumMethod() {
		m := tx.Method(i)
		for j := range m.Type.NumIn() {
			if m.Type.In(j) == scope {
				found[m.Name] = true
				if readers[m.Name].read == nil {
					t.Errorf("%s takes a scope and no test says what it shows to whom", m.Name)
				}
			}
		}
	}
	for name := range readers {
		if !found[name] {
			t.Errorf("there is no %s", name)
		}
	}
}

// TestScopes: its own unit and the program see a thing; nobody in particular sees nothing; another unit sees nothing until
// something is shared with it, and then that.
func TestScopes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		a := house(t, d, "a")
		other := household{unit: iru.Unit{Name: "b", Country: "XB", Kind: "unit", State: iru.UnitActive}}
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			if err := x.AddUnit(ctx, &other.unit); err != nil {
				return err
			}
			other.officer = iru.Officer{Unit: other.unit.ID, Login: "b", Roles: iru.Roles, State: iru.OfficerActive}
			if err := x.AddOfficer(ctx, &other.officer); err != nil {
				return err
			}
			if err := x.AddKnown(ctx, &iru.Known{Bank: a.bank.ID, State: iru.KnownActive, Flood: iru.FloodMarked, Signals: []iru.Signal{{Medium: "sha256", Value: []byte("loud")}}}); err != nil {
				return err
			}
			_, err := x.Record(ctx, iru.Event{Subject: iru.Subject{Noun: "store", ID: 1}, Verb: "begin"}) // of no unit
			return err
		}))
		b := other.officer.Scope()
		count := func(name string, s iru.Scope) int {
			t.Helper()
			n := 0
			must(t, d.View(ctx, func(x *db.Tx) error {
				var err error
				n, err = readers[name].read(ctx, x, s, a)
				return err
			}))
			return n
		}
		before := map[string]int{}
		for name := range readers {
			if n := count(name, iru.Program()); n == 0 {
				t.Errorf("%s: the program sees nothing", name)
			}
			if n := count(name, a.officer.Scope()); n == 0 {
				t.Errorf("%s: its own unit sees nothing", name)
			}
			for who, s := range map[string]iru.Scope{"nobody": {}, "an officer of no unit": {Officer: 1, Roles: iru.Roles}, "a unit without officer": {Unit: a.unit.ID, Roles: iru.Roles}} {
				if n := count(name, s); n != 0 {
					t.Errorf("%s: %s sees %d", name, who, n)
				}
			}
			before[name] = count(name, b)
			if public := name == "Events" || name == "EventsAfter" || name == "EventsAbout" || name == "EventsBefore"; before[name] != 0 && (!public || before[name] != 1) {
				t.Errorf("%s: another unit sees %d", name, before[name])
			}
		}
		check := func(step string, shared func(reader) bool) {
			t.Helper()
			for name, r := range readers {
				if n := count(name, b); (n > before[name]) != shared(r) {
					t.Errorf("%s: %s: another unit sees %d, and %d before; shared by %s", step, name, n, before[name], r.shared)
				}
			}
		}
		// It takes part in the operation: the acts and what belongs to them.
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			_, err := takePart(ctx, x, a.operation.ID, other.unit)
			return err
		}))
		inOperation := map[string]bool{}
		for name, r := range readers {
			inOperation[name] = count(name, b) > before[name]
			if r.shared == byOperation && !inOperation[name] {
				t.Errorf("taking part: %s: another unit sees nothing", name)
			}
			if r.shared == byNothing && inOperation[name] {
				t.Errorf("taking part: %s: another unit sees it", name)
			}
		}
		for _, name := range []string{"Outlet", "Asset", "Event", "Item", "Exhibit", "AssessmentsOf", "MatchesOf", "Provider", "Observations"} {
			if inOperation[name] {
				t.Errorf("taking part alone shows %s", name)
			}
		}
		// It serves an act of its own on that asset: the case behind it too.
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			n := a.notice
			n.Unit, n.Ref, n.Key, n.Operation, n.Drafted, n.State = other.unit.ID, "b", "b", 0, other.officer.ID, iru.NoticeDraft
			return x.AddNotice(ctx, &n)
		}))
		check("serving an act", func(r reader) bool { return r.shared != byNothing })
	})
}

// TestLogReachesNoFurther: of a thing that an operation may share, the log tells those who can read the thing, and nobody else.
func TestLogReachesNoFurther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		a, b := house(t, d, "a"), house(t, d, "b")
		var alone iru.Asset // unit B takes part, and serves a task about the first asset; this one is unit A's task only
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			alone = iru.Asset{Unit: a.unit.ID, Outlet: a.outlet.ID, Locator: "https://alone.test/", State: iru.AssetLive, Presence: iru.Presence{State: iru.PresenceUp}}
			if err := x.AddAsset(ctx, &alone); err != nil {
				return err
			}
			if _, err := takePart(ctx, x, a.operation.ID, b.unit); err != nil {
				return err
			}
			for i, task := range []iru.Notice{{Unit: b.unit.ID, Asset: a.asset.ID}, {Unit: a.unit.ID, Asset: alone.ID}} {
				task.Ref = fmt.Sprint("task ", i)
				task.Key, task.Operation, task.Provider, task.Drafted, task.State = task.Ref, a.operation.ID, a.provider.ID, a.officer.ID, iru.NoticeDraft
				if err := x.AddNotice(ctx, &task); err != nil {
					return err
				}
				if _, err := x.Record(ctx, iru.Event{Unit: task.Unit, Subject: iru.Subject{Noun: "notice", ID: int64(task.ID)}, Verb: "draft"}); err != nil {
					return err
				}
			}
			for _, sub := range []iru.Subject{{Noun: "asset", ID: int64(alone.ID)}, {Noun: "notice", ID: int64(a.notice.ID)}, {Noun: "operation", ID: int64(a.operation.ID)}, {Noun: "operation", ID: int64(b.operation.ID)}} {
				if _, err := x.Record(ctx, iru.Event{Unit: a.unit.ID, Subject: sub, Verb: "seen"}); err != nil {
					return err
				}
			}
			return nil
		}))
		must(t, d.View(ctx, func(x *db.Tx) error {
			s := b.officer.Scope()
			can := map[string]func(int64) (int, error){
				"asset":     func(id int64) (int, error) { return seen(x.Asset(ctx, s, iru.AssetID(id))) },
				"notice":    func(id int64) (int, error) { return seen(x.Notice(ctx, s, iru.NoticeID(id))) },
				"operation": func(id int64) (int, error) { return seen(x.Operation(ctx, s, iru.OperationID(id))) },
			}
			all, err := x.Events(ctx, iru.Program(), 0, 99)
			if err != nil {
				return err
			}
			told := map[bool]int{}
			for _, e := range all {
				if can[e.Subject.Noun] == nil || e.Unit == b.unit.ID {
					continue
				}
				thing, err := can[e.Subject.Noun](e.Subject.ID)
				if err != nil {
					return err
				}
				event, err := seen(x.Event(ctx, s, e.ID))
				if err != nil {
					return err
				}
				if thing != event {
					t.Errorf("unit B can read %s %d: %v; its event: %v", e.Subject.Noun, e.Subject.ID, thing == 1, event == 1)
				}
				told[event == 1]++
			}
			if told[true] != 5 || told[false] != 1 { // one asset, two acts, two operations; not the other asset
				t.Errorf("told %d, kept %d of %+v", told[true], told[false], all)
			}
			return nil
		}))
	})
}

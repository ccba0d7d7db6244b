// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"fmt"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

func (u *unit) leads(a iru.AssetID) []iru.Lead {
	return view(u, func(x *db.Tx) ([]iru.Lead, error) { return x.LeadsOf(u.t.Context(), u.scope("ada"), a) })
}

func (u *unit) at(locator string) iru.Asset {
	u.t.Helper()
	for _, a := range u.assets() {
		if a.Locator == locator {
			return a
		}
	}
	u.t.Fatalf("%s was not found", locator)
	return iru.Asset{}
}

// Each find keeps who led there, by which document, how and when, on each way on which it is found; the same again moves a time.
func TestLeadsAreKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, _ := u.watched(ctx)
		mirror := u.at("https://halcyon-copy.test/")
		got := u.leads(mirror.ID)
		if len(got) != 1 || got[0].Source != iru.LeadLink || got[0].Path.From != a.ID || got[0].Path.Document != i.Locator || !got[0].At.Equal(got[0].Last) || got[0].Address != mirror.Locator {
			t.Fatalf("%+v", got)
		}
		u.later(25 * time.Hour)
		_, err := u.RecordCapture(ctx, captured(i, u.now, "text", desk.Link{URL: "https://halcyon-copy.test/x", Text: "again"}, desk.Link{URL: "https://halcyon-copy.test/", Text: "moved", Source: iru.LeadRedirect},
			desk.Link{URL: "https://halcyon-copy.test/", Source: iru.LeadFeed, Document: "https://halcyon-weather.test/feed.xml"}, desk.Link{URL: "halcyon-skies[.]test", Source: iru.LeadText, Text: "We are now at"}))
		must(t, err)
		got = u.leads(mirror.ID)
		if len(got) != 3 || !got[0].Last.After(got[0].At) || got[1].Source != iru.LeadRedirect || got[2].Path.Document != "https://halcyon-weather.test/feed.xml" {
			t.Errorf("%+v", got)
		}
		if s := u.at("https://halcyon-skies.test/"); s.FoundBy != "text" || u.leads(s.ID)[0].Path.How != "We are now at" {
			t.Errorf("%+v", s)
		}
		must(t, u.RecordLeads(ctx, a.ID, []iru.Lead{{Address: "https://halcyon-wether.test/", Source: iru.LeadPermutation, Path: iru.LeadPath{Document: "halcyon-weather.test", How: "omission"}}}))
		if x := u.at("https://halcyon-wether.test/"); x.State != iru.AssetCandidate || x.FoundFrom != a.ID {
			t.Errorf("%+v", x)
		}
		before := len(u.assets())
		must(t, u.RecordLeads(ctx, mirror.ID, []iru.Lead{{Address: "https://two-steps.test/", Source: iru.LeadCertificate}}))
		if len(u.assets()) != before {
			t.Error("a candidate's certificate was followed")
		}
		// A file that was judged as a part of one asset is none of its own, whoever names it later.
		_, err = u.RecordCapture(ctx, captured(i, u.now, "text", desk.Link{URL: "https://halcyon-weather.test/app.apk"}))
		must(t, err)
		file := view(u, func(x *db.Tx) (iru.Item, error) {
			return x.ItemByLocator(ctx, a.Unit, "https://halcyon-weather.test/app.apk")
		})
		_, err = u.RecordCapture(ctx, captured(file, u.now, "a package"))
		must(t, err)
		_, err = u.Assess(ctx, u.scope("ada"), finding(file, iru.PurposeProceed))
		must(t, err)
		updates, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: "https://updates.test/latest.json", Name: "Halcyon Weather Wire"})
		must(t, err)
		must(t, u.RecordLeads(ctx, updates.ID, []iru.Lead{{Address: file.Locator, Source: iru.LeadUpdate}}))
		before = len(u.assets())
		if got := u.leads(a.ID); got[len(got)-1].Source != iru.LeadUpdate || got[len(got)-1].Path.From != updates.ID {
			t.Errorf("what led to the file: %+v", got)
		}
		for _, x := range u.assets() {
			if x.Locator == file.Locator {
				t.Errorf("%s became an asset without a page of its own", x.Locator)
			}
		}
		// A hostile page: what is left out is told, once a day.
		u.Rules.PerAsset = 10
		var many []desk.Link
		for n := range 500 {
			many = append(many, desk.Link{URL: fmt.Sprintf("https://flood-%d.test/", n)})
		}
		for range 2 {
			_, err = u.RecordCapture(ctx, captured(i, u.now, "text", many...))
			must(t, err)
		}
		told := 0
		for _, e := range u.events("asset", int64(a.ID)) {
			if e.Verb == "leave_out" {
				told++
			}
		}
		if told != 1 || len(u.assets()) > before+10 {
			t.Errorf("told %d times, %d assets", told, len(u.assets()))
		}
		u.whole()
	})
}

// What is like what was refused is ranked low with the reason, and a person undoes that.
func TestNoiseIsUndone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		u.Rules.Words = []string{"ferry"}
		u.watched(ctx)
		for n := range 5 {
			_, err := u.Announce(ctx, "https://log.test/a", int64(n), int64(n)+1, []desk.Certificate{{Names: []string{fmt.Sprintf("ferry-%d.test", n)}}})
			must(t, err)
		}
		low := func() (out []iru.NoiseReason) {
			a := u.at("https://ferry-4.test/")
			must(t, u.DB.View(ctx, func(x *db.Tx) error {
				r, err := u.Rank(ctx, x, u.scope("ada"))
				out = r.Low(a)
				return err
			}))
			return out
		}
		for n := range 3 {
			if low() != nil {
				t.Errorf("after %d refusals: %+v", n, low())
			}
			u.later(time.Minute)
			_, err := u.Reject(ctx, u.scope("ada"), u.at(fmt.Sprintf("https://ferry-%d.test/", n)).ID, "a ferry company")
			must(t, err)
		}
		why := low()
		if len(why) != 1 || why[0].Refused != 3 || why[0].Mark.Kind != iru.NoiseRule {
			t.Fatalf("%+v", why)
		}
		refused(t, "by a signing officer", u.Trust(ctx, u.scope("sig"), why[0].Mark, "x"), iru.Forbidden, "attribute")
		refused(t, "without a reason", u.Trust(ctx, u.scope("ada"), why[0].Mark, " "), iru.Invalid, "reason is missing")
		refused(t, "what was never refused", u.Trust(ctx, u.scope("ada"), iru.NoiseMark{Kind: "rule", Value: "x"}, "x"), iru.NotFound, "nothing was refused")
		u.later(time.Minute)
		must(t, u.Trust(ctx, u.scope("ada"), why[0].Mark, "the outlet has a ferry column now"))
		if got := low(); got != nil {
			t.Errorf("undone, and yet: %+v", got)
		}
		if _, ok := view(u, func(x *db.Tx) (iru.Noise, error) { return u.Noise(ctx, x, u.scope("ada")) }).Of(why[0].Mark); ok {
			t.Error("what was refused before still counts")
		}
		u.whole()
	})
}

// A dead name that is registered anew is a lead, told once, and looked at; one that is only still there is not.
func TestNameRegisteredAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		u.sent(order(a, i, host))
		record := func(n desk.NameSeen) bool {
			t.Helper()
			anew, err := u.RecordName(ctx, a.ID, n)
			must(t, err)
			return anew
		}
		if record(desk.NameSeen{Missing: true}) {
			t.Error("one that is up is not asked for")
		}
		u.drop()
		for range 3 {
			u.look(a.ID, iru.Gone, iru.Gone)
		}
		if u.asset(a.ID).State != iru.AssetDown || u.jobs("registration") != 1 || u.jobs("recheck") != 1 {
			t.Fatalf("%s, %d and %d jobs", u.asset(a.ID).State, u.jobs("registration"), u.jobs("recheck"))
		}
		u.later(time.Hour)
		if record(desk.NameSeen{Registered: u.now.AddDate(-2, 0, 0), Source: "rdap x"}) {
			t.Error("the name is the old one")
		}
		for range 2 {
			if record(desk.NameSeen{Missing: true}) {
				t.Error("gone is not anew")
			}
		}
		u.later(24 * time.Hour)
		if !record(desk.NameSeen{Registered: u.now, Registrar: "Beacon Domains", Source: "rdap x"}) {
			t.Error("registered anew, and nothing is said")
		}
		u.later(time.Hour)
		if record(desk.NameSeen{Registered: u.now.Add(-time.Hour), Source: "rdap x"}) {
			t.Error("said twice")
		}
		u.later(time.Hour)
		if !record(desk.NameSeen{Registered: u.now, Source: "rdap x"}) {
			t.Error("dropped and taken again between two looks")
		}
		verbs := map[string]int{}
		for _, e := range u.events("asset", int64(a.ID)) {
			verbs[e.Verb]++
		}
		if verbs["name_gone"] != 1 || verbs["reregister"] != 2 {
			t.Errorf("%v", verbs)
		}
		n := 0
		for _, l := range u.leads(a.ID) {
			if l.Source == iru.LeadReregistered {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d leads of a registration", n)
		}
		// A certificate for its name has it looked at at once.
		u.drop()
		u.Rules.Words = []string{"halcyon-weather"}
		_, err := u.Announce(ctx, "https://log.test/a", 0, 1, []desk.Certificate{{Names: []string{"halcyon-weather.test"}}})
		must(t, err)
		if u.jobs("registration") != 1 {
			t.Errorf("%d jobs after a certificate", u.jobs("registration"))
		}
		u.whole()
	})
}

// After a return the act that had felled it is prepared anew; a person makes a draft of it, and nothing leaves by itself.
func TestFollowUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		n := u.sent(order(a, i, host))
		fall := func() {
			t.Helper()
			for range 3 {
				u.look(a.ID, iru.Gone, iru.Gone)
			}
		}
		fs := func(id iru.AssetID) []iru.FollowUp {
			return view(u, func(x *db.Tx) ([]iru.FollowUp, error) { return x.FollowUpsOf(ctx, u.scope("ada"), id) })
		}
		fall()
		if len(fs(a.ID)) != 0 {
			t.Error("prepared before a return")
		}
		u.later(24 * time.Hour)
		u.drop()
		u.look(a.ID, iru.Up, iru.Up)
		got := fs(a.ID)
		if len(got) != 1 || got[0].State != iru.FollowupPrepared || got[0].Model != n.ID || got[0].Instrument != n.Instrument || got[0].Asset != a.ID {
			t.Fatalf("%+v", got)
		}
		if u.jobs("deliver") != 0 {
			t.Error("something leaves by itself")
		}
		fall()
		if x := fs(a.ID); x[0].State != iru.FollowupLapsed {
			t.Errorf("down again, and still %s", x[0].State)
		}
		u.later(24 * time.Hour)
		u.look(a.ID, iru.Up, iru.Up)
		f := fs(a.ID)[1]
		_, err := u.ReleaseFollowUp(ctx, u.scope("sig"), f.ID, 0)
		refused(t, "by a signing officer", err, iru.Forbidden, "draft")
		_, err = u.ReleaseFollowUp(ctx, u.scope("ada"), f.ID, 999)
		refused(t, "to somebody who does not carry it", err, iru.Invalid, "")
		draft, err := u.ReleaseFollowUp(ctx, u.scope("ada"), f.ID, 0)
		must(t, err)
		if draft.State != iru.NoticeDraft || draft.Provider != host.ID || len(draft.Approvals) != 0 || draft.Instrument != n.Instrument || draft.Key == n.Key {
			t.Errorf("%+v", draft)
		}
		if x := fs(a.ID)[1]; x.State != iru.FollowupReleased || x.Drafted != draft.ID || x.By != u.people["ada"].ID {
			t.Errorf("%+v", x)
		}
		_, err = u.ReleaseFollowUp(ctx, u.scope("ada"), f.ID, 0)
		refused(t, "twice", err, iru.Conflict, "cannot release")
		if u.jobs("deliver") != 0 {
			t.Error("a release sends something")
		}
		fall()
		u.later(24 * time.Hour)
		u.look(a.ID, iru.Up, iru.Up)
		all := fs(a.ID)
		if len(all) != 3 {
			t.Fatalf("%d prepared", len(all))
		}
		refused(t, "without a reason", u.DismissFollowUp(ctx, u.scope("ada"), all[2].ID, ""), iru.Invalid, "reason is missing")
		must(t, u.DismissFollowUp(ctx, u.scope("ada"), all[2].ID, "the provider acts by itself"))
		if x := fs(a.ID)[2]; x.State != iru.FollowupDismissed || x.Reason == "" {
			t.Errorf("%+v", x)
		}
		u.whole()
	})
}

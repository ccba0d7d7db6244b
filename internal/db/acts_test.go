// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"fmt"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// TestOperationsAreShared: who takes part sees the others' acts, their assets and what happens; who does not sees nothing of it.
func TestOperationsAreShared(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var units [3]iru.Unit
		var o iru.Operation
		var a iru.Asset
		var ns []iru.Notice
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			ns = nil
			for i := range units {
				units[i] = iru.Unit{Name: fmt.Sprint("U", i), Country: "XA", Kind: "unit", State: iru.UnitActive}
				if err := x.AddUnit(ctx, &units[i]); err != nil {
					return err
				}
			}
			a = iru.Asset{Unit: units[0].ID, Kind: iru.Site, Locator: "https://a.test/", State: iru.AssetLive, Presence: iru.Presence{State: iru.PresenceUp}}
			if err := x.AddAsset(ctx, &a); err != nil {
				return err
			}
			who := iru.Officer{Unit: units[0].ID, Login: "ada", Name: "Ada", State: iru.OfficerActive}
			if err := x.AddOfficer(ctx, &who); err != nil {
				return err
			}
			o = iru.Operation{Unit: units[0].ID, Name: "Tram", State: iru.OperationPolling, Director: who.ID}
			if err := x.AddOperation(ctx, &o); err != nil {
				return err
			}
			for i := range 2 {
				if _, err := takePart(ctx, x, o.ID, units[i]); err != nil {
					return err
				}
			}
			p := iru.Provider{Unit: units[0].ID, Name: "Host", Layer: "host", Channel: iru.ByMail, Address: "abuse@host.test", Contact: iru.ContactConfirmed}
			if err := x.AddProvider(ctx, &p); err != nil {
				return err
			}
			for i, st := range []iru.NoticeState{iru.NoticeDraft, iru.NoticeApproved, iru.NoticeSent} {
				n := iru.Notice{Unit: units[0].ID, Ref: fmt.Sprint("RO-", i), Instrument: "removal_order", Asset: a.ID, Provider: p.ID, Layer: "host", Drafted: who.ID, State: st, Key: fmt.Sprint("k", i), Operation: o.ID}
				if err := x.AddNotice(ctx, &n); err != nil {
					return err
				}
				ns = append(ns, n)
				if _, err := x.AddLetter(ctx, &iru.Letter{Notice: n.ID, Kind: "notice", MessageID: n.Key}); err != nil {
					return err
				}
			}
			for _, e := range []iru.Event{
				{Unit: units[0].ID, Subject: iru.Subject{Noun: "operation", ID: int64(o.ID)}, Verb: "poll_go"},
				{Unit: units[0].ID, Subject: iru.Subject{Noun: "notice", ID: int64(ns[0].ID)}, Verb: "draft"},
				{Unit: units[0].ID, Subject: iru.Subject{Noun: "asset", ID: int64(a.ID)}, Verb: "missed"},
				{Unit: units[0].ID, Subject: iru.Subject{Noun: "outlet", ID: 1}, Verb: "watch"},
			} {
				if _, err := x.Record(ctx, e); err != nil {
					return err
				}
			}
			return nil
		}))
		for i, want := range []struct{ events, assets, notices, letters int }{{4, 1, 3, 3}, {2, 1, 3, 3}, {0, 0, 0, 0}} { // taking part shows the acts, not what happens to an asset served by others
			s := iru.Scope{Officer: 1, Unit: units[i].ID}
			must(t, d.View(ctx, func(x *db.Tx) error {
				es, err := x.EventsBefore(ctx, s, iru.Subject{}, 0, 10)
				if err != nil {
					return err
				}
				as, err := x.AssetsIn(ctx, s, o.ID)
				if err != nil {
					return err
				}
				found, err := x.NoticesBefore(ctx, s, nil, db.NoticeFilter{}, 0, 10)
				if err != nil {
					return err
				}
				ls, err := x.LettersWith(ctx, s, ns[0].Provider, 10)
				if err != nil {
					return err
				}
				if len(es) != want.events || len(as) != want.assets || len(found) != want.notices || len(ls) != want.letters {
					t.Errorf("unit %d sees %d events, %d assets, %d notices, %d letters, want %+v", i, len(es), len(as), len(found), len(ls), want)
				}
				return nil
			}))
		}
		must(t, d.View(ctx, func(x *db.Tx) error {
			s := iru.Scope{Officer: 1, Unit: units[0].ID}
			two, err := x.NoticesBefore(ctx, s, []iru.NoticeState{iru.NoticeDraft, iru.NoticeSent}, db.NoticeFilter{}, 0, 10)
			if err != nil || len(two) != 2 || two[0].ID != ns[2].ID {
				t.Errorf("notices in two states: %+v, %v", two, err)
			}
			one, err := x.NoticesBefore(ctx, s, nil, db.NoticeFilter{State: iru.NoticeApproved}, ns[2].ID, 1)
			if err != nil || len(one) != 1 || one[0].ID != ns[1].ID {
				t.Errorf("the notice before: %+v, %v", one, err)
			}
			es, err := x.EventsBefore(ctx, s, iru.Subject{Noun: "notice"}, 0, 10)
			if err != nil || len(es) != 1 || es[0].Verb != "draft" {
				t.Errorf("events about notices: %+v, %v", es, err)
			}
			return nil
		}))
	})
}

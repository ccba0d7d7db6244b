// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// TestCalendar: the private address gives reference, addressee and end, and nothing of what the act is about; revoked, it gives nothing.
func TestCalendar(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		n := u.sent(order(u.referred()))
		u.reply(n.ID, "receipt", "r")
		c, secret, err := u.OpenFeed(ctx, u.scope("ada"))
		must(t, err)
		text, err := u.Feed(ctx, secret)
		must(t, err)
		for _, want := range []string{"SUMMARY:" + n.Ref + "\\, Birchrack", "DTSTART:" + u.now.Add(time.Hour).Format("20060102T150405Z"), "TRIGGER:-PT30M", "TRIGGER:-PT5M"} {
			if !strings.Contains(string(text), want) {
				t.Errorf("the calendar lacks %s:\n%s", want, text)
			}
		}
		for _, no := range []string{"halcyon", "snow line", "https://", "abuse@"} {
			if strings.Contains(string(text), no) {
				t.Errorf("the calendar says %s", no)
			}
		}
		_, err = u.Feed(ctx, secret+"0")
		refused(t, "another address", err, iru.NotFound, "no such calendar")
		u.second()
		_, theirs, err := u.OpenFeed(ctx, u.scope("bea"))
		must(t, err)
		if text, err := u.Feed(ctx, theirs); err != nil || strings.Contains(string(text), n.Ref) {
			t.Errorf("another unit's calendar: %s, %v", text, err)
		}
		for range 4 {
			_, _, err = u.OpenFeed(ctx, u.scope("ada"))
			must(t, err)
		}
		_, _, err = u.OpenFeed(ctx, u.scope("ada"))
		refused(t, "a sixth", err, iru.Conflict, "revoke one first")
		refused(t, "somebody else's", u.RevokeFeed(ctx, u.scope("ben"), c.ID), iru.Conflict, "")
		must(t, u.RevokeFeed(ctx, u.scope("ada"), c.ID))
		_, err = u.Feed(ctx, secret)
		refused(t, "revoked", err, iru.NotFound, "no such calendar")
		must(t, d.Tx(ctx, func(x *db.Tx) error { // by an administrator of hers
			o := u.people["bea"]
			o.State = iru.OfficerSuspended
			return x.UpdateOfficer(ctx, o, iru.OfficerActive)
		}))
		_, err = u.Feed(ctx, theirs)
		refused(t, "of one who is suspended", err, iru.NotFound, "no such calendar")
	})
}

// TestStepsOfEscalation: people are told at 30, 15, 5 and 0 minutes, each once, as the regime says; what stopped tells nobody.
func TestStepsOfEscalation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		n := u.sent(order(u.referred()))
		u.reply(n.ID, "receipt", "r")
		c := u.running(n.ID, "tco-1h")[0]
		refused(t, "too early", u.Forewarn(ctx, c.ID, 30*time.Minute), iru.Unavailable, "not time")
		for _, left := range []time.Duration{30 * time.Minute, 15 * time.Minute, 5 * time.Minute, 0} {
			u.now = c.Due.Add(-left)
			must(t, u.Forewarn(ctx, c.ID, left))
			must(t, u.Forewarn(ctx, c.ID, left)) // a job that runs again
		}
		var told []string
		for _, e := range u.events("clock", int64(c.ID)) {
			if e.Verb == "remind" || e.Verb == "due" {
				told = append(told, fmt.Sprint(e.Verb, " ", e.Facts["left"], " ", e.Facts["who"]))
			}
		}
		want := []string{"remind 30m0s [analyst]", "remind 15m0s [analyst liaison]", "remind 5m0s [analyst liaison signer]", "due <nil> [analyst liaison signer director]"}
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		for _, r := range u.Regime.Clocks { // every step names roles that there are
			for _, s := range r.Tell {
				for _, who := range s.Who {
					if !slices.Contains(iru.Roles, iru.Role(who)) {
						t.Errorf("%s tells %q", r.ID, who)
					}
				}
			}
		}
	})
}

// BenchmarkOpenClocks evaluates ten thousand open clocks: read from the store, each with what it shows now.
func BenchmarkOpenClocks(b *testing.B) {
	const n = 10_000
	now := time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
	d := dbtest.Open(b)
	if err := d.Tx(b.Context(), func(x *db.Tx) error {
		u := iru.Unit{Name: "Unit A", Country: "XA", State: iru.UnitActive}
		if err := x.AddUnit(b.Context(), &u); err != nil {
			return err
		}
		for i := range n {
			c := iru.Start(0, "tco-1h", "provider", "Regulation (EU) 2021/784, Article 3(3)", true, time.Hour, now.Add(time.Duration(i-n/2)*time.Second), "receipt: 250 2.0.0 Ok")
			c.Unit, c.Ref = u.ID, fmt.Sprint("RO-2026-", i)
			if err := x.AddClock(b.Context(), &c); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	count := func(cs []iru.Clock) (late int) {
		for _, c := range cs {
			if c.Status(now) == iru.Overdue {
				late++
			}
		}
		return late
	}
	read := func() (cs []iru.Clock) {
		if err := d.View(b.Context(), func(x *db.Tx) (err error) {
			cs, err = x.Running(b.Context(), iru.Program(), n)
			return err
		}); err != nil {
			b.Fatal(err)
		}
		return cs
	}
	b.Run("store", func(b *testing.B) {
		for b.Loop() {
			if late := count(read()); late != 1400 {
				b.Fatalf("%d are late", late)
			}
		}
	})
	b.Run("tally", func(b *testing.B) {
		for b.Loop() {
			if err := d.View(b.Context(), func(x *db.Tx) error {
				of, err := x.ClockTally(b.Context(), iru.Program(), db.ClockFilter{}, now)
				if err == nil && of[iru.Overdue] != n/2-3600 {
					b.Fatalf("%v", of)
				}
				next, err2 := x.ClocksNext(b.Context(), iru.Program(), db.ClockFilter{}, time.Time{}, 0, 50)
				if len(next) != 50 {
					b.Fatalf("%d next", len(next))
				}
				return errors.Join(err, err2)
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
	all := read()
	b.Run("rules", func(b *testing.B) {
		for b.Loop() {
			if late := count(all); late != 1400 {
				b.Fatalf("%d are late", late)
			}
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A worker that was killed after the mail server took the letter, and before that was recorded, sends the same letter under the same
// key: a desk knows it by that, and each act is sent once.
func TestGroupedLetterSurvivesAKill(t *testing.T) {
	o := newOffice(t, iru.ByMail, "abuse@birchrack.test")
	ctx := t.Context()
	facts, box := o.signing(false).Notice.Facts, o.mail()
	now := o.Desk.Now().Truncate(time.Microsecond)
	var b iru.Batch
	var ns []iru.Notice
	must(t, o.Desk.DB.Tx(ctx, func(x *db.Tx) error {
		b = iru.Batch{Unit: o.notice.Unit, Ref: "GR-1", Provider: o.notice.Provider, Lang: "en", Key: "g-1", Created: now, Due: now.Add(-time.Minute), State: iru.BatchDispatched, Subject: "[GR-1] 2 referrals", Text: "Two referrals.\n1. RF-k1 https://halcyon-weather.test/k1\n2. RF-k2 https://halcyon-weather.test/k2\n"}
		if err := x.AddBatch(ctx, &b); err != nil {
			return err
		}
		for i, key := range []string{"k1", "k2"} {
			n := iru.Notice{Unit: b.Unit, Ref: "RF-" + key, Instrument: legal.Referral, Asset: o.notice.Asset, Locator: "https://halcyon-weather.test/" + key, Provider: b.Provider, Layer: legal.Host,
				Drafted: o.notice.Drafted, State: iru.NoticeDispatched, Key: key, Created: now, Lang: "en", Batch: b.ID,
				Facts: strings.ReplaceAll(facts, "RO-2026-0001", "RF-"+key), Approvals: []iru.Approval{{By: 1, At: now}}}
			if err := x.AddNotice(ctx, &n); err != nil {
				return err
			}
			l := iru.Letter{Notice: n.ID, At: now, Kind: "notice", Channel: iru.ByMail, Subject: b.Subject, Text: b.Text, MessageID: "g-1"}
			if i > 0 {
				l.MessageID = "g-1-2"
			} else {
				b.Lead = n.ID
			}
			if _, err := x.AddLetter(ctx, &l); err != nil {
				return err
			}
			ns = append(ns, n)
		}
		return x.UpdateBatch(ctx, b, b.State)
	}))
	w := &grouper{Crew: o.Crew}
	job := &river.Job[desk.Group]{JobRow: &rivertype.JobRow{Attempt: 1, MaxAttempts: 25}, Args: desk.Group{Batch: b.ID}}
	g, err := o.Desk.DispatchGroup(ctx, b.ID) // the first worker: it sends, and is killed
	must(t, err)
	_, err = o.sendGroup(ctx, g)
	must(t, err)
	g.Lead.Provider.Defang = true
	shy, err := o.together(ctx, g)
	must(t, err)
	if all := shy.Subject + shy.Text + strings.Join(shy.Targets, " "); strings.Contains(all, "halcyon-weather.test") || len(shy.Targets) != 2 || len(shy.Attachments) != 4 {
		t.Errorf("defanged: %d files, %s", len(shy.Attachments), all)
	}
	must(t, w.Work(ctx, job)) // the second
	must(t, w.Work(ctx, job)) // and a job that was left over
	got := box.kept
	if len(got) != 2 {
		t.Fatalf("%d letters, want the one twice", len(got))
	}
	id := func(m string) string {
		for line := range strings.SplitSeq(m, "\n") {
			if strings.HasPrefix(line, "Message-ID:") {
				return line
			}
		}
		return ""
	}
	if one, two := got[0], got[1]; id(one) == "" || id(one) != id(two) || strings.Count(two, "X-Iolaus-Target:") != 2 || !strings.Contains(two, "X-Iolaus-Reference: GR-1") {
		t.Errorf("%s\n%s", one, two)
	}
	for _, name := range []string{"RF-k1.pdf", "RF-k1.json", "RF-k2.pdf", "RF-k2.json"} {
		if one := attached(t, got[0], name); len(one) == 0 || !bytes.Equal(one, attached(t, got[1], name)) {
			t.Errorf("%s: %d bytes, or not the same the second time", name, len(one))
		}
	}
	must(t, o.Desk.DB.View(ctx, func(x *db.Tx) error {
		for _, n := range ns {
			n, err := x.Notice(ctx, iru.Program(), n.ID)
			es, err2 := x.EventsOf(ctx, iru.Subject{Noun: "notice", ID: int64(n.ID)})
			if n.State != iru.NoticeSent || len(es) != 2 {
				t.Errorf("%s is %s after %d events", n.Ref, n.State, len(es))
			}
			if err := errors.Join(err, err2); err != nil {
				return err
			}
		}
		return nil
	}))
	// An answer names one by its address, the other by its reference; each line is a guess for a person.
	in := deliver.Reply{Notice: int64(b.Lead), Kind: deliver.Unknown, Guess: true, At: o.Desk.Now(), From: "abuse@birchrack.test", MessageID: "<1@x>",
		Text: "hxxps://halcyon-weather[.]test/k2 has been removed\nRF-k1: we cannot remove this, it does not violate our terms"}
	must(t, o.Accept(ctx, in))
	must(t, o.Desk.DB.View(ctx, func(x *db.Tx) error {
		for i, word := range []string{"RF-k1", "k2 has been removed"} {
			ls, err := x.Letters(ctx, iru.Program(), ns[i].ID)
			if err != nil {
				return err
			}
			if l := ls[len(ls)-1]; !l.Inbound || !l.Guess || !strings.Contains(strings.Split(l.Text, "\n\n")[0], word) {
				t.Errorf("the thread of %s: %+v", ns[i].Ref, l)
			}
		}
		return nil
	}))
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// TestDrillCannotLeave: an act of a drill whose jobs somebody queued by hand, and whose letter is forged past the desk, meets a door each time: no
// interface and no mail server hears of it.
func TestDrillCannotLeave(t *testing.T) {
	var heard atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard.Add(1) }))
	defer s.Close()
	for channel, address := range map[string]string{iru.ByAPI: s.URL, iru.ByMail: "abuse@birchrack.test"} {
		o := newOffice(t, channel, address)
		mails := &mailbox{}
		if channel == iru.ByMail {
			mails = o.mail()
		}
		ctx, old := t.Context(), o.notice.State
		o.notice.Drill, o.notice.State = true, iru.NoticeApproved
		must(t, o.Desk.DB.Tx(ctx, func(x *db.Tx) error { return x.UpdateNotice(ctx, o.notice, old) }))
		_ = (&deliverer{Crew: o.Crew}).Work(ctx, &river.Job[desk.Deliver]{JobRow: &rivertype.JobRow{Attempt: 1, MaxAttempts: 25}, Args: desk.Deliver{Notice: o.notice.ID}})
		_ = o.postNow(25)
		if n, a := o.now(); n.State != iru.NoticeApproved || a.Proof != "" {
			t.Errorf("by %s: the act is %s, the answer left with %q", channel, n.State, a.Proof)
		}
		d, err := o.Desk.Thread(ctx, o.notice.ID)
		must(t, err)
		if _, err := o.send(ctx, d); err == nil {
			t.Errorf("by %s: the crew sends it", channel)
		}
		m, err := o.message(ctx, d)
		must(t, err)
		ch := deliver.Channel(o.api(d.Provider))
		if channel == iru.ByMail {
			ch = o.Mail
		}
		if _, err := ch.Send(ctx, m); err == nil {
			t.Errorf("by %s: the channel itself sends it", channel)
		}
		if heard.Load() != 0 || mails.mails.Load() != 0 {
			t.Errorf("by %s: %d requests and %d mails left", channel, heard.Load(), mails.mails.Load())
		}
	}
}

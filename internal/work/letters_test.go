// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// An office is a crew with one act about which its addressee asks, and our answer to it that has not left yet.
type office struct {
	*Crew
	t      testing.TB
	notice iru.Notice
	answer iru.Letter
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newOffice(t testing.TB, channel, address string) *office {
	t.Helper()
	ctx, d := t.Context(), dbtest.Open(t)
	store, err := blob.OpenDisk(t.TempDir())
	must(t, err)
	now := func() time.Time { return time.Now().UTC() }
	o := &office{t: t, Crew: &Crew{Desk: &desk.Desk{DB: d, Now: now, Regime: legal.EU(), Rules: desk.DefaultRules}, Store: store, HTTP: http.DefaultClient,
		Holder: "us", Log: slog.New(slog.DiscardHandler), Post: Post{From: "Unit A <unit@unit-a.test>", Domain: "replies.unit-a.test", Secret: []byte("a secret of a weather unit, 0001")}}}
	begun := now().Add(-time.Hour).Truncate(time.Microsecond)
	must(t, d.Tx(ctx, func(x *db.Tx) error {
		u := iru.Unit{Name: "Unit A", Country: "XA", Kind: legal.CompetentAuthority, State: iru.UnitActive}
		if err := x.AddUnit(ctx, &u); err != nil {
			return err
		}
		who := iru.Officer{Unit: u.ID, Login: "ben", Name: "Ben", State: iru.OfficerActive, Roles: []iru.Role{iru.Analyst}}
		if err := x.AddOfficer(ctx, &who); err != nil {
			return err
		}
		a := iru.Asset{Unit: u.ID, Kind: iru.Site, Locator: "https://halcyon-weather.test/", State: iru.AssetLive, Presence: iru.Presence{State: iru.PresenceUp}}
		if err := x.AddAsset(ctx, &a); err != nil {
			return err
		}
		p := iru.Provider{Unit: u.ID, Name: "Birchrack", Site: "birchrack.test", Layer: legal.Host, Channel: channel, Address: address, Token: "token", Contact: iru.ContactConfirmed}
		if err := x.AddProvider(ctx, &p); err != nil {
			return err
		}
		o.notice = iru.Notice{Unit: u.ID, Ref: "RO-1", Instrument: legal.RemovalOrder, Asset: a.ID, Locator: a.Locator, Provider: p.ID, Layer: legal.Host, Drafted: who.ID,
			State: iru.NoticeClarifying, Key: "key", Created: begun, SentAt: begun, ReceivedAt: begun, RemoteID: "n-1"}
		if err := x.AddNotice(ctx, &o.notice); err != nil {
			return err
		}
		o.answer = iru.Letter{Notice: o.notice.ID, At: begun, Kind: "answer", Channel: channel, Subject: "[RO-1] Answer", Text: "The whole page.", MessageID: "key-2", By: who.ID}
		for _, l := range []*iru.Letter{{Notice: o.notice.ID, At: begun, Kind: "notice", Channel: channel, MessageID: "key", Proof: "250"},
			{Notice: o.notice.ID, Inbound: true, At: begun, Kind: "clarification", Channel: channel, MessageID: "q"}, &o.answer} {
			if _, err := x.AddLetter(ctx, l); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err = d.Lease(ctx, aliveRole("us"), "us", time.Minute)
	must(t, err)
	return o
}

func (o *office) letters() (ls []iru.Letter) {
	o.t.Helper()
	must(o.t, o.Desk.DB.View(o.t.Context(), func(x *db.Tx) error {
		var err error
		ls, err = x.Letters(o.t.Context(), iru.Program(), o.notice.ID)
		return err
	}))
	return ls
}

func (o *office) now() (n iru.Notice, a iru.Letter) {
	o.t.Helper()
	must(o.t, o.Desk.DB.View(o.t.Context(), func(x *db.Tx) error {
		var err error
		if n, err = x.Notice(o.t.Context(), iru.Program(), o.notice.ID); err != nil {
			return err
		}
		a, err = x.Letter(o.t.Context(), o.answer.ID)
		return err
	}))
	return n, a
}

// postNow runs the job once.
func (o *office) postNow(attempt int) error {
	w := &poster{Crew: o.Crew}
	return w.Work(o.t.Context(), &river.Job[desk.Post]{JobRow: &rivertype.JobRow{Attempt: attempt, MaxAttempts: 25}, Args: desk.Post{Letter: o.answer.ID}})
}

func snoozed(err error) time.Duration {
	var s *river.JobSnoozeError
	if errors.As(err, &s) {
		return s.Duration
	}
	return 0
}

// mailbox is a mail server that says what it is told to.
type mailbox struct {
	say   atomic.Pointer[smtp.SMTPError]
	mails atomic.Int32
	taken func() // called at each letter; may be nil
	mu    sync.Mutex
	kept  []string // as they came
}

func (m *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return m, nil }
func (m *mailbox) Reset()                                      {}
func (m *mailbox) Logout() error                               { return nil }
func (m *mailbox) Mail(string, *smtp.MailOptions) error        { return nil }
func (m *mailbox) Rcpt(string, *smtp.RcptOptions) error {
	if e := m.say.Load(); e != nil {
		return e
	}
	return nil
}

func (m *mailbox) Data(r io.Reader) error {
	m.mails.Add(1)
	b, err := io.ReadAll(r)
	m.mu.Lock()
	m.kept = append(m.kept, string(b))
	m.mu.Unlock()
	if m.taken != nil {
		m.taken()
	}
	return err
}

func (o *office) mail() *mailbox {
	o.t.Helper()
	m := &mailbox{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(o.t, err)
	srv := smtp.NewServer(m)
	srv.Domain = "mail.test"
	go srv.Serve(l)
	o.t.Cleanup(func() { srv.Close() })
	o.Mail = deliver.NewSMTP(deliver.SMTPConfig{Addr: l.Addr().String(), TLS: deliver.TLSNone})
	o.t.Cleanup(func() { o.Mail.Close() })
	return m
}

// What a mail server takes is posted, and no receipt; what it never takes is told to people, what it does not take now is tried again.
func TestPosterByMail(t *testing.T) {
	o := newOffice(t, iru.ByMail, "abuse@birchrack.test")
	box := o.mail()
	box.say.Store(&smtp.SMTPError{Code: 451, Message: "try again in 90 seconds"})
	if d := snoozed(o.postNow(1)); d != 90*time.Second {
		t.Errorf("a server that asks to wait is asked again after %v", d)
	}
	box.say.Store(&smtp.SMTPError{Code: 451, Message: "not now"})
	if err := o.postNow(1); !errors.Is(err, iru.Unavailable) {
		t.Errorf("refused for now: %v", err)
	}
	if _, a := o.now(); a.Failed != "" || a.Proof != "" {
		t.Errorf("%+v", a)
	}
	must(t, o.postNow(25)) // for hours it was not taken: people are told
	if _, a := o.now(); !strings.Contains(a.Failed, "not now") {
		t.Errorf("after the last try: %+v", a)
	}
	again := func() {
		must(t, o.Desk.DB.Tx(t.Context(), func(x *db.Tx) error { return x.RetryLetter(t.Context(), o.answer.ID) }))
	}
	again()
	box.say.Store(&smtp.SMTPError{Code: 550, Message: "no such user"})
	must(t, o.postNow(1))
	if n, a := o.now(); !strings.Contains(a.Failed, "no such user") || n.State != iru.NoticeClarifying {
		t.Errorf("refused for good: %+v, the act is %s", a, n.State)
	}
	box.say.Store(nil)
	must(t, o.postNow(1)) // the same job once more: a person must decide
	if box.mails.Load() != 0 {
		t.Error("a letter that failed was sent without a person")
	}
	again()
	for range 2 {
		must(t, o.postNow(1))
	}
	if n, a := o.now(); box.mails.Load() != 1 || a.Proof == "" || a.Failed != "" || n.State != iru.NoticeClarifying {
		t.Errorf("%d mails; %+v; the act is %s", box.mails.Load(), a, n.State)
	}
}

// A letter that left while the store was in the way is not sent again: its proof waits for the store.
func TestProofOutlastsTheStore(t *testing.T) {
	o := newOffice(t, iru.ByMail, "abuse@birchrack.test")
	box := o.mail()
	do := func(sql string) error {
		return o.Desk.DB.Tx(context.Background(), func(x *db.Tx) error {
			_, err := x.Exec(context.Background(), sql)
			return err
		})
	}
	back := make(chan error, 1)
	box.taken = func() {
		if err := do("CREATE TRIGGER stuck BEFORE UPDATE ON letter BEGIN SELECT RAISE(ABORT, 'stuck'); END"); err != nil {
			back <- err
			return
		}
		time.AfterFunc(300*time.Millisecond, func() { back <- do("DROP TRIGGER stuck") })
	}
	err := o.postNow(1)
	must(t, <-back)
	must(t, err)
	if _, a := o.now(); box.mails.Load() != 1 || a.Proof == "" {
		t.Errorf("%d mails; %+v", box.mails.Load(), a)
	}
}

// A process that lost its role sends nothing: another one may be sending the same.
func TestNothingLeavesWithoutTheRole(t *testing.T) {
	o := newOffice(t, iru.ByMail, "abuse@birchrack.test")
	box := o.mail()
	must(t, o.Desk.DB.ReleaseLease(t.Context(), aliveRole("us"), "us"))
	if err := o.postNow(1); !errors.Is(err, iru.Unavailable) || box.mails.Load() != 0 {
		t.Errorf("%v, %d mails", err, box.mails.Load())
	}
	if _, err := o.send(t.Context(), desk.Dispatch{Notice: o.notice, Provider: iru.Provider{Channel: iru.ByMail}}); !errors.Is(err, iru.Unavailable) {
		t.Errorf("an act: %v", err)
	}
	if _, a := o.now(); a.Failed != "" {
		t.Errorf("%+v", a)
	}
}

// interfaceOf is a provider's interface that answers with what it is told to.
type interfaceOf struct {
	status atomic.Int32
	body   atomic.Pointer[string]
	calls  atomic.Int32
}

func (f *interfaceOf) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	f.calls.Add(1)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(int(f.status.Load()))
	io.WriteString(w, *f.body.Load())
}

func (f *interfaceOf) say(status int, body string) {
	f.status.Store(int32(status))
	f.body.Store(&body)
}

func newInterface(t *testing.T) (*interfaceOf, string) {
	f := &interfaceOf{}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return f, s.URL
}

func TestPosterByInterface(t *testing.T) {
	f, base := newInterface(t)
	for name, c := range map[string]struct {
		status int
		remote string
		failed string
		state  iru.NoticeState
	}{
		"taken":          {202, "n-1", "", iru.NoticeReceived},
		"wrong token":    {401, "n-1", "401", iru.NoticeClarifying},
		"unknown there":  {404, "n-1", "404", iru.NoticeClarifying},
		"without number": {202, "", "no number", iru.NoticeClarifying},
	} {
		o := newOffice(t, iru.ByAPI, base)
		o.notice.RemoteID = c.remote
		must(t, o.Desk.DB.Tx(t.Context(), func(x *db.Tx) error { return x.UpdateNotice(t.Context(), o.notice, o.notice.State) }))
		f.say(c.status, "{}")
		must(t, o.postNow(1))
		if n, a := o.now(); n.State != c.state || (a.Failed == "") != (c.failed == "") || !strings.Contains(a.Failed, c.failed) {
			t.Errorf("%s: the act is %s, the letter %+v", name, n.State, a)
		}
	}
}

// A provider's interface is asked as long as something is expected; each of its events is taken in once, however it comes, with its
// own bytes kept.
func TestReceiver(t *testing.T) {
	f, base := newInterface(t)
	o := newOffice(t, iru.ByAPI, base)
	ask := func() error {
		w := &receiver{Crew: o.Crew}
		return w.Work(t.Context(), &river.Job[desk.Receive]{JobRow: &rivertype.JobRow{}, Args: desk.Receive{Notice: o.notice.ID}})
	}
	unheard := func() (n int) {
		must(t, o.Desk.DB.View(t.Context(), func(x *db.Tx) error {
			es, err := x.EventsOf(t.Context(), iru.Subject{Noun: "notice", ID: int64(o.notice.ID)})
			for _, e := range es {
				if e.Verb == "unheard" {
					n++
				}
			}
			return err
		}))
		return n
	}
	for _, status := range []int{503, 401, 404, 401} {
		f.say(status, "{}")
		if d := snoozed(ask()); d < o.Desk.Rules.Verify {
			t.Errorf("%d: asked again after %v", status, d)
		}
	}
	if n := unheard(); n != 1 {
		t.Errorf("people were told %d times", n)
	}
	at := time.Now().UTC().Format(time.RFC3339)
	event := func(id, kind string) string {
		return fmt.Sprintf(`{"reference":"RO-1","event":%q,"text":"which one?","at":%q,"id":%q}`, kind, at, id)
	}
	f.say(200, `{"id":"n-1","reference":"RO-1","state":"clarification","events":[`+event("e1", "received")+","+event("e2", "clarification")+`]}`)
	for range 2 {
		ask()
	}
	if ls := o.letters(); len(ls) != 5 {
		t.Fatalf("%d letters: %+v", len(ls), ls)
	}
	// The second question has the words of the first; by callback and by asking it is one letter.
	token := deliver.CallbackToken(o.Post.Secret, int64(o.notice.ID))
	must(t, o.Told(t.Context(), token, []byte(event("e3", "clarification"))))
	f.say(200, `{"id":"n-1","reference":"RO-1","state":"clarification","events":[`+event("e1", "received")+","+event("e2", "clarification")+","+event("e3", "clarification")+`]}`)
	ask()
	ls := o.letters()
	if len(ls) != 6 || ls[5].Authentic != iru.ByAPI || ls[5].Guess {
		t.Fatalf("%d letters, the last %+v", len(ls), ls[len(ls)-1])
	}
	for _, l := range ls[3:] {
		r, err := o.Store.Open(t.Context(), l.Proof)
		must(t, err)
		raw, err := io.ReadAll(r)
		must(t, errors.Join(err, r.Close()))
		if !strings.HasPrefix(string(raw), `{"reference":"RO-1"`) {
			t.Errorf("kept: %s", raw)
		}
	}
	if err := o.Told(t.Context(), deliver.Tag(o.Post.Secret, int64(o.notice.ID)), []byte(event("e4", "done"))); !errors.Is(err, iru.Forbidden) {
		t.Errorf("with the tag of the reply address: %v", err)
	}
	// An interface that tells no events but a state.
	f.say(200, `{"id":"n-1","reference":"RO-1","state":"done"}`)
	for range 2 {
		ask()
	}
	if ls = o.letters(); len(ls) != 7 || ls[6].Kind != "done" {
		t.Errorf("%+v", ls)
	}
}

// What the server took is recorded though our time is up meanwhile: otherwise it would be sent again without need.
func TestSentIsRecorded(t *testing.T) {
	o := newOffice(t, iru.ByMail, "abuse@birchrack.test")
	o.notice.State, o.notice.SentAt, o.notice.ReceivedAt = iru.NoticeDispatched, time.Time{}, time.Time{}
	must(t, o.Desk.DB.Tx(t.Context(), func(x *db.Tx) error { return x.UpdateNotice(t.Context(), o.notice, iru.NoticeClarifying) }))
	ctx, cancel := context.WithCancel(t.Context())
	err := o.settle(ctx, desk.Dispatch{Notice: o.notice}, func() (desk.Sending, error) {
		cancel()
		return desk.Sending{At: time.Now(), Proof: "250 ok"}, nil
	})
	if n, _ := o.now(); err != nil || n.State != iru.NoticeSent {
		t.Errorf("%v, the act is %s", err, n.State)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/probe"
)

// networks are two hosts and the registrar of snow.test, as their registers tell.
func networks() registers {
	net := func(name, at, mail string) string {
		return `{"objectClassName":"ip network","name":"` + name + `","startAddress":"` + at + `","endAddress":"` + at + `","entities":[` + card("abuse", name, mailTo(mail)) + `]}`
	}
	return registers{"https://iana.test/dns.json": `{"services":[[["test"],["https://rdap.test/"]]]}`, "https://iana.test/ipv4.json": `{"services":[[["127.0.0.0/8"],["https://rdap.test/"]]]}`,
		"https://rdap.test/domain/snow.test": `{"objectClassName":"domain","ldhName":"snow.test","entities":[` + card("registrar", "Alder Names") + `]}`,
		"https://rdap.test/ip/127.77.0.9":    net("Birchrack", "127.77.0.9", "abuse@birchrack.test"),
		"https://rdap.test/ip/127.77.0.10":   net("Fernrack", "127.77.0.10", "abuse@fernrack.test")}
}

// referral is an act about snow.test that is approved and sealed, to whoever carries it as a host now.
func (s *scene) referral() iru.Notice {
	s.t.Helper()
	ctx := s.t.Context()
	signer, verifier, err := note.GenerateKey(rand.Reader, "unit-a.test/iolaus")
	s.ok(err)
	s.Desk.Log.Origin = "unit-a.test/iolaus"
	s.Desk.Log.Signer, err = note.NewSigner(signer)
	s.ok(err)
	s.Desk.Log.Verifier, err = note.NewVerifier(verifier)
	s.ok(err)
	read := desktest.Reader{Desk: s.Desk}
	var lena iru.Officer
	s.ok(s.Desk.DB.Tx(ctx, func(x *db.Tx) error {
		lena = iru.Officer{Unit: s.scope.Unit, Login: "lena", Name: "lena", Roles: []iru.Role{iru.Reviewer}, State: iru.OfficerActive, Created: s.Desk.Now()}
		return x.AddOfficer(ctx, &lena)
	}))
	a, i := s.watch("http://snow.test/")
	_, err = s.Desk.RecordCapture(ctx, desk.Recording{Item: i.ID, Vantage: "north", At: s.Desk.Now(), Outcome: iru.Up, Status: 200, Final: i.Locator, Manifest: strings.Repeat("ab", 32),
		Text: "snow line falls tonight", Content: strings.Repeat("cd", 32)})
	s.ok(err)
	s.ok(s.probeNow(a.ID))
	f := iru.Assessment{Item: i.ID, Finding: iru.FindRefer, Limbs: []string{"c"}, Passage: "snow line", PassageLang: "en", Purpose: iru.PurposeProceed, PurposeReason: "none", Public: true, Reason: "exercise"}
	_, err = s.Desk.Assess(ctx, s.scope, f)
	s.ok(err)
	options, err := s.Desk.Options(ctx, s.scope, a.ID)
	s.ok(err)
	n := slices.IndexFunc(options, func(o desk.Option) bool { return o.Provider.Layer == legal.Host })
	_, err = read.Confirm(ctx, s.scope, options[n].Provider.ID, "called")
	s.ok(err)
	act, err := s.Desk.Draft(ctx, s.scope, desk.DraftRequest{Asset: a.ID, Item: i.ID, Provider: options[n].Provider.ID, Layer: legal.Host, Instrument: legal.Referral})
	s.ok(err)
	_, err = s.Desk.Submit(ctx, s.scope, act.ID)
	s.ok(err)
	act, err = read.Approve(ctx, lena.Scope(), act.ID)
	s.ok(err)
	s.sealAll()
	return act
}

func (s *scene) probeNow(a iru.AssetID) error {
	return (&prober{Crew: s.Crew}).Work(s.t.Context(), &river.Job[desk.Probe]{JobRow: &rivertype.JobRow{CreatedAt: time.Now()}, Args: desk.Probe{Asset: a}})
}

func (s *scene) deliverNow(id iru.NoticeID) error {
	return (&deliverer{Crew: s.Crew}).Work(s.t.Context(), &river.Job[desk.Deliver]{JobRow: &rivertype.JobRow{}, Args: desk.Deliver{Notice: id}})
}

func (s *scene) act(id iru.NoticeID) (n iru.Notice, es []iru.Event) {
	s.t.Helper()
	s.ok(s.Desk.DB.View(s.t.Context(), func(x *db.Tx) (err error) {
		if n, err = x.Notice(s.t.Context(), iru.Program(), id); err != nil {
			return err
		}
		es, err = x.EventsOf(s.t.Context(), iru.Subject{Noun: "notice", ID: int64(id)})
		return err
	}))
	return n, es
}

// TestResolvedAgainBeforeSending: between approval and sending the address goes to another host, or nobody can be asked, or the contact
// changes. Only what is still so leaves.
func TestResolvedAgainBeforeSending(t *testing.T) {
	for _, c := range []struct {
		what   string
		change func(*scene, registers)
		leaves bool
		kind   error  // of the failure of a try that is repeated; nil: none is
		told   string // to people
	}{
		{"nothing changed", func(*scene, registers) {}, true, nil, ""},
		{"it moved", func(s *scene, _ registers) { s.name("snow.test", "127.77.0.10") }, false, nil, "Fernrack"},
		{"it is gone", func(s *scene, _ registers) { s.mu.Lock(); delete(s.names, "snow.test"); s.mu.Unlock() }, true, nil, ""},
		{"the register does not answer", func(s *scene, r registers) { s.name("snow.test", "127.77.0.11") }, false, iru.Unavailable, ""},
		{"another contact", func(s *scene, r registers) {
			r["https://rdap.test/ip/127.77.0.9"] = strings.ReplaceAll(r["https://rdap.test/ip/127.77.0.9"], "abuse@", "new@")
		}, false, nil, "contact"},
		{"an officer's word instead of a probe", func(s *scene, r registers) {
			var p iru.ProviderID
			s.ok(s.Desk.DB.View(s.t.Context(), func(x *db.Tx) error {
				v, err := x.ProviderByName(s.t.Context(), s.scope.Unit, "Birchrack", legal.Host)
				p = v.ID
				return err
			}))
			_, err := s.Desk.Carry(s.t.Context(), s.scope, 1, p, "they said so by telephone")
			s.ok(err)
			s.name("snow.test", "127.77.0.11")
		}, true, nil, ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := newScene(t, dbtest.Open(t))
			s.Holder, s.Post.Domain, s.Post.Secret = "us", "replies.unit-a.test", []byte("a secret of a weather unit, 0001")
			_, err := s.Desk.DB.Lease(t.Context(), aliveRole("us"), "us", time.Minute)
			s.ok(err)
			s.name("snow.test", "127.77.0.9")
			s.look(small, nil)
			r := networks()
			ask := func() *probe.RDAP {
				return &probe.RDAP{HTTP: r, Bootstrap: []string{"https://iana.test/dns.json", "https://iana.test/ipv4.json"}}
			}
			s.RDAP = ask()
			box := (&office{t: t, Crew: s.Crew}).mail()
			n := s.referral()
			c.change(s, r)
			s.RDAP = ask() // what is kept for an hour has been forgotten
			err = s.deliverNow(n.ID)
			if c.kind != nil {
				if !errors.Is(err, c.kind) {
					t.Errorf("the job ends with %v", err)
				}
			} else if c.leaves && err != nil {
				t.Errorf("the job ends with %v", err)
			}
			got, es := s.act(n.ID)
			if left := box.mails.Load() == 1; left != c.leaves || left == got.SentAt.IsZero() {
				t.Errorf("%d letters left, the act is %s", box.mails.Load(), got.State)
			}
			if c.told != "" && !slices.ContainsFunc(es, func(e iru.Event) bool { return e.Verb == "delay" && strings.Contains(e.Note, c.told) }) {
				t.Errorf("people are not told: %+v", es)
			}
		})
	}
}

// TestTrialIsSent: a test leaves by the same channel as an act, once, and a contact that changed meanwhile gets none.
func TestTrialIsSent(t *testing.T) {
	o := newOffice(t, iru.ByMail, "abuse@birchrack.test")
	box := o.mail()
	ben := func() (s iru.Scope) {
		must(t, o.Desk.DB.View(t.Context(), func(x *db.Tx) error {
			b, err := x.OfficerByLogin(t.Context(), "ben")
			s = b.Scope()
			return err
		}))
		return s
	}()
	try := func(id iru.TrialID) error {
		return (&trier{Crew: o.Crew}).Work(t.Context(), &river.Job[desk.Try]{JobRow: &rivertype.JobRow{Attempt: 1}, Args: desk.Try{Trial: id}})
	}
	read := func(id iru.TrialID) (x iru.Trial) {
		must(t, o.Desk.DB.View(t.Context(), func(v *db.Tx) (err error) { x, err = v.Trial(t.Context(), iru.Program(), id); return err }))
		return x
	}
	x, err := o.Desk.TryContact(t.Context(), ben, o.notice.Provider, 0)
	must(t, err)
	must(t, try(x.ID))
	must(t, try(x.ID))
	if box.mails.Load() != 1 || read(x.ID).SentAt.IsZero() {
		t.Errorf("%d letters, sent %v", box.mails.Load(), read(x.ID).SentAt)
	}
	// The reply comes back by the tag of the test.
	tag := deliver.Tag(o.Post.Secret, int64(x.ID.Tag()))
	back, err := deliver.ParseTag(o.Post.Secret, tag)
	must(t, err)
	must(t, o.Accept(t.Context(), deliver.Reply{Notice: back, Kind: deliver.Acknowledgement, From: "abuse@birchrack.test", Authentic: "dkim", At: time.Now(), MessageID: "r", Raw: []byte("raw")}))
	if read(x.ID).Receipt == "" {
		t.Error("the receipt is not recorded")
	}
	y, err := o.Desk.TryContact(t.Context(), ben, o.notice.Provider, 0)
	must(t, err)
	must(t, o.Desk.DB.Tx(t.Context(), func(v *db.Tx) error {
		p, err := v.Provider(t.Context(), iru.Program(), o.notice.Provider)
		if err != nil {
			return err
		}
		next, _, _ := p.Propose(iru.ByMail, "other@birchrack.test", "RDAP", false, time.Now())
		return v.UpdateProvider(t.Context(), next, p.Contact)
	}))
	must(t, ignoreCancel(try(y.ID)))
	if box.mails.Load() != 1 || read(y.ID).Failed == "" {
		t.Errorf("%d letters; %+v", box.mails.Load(), read(y.ID))
	}
}

func ignoreCancel(err error) error {
	var c *river.JobCancelError
	if errors.As(err, &c) {
		return nil
	}
	return err
}

// TestSecurityTextIsSuggested: what a provider's security.txt names is proposed as the last resort, one that expired says so.
func TestSecurityTextIsSuggested(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"Contact: mailto:security@birchrack.test\nExpires: 2099-01-01T00:00:00Z\nPreferred-Languages: de, en-GB\n", "security.txt"},
		{"Contact: mailto:security@birchrack.test\nExpires: 2020-01-01T00:00:00Z\n", "expired on 2020-01-01"},
		{"Contact: mailto:security@birchrack.test\n", "until when it holds"},
	} {
		s := newScene(t, dbtest.Open(t))
		s.look(small, nil)
		s.texts.of = map[string]keptText{}
		text := probe.ParseSecurity([]byte(c.text))
		text.Server = "https://birchrack.test/.well-known/security.txt"
		s.texts.of["birchrack.test"] = keptText{at: time.Now(), text: text}
		s.name("snow.test", "127.77.0.9")
		s.RDAP = &probe.RDAP{HTTP: networks(), Bootstrap: []string{"https://iana.test/dns.json", "https://iana.test/ipv4.json"}}
		a, _ := s.watch("http://snow.test/")
		s.ok(s.probeNow(a.ID))
		var cs []iru.Contact
		s.ok(s.Desk.DB.View(t.Context(), func(x *db.Tx) (err error) {
			p, err := x.ProviderByName(t.Context(), s.scope.Unit, "Birchrack", legal.Host)
			if err != nil {
				return err
			}
			cs, err = x.Contacts(t.Context(), iru.Program(), p.ID)
			return err
		}))
		if len(cs) != 1 || cs[0].Kind != iru.ContactSecurity || cs[0].State != iru.ContactProposed || !strings.Contains(cs[0].Source, c.says) {
			t.Errorf("%q: %s", c.text, fmt.Sprint(cs))
		}
	}
}

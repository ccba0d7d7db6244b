// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/legal"
	"iolaus/internal/peer"
)

// A house is one of two installations that speak to each other over TLS on loopback, each with a store of its own.
type house struct {
	*Crew
	t        testing.TB
	name     string
	unit     iru.Unit
	ann, ben iru.Scope // two persons with every role
	offset   atomic.Int64
	id       peer.Identity
	talks    map[iru.PartnerID]*talk
	cut      atomic.Bool // its line is dead
	stop     func()      // its server
}

// newHouse puts an installation on a store and answers partners.
func newHouse(t testing.TB, d *db.DB, name string) *house {
	t.Helper()
	h := &house{t: t, name: name, talks: map[iru.PartnerID]*talk{}}
	now := func() time.Time { return time.Now().UTC().Add(time.Duration(h.offset.Load())) }
	secret, public, err := ledger.NewKey(rand.Reader, name+".test/iolaus")
	must(t, err)
	signer, err := note.NewSigner(secret)
	must(t, err)
	verifier, err := note.NewVerifier(public)
	must(t, err)
	h.Crew = &Crew{Desk: &desk.Desk{DB: d, Now: now, Regime: legal.EU(), Rules: desk.DefaultRules, Log: desk.LogKey{Origin: signer.Name(), Signer: signer, Verifier: verifier, Public: public}, Software: "iolaus/test"},
		Holder: name, Log: slog.New(slog.DiscardHandler)}
	h.unit = iru.Unit{Name: "Unit " + name, Country: "XA", Kind: legal.Unit, State: iru.UnitActive}
	must(t, d.Tx(t.Context(), func(x *db.Tx) error {
		h.unit.ID = 0
		if err := x.AddUnit(t.Context(), &h.unit); err != nil {
			return err
		}
		for login, s := range map[string]*iru.Scope{"ann": &h.ann, "ben": &h.ben} {
			o := iru.Officer{Unit: h.unit.ID, Login: login + "@" + name, Name: login + " of " + name, Roles: iru.Roles, State: iru.OfficerActive, Subject: login + name}
			if err := x.AddOfficer(t.Context(), &o); err != nil {
				return err
			}
			*s = o.Scope()
		}
		return nil
	}))
	h.id, err = peer.NewIdentity(rand.Reader)
	must(t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	card, err := h.id.Card(h.unit.Name, "XA", "https://"+ln.Addr().String())
	must(t, err)
	h.Speech = &Speech{Identity: h.id, Card: card, Contact: "desk of " + name + ", +99 1", Client: peer.NewClient(h.id, peer.Options{Now: now, Timeout: 20 * time.Second, Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if h.cut.Load() {
			return nil, errors.New("the line is cut")
		}
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}})}
	h.serve(ln)
	t.Cleanup(func() {
		h.Speech.Client.Close()
		h.stop()
	})
	return h
}

// serve answers partners under all keys that there are.
func (h *house) serve(ln net.Listener) {
	h.t.Helper()
	must(h.t, h.Speech.Equip(h.Desk))
	srv, err := peer.Server(Listener{Crew: h.Crew}, peer.Limits{Rate: 1e6, Burst: 1e6}, h.Desk.Now, h.Speech.Identity, h.Speech.Earlier...)
	must(h.t, err)
	done := make(chan error, 1)
	go func() { done <- srv.ServeTLS(ln, "", "") }()
	h.stop = func() {
		_ = srv.Close()
		<-done
	}
}

// restart begins anew with other keys, the newest first, at the same address.
func (h *house) restart(ids ...peer.Identity) {
	h.t.Helper()
	h.stop()
	h.talks, h.id = map[iru.PartnerID]*talk{}, ids[0]
	was := h.Speech
	card, err := h.id.Card(was.Card.Name, was.Card.Country, was.Card.URL)
	must(h.t, err)
	h.Speech = &Speech{Identity: ids[0], Earlier: ids[1:], Card: card, Contact: was.Contact, Client: was.Client.As(ids[0])}
	was.Client.Close()
	ln, err := net.Listen("tcp", strings.TrimPrefix(card.URL, "https://"))
	must(h.t, err)
	h.serve(ln)
}

// knows enters and confirms another house, and gives what it is here.
func (h *house) knows(o *house) iru.PartnerID {
	h.t.Helper()
	ctx := h.t.Context()
	p, err := h.Desk.AddPartner(ctx, h.ann, o.Speech.Card.Text())
	must(h.t, err)
	p, err = h.Desk.ConfirmPartner(ctx, h.ben, p.ID, p.Fingerprint, "called the desk of "+o.name)
	must(h.t, err)
	return p.ID
}

// say carries what there is to every partner, once, without waiting for the pause after a failure.
func (h *house) say() error {
	h.t.Helper()
	ctx := h.t.Context()
	must(h.t, h.Desk.TellTasks(ctx))
	ps, err := h.Desk.Correspondents(ctx)
	must(h.t, err)
	var all error
	for _, p := range ps {
		if h.talks[p.ID] == nil {
			h.talks[p.ID] = &talk{}
		}
		all = errors.Join(all, h.speak(ctx, h.talks[p.ID], p))
	}
	return all
}

// exchange carries messages between houses until nothing is left to say.
func exchange(t testing.TB, hs ...*house) {
	t.Helper()
	for range 6 {
		for _, h := range hs {
			must(t, h.say())
		}
	}
}

func view[T any](h *house, f func(*db.Tx) (T, error)) (v T) {
	h.t.Helper()
	must(h.t, h.Desk.DB.View(h.t.Context(), func(x *db.Tx) error { var err error; v, err = f(x); return err }))
	return v
}

func (h *house) line(p iru.PartnerID) iru.Line {
	h.t.Helper()
	l, err := h.Desk.LineOf(h.t.Context(), p)
	must(h.t, err)
	return l
}

func (h *house) backlog(p iru.PartnerID) db.Backlog {
	h.t.Helper()
	return view(h, func(x *db.Tx) (db.Backlog, error) { return x.Backlog(h.t.Context(), p) })
}

// parked are the reasons of what a person must look at.
func (h *house) parked(p iru.PartnerID) (why []string) {
	h.t.Helper()
	for _, i := range view(h, func(x *db.Tx) ([]iru.Incoming, error) {
		return x.IncomingIn(h.t.Context(), p, iru.IncomingParked, 100)
	}) {
		why = append(why, string(i.Kind)+": "+i.Why)
	}
	return why
}

func (h *house) operation(uid string) iru.Operation {
	h.t.Helper()
	return view(h, func(x *db.Tx) (iru.Operation, error) { return x.OperationByUID(h.t.Context(), uid) })
}

func (h *house) standing(o iru.OperationID, p iru.PartnerID) iru.PartnerStanding {
	h.t.Helper()
	return view(h, func(x *db.Tx) (iru.PartnerStanding, error) { return x.PartnerStanding(h.t.Context(), o, p) })
}

func (h *house) verbs(noun string, id int64) (verbs []string) {
	h.t.Helper()
	for _, e := range view(h, func(x *db.Tx) ([]iru.Event, error) {
		return x.EventsOf(h.t.Context(), iru.Subject{Noun: noun, ID: id})
	}) {
		verbs = append(verbs, e.Verb)
	}
	return verbs
}

// forge seals a message of ours to a partner by hand, as a program that lies would.
func (h *house) forge(to *house, m peer.Message) []byte {
	h.t.Helper()
	if m.At.IsZero() {
		m.At = h.Desk.Now().UTC().Truncate(time.Microsecond)
	}
	if m.Handling == "" {
		m.Handling = "TLP:AMBER PAP:AMBER H0"
	}
	sealed, err := peer.Seal(h.id, to.Speech.Card, m)
	must(h.t, err)
	return sealed
}

// insert queues a message by hand, past every check of the sender.
func (h *house) insert(p iru.PartnerID, kind iru.MessageKind, operation, handling, body string) {
	h.t.Helper()
	hd, err := iru.ParseHandling(handling)
	if err != nil {
		hd = iru.Handling{TLP: handling}
	}
	must(h.t, h.Desk.DB.Tx(h.t.Context(), func(x *db.Tx) error {
		return x.AddOutgoing(h.t.Context(), &iru.Outgoing{Partner: p, Kind: kind, Handling: hd, Operation: operation, Body: body, State: iru.OutgoingQueued, At: h.Desk.Now()})
	}))
}

func newUID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

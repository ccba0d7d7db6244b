// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
)

var kinds = []iru.MessageKind{iru.SayCard, iru.SayInvitation, iru.SayConsent, iru.SayPackage, iru.SayTasks, iru.SayAnswer, iru.SayT0, iru.SayHold, iru.SayAbort, iru.SayStanding, iru.SayDuty, iru.SayQuestion, iru.SayReply,
	iru.SayCheckpoint, iru.SayCosignature, iru.SaySet, iru.SayAsk, iru.SayTold}

// Whatever a partner writes, it is read or refused as Invalid; what is read is written again and read alike.
func FuzzReadBody(f *testing.F) {
	uid, day := strings.Repeat("a1", 16), "2026-03-12T04:00:00Z"
	for _, s := range []string{`{"card":"x"}`, `{"name":"Slow train","roles":["observe"]}`, `{"accept":true,"director":"Ann"}`, `{"text":"the 8:15 is late","by":"Ann"}`, `{}`, `[]`, `null`, `{"t0":"` + day + `"}`,
		`{"tasks":[{"uid":"` + uid + `","address":"https://x.test/","role":"observe","stage":"act","handling":"TLP:GREEN PAP:GREEN H0"}]}`, `{"tasks":[{"uid":"` + uid + `","state":"done","outcome":"gone"}]}`,
		`{"state":"go","digest":"` + strings.Repeat("0", 64) + `","by":"Ann"}`, `{"state":"released","t0":"` + day + `"}`, `{"reason":"fog"}`, `{"uid":"` + uid + `","address":"https://x.test/","until":"` + day + `","contact":"Ann"}`,
		`{"uid":"` + uid + `","state":"hold","until":"` + day + `","contact":"Ann"}`, `{"key":"k","checkpoint":"c","from":0}`, `{"key":"k","size":1,"signed":"s"}`, `{"uid":"` + uid + `","by":"Ann","question":"eA=="}`, `{"uid":"` + uid + `","refused":"no"}`} {
		for n := range kinds {
			f.Add(n, s)
		}
	}
	f.Fuzz(func(t *testing.T, n int, body string) {
		k := kinds[uint(n)%uint(len(kinds))]
		b, err := iru.ReadBody(k, uid, body)
		if err != nil {
			if !errors.Is(err, iru.Invalid) {
				t.Fatalf("%s %q: %v", k, body, err)
			}
			return
		}
		text, err := iru.WriteBody(k, uid, b)
		if err != nil {
			t.Fatalf("%s %q was read and is not written: %v", k, body, err)
		}
		again, err := iru.ReadBody(k, uid, text)
		if err != nil {
			t.Fatalf("%s: %q: %v", k, text, err)
		}
		if twice, err := iru.WriteBody(k, uid, again); err != nil || twice != text {
			t.Errorf("%s: %q, then %q: %v", k, text, twice, err)
		}
	})
}

// Codes that are written are read alike, and nothing else is read.
func TestHandlingOnTheWire(t *testing.T) {
	for _, h := range []iru.Handling{{TLP: "CLEAR", PAP: "CLEAR", H: "H0"}, {TLP: "AMBER+STRICT", PAP: "RED", H: "H1 H2"}, {TLP: "GREEN", PAP: "AMBER", H: "H1 H3", Note: "ask Ann; or Ben"}} {
		if got, err := iru.ParseHandling(h.Wire()); err != nil || got != h {
			t.Errorf("%q was read as %+v, %v", h.Wire(), got, err)
		}
	}
	for _, s := range []string{"", "TLP:GREEN", "TLP:GREEN PAP:GREEN", "TLP:green PAP:GREEN H0", "TLP:GREEN PAP:GREEN H0 H1", "TLP:GREEN PAP:GREEN H3", "TLP:GREEN PAP:GREEN H9", "PAP:GREEN TLP:GREEN H0", strings.Repeat("x", 3000)} {
		if h, err := iru.ParseHandling(s); !errors.Is(err, iru.Invalid) {
			t.Errorf("%q was read as %+v, %v", s, h, err)
		}
	}
}

// The pause before the next try grows, and never beyond half a minute: a partner must be reached before T0.
func TestPatience(t *testing.T) {
	last := time.Duration(0)
	for n := range 100 {
		p := iru.Patience(n)
		if p < last || p > 30*time.Second || p <= 0 {
			t.Errorf("after %d tries: %v, before %v", n, p, last)
		}
		last = p
	}
}

// An epoch is a person's act, on either side.
func TestEpochs(t *testing.T) {
	p, at := iru.Partner{ID: 7, Unit: 1}, time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
	l := iru.Line{Out: iru.Mark{Epoch: 3, Seq: 9, Digest: "x"}, Durable: iru.Mark{Epoch: 3, Seq: 5}, In: iru.Mark{Epoch: 2, Seq: 4}, Trouble: "a fork", Alarm: "a fork"}
	if _, _, err := l.Begin(p, 0, "why", at); !errors.Is(err, iru.Forbidden) {
		t.Errorf("begun by the program: %v", err)
	}
	if _, _, err := l.Admit(p, 0, 3, "why", at); !errors.Is(err, iru.Forbidden) {
		t.Errorf("admitted by the program: %v", err)
	}
	n, e, err := l.Begin(p, 5, "the store was put back", at)
	if err != nil || n.Out != (iru.Mark{Epoch: 4}) || n.Durable != (iru.Mark{}) || n.Trouble != "" || n.In != l.In || e.Verb != "begin_epoch" || e.By != 5 {
		t.Errorf("begun: %+v, %+v, %v", n, e, err)
	}
	for _, epoch := range []int64{-1, 0, 1, 2, 5000} {
		if _, _, err := l.Admit(p, 5, epoch, "why", at); !errors.Is(err, iru.Conflict) {
			t.Errorf("epoch %d after 2 was admitted: %v", epoch, err)
		}
	}
	if n, _, err := l.Admit(p, 5, 3, "they called", at); err != nil || n.In != (iru.Mark{Epoch: 3}) || n.Alarm != "" || n.Out != l.Out {
		t.Errorf("admitted: %+v, %v", n, err)
	}
}

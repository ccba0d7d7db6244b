// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
)

// BenchmarkDayPages are the pages of a day of 2,000 assets, over HTTP on loopback with a session: all that is read of it after T0, when each act has left and
// each asset was looked at twice, and a sweep has ended. The median of seven, and what server and client together take of the processors.
func BenchmarkDayPages(b *testing.B) {
	h := newHouse(b)
	s := h.acts()
	h.manyActs(s, 2000)
	h.struck(s, 50)
	h.sweptAll(s)
	h.seal()
	base := "/operations/" + id(s.joint.ID)
	cookie := h.as("ada").cookie
	for _, page := range []string{"", "/line", "/agree", "/questions", "/report", "/report?edition=court", "/report/file/json?edition=court", "/report/file/pdf?edition=court", "/effect"} {
		b.Run("page"+strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(page), func(b *testing.B) {
			var took []time.Duration
			h.fetch(b, cookie, base+page)
			before, length := spent(b), 0
			for b.Loop() {
				var d time.Duration
				d, length = h.fetch(b, cookie, base+page)
				took = append(took, d)
			}
			cpu := spent(b) - before
			slices.Sort(took)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(cpu.Seconds()*1000/float64(len(took)), "cpu-ms/page")
			b.ReportMetric(took[len(took)/2].Seconds()*1000, "ms/page")
			b.ReportMetric(took[len(took)-1].Seconds()*1000, "ms/page-slowest")
			b.ReportMetric(float64(length)/1000, "kB")
		})
	}
}

// fetch gives how long a page took and how long it is.
func (h *house) fetch(b *testing.B, cookie, path string) (time.Duration, int) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, h.url+path, nil)
	must(b, err)
	r.AddCookie(&http.Cookie{Name: "iolaus", Value: cookie})
	begun := time.Now()
	resp, err := http.DefaultClient.Do(r)
	must(b, err)
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	must(b, err)
	if resp.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s", path, resp.Status)
	}
	return time.Since(begun), int(n)
}

// manyActs widens the joint operation.
func (h *house) manyActs(s *acts, n int) {
	h.t.Helper()
	must(h.t, h.DB.Tx(h.t.Context(), func(t *db.Tx) error {
		_, _, err := desktest.Widen(h.t.Context(), t, s.joint.ID, n, h.clock())
		return err
	}))
}

// sweptAll has every act of the joint operation left at its T0, every asset looked at twice, and a sweep ended.
func (h *house) sweptAll(s *acts) {
	h.t.Helper()
	ctx := h.t.Context()
	var ns []iru.Notice
	must(h.t, h.DB.Tx(ctx, func(t *db.Tx) error {
		o, err := t.Operation(ctx, iru.Program(), s.joint.ID)
		if err != nil {
			return err
		}
		if ns, err = t.Tasks(ctx, iru.Program(), o.ID); err != nil {
			return err
		}
		for i, n := range ns {
			old := n.State
			n.State, n.SentAt = iru.NoticeSent, o.T0.Add(time.Duration(i)*100*time.Microsecond)
			if err := t.UpdateNotice(ctx, n, old); err != nil {
				return err
			}
			if _, err := t.Record(ctx, iru.Event{At: n.SentAt, Unit: n.Unit, Subject: iru.Subject{Noun: "notice", ID: int64(n.ID)}, Verb: "send", From: string(old), To: string(n.State)}); err != nil {
				return err
			}
		}
		_, err = t.Record(ctx, iru.Event{At: o.T0, Unit: o.Unit, Subject: iru.Subject{Noun: "operation", ID: int64(o.ID)}, Verb: "sent", Facts: map[string]any{"stage": "act", "at": o.T0.Format(time.RFC3339Nano), "spread_us": 200_000}})
		return err
	}))
	for round := range 2 {
		h.later(time.Hour)
		if round == 1 {
			m, err := h.CallMuster(ctx, h.scope("ada"), s.joint.ID)
			must(h.t, err)
			defer func() {
				h.later(time.Hour)
				_, err := h.EndMuster(ctx, m.ID)
				must(h.t, err)
			}()
		}
		for i, n := range ns {
			found := iru.Up
			if i%3 == round {
				found = iru.Gone
			}
			_, err := h.RecordLooks(ctx, n.Asset, []iru.Observation{{At: h.clock(), Vantage: "north", Outcome: found, Status: 200}, {At: h.clock(), Vantage: "south", Outcome: found, Status: 200}})
			must(h.t, err)
		}
	}
}

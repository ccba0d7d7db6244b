// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A log that stalls is told and recovers by itself; one that forks is told with both heads and stays so.
func TestCertificateLogsForkAndStall(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newScene(t, d), t.Context()
		now := s.Desk.Now()
		told := func() (out []string) {
			s.ok(d.View(ctx, func(x *db.Tx) error {
				es, err := x.EventsAbout(ctx, s.scope, iru.Subject{Noun: "ct_log"}, 0, 99)
				out = nil
				for _, e := range es {
					out = append(out, e.Verb)
					if e.Verb == "fork" && (e.Facts["was"] != "head 2" || e.Facts["is"] != "head 3") {
						t.Errorf("%+v", e.Facts)
					}
				}
				return err
			}))
			return out
		}
		head := func(raw string, at time.Time, fork string) {
			s.ok(s.Desk.RecordLogHead(ctx, desk.LogHead{Log: "https://log.test/a", Size: int64(len(raw)), Head: raw, At: at, Stale: 24 * time.Hour, Fork: fork}))
		}
		head("head 1", now, "")
		head("head 1", now.Add(-25*time.Hour), "")
		head("head 1", now.Add(-26*time.Hour), "")
		head("head 2", now, "")
		head("head 3", now, "it shrank")
		head("head 4", now, "")
		if got := told(); len(got) != 3 || got[0] != "stall" || got[1] != "recover" || got[2] != "fork" {
			t.Errorf("%q", got)
		}
		l, err := s.Desk.CTLog(ctx, "https://log.test/a")
		if err != nil || l.Head != "head 2" || l.Trouble != iru.CTForked || l.Why != "it shrank" {
			t.Errorf("%+v, %v", l, err)
		}
	})
}

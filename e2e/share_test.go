// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/sim"
)

// Three processes on one PostgreSQL share captures: each does some, none is done twice. The soak test has three hundred.
func TestShare(t *testing.T) {
	t.Parallel()
	share(t, 90)
}

func share(t *testing.T, items int) {
	r, err := sim.Start(t.Context(), sim.Options{Seed: 1, Scenario: "s1"})
	ok(t, err)
	t.Cleanup(r.Close)
	place := install(t, r, dbtest.Postgres(t))
	// Three processes cannot listen at one address: replies are taken in by one of them elsewhere.
	text, err := os.ReadFile(place.file)
	ok(t, err)
	ok(t, os.WriteFile(place.file, []byte(strings.Replace(string(text), "listen = \""+place.inbox+"\"\n", "", 1)), 0o600))
	o := staff(t, place, r.World())
	ok(t, o.DB.Tx(t.Context(), func(x *db.Tx) error {
		now := time.Now().UTC().Truncate(time.Microsecond)
		a := iru.Asset{Unit: o.unit, Kind: iru.Site, Locator: r.Seeds()[0], Site: "halcyon-weather.test", State: iru.AssetCandidate,
			Presence: iru.Presence{State: iru.PresenceUnknown, Since: now}, FoundBy: "person", Created: now}
		if err := x.AddAsset(t.Context(), &a); err != nil {
			return err
		}
		for n := range items {
			i := iru.Item{Unit: o.unit, Asset: a.ID, Locator: fmt.Sprintf("%sposts/%d.html?copy=%d", a.Locator, n%5+1, n), State: iru.ItemNew, Created: now}
			if err := x.AddItem(t.Context(), &i); err != nil {
				return err
			}
		}
		return nil
	}))
	if n, err := o.SweepLooks(t.Context()); n != items || err != nil {
		t.Fatalf("%d captures are owed, not %d: %v", n, items, err)
	}
	var workers []*program
	begun := time.Now()
	for range 3 {
		workers = append(workers, iolaus(t, place.args("work")...))
	}
	var all []iru.Item
	eventually(t, func() string {
		o.read(func(ctx context.Context, x *db.Tx) error {
			var err error
			all, err = x.Items(ctx, iru.Program(), 0, 2*items)
			return err
		})
		ready := 0
		for _, i := range all {
			if i.State == iru.ItemReady {
				ready++
			}
		}
		if ready < items {
			return fmt.Sprintf("%d of %d items are captured", ready, len(all))
		}
		return ""
	})
	t.Logf("%d captures by three processes, from their start: %.1f s", items, time.Since(begun).Seconds())
	if len(all) != items {
		t.Errorf("%d items, not %d", len(all), items)
	}
	for _, p := range workers {
		if took, code := p.stop(); code != 0 || took > 10*time.Second {
			t.Errorf("ended with %d after %s", code, took)
		}
	}
	o.read(func(ctx context.Context, x *db.Tx) error {
		for _, i := range all {
			xs, err := x.ExhibitsOf(ctx, iru.Program(), i.ID)
			if err != nil {
				return err
			}
			if len(xs) != 1 {
				t.Errorf("item %d has %d exhibits", i.ID, len(xs))
			}
		}
		return nil
	})
	q, err := o.DB.Queue(nil)
	ok(t, err)
	jobs, err := q.JobList(t.Context(), river.NewJobListParams().Kinds(desk.Capture{}.Kind()).First(10_000))
	ok(t, err)
	by := map[string]int{}
	for _, j := range jobs.Jobs {
		if j.State != rivertype.JobStateCompleted || j.Attempt != 1 || len(j.AttemptedBy) != 1 {
			t.Errorf("job %d is %s after %d attempts by %q: %v", j.ID, j.State, j.Attempt, j.AttemptedBy, j.Errors)
			continue
		}
		by[j.AttemptedBy[0]]++
	}
	t.Logf("captures by process: %v", by)
	for _, p := range workers {
		if !slices.ContainsFunc(jobs.Jobs, func(j *rivertype.JobRow) bool {
			return strings.Contains(strings.Join(j.AttemptedBy, " "), fmt.Sprintf("/%d/", p.cmd.Process.Pid))
		}) {
			t.Errorf("process %d did nothing", p.cmd.Process.Pid)
		}
	}
	if len(by) != 3 || len(jobs.Jobs) != items {
		t.Errorf("%d jobs by %d processes", len(jobs.Jobs), len(by))
	}
}

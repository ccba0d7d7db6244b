// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// releaser waits for the instant of a stage of an operation and lets all its tasks leave at once. Tasks are armed shortly before T0 and fired at it;
// until then a hold or an abort calls them back. Killed, it goes on where it was: what has no proof of sending is sent under the
// same key.
type releaser struct {
	river.WorkerDefaults[desk.Release]
	*Crew
}

// Senders at once: mail goes over as many warm connections, so more would only queue behind them.
const senders = 64

// fuse is how long before T0 the last word is asked for: about ten times what that takes.
const fuse = 100 * time.Millisecond

// A process that is about to fire begins nothing else from still before T0, in which most of what runs ends, until firing after it: ten thousand acts leave in less.
const (
	still  = 5 * time.Second
	firing = 2 * time.Second
)

// watchful is how long before T0 the job stays awake.
const watchful = 20 * time.Second

// What one task takes: to be put on its way with its letter written out, and before that to have its documents made. Measured were 4.9 ms on a busy machine, without the letter (e2e, a
// thousand tasks), and 6 to 12 ms of a processor (form, BenchmarkDocuments); the rest is for others on the same processors.
const (
	armEach   = 25 * time.Millisecond
	paperEach = 30 * time.Millisecond
)

// stampEach is what an authority's time stamp under a document is expected to take, several asked at once. It was not measured.
const stampEach = 100 * time.Millisecond

// paperUsual is what one document takes by itself on the machine on which these were measured. On a slower one all takes longer by as much.
const paperUsual = 12 * time.Millisecond

// sample is how many documents are made to see how fast this machine is.
const sample = 5

// longest is how long before T0 a release begins at most, and releaseTimeout how long one may take. A dead process is found by its role, not by this.
const (
	longest        = 40 * time.Minute
	releaseTimeout = time.Hour
)

func (w *releaser) Timeout(*river.Job[desk.Release]) time.Duration { return releaseTimeout }

// lead is how long before its instant the tasks of a stage are put on their way, and how long before that their documents are begun.
func (c *Crew) lead(ctx context.Context, ids []iru.NoticeID) (arm, papers time.Duration, err error) {
	slow := 1.0
	if len(ids) > 4*sample {
		if slow, err = c.slowness(ctx, ids[:sample]); err != nil {
			return 0, 0, err
		}
	}
	of := func(each time.Duration) time.Duration {
		return min(time.Duration(slow*float64(len(ids))*float64(each)), longest/2)
	}
	paper := paperEach
	if c.Signer != nil && len(c.Stamps.Authorities) > 0 {
		paper += stampEach
	}
	return desk.ReleaseLead + of(armEach), of(paper), nil
}

// slowness is by how much this machine makes documents slower than usual, from some that are made and thrown away: 1 to 10.
func (c *Crew) slowness(ctx context.Context, some []iru.NoticeID) (float64, error) {
	ds, err := c.Desk.Ahead(ctx, some)
	if err != nil || len(ds) == 0 {
		return 1, err
	}
	var took time.Duration
	for _, d := range append(ds[:1:1], ds...) { // the first one reads fonts
		a, there, err := c.Desk.Issued(ctx, d)
		if err != nil || !there {
			return 1, err
		}
		begun := time.Now()
		if _, err := form.Render(a); err != nil {
			return 1, nil // it is told where it is made for good
		}
		if took += time.Since(begun); d.Notice.ID == ds[0].Notice.ID {
			took = time.Since(begun)
		}
	}
	return min(max(1, float64(took)/float64(len(ds))/float64(paperUsual)), 10), nil
}

func (w *releaser) Work(ctx context.Context, job *river.Job[desk.Release]) error {
	stage := job.Args.Stage
	if stage == "" {
		stage = iru.StageAct
	}
	var o iru.Operation
	var ids []iru.NoticeID
	err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		var err error
		if o, err = t.Operation(ctx, iru.Program(), job.Args.Operation); err != nil {
			return err
		}
		ids, err = t.TasksOf(ctx, o.ID, stage)
		return err
	})
	if err != nil {
		return outcome(err)
	}
	at := o.Instant(stage)
	if !at.Equal(time.UnixMicro(job.Args.T0)) || !o.Leaves() && o.State != iru.OperationAborted {
		return nil // held, or held and released anew: that release has its own job
	}
	m := w.magazine()
	lead, papers, err := w.lead(ctx, ids)
	if err != nil {
		return outcome(err)
	}
	// The scheduler of jobs may be seconds late: it wakes us well before the instant, the rest is waited for here.
	if early := at.Sub(w.Desk.Now()) - watchful - lead - papers; early > 0 {
		return river.JobSnooze(early)
	}
	making, enough := context.WithTimeout(ctx, at.Sub(w.Desk.Now())-watchful-lead)
	err = m.ahead(making, ids)
	enough()
	if err != nil && making.Err() == nil { // they are made when their acts are on their way
		w.Log.Warn("documents could not be made before their time", "operation", o.ID, "error", err)
	}
	unknown := w.resolveAll(ctx, o, stage, at.Add(-lead-time.Second-resolveBy))
	if !w.wait(ctx, at.Add(-lead)) {
		return ctx.Err()
	}
	ready, err := m.arm(ctx, o, stage, unknown)
	if err != nil {
		return outcome(err)
	}
	if !w.wait(ctx, at.Add(-still)) {
		return ctx.Err()
	}
	w.hush.keep(at.Add(firing).Sub(w.Desk.Now()))
	if !w.wait(ctx, at.Add(-fuse-time.Second)) {
		return ctx.Err()
	}
	warming, stop := context.WithTimeout(ctx, at.Add(-fuse).Sub(w.Desk.Now())) // who is away holds nothing up
	m.warm(warming, ready.letters)
	stop()
	if !w.wait(ctx, at.Add(-fuse)) {
		return ctx.Err()
	}
	if going, err := w.Desk.FireStage(ctx, o.ID, stage, at); err != nil || !going {
		return outcome(err)
	}
	if err := m.recall(ctx, &ready, o.ID, stage); err != nil {
		return outcome(err)
	}
	if !w.wait(ctx, at) {
		return ctx.Err()
	}
	if o.Drill {
		if _, err := w.Desk.Play(ctx, o.ID, stage, ready.parked); err != nil {
			return outcome(err)
		}
		return outcome(w.Desk.RecordStage(ctx, o.ID, stage, time.Time{}, time.Time{}))
	}
	return w.fire(ctx, o, stage, ready)
}

// loaded is what waits for the instant of a stage.
type loaded struct {
	letters []charge
	parked  map[iru.NoticeID]error // what does not leave with the others
	late    []iru.NoticeID         // and follows by itself
}

// arm puts the tasks on their way and writes their letters out while there is time: what is not ready by then follows by itself. A task whose approval is not sealed yet is
// taken along as soon as it is, for as long as that can be done before the instant; what is late then follows by itself.
func (m *magazine) arm(ctx context.Context, o iru.Operation, stage iru.Stage, unknown map[iru.NoticeID]error) (loaded, error) {
	end := o.Instant(stage).Add(-fuse)
	how := desk.Arming{Keep: unknown, Until: end}
	if o.Drill || !m.Desk.Now().Before(end) { // late as it is, as after a restart: all leave together
		how.Until = time.Time{}
	}
	out := loaded{parked: map[iru.NoticeID]error{}}
	for {
		making, stop := context.WithTimeout(ctx, end.Sub(m.Desk.Now()))
		parked, err := m.armLoad(ctx, making, o.ID, stage, how)
		stop()
		if err != nil {
			return loaded{}, err
		}
		maps.Copy(out.parked, parked)
		out.late = nil
		for id, why := range parked {
			if errors.Is(why, iru.Unavailable) {
				out.late = append(out.late, id)
			}
		}
		again := m.Desk.Now().Add(sealWait)
		if len(out.late) > 0 && again.Add(time.Duration(len(out.late))*armEach).Before(end) && m.wait(ctx, again) {
			slices.Sort(out.late)
			how.Only = out.late
			for _, id := range out.late {
				delete(out.parked, id)
			}
			continue
		}
		for id, why := range out.parked {
			m.Log.Warn("a task could not leave with the others", "notice", id, "why", why)
		}
		out.letters = m.inOrder()
		return out, nil
	}
}

// inOrder gives the letters that wait, those that are written out first: the others would hold them up.
func (m *magazine) inOrder() []charge {
	byNumber := func(a, b charge) int { return cmp.Compare(a.Notice.ID, b.Notice.ID) }
	all := slices.SortedFunc(maps.Values(m.charges), byNumber)
	slices.SortStableFunc(all, func(a, b charge) int {
		switch {
		case a.rendered() == b.rendered():
			return 0
		case a.rendered():
			return -1
		}
		return 1
	})
	return all
}

// armLoad arms tasks and writes out each batch while the next is armed.
func (m *magazine) armLoad(ctx, making context.Context, o iru.OperationID, stage iru.Stage, how desk.Arming) (map[iru.NoticeID]error, error) {
	batches := make(chan []desk.Dispatch, 1000)
	var loading sync.WaitGroup
	loading.Go(func() {
		for b := range batches {
			m.load(making, b)
		}
	})
	how.Ready = func(b []desk.Dispatch) { batches <- b }
	_, parked, err := m.Desk.ArmStage(ctx, o, stage, how)
	close(batches)
	loading.Wait()
	return parked, err
}

// warm opens connections to where letters go.
func (m *magazine) warm(ctx context.Context, letters []charge) {
	if ctx.Err() != nil {
		return
	}
	mail := false
	interfaces := map[iru.ProviderID]int{}
	of := map[iru.ProviderID]iru.Provider{}
	for _, x := range letters {
		if x.posting != nil {
			interfaces[x.Provider.ID]++
			of[x.Provider.ID] = x.Provider
		}
		mail = mail || x.letter != nil
	}
	var all sync.WaitGroup
	if mail {
		all.Go(func() {
			if err := m.Mail.Warm(ctx, min(senders, len(letters))); err != nil {
				m.Log.Warn("mail connections could not be warmed; the release goes on", "error", err)
			}
		})
	}
	for id, n := range interfaces {
		all.Go(func() {
			if err := m.api(of[id]).Warm(ctx, min(senders, n)); err != nil {
				m.Log.Warn("connections to a provider's interface could not be warmed; the release goes on", "provider", of[id].Name, "error", err)
			}
		})
	}
	all.Wait()
}

// recall leaves out what was called back by itself after it was armed, as when its unit stands down: from the last word on nothing can be.
func (m *magazine) recall(ctx context.Context, r *loaded, o iru.OperationID, stage iru.Stage) error {
	back, err := m.Desk.Recalled(ctx, o, stage)
	if err != nil || len(back) == 0 {
		return err
	}
	r.letters = slices.DeleteFunc(r.letters, func(x charge) bool {
		_, is := slices.BinarySearch(back, x.Notice.ID)
		return is
	})
	return nil
}

func (c *Crew) wait(ctx context.Context, until time.Time) bool {
	timer := time.NewTimer(until.Sub(c.Desk.Now()))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// fire sends everything at once and records what became of it afterwards, so that the store is not in the way at T0. What could not
// leave follows by itself.
func (c *Crew) fire(ctx context.Context, o iru.Operation, stage iru.Stage, ready loaded) error {
	armed, late := ready.letters, ready.late
	var mu sync.Mutex
	sent := map[iru.NoticeID]desk.Sending{}
	failed := map[iru.NoticeID]error{}
	var first, last time.Time
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(senders, len(armed)) {
		wg.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(armed); n = int(next.Add(1)) - 1 {
				d := &armed[n]
				begun := c.Desk.Now()
				s, err := c.discharge(ctx, d)
				mu.Lock()
				if err == nil {
					sent[d.Notice.ID] = s
					if first.IsZero() || begun.Before(first) {
						first = begun
					}
					if at := c.Desk.Now(); at.After(last) {
						last = at
					}
				} else {
					failed[d.Notice.ID] = err
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	record := context.WithoutCancel(ctx) // what was sent is recorded even when we are asked to stop
	if err := c.insist(record, func() error { return c.Desk.RecordAllSent(record, sent) }); err != nil {
		return err
	}
	if err := c.Desk.RecordStage(record, o.ID, stage, first, last); err != nil {
		return err
	}
	for id, err := range failed {
		if errors.Is(err, iru.Unavailable) || ctx.Err() != nil {
			late = append(late, id)
			continue
		}
		if err := c.Desk.Undeliverable(record, id, err.Error()); err != nil {
			return err
		}
	}
	return c.Desk.Follow(record, late)
}

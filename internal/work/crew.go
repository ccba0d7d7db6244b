// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/form"
	"iolaus/internal/iru"
	"iolaus/internal/media"
	"iolaus/internal/probe"
	"iolaus/internal/sandbox"
)

// A Crew is what the workers work with.
type Crew struct {
	Desk     *desk.Desk
	Store    blob.Store          // of letters
	Vault    *blob.Vault         // of exhibits
	Browser  *fetch.Browser      // nil: no pictures are taken
	Shots    chan struct{}       // as many browsers at once as it has room for; nil: no bound
	Cells    *sandbox.Pool       // nil: hostile files are read in this process; for tests
	Vantages []*fetch.Client     // where we look from; the first one captures
	Place    string              // of this process; "" is home, where all work is done. Elsewhere it only looks
	Away     map[string][]string // at home: the vantage points of other places
	RDAP     *probe.RDAP         // nil: who carries an asset must be entered by hand
	CTLogs   []probe.Log         // certificate logs to survey, their HTTP filled in
	Mail     *deliver.SMTP       // nil: no mail leaves
	IMAP     *deliver.IMAPConfig // mailbox that is read for replies; nil: none. Its Inbox is filled in
	Poll     time.Duration       // between two looks into it; 0: a minute
	HTTP     *http.Client        // guarded; for providers' interfaces
	Post     Post
	Holder   string        // names this process
	Software string        // name and version, written into evidence
	Index    string        // folder of the index of known pictures; "" keeps it in memory
	Media    media.Options // how films and sounds are taken apart
	Listen   Listening
	Survey   time.Duration
	Stamps   Stamps       // who stamps the ledger, and signatures; none without authorities
	Signer   *form.Signer // of documents; nil: they are not signed. Its name is what the desk calls Signature.
	Speech   *Speech      // what is spoken to partners with; nil: there are none
	Log      *slog.Logger

	life    life
	hush    hush
	texts   securityTexts
	known   knownOnce
	waiting waitingOnce
	terms   watchTerms
	asking  time.Duration // between two names that look alike; 0: permutedPause
}

// Post is the unit's own end of the correspondence.
type Post struct {
	From     string // "Unit A <referrals@unit-a.test>"
	Domain   string // of tagged reply addresses
	Secret   []byte // under which tags are made
	Callback string // address at which providers' interfaces tell us, "" for none
	Base     string // address of the workbench as addressees reach it, for the pages without an account; "" for none
}

// Jobs at once by queue: acts are short and must not wait; looks and reads wait for other people's servers.
var queues = map[string]river.QueueConfig{
	desk.QueueActs:  {MaxWorkers: 16},
	desk.QueueLooks: {MaxWorkers: 16},
	desk.QueueReads: {MaxWorkers: 16},
	desk.QueueNames: {MaxWorkers: 1},
}

// jobTimeout is the longest that a job may take before it is given up for dead and begun again.
const jobTimeout = 5 * time.Minute

// Run works until ctx ends, then lets running jobs finish for a while. What is not finished is found again at the next start.
func (c *Crew) Run(ctx context.Context) error {
	workers := river.NewWorkers()
	for _, add := range []func() error{
		func() error { return river.AddWorkerSafely(workers, &monitor{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &rounder{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &capturer{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &prober{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &matcher{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &rethinker{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &rescanner{Crew: c, part: rescanPart}) },
		func() error { return river.AddWorkerSafely(workers, &deliverer{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &grouper{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &poster{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &trier{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &mailer{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &receiver{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &practiser{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &verifier{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &rechecker{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &musterer{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &musterLooker{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &placed{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &registrant{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &permuter{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &escalator{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &releaser{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &preserver{Crew: c}) },
		func() error { return river.AddWorkerSafely(workers, &eraser{Crew: c}) },
	} {
		if err := add(); err != nil {
			return fmt.Errorf("set up workers: %w: %w", iru.Internal, err)
		}
	}
	r, err := c.Desk.DB.Queue(&river.Config{
		Queues: c.queues(), Workers: workers, Logger: c.Log, ID: c.Holder,
		FetchCooldown: 50 * time.Millisecond, FetchPollInterval: 200 * time.Millisecond,
		JobTimeout: jobTimeout, RescueStuckJobsAfter: jobTimeout + time.Minute,
		RetryPolicy: patience{}, MaxAttempts: desk.Tries, ErrorHandler: complaint{c},
		Middleware: []rivertype.Middleware{river.WorkerMiddlewareFunc(c.hush.work)},
	})
	if err != nil {
		return err
	}
	if _, err := c.Desk.DB.Lease(ctx, aliveRole(c.Holder), c.Holder, aliveHold); err != nil {
		return fmt.Errorf("start workers: %w", err)
	}
	if err := c.manned(ctx); err != nil {
		return fmt.Errorf("start workers: %w", err)
	}
	// River takes only a cancelled context for a wish to stop; one whose time is up makes it try for ever. We stop it ourselves.
	if err := r.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start workers: %w: %w", iru.Unavailable, err)
	}
	var wg sync.WaitGroup
	loops := []func(context.Context){c.seal, c.survey, c.stamp, c.sweep, c.collect, c.converse}
	if c.Place != "" {
		loops = nil
	}
	for _, loop := range loops {
		wg.Go(func() { loop(ctx) })
	}
	living, dead := context.WithCancel(context.WithoutCancel(ctx)) // longer than ctx: running jobs are finished first
	wg.Go(func() { c.live(living, r) })
	<-ctx.Done()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = r.Stop(end)
	if err != nil {
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		err = r.StopAndCancel(hard)
	}
	dead()
	wg.Wait()
	if c.Place != "" {
		err = errors.Join(err, c.Desk.DB.ReleaseLease(context.WithoutCancel(ctx), desk.PlaceRole(c.Place), c.Holder))
	}
	return errors.Join(err, c.lookup().Close(), c.Desk.DB.ReleaseLease(context.WithoutCancel(ctx), aliveRole(c.Holder), c.Holder))
}

// queues are those that this process works.
func (c *Crew) queues() map[string]river.QueueConfig {
	if c.Place != "" {
		return map[string]river.QueueConfig{desk.PlaceQueue(c.Place): {MaxWorkers: 16}}
	}
	return queues
}

// manned says that a worker lives at this process's place. Where another one does already, they share its looks, and one follows the other.
func (c *Crew) manned(ctx context.Context) error {
	if c.Place == "" {
		return nil
	}
	_, err := c.Desk.DB.Lease(ctx, desk.PlaceRole(c.Place), c.Holder, aliveHold)
	return err
}

// patience is how long a job waits before it is tried again: a second at first, at most ten minutes.
type patience struct{}

func (patience) NextRetry(job *rivertype.JobRow) time.Time {
	wait := min(time.Second<<min(len(job.Errors), 10), 10*time.Minute)
	return time.Now().Add(wait)
}

// A complaint makes people see what fails again and again.
type complaint struct{ *Crew }

// shown is the failure of a job that is told to people: the first ones may pass.
const shown = 3

// HandleError tells of an act that cannot leave. The job is tried again all the same.
func (c complaint) HandleError(ctx context.Context, job *rivertype.JobRow, failure error) *river.ErrorHandlerResult {
	var d desk.Deliver
	if job.Kind != d.Kind() || len(job.Errors)+1 < shown {
		return nil
	}
	if err := json.Unmarshal(job.EncodedArgs, &d); err != nil {
		c.Log.Error("a job has no readable arguments", "job", job.ID, "error", err)
		return nil
	}
	if err := c.Desk.Delay(ctx, d.Notice, failure.Error()); err != nil {
		c.Log.Warn("a delay could not be recorded", "notice", d.Notice, "error", err)
	}
	return nil
}

// HandlePanic leaves what River does: the job is tried again, and the log has the trace.
func (c complaint) HandlePanic(_ context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	c.Log.Error("a job panicked", "job", job.ID, "kind", job.Kind, "value", value, "trace", trace)
	return nil
}

// outcome turns a failure into what the queue should do: what cannot help is cancelled, what may help is tried again.
func outcome(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, iru.Unavailable), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, iru.Invalid), errors.Is(err, iru.NotFound), errors.Is(err, iru.Forbidden):
		return river.JobCancel(err)
	case errors.Is(err, iru.Conflict): // somebody was first, or it must wait for a person: the verb that unblocks it enqueues anew
		return river.JobCancel(err)
	}
	return err // iru.Internal: a defect of ours; trying again is harmless and keeps the job in sight
}

// asset reads an asset for a job.
func (c *Crew) asset(ctx context.Context, id iru.AssetID) (iru.Asset, error) {
	var a iru.Asset
	err := c.Desk.DB.View(ctx, func(t *db.Tx) error {
		var err error
		a, err = t.Asset(ctx, iru.Program(), id)
		return err
	})
	return a, err
}

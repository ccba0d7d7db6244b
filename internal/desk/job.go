// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/iru"
)

// The jobs that verbs leave behind; package work does them. Each is unique by its arguments while it waits, and may run again at
// any time after a kill: what it did is found in the store.

// Monitor visits a live asset and takes up what it links to.
type Monitor struct {
	Asset iru.AssetID `json:"asset" river:"unique"`
}

// Round takes the looks that are due of one shard (iru.Schedule), until none is.
type Round struct {
	Shard int `json:"shard" river:"unique"`
}

// Capture records an item.
type Capture struct {
	Item  iru.ItemID  `json:"item" river:"unique"`
	Again iru.EventID `json:"again" river:"unique"` // the event that asks for it anew; 0: the first capture
}

// Probe finds out who carries an asset: DNS, RDAP, TLS.
type Probe struct {
	Asset iru.AssetID `json:"asset" river:"unique"`
}

// Match compares an exhibit's fingerprints with the banks.
type Match struct {
	Exhibit iru.ExhibitID `json:"exhibit" river:"unique"`
}

// Rethink thinks over what was matched, after known content or a bank fell silent or speaks again.
type Rethink struct {
	Bank  iru.BankID `json:"bank" river:"unique"`
	Known int64      `json:"known" river:"unique"`
	Since int64      `json:"since" river:"unique"` // microseconds: what was captured since then is compared again; 0: nothing is
}

// Rescan goes through what a unit captured earlier for what is looked for since.
type Rescan struct {
	Unit   iru.UnitID `json:"unit" river:"unique"`
	Sought iru.Sought `json:"sought" river:"unique"`
	Turn   int64      `json:"turn" river:"unique"` // of the rescan; an older one leaves it to a newer one
}

// Deliver sends a notice.
type Deliver struct {
	Notice iru.NoticeID `json:"notice" river:"unique"`
}

// Group sends a letter with several referrals.
type Group struct {
	Batch iru.BatchID `json:"batch" river:"unique"`
	Due   int64       `json:"due" river:"unique"` // microseconds: a letter whose time was moved is another job
}

// Post sends a further letter of a notice's thread.
type Post struct {
	Letter int64 `json:"letter" river:"unique"`
}

// Try sends a test message to a contact.
type Try struct {
	Trial iru.TrialID `json:"trial" river:"unique"`
}

// Receive asks a provider's API what became of a notice, in case its answer did not arrive.
type Receive struct {
	Notice iru.NoticeID `json:"notice" river:"unique"`
}

// Verify looks, from every vantage point, at an asset about which an act is pending: again and again until it is decided, or once
// because of a letter.
type Verify struct {
	Asset  iru.AssetID `json:"asset" river:"unique"`
	Letter int64       `json:"letter" river:"unique"` // 0: again and again
}

// LookFrom looks at an asset once from the vantage points of a place, by the worker that is there.
type LookFrom struct {
	Asset iru.AssetID `json:"asset" river:"unique"`
	Place string      `json:"place" river:"unique"`
}

// Recheck looks at an asset that is down, in growing pauses.
type Recheck struct {
	Asset iru.AssetID `json:"asset" river:"unique"`
}

// Escalate runs when a clock is due, and before that at the steps of its rule: if nothing stopped it, people are told.
type Escalate struct {
	Clock iru.ClockID `json:"clock" river:"unique"`
	Left  int64       `json:"left" river:"unique"` // seconds before the end
	Due   int64       `json:"due" river:"unique"`  // microseconds: the end of a clock that was prolonged; 0: as it began
}

// Mail sends a missive.
type Mail struct {
	Missive iru.MissiveID `json:"missive" river:"unique"`
}

// Release waits for the instant of a stage of an operation and sends its notices.
type Release struct {
	Operation iru.OperationID `json:"operation" river:"unique"`
	T0        int64           `json:"t0" river:"unique"`    // microseconds: a release after a hold is another job
	Stage     iru.Stage       `json:"stage" river:"unique"` // "" is that of T0
}

// Preserve has everything that an operation's tasks are about captured, an hour before T0.
type Preserve struct {
	Operation iru.OperationID `json:"operation" river:"unique"`
	T0        int64           `json:"t0" river:"unique"` // microseconds, as it was then
}

// Practise sends a practice order.
type Practise struct {
	Drill iru.DrillID `json:"drill" river:"unique"`
}

// Erase removes the bytes of an exhibit that was erased.
type Erase struct {
	Exhibit iru.ExhibitID `json:"exhibit" river:"unique"`
}

// Kind names the job.
func (Monitor) Kind() string { return "monitor" }

// Kind names the job.
func (Round) Kind() string { return "round" }

// Kind names the job.
func (Capture) Kind() string { return "capture" }

// Kind names the job.
func (Probe) Kind() string { return "probe" }

// Kind names the job.
func (Match) Kind() string { return "match" }

// Kind names the job.
func (Rethink) Kind() string { return "rethink" }

// Kind names the job.
func (Rescan) Kind() string { return "rescan" }

// Kind names the job.
func (Deliver) Kind() string { return "deliver" }

// Kind names the job.
func (Group) Kind() string { return "group" }

// Kind names the job.
func (Post) Kind() string { return "post" }

// Kind names the job.
func (Try) Kind() string { return "try" }

// Kind names the job.
func (Receive) Kind() string { return "receive" }

// Kind names the job.
func (Verify) Kind() string { return "verify" }

// Kind names the job.
func (LookFrom) Kind() string { return "look_from" }

// Kind names the job.
func (Recheck) Kind() string { return "recheck" }

// Kind names the job.
func (Escalate) Kind() string { return "escalate" }

// Kind names the job.
func (Mail) Kind() string { return "mail" }

// Kind names the job.
func (Release) Kind() string { return "release" }

// Kind names the job.
func (Preserve) Kind() string { return "preserve" }

// Kind names the job.
func (Erase) Kind() string { return "erase" }

// Kind names the job.
func (Practise) Kind() string { return "practise" }

// Queues by which jobs are kept apart, so that a slow site never holds up an order.
const (
	QueueActs  = "acts"  // deliver, group, post, try, mail, receive, release, escalate
	QueueLooks = "looks" // verify, recheck, probe, round
	QueueReads = "reads" // monitor, capture, match, rethink, rescan, erase
	QueueNames = "names" // permute: thousands of small questions, one after the other
)

// waiting are the states in which a second job with the same arguments would do nothing new. Jobs that come back (monitor,
// verify, recheck) snooze, so that they stay one row and are never lost.
var waiting = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}

// soon is the instant of a job that need not wait. River gives a job with an instant to its scheduler, which looks every five
// seconds only.
var soon time.Time

// Tries is how often a job is tried before it is dropped: never, within a lifetime of failures. What cannot leave or be seen is
// tried again and shown to people.
const Tries = 32000

func in(queue string, at time.Time, priority int) *river.InsertOpts {
	return &river.InsertOpts{Queue: queue, ScheduledAt: at, Priority: priority, MaxAttempts: Tries,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: waiting}}
}

func act(at time.Time) *river.InsertOpts  { return in(QueueActs, at, 1) }
func look(at time.Time) *river.InsertOpts { return in(QueueLooks, at, 2) }
func read(at time.Time) *river.InsertOpts { return in(QueueReads, at, 3) }

// background is a read for which everything else comes first.
func background(at time.Time) *river.InsertOpts { return in(QueueReads, at, 4) }

// visit is a read that others wait for: what an attributed asset links to.
func visit(at time.Time) *river.InsertOpts { return in(QueueReads, at, 1) }

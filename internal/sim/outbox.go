// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"
)

// An outbox delivers a desk's answers in order. A receiver that does not answer is tried again every two seconds, for so long as a unit needs to come back
// on a busy machine: whoever gives up before loses an answer for good. One that says no for good is not tried again.
type outbox struct {
	mu    sync.Mutex
	queue []outgoing
	wake  chan struct{}
	pause time.Duration // longest, between two tries; 0: longestPause
}

type outgoing struct {
	file      *deskFile
	n         int // index of the answer
	answer    Answer
	to        replyTo // what it answers, by mail
	messageID string
}

const longestPause = 2 * time.Second

const attempts = 300 // some ten minutes; mail servers try for days (RFC 5321, section 4.5.4.1)

// errForGood marks a refusal that another try will not change.
var errForGood = errors.New("refused for good")

func forGood(err error) bool { return errors.Is(err, errForGood) }

func (o *outbox) put(m outgoing) {
	o.mu.Lock()
	o.queue = append(o.queue, m)
	o.mu.Unlock()
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outbox) take() (outgoing, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 {
		return outgoing{}, false
	}
	m := o.queue[0]
	o.queue = o.queue[1:]
	return m, true
}

func (d *desk) deliver(ctx context.Context) {
	for {
		m, ok := d.out.take()
		if !ok {
			select {
			case <-d.out.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		wait := 50 * time.Millisecond
		for try := 1; ; try++ {
			tctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			var err error
			if d.way(m) == ByPage {
				err = d.fillPage(tctx, m)
			} else if m.file.Via == "smtp" {
				err = d.mailAnswer(tctx, m)
			} else {
				err = d.callBack(tctx, m)
			}
			cancel()
			d.mu.Lock()
			a := &m.file.Answers[m.n]
			a.Attempts = try
			if err == nil {
				a.Delivered, a.Failure = d.r.now(), ""
			} else {
				a.Failure = err.Error()
			}
			d.mu.Unlock()
			if err == nil || forGood(err) || try == attempts || !sleep(ctx, ctx, wait) {
				break
			}
			wait = min(2*wait, cmp.Or(d.out.pause, longestPause))
		}
		if ctx.Err() != nil {
			return
		}
	}
}

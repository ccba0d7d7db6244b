// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"sync"

	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A charge is one letter that waits, rendered where there was room for it.
type charge struct {
	desk.Dispatch
	posting *deliver.Posting
	letter  *deliver.Letter
}

// mostLoaded is how many bytes of letters are kept rendered in memory; more are rendered as they leave.
const mostLoaded = 768 << 20

// load renders what waits, so that nothing but sending is left at the instant. What cannot be rendered now is tried again then.
func (c *Crew) load(ctx context.Context, armed []desk.Dispatch) []charge {
	out := make([]charge, len(armed))
	var mu sync.Mutex
	bytes := 0
	var wg sync.WaitGroup
	jobs := make(chan int)
	for range min(4, len(armed)) {
		wg.Go(func() {
			for n := range jobs {
				mu.Lock()
				room := bytes < mostLoaded
				mu.Unlock()
				if !room || ctx.Err() != nil {
					continue
				}
				size := c.render(ctx, &out[n])
				mu.Lock()
				bytes += size
				mu.Unlock()
			}
		})
	}
	for n := range armed {
		out[n].Dispatch = armed[n]
		jobs <- n
	}
	close(jobs)
	wg.Wait()
	return out
}

// render writes a letter out and gives the bytes that it takes, 0 where it could not be.
func (c *Crew) render(ctx context.Context, r *charge) (size int) {
	byMail := !(r.Letter.Contact == 0 && r.Provider.Channel == iru.ByAPI)
	if !r.Provider.ByMachine() || r.Answered() || byMail && c.Mail == nil {
		return 0
	}
	m, err := c.message(ctx, r.Dispatch)
	if err != nil {
		return 0
	}
	if !byMail {
		p, err := c.api(r.Provider).Prepare(m)
		if err != nil {
			return 0
		}
		r.posting = &p
		return len(p.Body)
	}
	l, err := c.Mail.Prepare(m)
	if err != nil {
		return 0
	}
	r.letter = &l
	return len(l.Bytes)
}

// discharge sends a letter that waited.
func (c *Crew) discharge(ctx context.Context, r charge) (desk.Sending, error) {
	if r.letter == nil && r.posting == nil || r.Notice.Drill {
		return c.send(ctx, r.Dispatch)
	}
	if err := c.alive(ctx); err != nil {
		return desk.Sending{}, err
	}
	var got deliver.Receipt
	var err error
	if r.letter != nil {
		got, err = c.Mail.SendLetter(ctx, *r.letter)
	} else {
		got, err = c.api(r.Provider).Post(ctx, *r.posting)
	}
	if err != nil {
		return desk.Sending{}, err
	}
	return sending(got), nil
}

// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"iolaus/internal/iru"
)

// A Pool starts cells and keeps a few ready. It is safe for use by many at once.
type Pool struct {
	o      Options
	status Status
	ready  chan *cell
	failed chan error
	slots  chan struct{}
	ctx    context.Context // ends with Close
	close  context.CancelFunc
	wait   sync.WaitGroup
}

// hello is how long a cell may take to start. Only a machine without memory or without processor is slower.
const hello = 20 * time.Second

// NewPool starts a first cell, to know what confines it, and keeps more ready. Where files or network would be within a cell's reach it
// refuses, unless the options are lax. What is missing is logged once. Main must run at the start of the program. Errors are
// Unavailable.
func NewPool(o Options) (*Pool, error) {
	if os.Getenv(variable) != "" { // the program was started as a cell and never became one: it would start itself for ever
		return nil, fmt.Errorf("start readers: %w: main does not call sandbox.Main", iru.Internal)
	}
	o = o.filled()
	p := &Pool{o: o, ready: make(chan *cell, o.Spare-1), failed: make(chan error), slots: make(chan struct{}, o.Most)}
	p.ctx, p.close = context.WithCancel(context.Background())
	first := make(chan error)
	p.wait.Go(func() { p.keep(first) })
	if err := <-first; err != nil {
		_ = p.Close() // never fails
		return nil, fmt.Errorf("start readers: %w: %w", iru.Unavailable, err)
	}
	if len(p.status.Missing) > 0 {
		o.Log.Warn("hostile files are read with less protection than this program knows", "has", p.status.String())
	}
	return p, nil
}

// Check starts one cell and ends it: what confines it here.
func Check(o Options) (Status, error) {
	o.Spare, o.Lax = 1, true
	p, err := NewPool(o)
	if err != nil {
		return Status{}, err
	}
	defer func() { _ = p.Close() }()
	return p.Status(), nil
}

// Status is what confines the cells of this pool.
func (p *Pool) Status() Status { return p.status }

// Close ends all cells. Readers that are still open answer Unavailable.
func (p *Pool) Close() error {
	p.close()
	p.wait.Wait()
	for {
		select {
		case c := <-p.ready:
			c.kill()
		default:
			return nil
		}
	}
}

// keep is the only one that starts cells. It holds its thread, because a cell is killed when the thread that started it ends.
func (p *Pool) keep(first chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	own := true
	c, err := p.fresh(own)
	if err != nil {
		alone := err
		if c, err = p.fresh(false); err == nil {
			own = false
			c.status.Missing = append(c.status.Missing, string(words("no network of its own: "+alone.Error())))
		}
	}
	if err == nil {
		p.status = c.status
		if !p.o.Lax && !p.status.Confined() {
			c.kill()
			c, err = nil, fmt.Errorf("nothing would confine them here (%s); allow it by [sandbox] require = false, or use a newer kernel", p.status)
		}
	}
	first <- err
	if err != nil {
		return
	}
	failing := false
	for p.ctx.Err() == nil {
		if c == nil {
			c, err = p.fresh(own)
		}
		if err != nil {
			if !failing { // said once, not each second
				p.o.Log.Error("start a reader of hostile files", "err", err)
			}
			failing = true
			select {
			case p.failed <- err:
			case <-time.After(time.Second):
			case <-p.ctx.Done():
			}
			continue
		}
		failing = false
		select {
		case p.ready <- c:
		case <-p.ctx.Done():
			c.kill()
		}
		c = nil
	}
	if c != nil {
		c.kill()
	}
}

func (p *Pool) fresh(own bool) (*cell, error) {
	c, err := start(p.o.Memory, own)
	if err != nil {
		return nil, err
	}
	if err := c.greet(time.Now().Add(hello)); err != nil {
		c.kill()
		return nil, err
	}
	return c, nil
}

// take gives a cell that nobody has used.
func (p *Pool) take(ctx context.Context) (*cell, error) {
	for {
		select {
		case c := <-p.ready:
			if !c.gone() {
				return c, nil
			}
			c.kill()
		case err := <-p.failed:
			return nil, fmt.Errorf("start a reader: %w: %w", iru.Unavailable, err)
		case <-p.ctx.Done():
			return nil, fmt.Errorf("start a reader: %w: %w", iru.Unavailable, errClosed)
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for a reader: %w: %w", iru.Unavailable, context.Cause(ctx))
		}
	}
}

var errClosed = errors.New("the program ends")

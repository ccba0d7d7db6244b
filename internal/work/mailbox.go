// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/deliver"
	"iolaus/internal/iru"
)

// collect reads the mailbox in turn, one process at a time.
func (c *Crew) collect(ctx context.Context) {
	if c.IMAP == nil {
		return
	}
	every := c.Poll
	if every <= 0 {
		every = time.Minute
	}
	m, err := deliver.NewMailbox(*c.IMAP, &letterbox{c, "imap " + c.IMAP.Username + "@" + c.IMAP.Addr + " " + c.IMAP.Mailbox})
	if err != nil {
		c.Log.Error("the mailbox cannot be read", "error", err)
		return
	}
	for {
		if mine, err := c.Desk.DB.Lease(ctx, "mailbox", c.Holder, 5*time.Minute); err != nil && ctx.Err() == nil {
			c.Log.Warn("the mailbox could not be read", "error", err)
		} else if mine {
			if n, err := m.Poll(ctx); err != nil && ctx.Err() == nil {
				c.Log.Warn("the mailbox could not be read to its end; it is tried again", "stored", n, "error", err)
			}
		}
		if !c.wait(ctx, c.Desk.Now().Add(every)) {
			return
		}
	}
}

// A letterbox keeps what comes by IMAP, and how far the mailbox was read.
type letterbox struct {
	*Crew
	name string
}

// Mark reads how far the mailbox was read.
func (b *letterbox) Mark(ctx context.Context) (m deliver.Mark, err error) {
	err = b.Desk.DB.View(ctx, func(t *db.Tx) error {
		validity, err := t.Cursor(ctx, b.name+" validity")
		if err != nil {
			return err
		}
		uid, err := t.Cursor(ctx, b.name+" uid")
		m = deliver.Mark{UIDValidity: uint32(validity), UID: uint32(uid)}
		return err
	})
	return m, err
}

// SetMark keeps it, both numbers at once.
func (b *letterbox) SetMark(ctx context.Context, m deliver.Mark) error {
	return b.Desk.DB.Tx(ctx, func(t *db.Tx) error {
		if err := t.SetCursor(ctx, b.name+" validity", int64(m.UIDValidity)); err != nil {
			return err
		}
		return t.SetCursor(ctx, b.name+" uid", int64(m.UID))
	})
}

// Accept takes a reply into its act's thread.
func (b *letterbox) Accept(ctx context.Context, r deliver.Reply) error { return b.Crew.Accept(ctx, r) }

// Stray keeps a mail that names no act. If it answers a letter of ours, it belongs to that letter's act.
func (b *letterbox) Stray(ctx context.Context, r deliver.Reply, why string) error {
	if n := b.answered(ctx, r.InReplyTo); n != 0 && r.Notice == 0 {
		r.Notice, r.Guess = int64(n), true
		r.Why = strings.TrimPrefix(r.Why+"; it came to another address of ours, and names our letter", "; ")
		r.Authentic = "" // its tag proves nothing: a person looks
		if err := b.Crew.Accept(ctx, r); err == nil {
			return nil
		}
		r.Notice = 0
	}
	r.Notice = 0
	if ok, err := b.Bulletin(ctx, r.Raw); err != nil || ok { // of a list that is watched: no reply of anybody
		return err
	}
	in, err := b.retain(ctx, r, iru.ByMail)
	if err != nil {
		return fmt.Errorf("keep stray mail: %w", err)
	}
	return b.Desk.TakeStray(ctx, in, why)
}

// answered gives the act whose letter a message id stands for, 0 for none.
func (b *letterbox) answered(ctx context.Context, id string) (n iru.NoticeID) {
	key, _, _ := strings.Cut(strings.TrimPrefix(id, "<"), "@")
	if key == "" {
		return 0
	}
	_ = b.Desk.DB.View(ctx, func(t *db.Tx) error { // not known is none
		l, err := t.LetterSent(ctx, key)
		n = l.Notice
		return err
	})
	return n
}

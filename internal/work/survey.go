// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/probe"
)

// survey reads what is new in the certificate logs, as long as the process runs; several processes may, what one took up the next
// finds known.
func (c *Crew) survey(ctx context.Context) {
	if c.Survey <= 0 || len(c.CTLogs) == 0 {
		return
	}
	tick := time.NewTicker(c.Survey)
	defer tick.Stop()
	for {
		for _, log := range c.CTLogs {
			if err := c.readLog(ctx, log); err != nil && ctx.Err() == nil {
				c.Log.Warn("certificate log could not be read", "log", log.URL, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// readLog takes up what is new in one certificate log, batch by batch; how far it came is stored with what was found. Its head must continue the one that was
// believed before: what does not is told, and read all the same, since each certificate is only a hint where to look.
func (c *Crew) readLog(ctx context.Context, log probe.Log) error {
	log.HTTP = c.Vantages[0]
	was, err := c.Desk.CTLog(ctx, log.URL)
	if err != nil {
		return err
	}
	head, err := log.Head(ctx)
	if err != nil {
		return err
	}
	told := desk.LogHead{Log: log.URL, Size: head.Size, Head: head.Raw, At: head.At, Stale: probe.Stall}
	if head.Root != (tlog.Hash{}) {
		told.Root = head.Root.String()
	}
	var fork *probe.Fork
	if err := log.Follows(ctx, storedHead(was), head); errors.As(err, &fork) {
		told.Fork = fork.Why
	} else if err != nil {
		return err
	}
	if err := c.Desk.RecordLogHead(ctx, told); err != nil {
		return err
	}
	for ctx.Err() == nil {
		from, err := c.Desk.Cursor(ctx, log.URL)
		if err != nil || from > head.Size {
			return err
		}
		entries, next, err := log.Entries(ctx, head, from)
		if errors.As(err, &fork) {
			told.Fork = fork.Why
			return c.Desk.RecordLogHead(ctx, told)
		}
		if err != nil || next == from {
			return err
		}
		var seen []desk.Certificate
		for _, e := range entries {
			if e.Err == nil {
				seen = append(seen, desk.Certificate{Names: e.Certificate.Names, SPKI: e.Certificate.SPKI})
			}
		}
		if _, err := c.Desk.Announce(ctx, log.URL, from, next, seen); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// storedHead is the head of a log as it was stored.
func storedHead(l iru.CTLog) probe.Head {
	h := probe.Head{Size: l.Size, At: l.At, Raw: l.Head}
	if root, err := tlog.ParseHash(l.Root); err == nil {
		h.Root = root
	}
	return h
}

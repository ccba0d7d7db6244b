// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"fmt"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// eraser removes the bytes of an erased exhibit. It may run again: what is gone is gone. Whatever fails is tried again for ever, also a
// store that refuses: the bytes must not stay because nobody looked.
type eraser struct {
	river.WorkerDefaults[desk.Erase]
	*Crew
}

func (w *eraser) Work(ctx context.Context, job *river.Job[desk.Erase]) error {
	var x iru.Exhibit
	err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		var err error
		x, err = t.Exhibit(ctx, iru.Program(), job.Args.Exhibit)
		return err
	})
	if errors.Is(err, iru.NotFound) || err == nil && x.State != iru.ExhibitErased {
		return river.JobCancel(fmt.Errorf("erase exhibit %d: %w: it is not to be erased", job.Args.Exhibit, iru.Internal))
	}
	if err != nil {
		return err
	}
	for _, f := range x.Files {
		if err := w.remove(ctx, x, f); err != nil {
			w.Log.Warn("bytes of an erased exhibit are still there", "exhibit", x.ID, "file", f.Name, "error", err)
			return err
		}
	}
	return w.Desk.DB.Scrub(ctx)
}

// remove takes one file away. Sealed bytes are of one exhibit only; others may be of several, which have stored the same once.
func (w *eraser) remove(ctx context.Context, x iru.Exhibit, f iru.File) error {
	if f.Stored != "" {
		return w.Store.Remove(ctx, f.Stored)
	}
	shared := false
	err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		var err error
		shared, err = t.NamesFile(ctx, f.SHA256, x.ID)
		return err
	})
	if err != nil || shared {
		return err
	}
	return w.Store.Remove(ctx, f.SHA256)
}

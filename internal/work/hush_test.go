// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/desk"
)

func TestHush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hush
		begun := func(ctx context.Context, kind string) (after time.Duration, err error) {
			from := time.Now()
			err = h.work(ctx, &rivertype.JobRow{Kind: kind}, func(context.Context) error { after = time.Since(from); return nil })
			return after, err
		}
		look, release := desk.Monitor{}.Kind(), desk.Release{}.Kind()
		if after, err := begun(t.Context(), look); after != 0 || err != nil {
			t.Errorf("without a release a job began after %v, %v", after, err)
		}
		h.keep(3 * time.Second)
		h.keep(time.Second) // another release, earlier
		if after, err := begun(t.Context(), release); after != 0 || err != nil {
			t.Errorf("a release was kept back for %v, %v", after, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := begun(ctx, look); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a job that was to stop: %v", err)
		}
		if after, err := begun(t.Context(), look); after != 2*time.Second || err != nil {
			t.Errorf("a job began after %v, not when the release was over, %v", after, err)
		}
	})
}

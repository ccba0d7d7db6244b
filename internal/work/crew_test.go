// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"errors"
	"fmt"
	"testing"

	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/iru"
)

func TestOutcomeOfEveryKind(t *testing.T) {
	for kind, again := range map[error]bool{iru.Invalid: false, iru.NotFound: false, iru.Conflict: false, iru.Forbidden: false, iru.Unavailable: true, iru.Internal: true} {
		got := outcome(fmt.Errorf("deliver act: %w", kind))
		var end *rivertype.JobCancelError
		if !errors.Is(got, kind) || errors.As(got, &end) == again {
			t.Errorf("%v: %v", kind, got)
		}
	}
	if err := outcome(nil); err != nil {
		t.Error(err)
	}
}

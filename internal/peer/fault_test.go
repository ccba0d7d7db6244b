// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"iolaus/internal/iru"
)

func TestEachFaultIsOfOneKind(t *testing.T) {
	kinds := []error{iru.Invalid, iru.NotFound, iru.Conflict, iru.Forbidden, iru.Unavailable, iru.Internal}
	said := map[string]Fault{}
	for _, f := range Faults {
		n := 0
		for _, k := range kinds {
			if errors.Is(fmt.Errorf("carry message: %w", f), k) {
				n++
			}
		}
		if n != 1 || errors.Is(f, iru.Internal) {
			t.Errorf("%s is of %d kinds", string(f), n)
		}
		if other, had := said[f.Error()]; had {
			t.Errorf("%s and %s say the same", string(f), string(other))
		}
		said[f.Error()] = f
		if status(f) == http.StatusOK {
			t.Errorf("%s is answered as if it were none", string(f))
		}
	}
	if !errors.Is(Fault("fog"), iru.Internal) || FaultOf(iru.Conflict) != "" {
		t.Error("a word that is none is taken for a fault")
	}
}

// A partner is told what it can do something about, and nothing of what went on inside.
func TestWhatAPartnerIsTold(t *testing.T) {
	for _, x := range []struct {
		err    error
		fault  Fault
		detail string
	}{
		{fmt.Errorf("take 7 of case 12: %w", Gap), Gap, Gap.Error()},
		{iru.Refuse(iru.Forbidden, "the partner is suspended", ""), Refused, "the partner is suspended"},
		{fmt.Errorf("read case 12: %w", iru.NotFound), Refused, Refused.Error()},
		{fmt.Errorf("disk of host 3: %w", iru.Unavailable), Broken, Broken.Error()},
		{iru.Refuse(iru.Unavailable, "the disk of host 3 is full", ""), Broken, Broken.Error()},
		{errors.New("password 1234"), Broken, Broken.Error()},
	} {
		if f, d := explain(x.err); f != x.fault || d != x.detail {
			t.Errorf("%v: %s, %q", x.err, string(f), d)
		}
	}
}

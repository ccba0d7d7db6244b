// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"encoding/json"
	"strings"
	"testing"
)

const sealed = `{"format":"iolaus-effect-window/1","counted":"bulletins","before":90,"after":28,"family":"negative binomial","slope":true,"day":"2026-04-25","sealed":"2026-04-20T09:00:00Z","entry":4711}`

func TestReadSealed(t *testing.T) {
	s, err := ReadSealed(strings.NewReader(sealed))
	if err != nil || s.Entry != 4711 || s.Before != 90 || !s.Slope || s.Family != NegativeBinomial {
		t.Fatalf("%+v, %v", s, err)
	}
	again, err := json.Marshal(s)
	if err != nil || string(again) != sealed {
		t.Errorf("written again: %s, %v", again, err)
	}
	for from, to := range map[string]string{
		"window/1": "window/2", `"before":90`: `"before":0`, `"after":28`: `"after":-1`, "negative binomial": "normal", `"slope":true`: `"slope":true,"colour":"red"`,
		"2026-04-25": "tomorrow", `"sealed":"2026-04-20T09:00:00Z",`: "", "}": "}{}", `"slope":true,`: `"slope":true,"period":1,`,
	} {
		if s, err := ReadSealed(strings.NewReader(strings.Replace(sealed, from, to, 1))); err == nil {
			t.Errorf("%s for %s: %+v", to, from, s)
		}
	}
}

func FuzzReadSealed(f *testing.F) {
	f.Add(sealed)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ReadSealed(strings.NewReader(text))
		if err == nil && (s.Before < 1 || s.After < 1 || s.Check() != nil) {
			t.Fatalf("%+v", s)
		}
	})
}

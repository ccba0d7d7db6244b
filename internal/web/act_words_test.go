// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

func TestLettersAreDefanged(t *testing.T) {
	for in, want := range map[string]string{
		"see https://wire.halcyon-weather.test/a?b=c, please": "see hxxps[:]//wire[.]halcyon-weather[.]test/a?b=c, please",
		"write to help@cedar-cloud.test.":                     "write to help[@]cedar-cloud[.]test.",
		"halcyon.test is ours; 2.0.0 Ok":                      "halcyon[.]test is ours; 2.0.0 Ok",
		"_http://a.test/":                                     "_hxxp[:]//a[.]test/",
		"no address here":                                     "no address here",
	} {
		if got := plainDefanged(in); got != want {
			t.Errorf("%q is shown as %q, not %q", in, got, want)
		}
	}
}

var clickable = regexp.MustCompile(`(?i)https?://[a-z0-9]`)

func FuzzLetterText(f *testing.F) {
	f.Add("see https://a.test/x and b@c.test\r\n\r\n\u202eend")
	f.Add("://)(http://.")
	f.Add("_ftp://[::1]:21/%zz")
	f.Fuzz(func(t *testing.T, s string) {
		if out := plainDefanged(s); clickable.MatchString(out) {
			t.Errorf("%q is shown as %q", s, out)
		}
		n := 0
		for _, p := range letterText(s).Paragraphs {
			for _, x := range p {
				n += len(x.Text)
				if !x.Addr && clickable.MatchString(x.Text) {
					t.Errorf("%q is shown live in %q", x.Text, s)
				}
			}
		}
		if strings.TrimSpace(s) != "" && n == 0 {
			t.Errorf("%q is shown as nothing", s)
		}
	})
}

func TestClockStates(t *testing.T) {
	now := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		binding bool
		left    time.Duration
		want    ui.Tone
	}{{true, time.Hour, ui.ToneOK}, {true, 5 * time.Minute, ui.ToneWarn}, {true, -time.Second, ui.ToneBad}, {false, -time.Second, ui.ToneWarn}} {
		k := iru.Clock{Binding: c.binding, Length: 2 * time.Hour, Started: now.Add(c.left - 2*time.Hour), Due: now.Add(c.left), State: iru.ClockRunning}
		if got := clockState(t.Context(), k, now); got.Tone != c.want {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}

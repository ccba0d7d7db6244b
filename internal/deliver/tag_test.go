// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"iolaus/internal/iru"
)

var secret = []byte("a secret of a weather unit, 0001")

func TestTagRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, math.MaxInt64).Draw(t, "notice")
		tag := Tag(secret, n)
		if len(tag) != tagLen || tag != strings.ToLower(tag) {
			t.Fatalf("tag %q", tag)
		}
		for _, s := range []string{tag, strings.ToUpper(tag)} {
			if got, err := ParseTag(secret, s); err != nil || got != n {
				t.Fatalf("ParseTag(%q) = %d, %v", s, got, err)
			}
		}
		if _, err := ParseTag([]byte("another secret, also long enough"), tag); !errors.Is(err, iru.Forbidden) {
			t.Fatalf("under another secret: %v", err)
		}
		at, by := rapid.IntRange(0, tagLen-1).Draw(t, "at"), rapid.SampledFrom([]byte("abcdefghijklmnopqrstuvwxyz234567")).Draw(t, "by")
		if other := tag[:at] + string(by) + tag[at+1:]; other != tag {
			if _, err := ParseTag(secret, other); !errors.Is(err, iru.Forbidden) {
				t.Fatalf("a changed tag passes: %v", err)
			}
		}
		if got, ok := splitReply(ReplyAddress(secret, n, "Unit.test"), "unit.TEST"); !ok || got != tag {
			t.Fatalf("address: %q %v", got, ok)
		}
	})
}

func TestTagHidesTheNumber(t *testing.T) {
	a, b := Tag(secret, 1), Tag(secret, 2)
	same := 0
	for i := range a {
		if a[i] == b[i] {
			same++
		}
	}
	if same > 10 { // by chance about one
		t.Errorf("neighbours look alike: %s %s", a, b)
	}
}

func TestTagRefused(t *testing.T) {
	for _, tag := range []string{"", "a", strings.Repeat("a", tagLen), strings.Repeat("1", tagLen), Tag(secret, 7) + "a", Tag(secret, 0), Tag(secret, -4)} {
		if n, err := ParseTag(secret, tag); !errors.Is(err, iru.Forbidden) {
			t.Errorf("ParseTag(%q) = %d, %v", tag, n, err)
		}
	}
	if _, err := ParseTag([]byte("short"), Tag([]byte("short"), 3)); !errors.Is(err, iru.Invalid) {
		t.Errorf("short secret: %v", err)
	}
	for _, addr := range []string{"unit@unit.test", "reply@unit.test", "reply+@unit.test", "reply+" + Tag(secret, 1), ReplyAddress(secret, 1, "other.test"),
		"xreply+" + Tag(secret, 1) + "@unit.test"} {
		if _, ok := splitReply(addr, "unit.test"); ok {
			t.Errorf("%q is taken", addr)
		}
	}
}

func FuzzParseTag(f *testing.F) {
	f.Add(Tag(secret, 1))
	f.Add(strings.Repeat("7", tagLen))
	f.Add("ſreply")
	f.Fuzz(func(t *testing.T, tag string) {
		n, err := ParseTag(secret, tag)
		if err == nil && Tag(secret, n) != strings.ToLower(tag) {
			t.Fatalf("%q passes as %d", tag, n)
		}
	})
}

// Who was sent the mail address cannot tell by callback, and the other way round.
func TestCallbackTokenIsNoTag(t *testing.T) {
	token, tag := CallbackToken(secret, 7), Tag(secret, 7)
	if n, err := ParseCallbackToken(secret, token); n != 7 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	if _, err := ParseCallbackToken(secret, tag); !errors.Is(err, iru.Forbidden) {
		t.Errorf("a mail tag opens the callback: %v", err)
	}
	if _, err := ParseTag(secret, token); !errors.Is(err, iru.Forbidden) {
		t.Errorf("a callback's token is a mail tag: %v", err)
	}
}

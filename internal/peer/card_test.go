// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"iolaus/internal/iru"
)

func TestIdentityComesBackAndHidesItself(t *testing.T) {
	a, _ := trams(t)
	b, _ := harbour(t)
	ids, err := ParseIdentities([]byte("# the newest first\n\n" + a.Text() + "\n  " + b.Text() + "\r\n"))
	if err != nil || len(ids) != 2 || !reflect.DeepEqual(ids[0], a) || !reflect.DeepEqual(ids[1], b) {
		t.Fatalf("%v, %v", ids, err)
	}
	secret := strings.TrimPrefix(a.Text(), identityHead)
	for _, said := range []string{fmt.Sprint(a), fmt.Sprintf("%v %+v %#v %s", a, a, a, a), fmt.Sprintf("%v", &a), fmt.Sprintf("%+v", []Identity{a})} {
		if strings.Contains(said, secret) || strings.Contains(said, fmt.Sprintf("%v", a.secret)) || strings.Contains(said, "SECRET") || len(said) > 400 {
			t.Errorf("it says %.200s", said)
		}
	}
	for _, text := range []string{"", "# nothing", secret, identityHead, identityHead + secret[:40], a.Text() + "=", a.Text() + "\nfog"} {
		if _, err := ParseIdentities([]byte(text)); !errors.Is(err, iru.Invalid) || strings.Contains(err.Error(), secret[:20]) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := NewIdentity(strings.NewReader("fog")); !errors.Is(err, iru.Unavailable) {
		t.Errorf("of three bytes: %v", err)
	}
	if _, err := NewIdentity(io.LimitReader(nil, 0)); err == nil {
		t.Error("of nothing")
	}
	if a.ID() == b.ID() || a.Pin() == b.Pin() {
		t.Error("two identities are one")
	}
}

func TestCardComesBack(t *testing.T) {
	_, c := trams(t)
	for _, text := range []string{c.Text(), "\n  " + c.Text() + "\n\n", strings.ReplaceAll(c.Text(), "\n", "\r\n"), strings.TrimSpace(c.Text())} {
		got, err := ParseCard([]byte(text))
		if err != nil || !reflect.DeepEqual(got, c) || got.Text() != c.Text() {
			t.Errorf("%q came back as %+v, %v", text, got, err)
		}
	}
	if c.ID() != (Card{Sign: c.Sign, Seal: c.Seal, TLS: c.TLS, Witness: c.Witness}).ID() {
		t.Error("a name or an address changes the id of the keys")
	}
}

// No byte of a card can be changed unseen.
func TestEveryByteOfACardCounts(t *testing.T) {
	a, _ := trams(t)
	before, _ := harbour(t)
	c, err := a.Succeed(before, "Tram unit", "SE", "https://tram.unit.test:8444")
	if err != nil {
		t.Fatal(err)
	}
	text := []byte(c.Text())
	_, earlier := harbour(t)
	if got, err := ParseCard(text); err != nil || CheckSuccession(earlier, got) != nil {
		t.Fatal(err)
	}
	for i := range text {
		for _, bit := range []byte{1, 4, 32} {
			bad := bytes.Clone(text)
			bad[i] ^= bit
			got, err := ParseCard(bad)
			if err == nil && i < len(text)-1 && CheckSuccession(earlier, got) == nil {
				t.Fatalf("byte %d of\n%s", i, bad)
			}
			if err != nil && FaultOf(err) != Malformed && FaultOf(err) != Forged {
				t.Fatal(err)
			}
		}
	}
}

func TestCardsThatAreRefused(t *testing.T) {
	a, c := trams(t)
	other, oc := harbour(t)
	sign := func(c Card) string { // whoever writes his own card signs what he likes
		c.signature = ed25519.Sign(a.sign, []byte(c.signed()))
		return c.Text()
	}
	with := func(change func(*Card)) string {
		c := c
		change(&c)
		return sign(c)
	}
	lines := strings.SplitAfter(c.Text(), "\n")
	for name, x := range map[string]struct {
		text string
		want Fault
	}{
		"empty":                   {"", Malformed},
		"another version":         {strings.Replace(c.Text(), "/v1", "/v2", 1), Malformed},
		"two cards":               {c.Text() + c.Text(), Malformed},
		"a line more":             {c.Text() + "fog yes\n", Malformed},
		"a line less":             {strings.Replace(c.Text(), lines[5], "", 1), Malformed},
		"lines out of order":      {strings.Replace(c.Text(), lines[1]+lines[2], lines[2]+lines[1], 1), Malformed},
		"a line twice":            {strings.Replace(c.Text(), lines[1], lines[1]+lines[1], 1), Malformed},
		"space within":            {strings.Replace(c.Text(), "country SE", "country  SE", 1), Malformed},
		"another's signature":     {strings.Replace(c.Text(), b64(c.signature), b64(oc.signature), 1), Forged},
		"another's sealing key":   {strings.Replace(c.Text(), c.Seal, oc.Seal, 1), Forged},
		"another's pin":           {strings.Replace(c.Text(), b64(c.TLS[:]), b64(oc.TLS[:]), 1), Forged},
		"another's witness":       {strings.Replace(c.Text(), b64(c.Witness), b64(oc.Witness), 1), Forged},
		"another address":         {strings.Replace(c.Text(), "tram.unit.test", "fog.unit.test", 1), Forged},
		"too long":                {c.Text() + strings.Repeat("fog\n", MaxCard), TooLarge},
		"long with blank space":   {strings.Repeat(" ", 3*MaxCard) + c.Text(), TooLarge},
		"no name":                 {with(func(c *Card) { c.Name = "" }), Malformed},
		"a long name":             {with(func(c *Card) { c.Name = strings.Repeat("a", 121) }), Malformed},
		"a name of two lines":     {with(func(c *Card) { c.Name = "Tram\ncountry DE" }), Malformed},
		"a name that turns":       {with(func(c *Card) { c.Name = "Tram \u202emart" }), Malformed},
		"a name with no width":    {with(func(c *Card) { c.Name = "Tram\u200bunit" }), Malformed},
		"a name with no end":      {with(func(c *Card) { c.Name = "Tram unit\u00a0" }), Malformed},
		"no UTF-8":                {with(func(c *Card) { c.Name = "Tram\xff" }), Malformed},
		"a small country":         {with(func(c *Card) { c.Country = "se" }), Malformed},
		"a long country":          {with(func(c *Card) { c.Country = "SWE" }), Malformed},
		"no recipient":            {with(func(c *Card) { c.Seal = "age1fog" }), Malformed},
		"a recipient in capitals": {with(func(c *Card) { c.Seal = strings.ToUpper(c.Seal) }), Malformed},
	} {
		if _, err := ParseCard([]byte(x.text)); FaultOf(err) != x.want {
			t.Errorf("%s: %v; want %s", name, err, string(x.want))
		}
	}
	for _, url := range []string{"", "http://a.test", "https://", "https://a.test/", "https://a.test/x", "https://a.test?x", "https://a.test#x", "https://u@a.test",
		"https://A.test", "https://a.test:", "https://a.test:0", "https://a.test:08", "https://a.test:65536", "https://a.test:123456", "https://a..test", "https://-a.test",
		"https://a_b.test", "https://[::1", "https://[::1]x", "https://[0:0::1]", "https://[fe80::1%25lo]", "https://a.test\n", "HTTPS://a.test", "https://ä.test",
		"https://" + strings.Repeat("a", 64) + ".test", "https://a.test:8e3"} {
		if _, err := a.Card("Tram unit", "SE", url); FaultOf(err) != Malformed {
			t.Errorf("%q: %v", url, err)
		}
	}
	for _, url := range []string{"https://a", "https://a.test", "https://a.test:1", "https://a.test:65535", "https://127.0.0.1:8444", "https://[::1]:8444", "https://[2001:db8::1]"} {
		if c, err := a.Card("Tram unit", "SE", url); err != nil {
			t.Errorf("%q: %v", url, err)
		} else if _, err := ParseCard([]byte(c.Text())); err != nil {
			t.Errorf("%q: %v", url, err)
		}
	}
	_ = other
}

func TestSuccession(t *testing.T) {
	old, oldCard := trams(t)
	next, _ := unit(t, "Tram unit, second", "https://tram.unit.test:8444")
	_, other := harbour(t)
	c, err := next.Succeed(old, "Tram unit", "SE", "https://tram.unit.test:8444")
	if err != nil {
		t.Fatal(err)
	}
	if c, err = ParseCard([]byte(c.Text())); err != nil {
		t.Fatal(err)
	}
	if err := CheckSuccession(oldCard, c); err != nil {
		t.Error(err)
	}
	if err := CheckSuccession(other, c); !errors.Is(err, Sender) {
		t.Errorf("after another: %v", err)
	}
	thief := c // says that it follows, and cannot have it signed
	thief.succession = ed25519.Sign(next.sign, []byte(successionHead+c.signed()))
	if parsed, err := ParseCard([]byte(thief.Text())); err != nil {
		t.Error(err)
	} else if err := CheckSuccession(oldCard, parsed); !errors.Is(err, Forged) {
		t.Errorf("signed by itself: %v", err)
	}
	plain, err := next.Card("Tram unit", "SE", "https://tram.unit.test:8444")
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckSuccession(oldCard, plain); !errors.Is(err, Sender) {
		t.Errorf("that follows nothing: %v", err)
	}
	if err := CheckSuccession(Card{}, plain); err == nil {
		t.Error("the empty card is followed")
	}
}

// What is read over the telephone depends on every key, and on no word.
func TestFingerprint(t *testing.T) {
	a, c := trams(t)
	_, o := harbour(t)
	seen := map[string]bool{c.Fingerprint(): true}
	for _, change := range []func(*Card){
		func(c *Card) { c.Sign = o.Sign }, func(c *Card) { c.Seal = o.Seal }, func(c *Card) { c.TLS = o.TLS }, func(c *Card) { c.Witness = o.Witness },
	} {
		x := c
		change(&x)
		if f := x.Fingerprint(); seen[f] || len(f) != 8*5+7 {
			t.Errorf("%q", f)
		} else {
			seen[f] = true
		}
	}
	moved, err := a.Card("Other words", "DE", "https://fog.unit.test")
	if err != nil || moved.Fingerprint() != c.Fingerprint() || moved.ID() != c.ID() {
		t.Errorf("moved: %v", err)
	}
}

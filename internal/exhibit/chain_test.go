// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/ledger"
)

// event is what the store of events writes for a custody entry.
func event(t testing.TB, index, id int64, kind string, e Entry) CustodyEvent {
	t.Helper()
	entry, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	facts, err := json.Marshal(map[string]string{"custody": string(entry), "tram": "12"})
	if err != nil {
		t.Fatal(err)
	}
	at := e.At.UTC().Truncate(time.Microsecond).Add(time.Second)
	noun, verb, _ := strings.Cut(kind, ".")
	payload, err := json.Marshal([]any{id, at.UnixMicro(), 7, 1, noun, 42, verb, "", "recorded", "", string(facts)})
	if err != nil {
		t.Fatal(err)
	}
	c := CustodyEvent{Index: index, Event: id, At: at, Kind: kind, Payload: payload}
	copy(c.Salt[:], fmt.Sprintf("salt of event %03d", id))
	return c
}

// chain is the custody of one exhibit: recorded, looked at, handed over, and so on.
func chain(t testing.TB, manifest string, n int) []CustodyEvent {
	t.Helper()
	deeds := []struct{ kind, what, who string }{
		{"exhibit.record", "captured; the original was sealed", "Iolaus"},
		{"exhibit.view", "working copy made; original unchanged", "officer 7"},
		{"exhibit.bundle", "bundle for the tram court made; original unchanged", "officer 9"},
	}
	var all []CustodyEvent
	e := Entry{Exhibit: "2026-0042/1", N: 1, Digest: manifest}
	for i := range n {
		d := deeds[i%len(deeds)]
		e.Who, e.What, e.At = d.who, d.what, noon.Add(time.Duration(i)*time.Hour)
		e.Where, e.Why, e.Authority, e.Tool = "Unit of Trams, room 3", "comparison with the timetable", "order 12/2026 of the tram court", Tool{"Iolaus", "0.1.0"}
		all = append(all, event(t, int64(4+3*i), int64(11+3*i), d.kind, e))
		next, err := e.Next()
		if err != nil {
			t.Fatal(err)
		}
		e = next
	}
	return all
}

var someManifest = strings.Repeat("0a", 32)

func TestCustodyEventLeaf(t *testing.T) {
	t.Parallel()
	c := chain(t, someManifest, 1)[0]
	leaf, err := ledger.ParseLeaf(c.Leaf())
	if err != nil || leaf.Event != 11 || leaf.Kind != "exhibit.record" || !leaf.At.Equal(c.At) || leaf.Commitment != ledger.Commit(c.Salt, c.Payload) {
		t.Errorf("%+v, %v", leaf, err)
	}
	e, err := c.Entry()
	if err != nil || e.Who != "Iolaus" || e.Digest != someManifest {
		t.Errorf("%+v, %v", e, err)
	}
	for name, change := range map[string]func(*CustodyEvent){
		"another number":   func(c *CustodyEvent) { c.Event++ },
		"another time":     func(c *CustodyEvent) { c.At = c.At.Add(time.Microsecond) },
		"another kind":     func(c *CustodyEvent) { c.Kind = "exhibit.erase" },
		"no kind":          func(c *CustodyEvent) { c.Kind = "" },
		"no payload":       func(c *CustodyEvent) { c.Payload = nil },
		"another payload":  func(c *CustodyEvent) { c.Payload = []byte(`[1,2]`) },
		"no facts":         func(c *CustodyEvent) { c.Payload = bytes.Replace(c.Payload, []byte("custody"), []byte("kustody"), 1) },
		"a part of a type": func(c *CustodyEvent) { c.Payload = bytes.Replace(c.Payload, []byte(`"exhibit"`), []byte(`5`), 1) },
		"entry not readable": func(c *CustodyEvent) {
			c.Payload = bytes.Replace(c.Payload, []byte("authority"), []byte("autority"), 1)
		},
	} {
		bad := c
		change(&bad)
		if _, err := bad.Entry(); !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrNotCanonical) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckChain(t *testing.T) {
	t.Parallel()
	whole := chain(t, someManifest, 5)
	entries, err := CheckChain(whole, someManifest)
	if err != nil || len(entries) != 5 || entries[4].N != 5 || entries[0].Prev != "" {
		t.Fatal(len(entries), err)
	}
	other := chain(t, strings.Repeat("0b", 32), 5)
	alter := func(i int, f func(*Entry)) []CustodyEvent {
		all := slices.Clone(whole)
		e, err := all[i].Entry()
		if err != nil {
			t.Fatal(err)
		}
		f(&e)
		all[i] = event(t, all[i].Index, all[i].Event, all[i].Kind, e)
		return all
	}
	for name, c := range map[string]struct {
		events []CustodyEvent
		n      int
		event  int64
		what   string
	}{
		"none":             {nil, 1, 0, LinkRemoved},
		"first removed":    {whole[1:], 1, 0, LinkRemoved},
		"third removed":    {slices.Delete(slices.Clone(whole), 2, 3), 3, 0, LinkRemoved},
		"two removed":      {slices.Delete(slices.Clone(whole), 1, 3), 2, 0, LinkRemoved},
		"swapped":          {[]CustodyEvent{whole[0], whole[2], whole[1], whole[3], whole[4]}, 2, 14, LinkReordered},
		"first last":       {[]CustodyEvent{whole[1], whole[2], whole[0]}, 1, 11, LinkReordered},
		"twice":            {slices.Insert(slices.Clone(whole), 2, whole[1]), 2, 14, LinkAdded},
		"of another":       {[]CustodyEvent{whole[0], other[1]}, 1, 11, LinkAltered},
		"other manifest":   {other, 1, 11, LinkAltered},
		"altered":          {alter(2, func(e *Entry) { e.Who = "officer 8" }), 3, 17, LinkAltered},
		"altered prev":     {alter(4, func(e *Entry) { e.Prev = strings.Repeat("00", 32) }), 4, 20, LinkAltered},
		"altered exhibit":  {alter(4, func(e *Entry) { e.Exhibit = "2026-0043/1" }), 5, 23, LinkAdded},
		"unreadable":       {append(slices.Clone(whole[:1]), CustodyEvent{Event: 14}), 2, 14, LinkAltered},
		"log out of order": {append(slices.Clone(whole[:4]), func() CustodyEvent { c := whole[4]; c.Index = 3; return c }()), 5, 23, LinkReordered},
	} {
		_, err := CheckChain(c.events, someManifest)
		var ce *ChainError
		if !errors.As(err, &ce) || !errors.Is(err, ErrChain) || ce.N != c.n || ce.Event != c.event || ce.What != c.what {
			t.Errorf("%s: %v, want entry %d (event %d) %s", name, err, c.n, c.event, c.what)
		}
	}
}

func TestCustodyLines(t *testing.T) {
	t.Parallel()
	whole := chain(t, someManifest, 3)
	var file []byte
	for _, c := range whole {
		l, err := c.encode()
		if err != nil {
			t.Fatal(err)
		}
		file = append(file, l...)
	}
	back, err := parseCustody(file)
	if err != nil || len(back) != 3 || !bytes.Equal(back[2].Payload, whole[2].Payload) || back[2].Salt != whole[2].Salt || !back[2].At.Equal(whole[2].At) {
		t.Fatalf("%+v, %v", back, err)
	}
	text := string(file)
	for name, bad := range map[string]string{
		"cut":         text[:len(text)-1],
		"empty line":  text + "\n",
		"space":       strings.Replace(text, ":", ": ", 1),
		"more":        strings.Replace(text, "{", `{"a":1,`, 1),
		"other time":  strings.Replace(text, "01.123456Z", "01.12345Z", 1),
		"short salt":  strings.Replace(text, `"salt":"73`, `"salt":"`, 1),
		"capitals":    strings.Replace(text, `"salt":"73616c74`, `"salt":"73616C74`, 1),
		"negative":    strings.Replace(text, `"index":4`, `"index":-4`, 1),
		"no event":    strings.Replace(text, `"event":11`, `"event":0`, 1),
		"large event": strings.Replace(text, `"event":11`, `"event":9007199254740993`, 1),
	} {
		if bad == text {
			t.Fatal(name, "changes nothing")
		}
		if _, err := parseCustody([]byte(bad)); !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrNotCanonical) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzCustody(f *testing.F) {
	for n := range 4 {
		var file []byte
		for _, c := range chain(f, someManifest, n) {
			l, err := c.encode()
			if err != nil {
				f.Fatal(err)
			}
			file = append(file, l...)
		}
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		events, err := parseCustody(data)
		if err != nil {
			if !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrNotCanonical) {
				t.Fatal(err)
			}
			return
		}
		var again []byte
		for _, c := range events {
			l, err := c.encode()
			if err != nil {
				t.Fatal(err)
			}
			again = append(again, l...)
		}
		if !bytes.Equal(again, data) {
			t.Fatalf("read %s, written %s", data, again)
		}
		entries, err := CheckChain(events, someManifest)
		if err != nil && !errors.Is(err, ErrChain) {
			t.Fatal(err)
		}
		for i, e := range entries {
			if e.N != i+1 {
				t.Fatal("a gap", e.N)
			}
		}
	})
}

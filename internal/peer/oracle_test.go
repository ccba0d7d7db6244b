// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
)

func tramItems(n int) (items [][]byte) {
	for i := range n {
		items = append(items, Item("address", fmt.Sprintf("https://tram-%d.test/", i)))
	}
	return items
}

// harbourSet is the set number 1 of the harbour for the trams.
func harbourSet(t testing.TB, known [][]byte) (Oracle, Set) {
	t.Helper()
	b, _ := harbour(t)
	_, ac := trams(t)
	o, err := b.Oracle(ac.ID(), 1)
	if err != nil {
		t.Fatal(err)
	}
	s, err := o.Set(context.Background(), noon, known, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return o, s
}

func ask(t testing.TB, items ...[]byte) (Question, []byte) {
	t.Helper()
	q, err := NewQuestion(1, "case 12 of 2026", items)
	if err != nil {
		t.Fatal(err)
	}
	body, err := q.Body()
	if err != nil {
		t.Fatal(err)
	}
	return q, body
}

func TestHitsAndNothingElse(t *testing.T) {
	known := tramItems(10)
	o, s := harbourSet(t, known)
	if len(s.Tags) != leastSet || s.Number != 1 || !s.At.Equal(noon.Truncate(time.Microsecond)) {
		t.Fatalf("%d tags", len(s.Tags))
	}
	parts, err := s.Parts()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := ReadSet(parts)
	if err != nil {
		t.Fatal(err)
	}
	q, body := ask(t, known[3], Item("address", "https://fog.test/"), known[9], Item("sha256", "https://tram-3.test/"))
	if bytes.Contains(body, []byte("tram")) {
		t.Error("the question shows its items")
	}
	if asked, err := ReadAsk(body); err != nil || asked.Items != 4 || asked.Set != 1 || asked.Purpose != "case 12 of 2026" {
		t.Errorf("%+v, %v", asked, err)
	}
	answer, err := o.Evaluate(body)
	if err != nil {
		t.Fatal(err)
	}
	hits, err := theirs.Hits(q, answer)
	if err != nil || !slices.Equal(hits, []bool{true, false, true, false}) {
		t.Fatalf("%v, %v", hits, err)
	}
	// The same items asked again look like others.
	_, again := ask(t, known[3], Item("address", "https://fog.test/"), known[9], Item("sha256", "https://tram-3.test/"))
	for i := range 4 {
		if at := len(again) - (i+1)*elementSize; bytes.Contains(body, again[at:at+elementSize]) {
			t.Error("two questions about the same item are seen to be")
		}
	}
}

// What one partner is told says nothing of what another has or of a later set.
func TestEachPartnerAndEachSetHasAKeyOfItsOwn(t *testing.T) {
	b, bc := harbour(t)
	a, ac := trams(t)
	_, wc := unit(t, "Weather unit", "https://weather.unit.test")
	item := tramItems(1)[0]
	seen := map[Tag]string{}
	for name, x := range map[string]struct {
		id  Identity
		of  Card
		set uint64
	}{"trams": {b, ac, 1}, "trams, next set": {b, ac, 2}, "weather": {b, wc, 1}, "of the trams": {a, bc, 1}} {
		o, err := x.id.Oracle(x.of.ID(), x.set)
		if err != nil {
			t.Fatal(err)
		}
		again, err := x.id.Oracle(x.of.ID(), x.set)
		if err != nil || !bytes.Equal(o.key, again.key) {
			t.Errorf("%s: two keys", name)
		}
		tag, err := o.Tag(item)
		if err != nil {
			t.Fatal(err)
		}
		if other, had := seen[tag]; had {
			t.Errorf("%s and %s have the same tags", name, other)
		}
		seen[tag] = name
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	known := tramItems(3)
	o, s := harbourSet(t, known)
	b, _ := harbour(t)
	_, wc := unit(t, "Weather unit", "https://weather.unit.test")
	wrongKey, err := b.Oracle(wc.ID(), 1)
	if err != nil {
		t.Fatal(err)
	}
	q, body := ask(t, known...)
	_, other := ask(t, known...)
	answer, err := o.Evaluate(body)
	if err != nil {
		t.Fatal(err)
	}
	by := func(o Oracle, body []byte) []byte {
		x, err := o.Evaluate(body)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	head := len(answerHead) + 32 + 2
	change := func(f func([]byte)) []byte {
		x := bytes.Clone(answer)
		f(x)
		return x
	}
	for name, x := range map[string]struct {
		answer []byte
		want   Fault
	}{
		"under another key": {by(wrongKey, body), Proof},
		"to another":        {by(o, other), Refused},
		"two exchanged":     {change(func(x []byte) { copy(x[head:], answer[head+32:head+64]); copy(x[head+32:], answer[head:head+32]) }), Proof},
		"one twice":         {change(func(x []byte) { copy(x[head:], answer[head+32:head+64]) }), Proof},
		"another proof":     {change(func(x []byte) { copy(x[len(x)-64:], by(o, body)[len(x)-64:]); x[len(x)-64] ^= 1 }), Proof},
		"no point":          {change(func(x []byte) { copy(x[head:], bytes.Repeat([]byte{255}, 32)) }), Malformed},
		"the identity":      {change(func(x []byte) { copy(x[head:], make([]byte, 32)) }), Malformed},
		"no proof":          {change(func(x []byte) { copy(x[len(x)-64:], bytes.Repeat([]byte{255}, 64)) }), Malformed},
		"fewer evaluations": {append(change(func(x []byte) { x[head-1] = 2 })[:head+64], answer[len(answer)-64:]...), Malformed},
		"more than its end": {append(bytes.Clone(answer), 0), Malformed},
		"cut short":         {answer[:len(answer)-1], Truncated},
		"cut in its head":   {answer[:head-1], Truncated},
		"something else":    {body, Malformed},
		"empty":             {nil, Malformed},
	} {
		if hits, err := s.Hits(q, x.answer); FaultOf(err) != x.want || hits != nil {
			t.Errorf("%s: %v; want %s", name, err, string(x.want))
		}
	}
	if _, err := s.Hits(Question{Set: 2}, answer); !errors.Is(err, Refused) {
		t.Errorf("of another set: %v", err)
	}
	lying := s // a partner that changes its key after it committed to it
	lying.Key = wrongKey.key
	if _, err := lying.Hits(q, answer); !errors.Is(err, Proof) {
		t.Errorf("another commitment: %v", err)
	}
}

func TestQuestionsThatAreRefused(t *testing.T) {
	o, _ := harbourSet(t, tramItems(1))
	q, body := ask(t, tramItems(2)...)
	head := len(body) - 2*elementSize
	change := func(f func([]byte)) []byte {
		x := bytes.Clone(body)
		f(x)
		return x
	}
	many := change(func(x []byte) { binary.BigEndian.PutUint16(x[head-2:], MaxItems+1) })
	for name, x := range map[string]struct {
		body []byte
		want Fault
	}{
		"another set":       {change(func(x []byte) { x[len(askHead)+7] = 2 }), Refused},
		"no items":          {change(func(x []byte) { x[head-1] = 0 })[:head], Malformed},
		"no purpose":        {append(append([]byte(askHead), 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2), body[head:]...), Malformed},
		"a hidden purpose":  {bytes.Replace(body, []byte("case"), []byte("ca\x00e"), 1), Malformed},
		"too many":          {append(many, make([]byte, MaxItems*elementSize)...), TooLarge},
		"the identity":      {change(func(x []byte) { copy(x[head:], make([]byte, 32)) }), Malformed},
		"no point":          {change(func(x []byte) { copy(x[head:], bytes.Repeat([]byte{255}, 32)) }), Malformed},
		"more than its end": {append(bytes.Clone(body), 0), Malformed},
		"cut short":         {body[:len(body)-1], Truncated},
		"cut in its head":   {body[:len(askHead)+5], Truncated},
		"something else":    {[]byte("fog"), Malformed},
	} {
		if _, err := o.Evaluate(x.body); FaultOf(err) != x.want {
			t.Errorf("%s: %v; want %s", name, err, string(x.want))
		}
	}
	if _, err := NewQuestion(1, "", tramItems(1)); !errors.Is(err, Malformed) {
		t.Errorf("no purpose: %v", err)
	}
	if _, err := NewQuestion(1, strings.Repeat("a", MaxPurpose+1), tramItems(1)); !errors.Is(err, Malformed) {
		t.Errorf("a long purpose: %v", err)
	}
	if _, err := NewQuestion(1, "a test", nil); !errors.Is(err, Malformed) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := NewQuestion(1, "a test", make([][]byte, MaxItems+1)); !errors.Is(err, TooLarge) {
		t.Errorf("too many: %v", err)
	}
	if _, err := NewQuestion(1, "a test", [][]byte{{}}); !errors.Is(err, TooLarge) {
		t.Errorf("an empty item: %v", err)
	}
	q.Blinds[0] = make([]byte, 32)
	if _, err := q.Body(); !errors.Is(err, Malformed) {
		t.Errorf("a blind of nothing: %v", err)
	}
}

func TestSets(t *testing.T) {
	o, s := harbourSet(t, append(tramItems(300), tramItems(5)...)) // some twice
	if len(s.Tags) != 512 || !slices.IsSortedFunc(s.Tags, compare) {
		t.Errorf("%d tags", len(s.Tags))
	}
	for _, item := range tramItems(300) {
		if tag, err := o.Tag(item); err != nil || !s.Has(tag) {
			t.Fatalf("%s is not there", item)
		}
	}
	if _, empty := harbourSet(t, nil); len(empty.Tags) != leastSet {
		t.Errorf("an empty set shows that it is: %d tags", len(empty.Tags))
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := o.Set(gone, noon, tramItems(1), rand.Reader); !errors.Is(err, iru.Unavailable) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := o.Set(t.Context(), noon, nil, strings.NewReader("fog")); !errors.Is(err, iru.Unavailable) {
		t.Errorf("no randomness: %v", err)
	}

	big := Set{Number: 1, At: noon, Key: s.Key, Tags: make([]Tag, tagsPerPart+3)}
	for i := range big.Tags {
		binary.BigEndian.PutUint64(big.Tags[i][:], uint64(i))
	}
	parts, err := big.Parts()
	if err != nil || len(parts) != 2 || len(parts[0]) > MaxBody {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	if got, err := ReadSet(parts); err != nil || !slices.Equal(got.Tags, big.Tags) {
		t.Errorf("%d tags came back, %v", len(got.Tags), err)
	}
	if set, part, n, err := ReadPart(parts[1]); err != nil || set != 1 || part != 1 || n != 2 {
		t.Errorf("%d, %d, %d, %v", set, part, n, err)
	}
	one, err := s.Parts()
	if err != nil {
		t.Fatal(err)
	}
	head := len(one[0]) - 8*len(s.Tags)
	change := func(f func([]byte)) [][]byte {
		x := bytes.Clone(one[0])
		f(x)
		return [][]byte{x}
	}
	for name, x := range map[string]struct {
		parts [][]byte
		want  Fault
	}{
		"nothing":            {nil, Malformed},
		"one of two":         {parts[:1], Malformed},
		"out of order":       {[][]byte{parts[1], parts[0]}, Malformed},
		"one twice":          {[][]byte{parts[0], parts[0]}, Malformed},
		"of two sets":        {[][]byte{one[0], parts[1]}, Malformed},
		"tags out of order":  {change(func(x []byte) { x[head] = 255 }), Malformed},
		"a tag twice":        {change(func(x []byte) { copy(x[head:], x[head+8:head+16]) }), Malformed},
		"number nought":      {change(func(x []byte) { x[len(setHead)+7] = 0 }), Malformed},
		"a time before 1970": {change(func(x []byte) { x[len(setHead)+8] = 255 }), Malformed},
		"no key":             {change(func(x []byte) { copy(x[len(setHead)+16:], make([]byte, 32)) }), Malformed},
		"cut short":          {[][]byte{one[0][:len(one[0])-1]}, Truncated},
		"cut in its head":    {[][]byte{one[0][:head-1]}, Truncated},
		"more than its end":  {[][]byte{append(bytes.Clone(one[0]), 0)}, Malformed},
		"something else":     {[][]byte{[]byte("fog")}, Malformed},
	} {
		if _, err := ReadSet(x.parts); FaultOf(err) != x.want {
			t.Errorf("%s: %v; want %s", name, err, string(x.want))
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package linktest

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
)

var syllables = strings.Fields("ra lo mi ten sku var el no pi dra hu kes tor bi an zu fa reo mun dal si pe go")

func word(r *rand.Rand) string {
	var s strings.Builder
	for range 2 + r.IntN(2) {
		s.WriteString(syllables[r.IntN(len(syllables))])
	}
	return s.String()
}

// Set phrases of six subjects: two forecasts read alike, whoever wrote them.
var subjects = [6]struct{ things, places, verbs []string }{
	{strings.Fields("sleet sunshine drizzle fog thunder hail frost breeze snow haze"), strings.Fields("harbour upland valley lagoon plateau coast delta ridge"), strings.Fields("expects awaits keeps loses")},
	{strings.Fields("express local freight night relief shuttle"), strings.Fields("junction terminus halt yard bridge tunnel"), strings.Fields("leaves passes reaches waits-for")},
	{strings.Fields("tram car bogie pantograph depot timetable"), strings.Fields("market quay square hill station gate"), strings.Fields("serves skips turns-at meets")},
	{strings.Fields("psalm motet round carol chorale canon"), strings.Fields("chapel hall loft court crypt nave"), strings.Fields("opens fills leaves rehearses")},
	{strings.Fields("beans leeks squash sorrel chard peas"), strings.Fields("plot bed frame shed orchard terrace"), strings.Fields("sow thin water lift")},
	{strings.Fields("ferry tender launch barge pilot buoy"), strings.Fields("pier slip narrows sound island lock"), strings.Fields("crosses rounds calls-at clears")},
}

func sentence(r *rand.Rand, subject int) string {
	s := subjects[subject]
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	switch r.IntN(5) {
	case 0:
		return fmt.Sprintf("At %d o'clock the %s %s %s before %d degrees.", r.IntN(24), pick(s.places), pick(s.verbs), pick(s.things), r.IntN(40))
	case 1:
		return fmt.Sprintf("Our readers near the %s say that %s and %s are late this week.", pick(s.places), pick(s.things), pick(s.things))
	case 2:
		return fmt.Sprintf("The %s %s the %s again, as it did in the year of %s %s.", pick(s.things), pick(s.verbs), pick(s.places), word(r), word(r))
	}
	n := make([]string, 9+r.IntN(8))
	for i := range n {
		if n[i] = word(r); r.IntN(3) == 0 {
			n[i] = pick(s.things)
		}
	}
	return strings.Join(n, " ") + "."
}

// bulletin is a headline and some sentences.
func bulletin(r *rand.Rand, subject int) []string {
	out := []string{fmt.Sprintf("%s %s %s", word(r), word(r), subjects[subject].things[r.IntN(6)])}
	for range 3 + r.IntN(5) {
		out = append(out, sentence(r, subject))
	}
	return out
}

// edited is a bulletin as it is published again: a word here and there is another.
func edited(r *rand.Rand, p []string) []string {
	out := make([]string, len(p))
	for i, line := range p {
		w := strings.Fields(line)
		for j := range w {
			if r.IntN(30) == 0 {
				w[j] = word(r)
			}
		}
		out[i] = strings.Join(w, " ")
	}
	return out
}

func picture(r *rand.Rand) string {
	b := make([]byte, 32)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return hex.EncodeToString(b)
}

// near is a picture coded anew: some bits of its hash differ, sometimes too many.
func near(r *rand.Rand, p string) string {
	b, _ := hex.DecodeString(p)
	for range r.IntN(40) {
		b[r.IntN(32)] ^= 1 << r.IntN(8)
	}
	return hex.EncodeToString(b)
}

// zipf is one of n, the first the likeliest: most customers are with few companies.
func zipf(r *rand.Rand, n int) int {
	for i := range n {
		if r.Float64() < .35 {
			return i
		}
	}
	return n
}

// SPDX-License-Identifier: EUPL-1.2

package link_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"iolaus/internal/link"
)

// counts are frequencies as a test states them.
type counts struct {
	total int
	seen  map[string]int // kind + " " + value
}

func (c counts) Count(kind, value string) (int, int) { return c.seen[kind+" "+value], c.total }

// known counts features over a collection of outlets.
func known(outlets ...[]link.Feature) counts {
	c := counts{total: len(outlets), seen: map[string]int{}}
	for _, o := range outlets {
		each := map[string]bool{}
		for _, f := range o {
			each[f.Kind+" "+f.Value] = true
		}
		for key := range each {
			c.seen[key]++
		}
	}
	return c
}

// prose is a text of a small invented language without set phrases; different seeds give different texts.
func prose(seed, words int) string {
	syllables := []string{"ra", "lo", "mi", "ten", "sku", "var", "el", "no", "pi", "dra", "hu", "kes", "tor", "bi", "an", "zu"}
	var b strings.Builder
	x := uint32(seed)*2654435761 + 1
	next := func(n int) int { x = x*1664525 + 1013904223; return int(x>>16) % n }
	for range words {
		fmt.Fprintf(&b, "%s%s ", syllables[next(len(syllables))], syllables[next(len(syllables))])
	}
	return b.String()
}

// forecast is a text full of set phrases, as weather reports are: two of them have a tenth of their runs of words in common.
func forecast(seed, sentences int) string {
	places := []string{"harbour", "upland", "valley", "lagoon", "plateau", "coast", "delta", "ridge", "island", "forest", "marsh"}
	skies := []string{"sleet", "sunshine", "drizzle", "fog", "thunder", "hail", "frost", "breeze", "cloud", "snow", "haze", "rain", "calm"}
	var b strings.Builder
	x := uint32(seed)*2654435761 + 1
	next := func(n int) int { x = x*1664525 + 1013904223; return int(x>>16) % n }
	for range sentences {
		fmt.Fprintf(&b, "At %d o'clock the %s expects %s and %s before %d degrees. ", next(24), places[next(len(places))], skies[next(len(skies))], skies[next(len(skies))], next(40))
	}
	return b.String()
}

func picture(seed int) string {
	x := uint64(seed)*0x9E3779B97F4A7C15 + 1
	var b strings.Builder
	for range 4 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		fmt.Fprintf(&b, "%016x", x*0x2545F4914F6CDD1D)
	}
	return b.String()
}

func site(kinds map[string][]string, text string) []link.Feature {
	var out []link.Feature
	for kind, values := range kinds {
		for _, v := range values {
			out = append(out, link.New(kind, v))
		}
	}
	return append(out, link.Shingles(text)...)
}

// theme is what a shared template brings.
var theme = map[string][]string{
	link.AssetHash: {"css1", "css2", "js1", "js2", "js3", "font"}, link.PageStructure: {"00ff00ff00ff00ff"}, link.Favicon: {"default-icon"},
	link.Registrar: {"292"}, link.Network: {"AS64500"}, link.NameServer: {"ns1.names.test", "ns2.names.test"},
}

func with(base map[string][]string, more map[string][]string) map[string][]string {
	m := map[string][]string{}
	for k, v := range base {
		m[k] = v
	}
	for k, v := range more {
		m[k] = v
	}
	return m
}

// TestSameOwnerRehosted: new name, host, network and key; the old text mostly, the old pictures and the old identifiers.
func TestSameOwnerRehosted(t *testing.T) {
	text := prose(1, 600)
	before := site(with(theme, map[string][]string{link.SPKI: {"k1"}, link.AnalyticsID: {"UA-1"}, link.Contact: {"desk@halcyon.test"}, link.ImagePDQ: {picture(1), picture(2)}}), text)
	after := site(map[string][]string{link.SPKI: {"k2"}, link.AnalyticsID: {"UA-1"}, link.Contact: {"desk@halcyon.test"}, link.ImagePDQ: {picture(1), picture(9)},
		link.Registrar: {"7"}, link.Network: {"AS64511"}, link.Favicon: {"new-icon"}}, text[:len(text)*2/3]+prose(2, 200))
	r := link.Compare(before, after, known(before, after), link.DefaultPrior)
	if r.Score < 2*link.Suggest || r.Probability < .999 {
		t.Errorf("score %.1f, probability %.4f: %+v", r.Score, r.Probability, r.Evidence)
	}
}

// TestSinglePieces: what one piece of evidence does by itself, in a small collection and in a large one.
func TestSinglePieces(t *testing.T) {
	one := func(kind, value string) []link.Feature { return []link.Feature{link.New(kind, value)} }
	text := link.Shingles(prose(1, 600))
	for _, c := range []struct {
		name      string
		features  []link.Feature
		suggested bool
	}{
		{"private key", one(link.SPKI, "k"), true},
		{"signer of the app", one(link.APKSigner, "k"), true},
		{"key of the add-on", one(link.ExtensionKey, "k"), true},
		{"PGP key", one(link.PGPKey, "k"), true},
		{"analytics identifier", one(link.AnalyticsID, "UA-1"), true},
		{"donation account", one(link.DonationID, "w"), true},
		{"contact", one(link.Contact, "desk@halcyon.test"), true},
		{"feed key", one(link.FeedKey, "f"), true},
		{"text and pictures", append(slices.Clone(text), link.New(link.ImagePDQ, picture(1))), true},
		{"text alone", text, false},
		{"one picture", one(link.ImagePDQ, picture(1)), false},
		{"favicon", one(link.Favicon, "i"), false},
		{"style sheet", one(link.AssetHash, "c"), false},
		{"page structure", one(link.PageStructure, "00ff00ff00ff00ff"), false},
		{"name server", one(link.NameServer, "ns1.names.test"), false},
		{"registrar", one(link.Registrar, "292"), false},
		{"network", one(link.Network, "AS64500"), false},
		{"address", one(link.Address, "127.9.1.1"), false},
		{"something unknown", one("weather_vane", "x"), false},
	} {
		for _, total := range []int{0, 2, 34, 10000} {
			f := counts{total: total, seen: map[string]int{}}
			for _, v := range c.features {
				f.seen[v.Kind+" "+v.Value] = min(2, total)
			}
			r := link.Compare(c.features, c.features, f, link.DefaultPrior)
			if (r.Score >= link.Suggest) != c.suggested {
				t.Errorf("%s, seen on 2 of %d: score %.1f, suggested should be %v", c.name, total, r.Score, c.suggested)
			}
			if r.Score <= 0 {
				t.Errorf("%s: an agreement weighs %.1f", c.name, r.Score)
			}
		}
		if r := link.Compare(c.features, c.features, nil, link.DefaultPrior); (r.Score >= link.Suggest) != c.suggested {
			t.Errorf("%s without frequencies: score %.1f", c.name, r.Score)
		}
	}
}

// TestSameThemeOtherOwner is scenario S6: template, registrar, name servers and network shared, everything else another's. Even if
// no third outlet is known that would show how common the theme is, it stays under the threshold.
func TestSameThemeOtherOwner(t *testing.T) {
	trams := site(with(theme, map[string][]string{link.SPKI: {"k1"}, link.AnalyticsID: {"UA-1"}, link.Contact: {"desk@trams.test"}, link.ImagePDQ: {picture(1), picture(2)}}), forecast(1, 60))
	rail := site(with(theme, map[string][]string{link.SPKI: {"k2"}, link.AnalyticsID: {"UA-2"}, link.Contact: {"desk@rail.test"}, link.ImagePDQ: {picture(3), picture(4)}}), forecast(2, 60))
	bare1, bare2 := site(theme, ""), site(theme, "")
	for _, total := range []int{2, 34, 10000} {
		f := known(trams, rail)
		f.total = total
		if r := link.Compare(trams, rail, f, link.DefaultPrior); r.Score >= link.Suggest-1 {
			t.Errorf("%d known: score %.1f: %+v", total, r.Score, r.Evidence)
		}
		if r := link.Compare(append(bare1, link.Shingles(forecast(1, 60))...), append(bare2, link.Shingles(forecast(2, 60))...), f, link.DefaultPrior); r.Score >= link.Suggest {
			t.Errorf("%d known, the theme and set phrases: score %.1f", total, r.Score)
		}
		if r := link.Compare(bare1, bare2, f, link.DefaultPrior); r.Score >= link.Suggest || r.Score <= 0 {
			t.Errorf("%d known, nothing but the theme: score %.1f", total, r.Score)
		}
	}
}

// TestLentKey is scenario S5: a key that a host lends its customers is no key of an outlet. One more who has it leaves it strong, a dozen take it and the
// address it comes with under the threshold, however small or large the collection.
func TestLentKey(t *testing.T) {
	a := []link.Feature{link.New(link.SPKI, "k1"), link.New(link.Address, "127.0.0.9"), link.New(link.NameServer, "ns1.test"), link.New(link.Registrar, "Alder")}
	for _, total := range []int{14, 34, 10000} {
		score := func(seen int) float64 {
			return link.Compare(a, a, counts{total, map[string]int{"spki k1": seen, "address 127.0.0.9": seen}}, link.DefaultPrior).Score
		}
		if s := score(2); s < link.Suggest {
			t.Errorf("%d known: a key that only the two have: %.1f", total, s)
		}
		if one, dozen := score(3), score(14); one < 8 || dozen >= one-4 || dozen >= link.Suggest {
			t.Errorf("%d known: with one other %.1f, with a dozen %.1f", total, one, dozen)
		}
	}
}

// TestFrequencyDecides: the same agreement weighs less the more others have the value, and nothing at all if everyone has it.
func TestFrequencyDecides(t *testing.T) {
	for _, k := range link.Kinds() {
		if k.Name == link.TextShingle {
			continue
		}
		value := picture(1)
		if k.Name == link.PageStructure {
			value = value[:16]
		}
		a := []link.Feature{link.New(k.Name, value)}
		last := math.Inf(1)
		for _, seen := range []int{2, 100, 3000, 20000, 60000, 100000} {
			r := link.Compare(a, a, counts{100000, map[string]int{k.Name + " " + value: seen}}, link.DefaultPrior)
			if r.Score > last || r.Score < 0 {
				t.Errorf("%s seen %d times: %.2f after %.2f", k.Name, seen, r.Score, last)
			}
			last = r.Score
		}
		if last != 0 {
			t.Errorf("%s that everyone has weighs %.2f", k.Name, last)
		}
	}
}

// TestWeightIsTheFormula: log2(m/u(value)), with u smoothed and the compared two left out.
func TestWeightIsTheFormula(t *testing.T) {
	a := []link.Feature{link.New(link.Network, "AS64500")}
	for _, k := range link.Kinds() {
		if k.Name != link.Network {
			continue
		}
		r := link.Compare(a, a, counts{1002, map[string]int{"network AS64500": 202}}, .5)
		want := math.Log2(k.M / ((200 + k.Strength*k.U) / (1000 + k.Strength)))
		if math.Abs(r.Score-want) > 1e-12 || want > k.Cap {
			t.Errorf("score %v, want %v", r.Score, want)
		}
		if odds := r.Probability / (1 - r.Probability); math.Abs(math.Log2(odds)-(link.Slope*want+link.Offset)) > 1e-9 {
			t.Errorf("at even prior odds the posterior odds are 2^%v, want the calibrated 2^%v", math.Log2(odds), link.Slope*want+link.Offset)
		}
	}
}

func TestCaps(t *testing.T) {
	many := func(kind string, n int) []link.Feature {
		var out []link.Feature
		for i := range n {
			v := fmt.Sprint(kind, i)
			if kind == link.ImagePDQ {
				v = picture(i + 1)
			}
			out = append(out, link.New(kind, v))
		}
		return out
	}
	capped := func(r link.Result) int {
		n := 0
		for _, e := range r.Evidence {
			if e.Capped {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		name  string
		kinds []string
		most  float64
	}{
		{"host", []string{link.NameServer, link.Registrar, link.Network, link.Address}, 3},
		{"presentation", []string{link.AssetHash, link.Favicon, link.PageStructure}, 6},
		{"content", []string{link.AssetHash, link.Favicon, link.ImagePDQ, link.PageStructure}, 14},
		{"identity", []string{link.PGPKey, link.Contact, link.DonationID, link.FeedKey}, 18},
		{"analytics", []string{link.AnalyticsID}, 12},
		{"one kind", []string{link.NameServer}, 2},
	} {
		var a []link.Feature
		for _, k := range c.kinds {
			a = append(a, many(k, 20)...)
		}
		r := link.Compare(a, a, counts{total: 100000}, link.DefaultPrior)
		if math.Abs(r.Score-c.most) > 1e-9 || capped(r) == 0 {
			t.Errorf("%s: score %.3f, %d capped; want exactly %v", c.name, r.Score, capped(r), c.most)
		}
	}
	if r := link.Compare(many(link.Registrar, 1), many(link.Registrar, 1), counts{1000, map[string]int{"registrar registrar0": 300}}, .5); capped(r) != 0 {
		t.Errorf("%+v", r.Evidence)
	}
}

// TestThresholdStandsAboveTheme: the caps themselves guarantee scenario S6, whatever the frequencies.
func TestThresholdStandsAboveTheme(t *testing.T) {
	var a []link.Feature
	for _, k := range link.Kinds() {
		if k.Family == link.Host || k.Name == link.AssetHash || k.Name == link.Favicon || k.Name == link.PageStructure {
			for i := range 10 {
				a = append(a, link.New(k.Name, fmt.Sprint(i)))
			}
		}
	}
	if r := link.Compare(a, a, counts{total: 1 << 40}, link.DefaultPrior); r.Score != 9 || r.Score >= link.Suggest {
		t.Errorf("host and theme reach %.2f", r.Score)
	}
	if odds := link.DefaultPrior / (1 - link.DefaultPrior); math.Abs(odds*math.Exp2(link.Suggest)-1) > 1e-12 {
		t.Errorf("the threshold does not lift the default prior to even odds: %v", odds*math.Exp2(link.Suggest))
	}
}

func TestDifferences(t *testing.T) {
	for _, c := range []struct {
		kind string
		want float64
	}{
		{link.Contact, math.Log2(.55 / (1 - 1e-5))}, {link.DonationID, math.Log2(.55 / (1 - 1e-5))}, {link.AnalyticsID, math.Log2(.5 / (1 - 1e-5))},
		{link.PageStructure, math.Log2(.4 / .92)},
		// An outlet that flees changes these on purpose: a difference says nothing.
		{link.SPKI, 0}, {link.Registrar, 0}, {link.NameServer, 0}, {link.Network, 0}, {link.Address, 0}, {link.ImagePDQ, 0}, {link.Favicon, 0}, {link.APKSigner, 0},
	} {
		r := link.Compare([]link.Feature{link.New(c.kind, picture(1)[:16])}, []link.Feature{link.New(c.kind, picture(2)[:16])}, nil, link.DefaultPrior)
		if math.Abs(r.Score-c.want) > 1e-12 || len(r.Evidence) > 0 != (c.want != 0) {
			t.Errorf("%s: %v, want %v", c.kind, r.Score, c.want)
		}
	}
	a := []link.Feature{link.New(link.Contact, "x"), link.New(link.DonationID, "x"), link.New(link.AnalyticsID, "x")}
	if r := link.Compare(a, nil, nil, link.DefaultPrior); r.Score != 0 || len(r.Evidence) != 0 || math.Abs(r.Probability-link.DefaultPrior) > 1e-12 {
		t.Errorf("what only one site has is evidence: %+v", r)
	}
}

func TestImagesByDistance(t *testing.T) {
	base := strings.Repeat("0", 64)
	at := func(bits int) string { // base with that many bits set
		b := []byte(base)
		for i := range bits {
			b[i/4] = "0123456789abcdef"[(1<<(i%4+1))-1]
		}
		return string(b)
	}
	for bits, same := range map[int]bool{0: true, 1: true, 31: true, 32: false, 256: false} {
		r := link.Compare([]link.Feature{link.New(link.ImagePDQ, base)}, []link.Feature{link.New(link.ImagePDQ, at(bits))}, nil, .5)
		if (r.Score > 0) != same {
			t.Errorf("%d bits apart: %.2f", bits, r.Score)
		}
		if same && bits > 0 && !strings.Contains(r.Evidence[0].Note, fmt.Sprintf("%d bits apart", bits)) {
			t.Errorf("the note is %q", r.Evidence[0].Note)
		}
	}
	// One picture matches one picture, however many are near.
	r := link.Compare([]link.Feature{link.New(link.ImagePDQ, base)}, []link.Feature{link.New(link.ImagePDQ, at(1)), link.New(link.ImagePDQ, at(2))}, nil, .5)
	if len(r.Evidence) != 1 || !strings.Contains(r.Evidence[0].Note, "1 bits apart") {
		t.Errorf("%+v", r.Evidence)
	}
	for _, bad := range []string{"zz", strings.Repeat("g", 64), strings.Repeat("0", 63)} {
		if r := link.Compare([]link.Feature{link.New(link.ImagePDQ, base)}, []link.Feature{link.New(link.ImagePDQ, bad)}, nil, .5); r.Score != 0 {
			t.Errorf("%q is taken for a picture", bad)
		}
	}
}

func TestText(t *testing.T) {
	whole := prose(1, 800)
	score := func(a, b string) float64 {
		return link.Compare(link.Shingles(a), link.Shingles(b), nil, .5).Score
	}
	third := prose(1, 350) + prose(3, 450)
	if same, part, other := score(whole, whole), score(whole, third), score(whole, prose(2, 800)); !(same > part && part > 0 && other < 0) {
		t.Errorf("the same text weighs %.2f, a third of it %.2f, another text %.2f", same, part, other)
	}
	if s := score("Trams run late today", "Trams run late today"); s != 0 {
		t.Errorf("a headline weighs %.2f", s)
	}
	if s := score(whole, "The ferry to the island leaves at nine and at ten and at eleven from the old pier every day"); s >= 0 {
		t.Errorf("another short text weighs %.2f", s)
	}
	if a, b := link.Shingles("Rain, at the COAST today?"), link.Shingles("rain at the coast - today"); len(a) != 1 || !slices.Equal(a, b) {
		t.Errorf("%v and %v", a, b)
	}
	if s := score(forecast(1, 80), forecast(2, 80)); s > 1 {
		t.Errorf("set phrases weigh %.2f", s)
	}
	if n := len(link.Shingles(prose(1, 1000))); n != link.SketchSize {
		t.Errorf("a long text has %d shingles", n)
	}
	// What every outlet prints is left out.
	f := counts{1000, map[string]int{}}
	for _, s := range link.Shingles(whole) {
		f.seen[s.Kind+" "+s.Value] = 500
	}
	if r := link.Compare(link.Shingles(whole), link.Shingles(whole), f, .5); r.Score != 0 {
		t.Errorf("boilerplate weighs %.2f", r.Score)
	}
}

func TestStructure(t *testing.T) {
	tags := strings.Fields(strings.Repeat("div ul li li li a span p p img div section article h2 p p ", 20))
	a := link.Structure(tags)
	b := link.Structure(append(slices.Clone(tags), "p", "p", "p"))
	c := link.Structure(strings.Fields(strings.Repeat("table tr td td font td center b br br tr td ", 20)))
	if a.Kind != link.PageStructure || a.Family != link.Content || len(a.Value) != 16 {
		t.Fatalf("%+v", a)
	}
	score := func(x, y link.Feature) float64 {
		return link.Compare([]link.Feature{x}, []link.Feature{y}, nil, .5).Score
	}
	if score(a, b) <= 0 || score(a, c) >= 0 {
		t.Errorf("three paragraphs more weigh %.2f, another page %.2f", score(a, b), score(a, c))
	}
	if f := link.Structure([]string{"p", "p", "p"}); f != (link.Feature{}) {
		t.Errorf("three tags are %+v", f)
	}
}

// TestOverlapSteps: both columns of the text model are distributions.
func TestOverlapSteps(t *testing.T) {
	m, u := link.OverlapSums()
	if math.Abs(m-1) > 1e-12 || math.Abs(u-1) > 1e-12 {
		t.Errorf("the columns sum to %v and %v", m, u)
	}
}

func TestModel(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range link.Kinds() {
		if seen[k.Name] || k.Family == "" || k.Reason == "" || k.Cap <= 0 || link.FamilyOf(k.Name) != k.Family {
			t.Errorf("%+v", k)
		}
		seen[k.Name] = true
		if k.Name != link.TextShingle && (k.M <= k.U || k.M >= 1 || k.U <= 0 || k.Strength <= 0) {
			t.Errorf("%s: m %v, u %v", k.Name, k.M, k.U)
		}
	}
	if link.FamilyOf("weather_vane") != "" {
		t.Error("an unknown kind has a family")
	}
}

func TestPriors(t *testing.T) {
	a := []link.Feature{link.New(link.SPKI, "k")}
	want := link.Compare(a, a, nil, link.DefaultPrior)
	for _, p := range []float64{0, 1, -1, 2, math.NaN(), math.Inf(1)} {
		if got := link.Compare(a, a, nil, p); got.Probability != want.Probability {
			t.Errorf("prior %v: probability %v", p, got.Probability)
		}
	}
	if low, high := link.Compare(a, a, nil, 1e-6).Probability, link.Compare(a, a, nil, .5).Probability; !(low < want.Probability && want.Probability < high) {
		t.Errorf("%v, %v, %v", low, want.Probability, high)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package link_test

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"iolaus/internal/link"
)

// features draws a site whose values often meet those of another.
func features() *rapid.Generator[[]link.Feature] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) link.Feature {
		n := rapid.IntRange(0, 6).Draw(t, "value")
		switch kind := rapid.SampledFrom(append(names(), "weather_vane")).Draw(t, "kind"); kind {
		case link.ImagePDQ:
			v := []byte(picture(n % 3))
			v[n] = "0123456789abcdefg"[rapid.IntRange(0, 16).Draw(t, "digit")]
			return link.New(kind, string(v))
		case link.PageStructure:
			return link.New(kind, picture(n)[:16-rapid.IntRange(0, 1).Draw(t, "short")])
		case "weather_vane":
			return link.Feature{Family: rapid.SampledFrom([]link.Family{"", link.Host, link.TLS, "odd"}).Draw(t, "family"), Kind: kind, Value: fmt.Sprint(n)}
		default:
			return link.New(kind, fmt.Sprint(n))
		}
	}), 0, 40)
}

func names() []string {
	var out []string
	for _, k := range link.Kinds() {
		out = append(out, k.Name)
	}
	return out
}

// drawn are frequencies that depend on one drawn number, so that a failing case stays small.
type drawn struct {
	total int
	seed  uint32
}

func (d drawn) Count(kind, value string) (int, int) {
	h := d.seed
	for _, c := range []byte(kind + value) {
		h = h*16777619 ^ uint32(c)
	}
	return int(h>>8)%6000 - 1, d.total
}

func frequencies() *rapid.Generator[link.Frequencies] {
	return rapid.Custom(func(t *rapid.T) link.Frequencies {
		return drawn{rapid.IntRange(-1, 5000).Draw(t, "total"), rapid.Uint32().Draw(t, "seed")}
	})
}

// TestSymmetricAndOrderIndependent: neither which site comes first, nor the order of features, nor repetition changes a bit.
func TestSymmetricAndOrderIndependent(t *testing.T) {
	agreed := 0
	rapid.Check(t, func(t *rapid.T) {
		a, b, f := features().Draw(t, "a"), features().Draw(t, "b"), frequencies().Draw(t, "f")
		prior := rapid.Float64Range(1e-6, .9).Draw(t, "prior")
		r := link.Compare(a, b, f, prior)
		if back := link.Compare(b, a, f, prior); !reflect.DeepEqual(r, back) {
			t.Fatalf("not symmetric:\n%+v\n%+v", r, back)
		}
		a2, b2 := rapid.Permutation(a).Draw(t, "a2"), rapid.Permutation(b).Draw(t, "b2")
		if other := link.Compare(append(a2, a2...), b2, f, prior); !reflect.DeepEqual(r, other) {
			t.Fatalf("order or repetition matters:\n%+v\n%+v", r, other)
		}
		if r.Score > 0 {
			agreed++
		}
		check(t, r)
	})
	if agreed == 0 {
		t.Error("no two sites ever agreed: the test tests nothing")
	}
}

// check is what holds for every result: the score is the sum of what is shown, each piece is explained, the caps hold.
func check(t *rapid.T, r link.Result) {
	sum, families := 0.0, map[link.Family]float64{}
	last := math.Inf(1)
	for _, e := range r.Evidence {
		if math.IsNaN(e.Weight) || math.Abs(e.Weight) > last || e.Note == "" || e.Feature.Kind == "" || e.Feature.Value == "" {
			t.Fatalf("%+v", e)
		}
		last = math.Abs(e.Weight)
		sum += e.Weight
		if e.Weight > 0 {
			families[e.Feature.Family] += e.Weight
		}
	}
	if sum != r.Score || !(r.Probability > 0 && r.Probability < 1) {
		t.Fatalf("score %v, sum %v, probability %v", r.Score, sum, r.Probability)
	}
	for family, most := range map[link.Family]float64{link.Host: 3, link.TLS: 16, link.Content: 14, link.Analytics: 12, link.Identity: 18, link.App: 16, "": 2, "odd": 2} {
		if families[family] > most+1e-9 {
			t.Fatalf("%s weighs %v", family, families[family])
		}
	}
}

// TestMoreAgreementNeverHurts: a further shared identifier does not lower the score.
func TestMoreAgreementNeverHurts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, f := features().Draw(t, "a"), features().Draw(t, "b"), frequencies().Draw(t, "f")
		more := link.New(rapid.SampledFrom(names()).Draw(t, "kind"), picture(77))
		if more.Kind == link.PageStructure || more.Kind == link.TextShingle {
			more = link.New(link.SPKI, "new")
		}
		before, after := link.Compare(a, b, f, .01).Score, link.Compare(append(a, more), append(b, more), f, .01).Score
		if after < before-1e-9 {
			t.Fatalf("%v after %v", after, before)
		}
	})
}

// TestLimits: a site that offers endless values costs bounded work and shows bounded evidence.
func TestLimits(t *testing.T) {
	var a []link.Feature
	for n := range 3000 {
		a = append(a, link.New(link.ImagePDQ, picture(n+1)), link.New(link.AssetHash, fmt.Sprint(n)), link.New(link.TextShingle, picture(n + 1)[:16]))
	}
	asked := &asker{}
	r := link.Compare(a, a, asked, link.DefaultPrior)
	if len(r.Evidence) > 30 || asked.n > 5000 {
		t.Errorf("%d pieces of evidence, %d questions", len(r.Evidence), asked.n)
	}
}

type asker struct{ n int }

func (a *asker) Count(string, string) (int, int) { a.n++; return 0, 100 }

// TestWorld: forty owners with two sites each, a third of them on one theme and host. Most pairs of one owner are suggested, and
// no pair of different owners is.
func TestWorld(t *testing.T) {
	const owners = 40
	var sites [][]link.Feature
	for o := range owners {
		for s := range 2 {
			base := map[string][]string{link.Registrar: {fmt.Sprint(o % 4)}, link.Network: {fmt.Sprint((o + s) % 5)}, link.AssetHash: {fmt.Sprint("css", o%7)}}
			if o%3 == 0 {
				base = with(theme, nil)
			}
			if o%2 == 0 {
				base[link.AnalyticsID] = []string{fmt.Sprint("UA-", o)}
			}
			if o%5 == 0 {
				base[link.SPKI] = []string{fmt.Sprint("k", o)}
			}
			if o%4 != 3 {
				base[link.ImagePDQ] = []string{picture(1000 + o), picture(2000 + 2*o + s)}
			}
			sites = append(sites, site(base, prose(o+1, 300)+prose(500+2*o+s, 200)))
		}
	}
	f := known(sites...)
	found, wrong := 0, 0
	for i := range sites {
		for j := range i {
			switch suggested := link.Compare(sites[i], sites[j], f, link.DefaultPrior).Score >= link.Suggest; {
			case suggested && i/2 == j/2:
				found++
			case suggested:
				wrong++
			}
		}
	}
	if found < owners*9/10 || wrong != 0 {
		t.Errorf("%d of %d owners found, %d wrong suggestions", found, owners, wrong)
	}
	t.Logf("%d of %d owners found, %d wrong suggestions", found, owners, wrong)
}

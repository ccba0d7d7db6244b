// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// frames makes so many frames of good quality, one a second, far from each other.
func frames(seed uint64, n int) Video {
	g := rand.New(rand.NewPCG(seed, 1))
	v := make(Video, n)
	for i := range v {
		v[i] = Frame{Number: 25 * i, Quality: 80, Hash: PDQ{g.Uint64(), g.Uint64(), g.Uint64(), g.Uint64()}, At: time.Duration(i) * time.Second}
	}
	return v
}

// off is the hash with so many bits changed.
func off(p PDQ, n int) PDQ {
	for i := range n {
		p[i%4] ^= 1 << (i / 4 * 3)
	}
	return p
}

func TestVideoMatch(t *testing.T) {
	known := frames(1, 10)
	part := slices.Clone(known[:4])
	near, far := slices.Clone(known), slices.Clone(known)
	for i := range known {
		near[i].Hash, far[i].Hash = off(known[i].Hash, VideoRadius), off(known[i].Hash, VideoRadius+1)
	}
	dull := slices.Clone(known)
	for i := range dull[5:] {
		dull[5+i].Quality = VideoQuality - 1
	}
	twice := append(slices.Clone(known), known...)
	mixed := append(slices.Clone(known[:8]), frames(2, 2)...)
	for _, c := range []struct {
		name         string
		a, b         Video
		query, index float64
		same         bool
	}{
		{"itself", known, known, 1, 1, true},
		{"a part", part, known, 1, .4, true},
		{"the whole against a part", known, part, .4, 1, false},
		{"at the radius", near, known, 1, 1, true},
		{"beyond the radius", far, known, 0, 0, false},
		{"frames without quality do not count", dull, known, 1, .5, true},
		{"nor in the known one", known, dull, .5, 1, false},
		{"each hash once", twice, known, 1, 1, true},
		{"eight of ten", mixed, known, .8, .8, true},
		{"seven of nine", append(slices.Clone(known[:7]), frames(2, 2)...), known, 7. / 9, .7, false},
		{"another", frames(3, 10), known, 0, 0, false},
		{"none", nil, known, 0, 0, false},
		{"against none", known, nil, 0, 0, false},
	} {
		q, i := c.a.Match(c.b, VideoRadius)
		if q != c.query || i != c.index || SameVideo(q, i) != c.same {
			t.Errorf("%s: %v of the query, %v of the known one, same %v", c.name, q, i, SameVideo(q, i))
		}
		// The two shares change places with the videos.
		if i2, q2 := c.b.Match(c.a, VideoRadius); q2 != q || i2 != i {
			t.Errorf("%s turned round: %v, %v", c.name, q2, i2)
		}
	}
}

const oneFrame = "7,98,d8f8f0cce0f4a84f0e370a22028f67f0b36e2ed596623e1d33e6b39c4e9c9b22,1.250\n"

func TestVideoFile(t *testing.T) {
	v, err := ParseVideo(strings.NewReader("0,100," + strings.Repeat("0f", 32) + ",0\n" + oneFrame))
	if err != nil || len(v) != 2 || v[1].Number != 7 || v[1].Quality != 98 || v[1].At != 1250*time.Millisecond || !strings.HasPrefix(v[1].Hash.Hex(), "d8f8f0cc") {
		t.Fatal(v, err)
	}
	var out bytes.Buffer
	n, err := v[1:].WriteTo(&out)
	if err != nil || out.String() != oneFrame || n != int64(len(oneFrame)) {
		t.Errorf("%q, %d, %v", out.String(), n, err)
	}
	hash := strings.Split(oneFrame, ",")[2]
	for line, want := range map[string]string{
		"":                                       "line 2: not a valid fingerprint: 1 fields",
		"8,98," + hash:                           "line 2: not a valid fingerprint: 3 fields",
		"8,98," + hash + ",1,2":                  "line 2: not a valid fingerprint: 5 fields",
		"8,101," + hash + ",2":                   "line 2: not a valid fingerprint: quality",
		"-8,98," + hash + ",2":                   "line 2: not a valid fingerprint: frame",
		" 8,98," + hash + ",2":                   "line 2: not a valid fingerprint: frame",
		"7,98," + hash + ",2":                    "line 2: not a valid fingerprint: frame 7 comes after frame 7",
		"8,98," + hash[1:] + ",2":                "line 2: not a valid fingerprint: hash",
		"8,98," + hash + ",-2":                   "line 2: not a valid fingerprint: time",
		"8,98," + hash + ",NaN":                  "line 2: not a valid fingerprint: time",
		"8,98," + hash + ",1e3":                  "line 2: not a valid fingerprint: time",
		"8,98," + hash + ",99999999999999999999": "line 2: not a valid fingerprint: time",
		"8,98," + hash + "," + strings.Repeat("0", 5000): "line 2: not a valid fingerprint: longer",
	} {
		v, err := ParseVideo(strings.NewReader(oneFrame + line + "\n"))
		if !errors.Is(err, ErrSyntax) || !strings.Contains(err.Error(), want) || v != nil {
			t.Errorf("%.90q: %v", line, err)
		}
	}
}

func TestVideoJSON(t *testing.T) {
	hash := strings.Split(oneFrame, ",")[2]
	const start = `["` + "0000000000000000000000000000000000000000000000000000000000000000" + `,50,0.000"`
	text := start + `,"` + hash + `,98,1.250"]`
	var v Video
	if err := json.Unmarshal([]byte(text), &v); err != nil || len(v) != 2 || v[1].Number != 1 || v[1].At != 1250*time.Millisecond || v[0].Quality != 50 {
		t.Fatal(v, err)
	}
	if b, err := json.Marshal(v); err != nil || string(b) != text {
		t.Errorf("%s, %v", b, err)
	}
	for row, want := range map[string]string{
		`"` + hash + `,98"`:       "element 2",
		`"` + hash + `,98,1,1"`:   "element 2",
		`"98,` + hash + `,1"`:     "element 2",
		`{"hash":"` + hash + `"}`: "cannot unmarshal",
		`7`:                       "cannot unmarshal",
	} {
		var v Video
		if err := json.Unmarshal([]byte(start+","+row+"]"), &v); !errors.Is(err, ErrSyntax) || !strings.Contains(err.Error(), want) || v != nil {
			t.Errorf("%s: %v", row, err)
		}
	}
}

// What is read is written and read again as the same.
func FuzzParseVideo(f *testing.F) {
	f.Add(oneFrame)
	f.Add(oneFrame + "8,0," + strings.Repeat("F", 64) + ",00.0005")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseVideo(strings.NewReader(s))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if _, err := v.WriteTo(&out); err != nil {
			t.Fatal(err)
		}
		again, err := ParseVideo(&out)
		if err != nil || !slices.Equal(v, again) {
			t.Fatalf("%v, %v, %v", v, again, err)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var third Video
		if err := json.Unmarshal(b, &third); err != nil || len(third) != len(v) {
			t.Fatal(third, err)
		}
	})
}

func FuzzVideoJSON(f *testing.F) {
	f.Add([]byte(`["0000000000000000000000000000000000000000000000000000000000000000,50,0.000"]`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var v Video
		if v.UnmarshalJSON(b) != nil {
			return
		}
		again, err := v.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var w Video
		if err := w.UnmarshalJSON(again); err != nil || !slices.Equal(v, w) {
			t.Fatal(v, w, err)
		}
	})
}

func TestVideoBytes(t *testing.T) {
	t.Parallel()
	v := frames(7, 5)
	for i := range v {
		v[i].Number, v[i].Quality, v[i].At = i, 20*i, time.Duration(i)*1500*time.Millisecond
	}
	got, err := VideoFromBytes(v.Bytes())
	if err != nil || !slices.Equal(got, v) {
		t.Errorf("%v, %v", got, err)
	}
	bad := v.Bytes()
	bad[32] = 101
	for name, b := range map[string][]byte{"nothing": nil, "cut": v.Bytes()[:100], "quality": bad} {
		if _, err := VideoFromBytes(b); !errors.Is(err, ErrSyntax) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// A queue is what waits in a scene: items as a capture leaves them.
type queue struct {
	*scene
	n int
}

// waits records a capture with fingerprints at a new address of an asset (0: of its own), and compares it.
func (q *queue) waits(a iru.Asset, prints ...iru.Print) iru.Item {
	q.t.Helper()
	q.n++
	ctx := q.t.Context()
	var i iru.Item
	if a.ID == 0 {
		_, i = q.watch(fmt.Sprintf("https://place-%d.test/", q.n))
	} else {
		i = iru.Item{Unit: a.Unit, Asset: a.ID, Locator: fmt.Sprintf("%s%d", a.Locator, q.n), State: iru.ItemNew, Created: q.Desk.Now()}
		q.ok(q.Desk.DB.Tx(ctx, func(t *db.Tx) error { return t.AddItem(ctx, &i) }))
	}
	q.again(i, prints...)
	return i
}

// again records a further capture of an item.
func (q *queue) again(i iru.Item, prints ...iru.Print) {
	q.t.Helper()
	q.n++
	x, err := q.Desk.RecordCapture(q.t.Context(), desk.Recording{Item: i.ID, Vantage: "north", At: q.Desk.Now(), Outcome: iru.Up, Status: 200, Final: i.Locator, Manifest: strings.Repeat("0", 64),
		Content: fmt.Sprintf("%064x", q.n), Prints: prints, Title: "A bulletin"})
	q.ok(err)
	q.ok((&matcher{Crew: q.Crew}).Work(q.t.Context(), &river.Job[desk.Match]{JobRow: &rivertype.JobRow{}, Args: desk.Match{Exhibit: x.ID}}))
}

// near lists what an item is a near copy of, with the media by which.
func (q *queue) near(i iru.Item) map[iru.ItemID]string {
	q.t.Helper()
	out := map[iru.ItemID]string{}
	q.ok(q.Desk.DB.View(q.t.Context(), func(t *db.Tx) error {
		ns, err := t.ItemsNear(q.t.Context(), q.scope, i.ID, 100)
		clear(out)
		for _, n := range ns {
			said := ""
			for _, l := range n.Likes {
				said += fmt.Sprintf("%s %.2f ", l.Medium, l.Distance)
			}
			out[n.Item.ID] = strings.TrimSpace(said)
		}
		return err
	}))
	return out
}

func picture(bits ...int) iru.Print {
	h := recognise.PDQ{0x0123456789abcdef, 0xfedcba9876543210, 42, 7}
	for _, b := range bits {
		h[b/64] ^= 1 << (b % 64)
	}
	return iru.Print{Medium: iru.MediumPDQ, Value: h.Hex(), Where: "a picture"}
}

func text(words string) iru.Print {
	return iru.Print{Medium: iru.MediumText, Value: recognise.SketchText(words).String(), Where: "a page"}
}

func film(from, to int) iru.Print {
	var v recognise.Video
	for i := from; i < to; i++ {
		w := soundOf(uint64(1000+i), 20)
		v = append(v, recognise.Frame{Number: i, Quality: 90, Hash: recognise.PDQ{uint64(w[0])<<32 | uint64(w[19]), uint64(w[7])<<32 | uint64(w[13]), uint64(w[3]), uint64(w[10])}})
	}
	return iru.Print{Medium: iru.MediumVPDQ, Value: hex.EncodeToString(v.Bytes()), Where: "a film"}
}

func heardPrint(a recognise.Audio) iru.Print {
	return iru.Print{Medium: iru.MediumAudio, Value: hex.EncodeToString(a.Bytes()), Where: "a sound"}
}

// What waits is related among itself, in each medium, before anybody knows it; a judgement or another capture ends it.
func TestWaitingIsRelated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := &queue{scene: newScene(t, d)}
		bulletin := "The night train to the harbour leaves at ten from platform two and calls at every stop on its way along the river until morning"
		a := q.waits(iru.Asset{}, picture(), text(bulletin), film(0, 8), heardPrint(soundOf(1, 400)))
		b := q.waits(iru.Asset{}, picture(1, 2, 3, 70), text(bulletin+" today"))
		c := q.waits(iru.Asset{}, film(4, 20), text("Something else altogether about the weather on the coast of the island, which is fine for the time of the year and stays so"))
		e := q.waits(iru.Asset{}, heardPrint(noisy(soundOf(1, 400), 100, 200, 3)))
		q.waits(iru.Asset{}, picture(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32), film(30, 40), heardPrint(soundOf(2, 400)))
		got := q.near(a)
		if len(got) != 2 || !strings.HasPrefix(got[b.ID], "pdq 4.00 text 0.") || !strings.HasPrefix(got[e.ID], "audio 0.0") {
			t.Errorf("%v", got)
		}
		// A film of which half is the other's is no copy; a part of one is.
		f := q.waits(iru.Asset{}, film(5, 9))
		if diff := cmp.Diff(map[iru.ItemID]string{c.ID: "vpdq 0.00"}, q.near(f)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[iru.ItemID]string{f.ID: "vpdq 0.00"}, q.near(c)); diff != "" {
			t.Error(diff)
		}
		q.again(f, film(50, 55))
		if got := q.near(c); len(got) > 0 {
			t.Errorf("what it showed before relates it: %v", got)
		}
		if q.near(b)[a.ID] == "" || q.near(e)[a.ID] == "" {
			t.Errorf("%v, %v", q.near(b), q.near(e))
		}
		// Who judges one settles the others that are named, and what is left has it suggested.
		_, err := q.Desk.Assess(t.Context(), q.scope, iru.Assessment{Item: a.ID, Finding: iru.FindNoAction, Reason: "a timetable"}, b.ID)
		q.ok(err)
		q.again(e, heardPrint(noisy(soundOf(1, 400), 100, 200, 3)))
		q.ok(d.View(t.Context(), func(x *db.Tx) error {
			now, err := x.Item(t.Context(), iru.Program(), b.ID)
			if err != nil {
				return err
			}
			ms, err := x.MatchesOf(t.Context(), iru.Program(), e.ID)
			if now.State != iru.ItemDismissed || len(ms) != 1 || ms[0].Finding != string(iru.FindNoAction) || ms[0].Medium != iru.MediumAudio {
				t.Errorf("%s, %+v", now.State, ms)
			}
			return err
		}))
		if _, ok := q.waiting.held[b.Exhibit]; ok || q.near(e)[a.ID] != "" {
			t.Errorf("what was judged is still held: %v", q.near(e))
		}
	})
}

// A picture that several pages of one place show is its frame: it relates nothing, and what it related before is taken back.
func TestFramesRelateNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := &queue{scene: newScene(t, d)}
		site, _ := q.watch("https://trains.test/")
		a := q.waits(site, picture(), picture(100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 131))
		b := q.waits(iru.Asset{}, picture(1))
		if q.near(a)[b.ID] != "pdq 1.00" {
			t.Fatalf("%v", q.near(a))
		}
		q.waits(site, picture(2))
		if len(q.near(a)) != 2 {
			t.Errorf("two pages of one place: %v", q.near(a))
		}
		q.waits(site, picture(3))
		if len(q.near(a))+len(q.near(b)) > 0 {
			t.Errorf("three pages of one place: %v, %v", q.near(a), q.near(b))
		}
		// What floods relates nothing either.
		q.Desk.Rules.Flood = iru.FloodRule{Items: 4, Reason: "a test"}
		f := q.waits(iru.Asset{}, film(0, 1), text("one"), picture(200, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 212, 213, 214, 215, 216, 217, 218, 219, 220, 221, 222, 223, 224, 225, 226, 227, 228, 229, 230, 231))
		same := picture(200, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 212, 213, 214, 215, 216, 217, 218, 219, 220, 221, 222, 223, 224, 225, 226, 227, 228, 229, 230, 231)
		q.waits(iru.Asset{}, same)
		q.waits(iru.Asset{}, same)
		if len(q.near(f)) != 2 {
			t.Errorf("three: %v", q.near(f))
		}
		q.waits(iru.Asset{}, same)
		if len(q.near(f)) != 0 {
			t.Errorf("four: %v", q.near(f))
		}
	})
}

// BenchmarkRelate is what it costs to compare a capture of 10 pictures, a text and a minute of film with a queue of 5,000 such.
func BenchmarkRelate(b *testing.B) {
	q := &queue{scene: newScene(b, dbtest.Open(b))}
	x := &q.waiting.waitingIndex
	x.db, x.held, x.tracks = q.Desk.DB, map[iru.ExhibitID]*waiter{}, map[int64]*waiter{}
	g := rand.New(rand.NewPCG(1, 2))
	hash := func() recognise.PDQ { return recognise.PDQ{g.Uint64(), g.Uint64(), g.Uint64(), g.Uint64()} }
	for n := range 5000 {
		w := &waiter{Waiting: db.Waiting{Item: iru.ItemID(n + 1), Unit: 1, Asset: iru.AssetID(n), Exhibit: iru.ExhibitID(n + 1)}}
		for range 10 {
			w.pictures = append(w.pictures, hash())
		}
		for i := range recognise.SketchSize {
			w.text = append(w.text, uint64(i)<<56|g.Uint64()>>8)
		}
		var v recognise.Video
		for range 60 {
			v = append(v, recognise.Frame{Quality: 90, Hash: hash()})
		}
		w.films = []recognise.Video{v}
		x.held[w.Exhibit] = w
	}
	me := x.held[7]
	for b.Loop() {
		x.among(me, 100)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
)

// exhibitOf gives the newest exhibit of an item.
func (u *unit) exhibitOf(i iru.Item) iru.Exhibit {
	u.t.Helper()
	return view(u, func(x *db.Tx) (iru.Exhibit, error) {
		xs, err := x.ExhibitsOf(u.t.Context(), iru.Program(), i.ID)
		if len(xs) == 0 {
			return iru.Exhibit{}, err
		}
		return xs[0], err
	})
}

// chain reads an exhibit's custody as a bundle would hold it; the links must be whole.
func (u *unit) chain(x iru.Exhibit) []exhibit.Entry {
	u.t.Helper()
	_, err := u.Seal(u.t.Context(), "test")
	must(u.t, err)
	links, err := exhibit.CheckChain(view(u, func(t *db.Tx) ([]exhibit.CustodyEvent, error) { return t.Custody(u.t.Context(), x.ID) }), x.Manifest)
	must(u.t, err)
	return links
}

// classify sets the codes of the outlet that carries an asset.
func (u *unit) classify(a iru.Asset, h iru.Handling) {
	u.t.Helper()
	_, err := u.Classify(u.t.Context(), u.scope("lena"), u.asset(a.ID).Outlet, h, "leave by letter of 3 March")
	must(u.t, err)
}

// TestCustody: from capture to export each handling is a link that names the one before, and the ledger proves all of them.
func TestCustody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, _ := u.watched(ctx)
		x := u.exhibitOf(i)
		if x.Links != 1 || x.Head == "" {
			t.Fatalf("a fresh exhibit has %d links, head %q", x.Links, x.Head)
		}
		_, err := u.Take(ctx, u.scope("ada"), x.ID, "took capture.warc.gz", " ")
		refused(t, "without a reason", err, iru.Invalid, "reason")
		_, err = u.Take(ctx, u.scope("ada"), x.ID, "took capture.warc.gz", "to read it")
		must(t, err)
		u.classify(a, iru.Handling{TLP: "AMBER", PAP: "GREEN", H: "H0"})
		event, err := u.Disclose(ctx, u.scope("lena"), desk.Export{Exhibit: x.ID, Use: iru.ForCourt, To: "Court of Weather, chamber 4", Why: "case 12", Authority: "order 12/2026"})
		must(t, err)
		_, err = u.Dossier(ctx, u.scope("lena"), x.ID, event)
		refused(t, "before the checkpoint", err, iru.Unavailable, "checkpoint")
		_, err = u.Seal(ctx, "test")
		must(t, err)
		at, stamper := u.checkpoint(), u.stamper()
		_, err = u.RecordStamp(ctx, "north", at, stamper.stamp(at), stamper.Roots())
		must(t, err)
		u.sealAll()
		f, err := u.Dossier(ctx, u.scope("lena"), x.ID, event)
		must(t, err)
		if len(f.Stamps) != 1 || string(f.Stamps[0].Checkpoint) != string(at) || f.Stamps[0].Receipt.Event == 0 {
			t.Errorf("stamps: %+v", f.Stamps)
		}

		links := u.chain(x)
		if len(links) != 3 || links[0].Digest != x.Manifest || links[2].Authority != "order 12/2026" || !strings.Contains(links[2].Who, "lena") ||
			!strings.Contains(links[1].What, "capture.warc.gz") || links[0].Exhibit != "unit-a.test/iolaus/exhibit/1" || links[0].Where != "vantage point north" {
			t.Errorf("custody: %+v", links)
		}
		if len(f.Custody) != 3 || len(f.Proofs) != 3 {
			t.Fatalf("%d links, %d proofs", len(f.Custody), len(f.Proofs))
		}
		for n, o := range f.Custody {
			if _, err := f.Proofs[n].Check(o.Leaf(), u.Log.Verifier, u.Log.Origin); err != nil {
				t.Errorf("link %d: %v", n+1, err)
			}
		}
		u.whole()
	})
}

// TestCustodyAtOnce: many hands at once make one chain.
func TestCustodyAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		_, i, _ := u.watched(ctx)
		x := u.exhibitOf(i)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := u.Take(ctx, u.scope("ada"), x.ID, "took text.txt", "to read it"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := len(u.chain(x)); n != 9 || u.exhibitOf(i).Links != 9 {
			t.Errorf("%d links, the exhibit says %d", n, u.exhibitOf(i).Links)
		}
	})
}

// TestDisclose: the codes decide what may leave, the refusal names the code, and a refused export leaves no link.
func TestDisclose(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, _ := u.watched(ctx)
		x := u.exhibitOf(i)
		u.second()
		ask := func(who string, use iru.Use, acknowledged bool) error {
			_, err := u.Disclose(ctx, u.scope(who), desk.Export{Exhibit: x.ID, Use: use, To: "Unit B", Why: "joint case", Acknowledged: acknowledged})
			return err
		}
		refused(t, "an analyst", ask("ada", iru.ForPartner, false), iru.Forbidden, "roles")
		refused(t, "another unit", ask("brit", iru.ForPartner, false), iru.NotFound, "")
		refused(t, "what nobody decided about", ask("ben", iru.ForPartner, true), iru.Forbidden, "H2")
		_, err := u.Classify(ctx, u.scope("ada"), u.asset(a.ID).Outlet, iru.Handling{TLP: "AMBER", PAP: "GREEN", H: "H0"}, "because")
		refused(t, "codes changed by an analyst", err, iru.Forbidden, "roles")
		_, err = u.Classify(ctx, u.scope("lena"), u.asset(a.ID).Outlet, iru.Handling{TLP: "AMBER", PAP: "GREEN", H: "H0"}, "")
		refused(t, "codes changed for no reason", err, iru.Invalid, "reason")
		u.classify(a, iru.Handling{TLP: "AMBER", PAP: "GREEN", H: "H1"})
		refused(t, "H1", ask("lena", iru.ForCourt, true), iru.Forbidden, "H1")
		must(t, ask("ben", iru.ForPartner, false))
		u.classify(a, iru.Handling{TLP: "AMBER", PAP: "GREEN", H: "H3", Note: "only with the weather service's map"})
		refused(t, "H3", ask("lena", iru.ForCourt, false), iru.Forbidden, "weather service's map")
		must(t, ask("lena", iru.ForCourt, true))
		_, err = u.Disclose(ctx, u.scope("lena"), desk.Export{Exhibit: x.ID, Use: iru.ForAnalysis, To: " ", Why: "joint case", Acknowledged: true})
		refused(t, "to nobody", err, iru.Invalid, "recipient")
		links := u.chain(x)
		if len(links) != 3 || !strings.Contains(links[2].What, "condition acknowledged: only with the weather service's map") {
			t.Errorf("custody: %+v", links)
		}
	})
}

// TestLoose: captures without a case, two at once, have each its own chain that the ledger proves.
func TestLoose(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		var wg sync.WaitGroup
		for _, n := range []string{"one", "two"} {
			wg.Go(func() {
				l := desk.Loose{Number: "unit-a.test/iolaus/capture/" + n, Manifest: strings.Repeat("ef", 32), Address: "https://halcyon-weather.test/", Vantage: "north",
					Who: "ada at desk-4", Why: "a look", To: n + ".wacz"}
				first, last, err := u.RecordLoose(ctx, l)
				if err != nil {
					t.Error(err)
					return
				}
				f, err := u.LooseDossier(ctx, l.Number, first, last)
				for deadline := 0; errors.Is(err, iru.Unavailable) && deadline < 1000; deadline++ {
					if _, err := u.Seal(ctx, "test"); err != nil {
						t.Error(err)
					}
					f, err = u.LooseDossier(ctx, l.Number, first, last)
				}
				if err != nil {
					t.Error(err)
					return
				}
				links, err := exhibit.CheckChain(f.Custody, l.Manifest)
				if err != nil || len(links) != 2 || links[0].Exhibit != l.Number || links[0].Who != "ada at desk-4" || len(f.Proofs) != 2 {
					t.Errorf("%s: %+v, %v", n, links, err)
				}
				for n, c := range f.Custody {
					if _, err := f.Proofs[n].Check(c.Leaf(), u.Log.Verifier, u.Log.Origin); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		u.whole()
	})
}

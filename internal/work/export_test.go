// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// verified checks a bundle as its receiver does: with the public key and the roots of the authorities, and nothing else.
func verified(t *testing.T, bundle []byte, key string, roots *x509.CertPool) exhibit.Report {
	t.Helper()
	return verifiedAt(t, time.Now(), bundle, key, roots)
}

func verifiedAt(t *testing.T, at time.Time, bundle []byte, key string, roots *x509.CertPool) exhibit.Report {
	t.Helper()
	r := exhibit.Verify(bytes.NewReader(bundle), int64(len(bundle)), exhibit.Trust{Key: key, At: at, Stamp: func(token, checkpoint []byte) (ledger.Stamp, error) {
		return ledger.ReadStamp(token, checkpoint, roots)
	}}, exhibit.Limits{})
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	return r
}

// What a worker captured leaves as a bundle that holds the custody up to its leaving and stamps of both authorities, asked for on the
// spot; handling codes stop it, and then no byte is written.
func TestExport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, r := stamped(t, d)
		s.says("calm.test", page("Snow", `<img src="/p.png">`))
		s.look(small, nil)
		a, i := s.watch("http://calm.test/")
		if err := s.capture(i, 0); err != nil {
			t.Fatal(err)
		}
		x := s.newest()
		lena := iru.Officer{Unit: s.scope.Unit, Login: "lena", Name: "Lena", Roles: []iru.Role{iru.Reviewer}, State: iru.OfficerActive, Created: s.Desk.Now()}
		s.ok(d.Tx(t.Context(), func(x *db.Tx) error { return x.AddOfficer(t.Context(), &lena) }))

		var b bytes.Buffer
		ask := desk.Export{Exhibit: x.ID, Use: iru.ForPartner, To: "Unit B", Why: "joint case"}
		if err := s.Export(t.Context(), lena.Scope(), ask, &b); !errors.Is(err, iru.Forbidden) || !strings.Contains(err.Error(), "H2") || b.Len() != 0 {
			t.Fatalf("shared under H2: %v, %d bytes", err, b.Len())
		}
		ask.Use, ask.To = iru.ForCourt, "Court of Weather"
		s.ok(s.Export(t.Context(), lena.Scope(), ask, &b))
		rep := verified(t, b.Bytes(), s.Desk.Log.Public, r.Roots())
		if rep.Exhibit != "unit-a.test/iolaus/exhibit/1" || rep.Manifest != x.Manifest || rep.OwnKey || rep.Stamps != 2 || rep.Standing != 2 || rep.Unjudged != 0 {
			t.Errorf("%+v", rep)
		}
		if _, err := s.Desk.Classify(t.Context(), lena.Scope(), s.assetNow(a.ID).Outlet, iru.Handling{TLP: "AMBER", PAP: "AMBER", H: "H0"}, "leave by letter"); err != nil {
			t.Fatal(err)
		}
		var second bytes.Buffer
		ask.Use, ask.To = iru.ForPartner, "Unit B"
		s.ok(s.Export(t.Context(), lena.Scope(), ask, &second))
		verified(t, second.Bytes(), s.Desk.Log.Public, r.Roots())
		if n := bytes.Count(second.Bytes(), []byte(`"kind":"exhibit.export"`)); n != 2 {
			t.Errorf("the second bundle tells of %d exports", n)
		}
		if x = s.newest(); x.Links != 3 {
			t.Errorf("%d links", x.Links)
		}
	})
}

// Years after a capture its time is proven if the authorities were asked again in time, and the bundle says so if they were not.
func TestExportYearsLater(t *testing.T) {
	for name, x := range map[string]struct {
		renewed          []int // months after the first stamps, whose certificates are valid for 24
		months           int
		silent           bool // the authorities are, in the end
		stamps, standing int
		says             []string
		warnings         int
	}{
		"young":         {nil, 12, false, 2, 2, []string{"valid until"}, 0},
		"renewed":       {[]int{18}, 30, false, 3, 3, []string{"carried on by time stamp 2"}, 0},
		"renewed twice": {[]int{18, 36}, 48, false, 4, 4, []string{"carried on by time stamp 2", "carried on by time stamp 3"}, 0},
		"never renewed": {nil, 30, true, 2, 0, []string{"nothing that stands carries it on"}, 3},
		"renewed once":  {[]int{18}, 48, true, 3, 0, []string{"nothing that stands carries it on"}, 4},
		"too late":      {nil, 30, false, 3, 1, []string{"nothing that stands carries it on", "valid until"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				var months atomic.Int64
				clock := func() time.Time { return time.Now().UTC().AddDate(0, int(months.Load()), 0) }
				s, r := stampedBy(t, d, clock)
				s.Desk.Now, s.Stamps.Before = clock, 210*24*time.Hour
				s.says("calm.test", page("Snow", `<img src="/p.png">`))
				s.look(small, nil)
				_, i := s.watch("http://calm.test/")
				s.ok(s.capture(i, 0))
				for _, m := range append([]int{0}, x.renewed...) {
					months.Store(int64(m))
					s.sealAll()
					s.ok(s.stampAll(t.Context(), rests{}, clock(), s.Stamps.Every))
					s.sealAll()
				}
				months.Store(int64(x.months))
				for _, a := range r.Stampers() {
					r.FailStamps(a.Name, x.silent)
				}
				lena := iru.Officer{Unit: s.scope.Unit, Login: "lena", Name: "Lena", Roles: []iru.Role{iru.Reviewer}, State: iru.OfficerActive, Created: clock()}
				s.ok(d.Tx(t.Context(), func(x *db.Tx) error { return x.AddOfficer(t.Context(), &lena) }))
				var b bytes.Buffer
				s.ok(s.Export(t.Context(), lena.Scope(), desk.Export{Exhibit: s.newest().ID, Use: iru.ForCourt, To: "Court of Weather", Why: "case"}, &b))
				rep := verifiedAt(t, clock(), b.Bytes(), s.Desk.Log.Public, r.Roots())
				at := slices.IndexFunc(rep.Steps, func(s exhibit.Step) bool { return s.Name == "time" })
				said, warnings := rep.Steps[at].Detail, rep.Steps[at].Warnings
				if rep.Stamps != x.stamps || rep.Standing != x.standing || len(warnings) != x.warnings {
					t.Errorf("%d of %d stand: %s; %q", rep.Standing, rep.Stamps, said, warnings)
				}
				for _, want := range x.says {
					if !strings.Contains(said, want) {
						t.Errorf("%s; it does not say %q", said, want)
					}
				}
			})
		})
	}
}

func (s *scene) assetNow(id iru.AssetID) (a iru.Asset) {
	s.t.Helper()
	s.ok(s.Desk.DB.View(s.t.Context(), func(x *db.Tx) error {
		var err error
		a, err = x.Asset(s.t.Context(), iru.Program(), id)
		return err
	}))
	return a
}

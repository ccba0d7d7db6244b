// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"crypto/x509"
	"errors"
	"strings"
	"testing"

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
	r := exhibit.Verify(bytes.NewReader(bundle), int64(len(bundle)), exhibit.Trust{Key: key, Stamp: func(token, checkpoint []byte) (ledger.Stamp, error) {
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
		if rep.Exhibit != "unit-a.test/iolaus/exhibit/1" || rep.Manifest != x.Manifest || rep.OwnKey || rep.Stamps != 2 || rep.Unjudged != 0 {
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

func (s *scene) assetNow(id iru.AssetID) (a iru.Asset) {
	s.t.Helper()
	s.ok(s.Desk.DB.View(s.t.Context(), func(x *db.Tx) error {
		var err error
		a, err = x.Asset(s.t.Context(), iru.Program(), id)
		return err
	}))
	return a
}

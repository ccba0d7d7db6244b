// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// TestH1ByTheInterface: what a court's order may not rest on is refused over the interface too, with the reason and what to do.
func TestH1ByTheInterface(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.later(180 * 24 * time.Hour) // orders for evidence are in force
		asset, item := w.watched("ada", "hxxps://halcyon-weather[.]test/", "Halcyon Weather Wire")
		host := w.carrier(asset, "host")
		w.confirm("ben", host, "called")
		w.post("ada", to("/v1/items/%d/assess", item.ID), refer, nil)
		must(t, d.Tx(t.Context(), func(x *db.Tx) error {
			_, err := x.Exec(t.Context(), "UPDATE unit SET kind=$1 WHERE id=$2", string(legal.Court), int64(w.people["ada"].Unit))
			return err
		}))
		codes := func(h string) {
			t.Helper()
			_, err := w.desk.Classify(t.Context(), w.scope("lena"), iru.OutletID(asset.Outlet), iru.Handling{TLP: "AMBER", PAP: "AMBER", H: h}, "leave by letter of 3 March")
			must(t, err)
		}
		codes("H1")
		var n thing
		w.post("ada", "/v1/notices", words{"asset": asset.ID, "item": item.ID, "provider": host, "layer": "host", "instrument": "preservation_order", "request": "preserve"}, &n)
		no := func(station string, p Problem) {
			t.Helper()
			if !strings.Contains(p.Detail, "H1") || !strings.Contains(p.Instead, "ask whom it came from for leave") {
				t.Errorf("%s: %+v", station, p)
			}
		}
		no("handed in", w.refused(403, "ada", "POST", to("/v1/notices/%d/submit", n.ID), nil))
		codes("H0")
		w.post("ada", to("/v1/notices/%d/submit", n.ID), nil, nil)
		for _, who := range []string{"lena", "sig"} {
			codes("H1")
			no("approved by "+who, w.refused(403, who, "POST", to("/v1/notices/%d/approve", n.ID), w.seen(who, n.ID)))
			codes("H0")
			w.approve(who, n.ID)
		}
		w.seal()
		codes("H1")
		if _, err := w.desk.Dispatch(t.Context(), iru.NoticeID(n.ID)); err == nil {
			t.Error("it left")
		}
		codes("H0")
		var urgent Notice
		w.post("ada", "/v1/notices", words{"asset": asset.ID, "item": item.ID, "provider": host, "layer": "host", "instrument": "production_order", "request": "produce_data"}, &urgent)
		w.post("ada", to("/v1/notices/%d/emergency", urgent.ID), words{"kind": "life", "why": "A bridge is said to be unsafe."}, &urgent)
		if urgent.Emergency != "life" {
			t.Errorf("declared: %+v", urgent)
		}
	})
}

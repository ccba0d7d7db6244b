// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
)

// TestSeen: what changes between the reading and the decision is not decided on, and the refusal says so.
func TestSeen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		asset, item := w.watched("ada", "https://tram-bulletin.test/", "Tram Bulletin")
		w.post("ada", to("/v1/items/%d/assess", item.ID), refer, nil)
		host := w.carrier(asset, "host")
		changed := func(login, path string, seen words, what string) {
			t.Helper()
			if p := w.refused(409, login, "POST", path, seen); p.Detail != "the "+what+" changed while you looked at it" || p.Instead != "read it again" {
				t.Errorf("%s: %+v", path, p)
			}
		}

		var n thing
		w.post("ada", "/v1/notices", words{"asset": asset.ID, "provider": host, "layer": "host", "instrument": "notice"}, &n)
		w.post("ada", to("/v1/notices/%d/submit", n.ID), nil, nil)
		read := w.seen("lena", n.ID)
		w.post("lena", to("/v1/notices/%d/return", n.ID), words{"reason": "name the passage"}, nil)
		w.post("ada", to("/v1/notices/%d/edit", n.ID), words{"reasons": "The second half of the timetable.", "lang": "en"}, nil)
		w.post("ada", to("/v1/notices/%d/submit", n.ID), nil, nil)
		changed("lena", to("/v1/notices/%d/approve", n.ID), read, "act")
		w.refused(422, "lena", "POST", to("/v1/notices/%d/approve", n.ID), words{"digest": ""})
		w.approve("lena", n.ID)

		mail := w.contact("ben", host, "called")
		w.post("ben", "/v1/providers", words{"name": "Birchrack", "layer": "host", "channel": "smtp", "address": "desk@elsewhere.test"}, nil)
		changed("ben", to("/v1/providers/%d/confirm", host), mail, "contact")
		w.confirm("ben", host, "called")

		op, _ := w.planned("Lantern", asset)
		w.post("dora", to("/v1/operations/%d/open", op.ID), nil, nil)
		tasks, poll := w.ready("brit", op.ID), to("/v1/operations/%d/poll", op.ID)
		var more thing
		w.post("dora", "/v1/notices", words{"asset": asset.ID, "provider": host, "layer": "host", "instrument": "referral", "operation": op.ID, "unit": w.people["brit"].Unit}, &more)
		changed("brit", poll, tasks, "list of tasks")
		if p := w.refused(422, "brit", "POST", poll, words{"answer": "go"}); !strings.Contains(p.Instead, "name what you read") {
			t.Errorf("a go on what nobody named: %+v", p)
		}
		w.goes("brit", op.ID)
	})
}

// SPDX-License-Identifier: EUPL-1.2

package web

import "net/http"

// routes is every page of the workbench and everything that a page can ask for.
func (s *server) routes() []route {
	return []route{
		// Coming in and going out.
		{"GET /signin", (*visit).signInPage, true},
		{"POST /signin", (*visit).signIn, true},
		{"POST /signout", (*visit).signOut, true},
		{"GET /welcome/{secret}", (*visit).welcomePage, true},
		{"POST /welcome/{secret}", (*visit).welcome, true},
		{"POST /language", func(v *visit) error { SetLanguage(v.w, v.r); return nil }, true},
		{"GET /live/{topic}", (*visit).live, false},

		// Today, triage, outlets.
		{"GET /{$}", (*visit).todayPage, false},
		{"GET /triage", (*visit).triagePage, false},
		{"GET /items/{id}", (*visit).itemPage, false},
		{"POST /items/{id}/assess", (*visit).assess, false},
		{"POST /items/{id}/second", (*visit).second, false},
		{"POST /items/{id}/later", (*visit).later, false},
		{"POST /items/{id}/pass", (*visit).pass, false},
		{"POST /assessments/{id}/undo", (*visit).undo, false},
		{"POST /matches/{id}", (*visit).judgeMatch, false},
		{"GET /outlets", (*visit).outletsPage, false},
		{"GET /outlets/{id}", (*visit).outletPage, false},
		{"GET /assets/{id}", (*visit).assetPage, false},
		{"POST /assets/{id}/judge", (*visit).judgeAsset, false},
		{"POST /assets/{id}/carry", (*visit).carryAsset, false},
		{"GET /candidates", (*visit).candidatesPage, false},
		{"GET /watch", (*visit).watchPage, false},
		{"POST /watch", (*visit).watch, false},
		{"GET /search", (*visit).searchPage, false},

		// Providers, notices, operations, ledger, exhibits, administration.
	}
}

// statusSeeOther is the answer to every form that was accepted.
const statusSeeOther = http.StatusSeeOther

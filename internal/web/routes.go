// SPDX-License-Identifier: EUPL-1.2

package web

import "net/http"

// importPattern is the one form that may be large.
const importPattern = "POST /banks/{id}/step/import"

// What a wallboard asks for.
const (
	livePattern = "GET /live/{topic}"
	wallPattern = "GET /operations/{id}/wall"
)

// routes is every page of the workbench and everything that a page can ask for.
func (s *server) routes() []route {
	return []route{
		// Coming in and going out.
		{"GET /signin", (*visit).signInPage, true},
		{"POST /signin", (*visit).signIn, true},
		{"POST /signout", (*visit).signOut, true},
		{"GET /welcome/{secret}", (*visit).welcomePage, true},
		{"POST /welcome/{secret}", (*visit).welcome, true},
		{"POST /language", func(v *visit) error { setLanguage(v.w, v.r, v.opts.Secure); return nil }, true},
		{livePattern, (*visit).live, false},

		// Today, triage, outlets.
		{"GET /{$}", (*visit).todayPage, false},
		{"GET /triage", (*visit).triagePage, false},
		{"GET /items/{id}", (*visit).itemPage, false},
		{"POST /items/{id}/assess", (*visit).assess, false},
		{"POST /items/{id}/second", (*visit).second, false},
		{"POST /items/{id}/later", (*visit).later, false},
		{"POST /items/{id}/pass", (*visit).pass, false},
		{"GET /items/{id}/step/{verb}", (*visit).itemStep, false},
		{"POST /items/{id}/step/{verb}", (*visit).itemStep, false},
		{"POST /assessments/{id}/undo", (*visit).undo, false},
		{"POST /matches/{id}", (*visit).judgeMatch, false},
		{"GET /outlets", (*visit).outletsPage, false},
		{"GET /outlets/{id}", (*visit).outletPage, false},
		{"GET /outlets/{id}/step/{verb}", (*visit).outletStep, false},
		{"POST /outlets/{id}/step/{verb}", (*visit).outletStep, false},
		{"GET /assets/{id}", (*visit).assetPage, false},
		{"GET /assets/{id}/step/{verb}", (*visit).assetStep, false},
		{"POST /assets/{id}/step/{verb}", (*visit).assetStep, false},
		{"POST /assets/{id}/judge", (*visit).judgeAsset, false},
		{"POST /assets/{id}/carry", (*visit).carryAsset, false},
		{"GET /candidates", (*visit).candidatesPage, false},
		{"GET /watch", (*visit).watchPage, false},
		{"POST /watch", (*visit).watch, false},
		{"GET /search", (*visit).searchPage, false},

		// Providers, notices, operations, ledger, exhibits, administration.
		{"GET /providers", (*visit).providersPage, false},
		{"POST /providers", (*visit).enterProvider, false},
		{"GET /providers/new", (*visit).providerForm, false},
		{"GET /providers/{id}", (*visit).providerPage, false},
		{"GET /providers/{id}/change", (*visit).providerForm, false},
		{"GET /providers/{id}/confirm", (*visit).confirmPage, false},
		{"POST /providers/{id}/confirm", (*visit).confirm, false},
		{"GET /assets/{id}/act", (*visit).actPage, false},
		{"POST /assets/{id}/act", (*visit).draftAct, false},
		{"GET /notices", (*visit).noticesPage, false},
		{"GET /notices/{id}", (*visit).noticePage, false},
		{"GET /notices/{id}/paper", (*visit).paperPage, false},
		{"GET /notices/{id}/proof", (*visit).noticeProof, false},
		{"GET /notices/{id}/edit", (*visit).editPage, false},
		{"POST /notices/{id}/edit", (*visit).edit, false},
		{"GET /notices/{id}/step/{verb}", (*visit).noticeStepPage, false},
		{"POST /notices/{id}/step/{verb}", (*visit).stepNotice, false},
		{"POST /notices/{id}/answer", (*visit).answer, false},
		{"POST /notices/{id}/letters/{letter}", (*visit).fileLetter, false},
		{"POST /notices/{id}/letters/{letter}/again", (*visit).repostLetter, false},
		{"GET /strays", (*visit).straysPage, false},
		{"POST /strays/{id}", (*visit).stepStray, false},
		{"POST /providers/{id}/drill", (*visit).drill, false},
		{"GET /notices/{id}/escalate", (*visit).escalatePage, false},
		{"POST /notices/{id}/escalate", (*visit).escalate, false},
		{"GET /operations", (*visit).operationsPage, false},
		{"POST /operations", (*visit).plan, false},
		{"GET /operations/new", (*visit).planPage, false},
		{"GET /operations/{id}", (*visit).boardPage, false},
		{wallPattern, (*visit).wallPage, false},
		{"GET /operations/{id}/step/{verb}", (*visit).operationStepPage, false},
		{"POST /operations/{id}/step/{verb}", (*visit).stepOperation, false},
		{"GET /ledger", (*visit).ledgerPage, false},
		{"POST /ledger/check", (*visit).checkLedger, false},
		{"POST /ledger/all", (*visit).openLog, false},
		{"GET /ledger/checkpoint", (*visit).checkpointFile, false},
		{"GET /ledger/events/{id}", (*visit).eventPage, false},
		{"GET /ledger/events/{id}/proof", (*visit).eventProof, false},
		{"GET /evidence", func(v *visit) error { return v.to("/exhibits") }, false},
		{"GET /exhibits", (*visit).exhibitsPage, false},
		{"GET /exhibits/{id}", (*visit).exhibitPage, false},
		{"GET /exhibits/compare", (*visit).comparePage, false},
		{"POST /exhibits/{id}/file", (*visit).takeFile, false},
		{"POST /exhibits/{id}/verify", (*visit).verifyExhibit, false},
		{"GET /exhibits/{id}/replay", (*visit).replayPage, false},
		{"POST /exhibits/{id}/replay", (*visit).replayPage, false},
		{"POST /exhibits/{id}/export", (*visit).exportExhibit, false},
		{"GET /terms", (*visit).termsPage, false},
		{"POST /terms", (*visit).beginList, false},
		{"POST /terms/{id}", (*visit).stepList, false},
		{"POST /terms/{id}/add", (*visit).addTerm, false},
		{"POST /terms/{id}/import", (*visit).importTerms, false},
		{"POST /terms/{id}/undo/{import}", (*visit).undoImport, false},
		{"POST /terms/{id}/{term}", (*visit).stepTerm, false},
		{"GET /banks", (*visit).banksPage, false},
		{"GET /banks/new", (*visit).openBank, false},
		{"POST /banks/new", (*visit).openBank, false},
		{"GET /banks/{id}", (*visit).bankPage, false},
		{"GET /banks/{id}/step/{verb}", (*visit).bankStep, false},
		{"POST /banks/{id}/step/{verb}", (*visit).bankStep, false},
		{importPattern, (*visit).bankImport, false},
		{"GET /banks/{id}/step/import", (*visit).bankImport, false},
		{"GET /banks/{id}/step/export", (*visit).bankExport, false},
		{"POST /banks/{id}/step/export", (*visit).bankExport, false},
		{"POST /banks/{id}/known", (*visit).enterKnown, false},
		{"GET /banks/{bank}/known/{id}", (*visit).knownPage, false},
		{"GET /banks/{bank}/known/{id}/step/{verb}", (*visit).knownStep, false},
		{"POST /banks/{bank}/known/{id}/step/{verb}", (*visit).knownStep, false},
		{"POST /banks/{bank}/known/{id}/opinion", (*visit).opine, false},
		{"GET /known", func(v *visit) error { return v.to("/banks") }, false},
		{"GET /known/{id}", (*visit).whichBank, false},
		{"GET /me", (*visit).mePage, false},
		{"POST /me/tokens", (*visit).issueToken, false},
		{"POST /me/tokens/{id}/revoke", (*visit).revokeToken, false},
		{"GET /administration", func(v *visit) error { return v.to("/admin") }, false},
		{"GET /admin", (*visit).adminPage, false},
		{"POST /admin/officers", (*visit).invite, false},
		{"GET /admin/officers/{id}/{verb}", (*visit).officerStepPage, false},
		{"POST /admin/officers/{id}/{verb}", (*visit).stepOfficer, false},
		{"POST /admin/units", (*visit).addUnit, false},
	}
}

// statusSeeOther is the answer to every form that was accepted.
const statusSeeOther = http.StatusSeeOther

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"fmt"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// TestReportPages: each figure opens the list behind it, which is as long; the files say the same; another unit sees its own.
func TestReportPages(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	ben := h.as("ben")
	ben.get("/ledger").is(200).has(".head, header, main", "Reports")
	ben.get("/reports").is(200).has("#reports", "Transparency report of the competent authority").has("#reports", "2026")
	for _, k := range iru.ReportKinds {
		page := ben.get("/reports/" + string(k) + "?year=2026").is(200)
		links := 0
		for _, n := range page.nodes("main table a") {
			for _, a := range n.Attr {
				if a.Key != "href" {
					continue
				}
				links++
				ben.get(a.Val).is(200).has("#figure", "Value")
			}
		}
		recorded := 0
		for _, d := range desk.Figures(k) {
			if d.Missing == "" {
				recorded++
			}
		}
		if links != recorded {
			t.Errorf("%s: %d figures open a list, %d are recorded", k, links, recorded)
		}
		for ending, begins := range map[string]string{"pdf": "%PDF-1.7", "csv": "report,edition,year", "json": "{"} {
			if got := ben.get("/reports/" + string(k) + "/file/" + ending + "?year=2026&edition=public").is(200); !strings.HasPrefix(got.body, begins) || strings.Contains(got.body, "halcyon") {
				t.Errorf("%s as %s: %.80s", k, ending, got.body)
			}
		}
	}
	r, err := iru.ParseReport([]byte(ben.get("/reports/unit/file/json?year=2026&edition=internal").is(200).body))
	must(t, err)
	f, _ := r.Figure("unit.referred")
	if f.Value == "0" || len(f.Indices) == 0 {
		t.Fatalf("the story's acts are not counted: %+v", f)
	}
	list := ben.get("/reports/unit/figures/unit.referred?year=2026").is(200)
	if rows := len(list.nodes("#list tbody tr")); fmt.Sprint(rows) != f.Value {
		t.Errorf("the figure is %s, its page lists %d", f.Value, rows)
	}
	list.has("#list", s.order.Ref).has("#figure", f.Value)
	if rows := strings.Count(ben.get("/reports/unit/figures/unit.referred/list.csv?year=2026").is(200).body, "\r\n"); fmt.Sprint(rows-1) != f.Value {
		t.Errorf("the figure is %s, its table has %d rows", f.Value, rows-1)
	}
	ben.get("/reports/tco8?year=2026").is(200).has("main", "not recorded").has("main", "Removal orders issued")
	ben.get("/reports/tco8/figures/tco8.d.penalties?year=2026").is(200).has("#list", "does not record it")
	ben.get("/reports/unit?year=2026&edition=public").is(200).has("main", "suppressed").has("#edition", "Numbers from 1 to 4")
	if got := strings.Join(h.as("bo").get("/reports/unit/figures/unit.referred?year=2026").is(200).find("#list"), ""); strings.Contains(got, s.order.Ref) {
		t.Error("another unit's acts are counted")
	}
	ben.get("/reports/unit?year=12").is(422)
	ben.get("/reports/tco9?year=2026").is(404)
	ben.get("/reports/unit/figures/unit.nothing?year=2026").is(404)
	ben.get("/reports/unit/file/exe?year=2026").is(404)
	// What the ledger was at an earlier size stays as it was.
	var size int64
	must(t, h.DB.View(t.Context(), func(x *db.Tx) error {
		return x.QueryRow(t.Context(), "SELECT MIN(size) FROM checkpoint").Scan(&size)
	}))
	ben.get("/reports/unit/figures/unit.referred?year=2026&size="+fmt.Sprint(size)).is(200).has("#list", "the figure is zero")
}

// TestScorecardPage sorts either way, says in words what too few acts cannot tell, and stands on the page of the provider.
func TestScorecardPage(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	ben := h.as("ben")
	up, down := ben.get("/scorecard?sort=acts"), ben.get("/scorecard?sort=acts&down=1")
	a, b := up.is(200).find("#scores tbody th"), down.is(200).find("#scores tbody th")
	if len(a) < 2 || len(a) != len(b) {
		t.Fatalf("rows: %q, %q", a, b)
	}
	up.has("#scores thead [aria-sort=ascending]", "Acts")
	down.has("#scores thead [aria-sort=descending]", "Acts").has("#scores", "too few").has("#scores", "Birchrack")
	ben.get("/providers/"+id(s.host.ID)).is(200).has("#scores", "Removal order")
	ben.get("/scorecard?sort=officer").is(200)
	for _, who := range []string{"ada", "lena", "sig"} {
		if text := strings.Join(up.find("#scores"), ""); strings.Contains(strings.ToLower(text), who) {
			t.Errorf("the scorecard names %s", who)
		}
	}
}

// TestFiguresAreTranslated: each figure's words on the page are those of its definition, and in Arabic others.
func TestFiguresAreTranslated(t *testing.T) {
	ar := ui.WithLanguage(t.Context(), "ar")
	for _, k := range iru.ReportKinds {
		if reportTitle(t.Context(), k) != desk.ReportTitle(k) {
			t.Errorf("title of %s", k)
		}
		for _, d := range desk.Figures(k) {
			if figureTitle(t.Context(), d.Figure) != d.Title || figureWords(t.Context(), d.Figure) != d.Words {
				t.Errorf("%s says something else in English", d.ID)
			}
			if figureTitle(ar, d.Figure) == d.Title || figureWords(ar, d.Figure) == d.Words {
				t.Errorf("%s is not translated", d.ID)
			}
		}
	}
}

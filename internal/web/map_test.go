// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"encoding/json"
	"strings"
	"testing"

	"iolaus/internal/iru"
)

func TestMapPage(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	path := "/outlets/" + id(s.outlet) + "/map"
	c := h.as("ada")
	p := c.get(path).is(200).has("h1", "Map of Halcyon Weather Wire").has("#map svg", "Birchrack").has("#map svg title", "served by").has("#map .lg", "Registrar").
		has("#edges tbody", "registered at").has("#edges tbody", "Alder Names").has("#edges tbody", "suggested").has("#concentration tbody", "Registrar").has("#concentration tbody", "Alder Names").
		has("#jurisdictions svg", "XA").has("#jurisdictions tbody", "invented state XA").has("#spans details", "halcyon-weather")
	if strings.Contains(p.body, `href="http`) {
		t.Error("the page holds a live link")
	}
	if again := c.get(path); again.find("#map svg")[0] != p.find("#map svg")[0] {
		t.Error("the same map is drawn otherwise")
	}
	c.get("/outlets/"+id(s.outlet)).is(200).has("a[href='"+path+"']", "Map")
	// As it was: before the copy was known, and before anything was.
	c.get(path+"?on=2026-03-12").is(200).has("header, .head", "As it was at 12 Mar 23:59:59 UTC").has("#edges", "wire[.]halcyon-weather").hasNo("#edges a[href='/assets/"+id(s.mirror.ID)+"']").has("#concentration thead", "today")
	c.get(path+"?on=2020-01-01").is(200).has("[aria-labelledby=empty-h]", "Nothing was known of it on that day")
	c.get(path+"?on=yesterday").is(200).has("#on-e", "no day")
	// Narrowed, sorted, lit.
	c.get(path+"?kind=registrar").is(200).has("#edges tbody", "registered at").hasNo("#edges a[href='/assets/" + id(s.radio.ID) + "']")
	c.get(path+"?q=birchrack").is(200).has("#edges tbody", "Birchrack")
	if got := c.get(path + "?q=no-such-thing").is(200).find("#edges tbody tr"); len(got) > 1 {
		t.Errorf("%d lines are like nothing", len(got))
	}
	up, down := c.get(path+"?sort=to").is(200).find("#edges tbody tr"), c.get(path+"?sort=to&down=1").is(200).has("#edges th[aria-sort=descending]", "To").find("#edges tbody tr")
	if len(up) < 9 || up[0] != down[len(down)-1] && up[0] == down[0] {
		t.Errorf("sorted: %q, and down: %q", up[0], down[0])
	}
	c.get(path + "?kind=moon&sort=moon&node=n999").is(200)
	h.as("bo").get(path).is(404)
	h.as("bo").get(path + "/file/json").is(404)
	// It leaves, on record.
	var file struct {
		Format string
		Nodes  []any
	}
	if err := json.Unmarshal([]byte(c.get(path+"/file/json").is(200).body), &file); err != nil || file.Format != iru.MapFormat || len(file.Nodes) < 9 {
		t.Errorf("%v, %+v", err, file)
	}
	if x := c.get(path + "/file/graphml?on=2026-03-12").is(200).body; !strings.Contains(x, "<graphml") || strings.Contains(x, "halcyon-copy") {
		t.Errorf("GraphML of a day: %s", x)
	}
	c.get(path + "/file/png").is(422)
	c.get("/outlets/"+id(s.outlet)).is(200).has("#history", "Map taken out")
}

func TestCoveragePage(t *testing.T) {
	h := newHouse(t)
	h.as("ada").get("/coverage").is(200).has("[aria-labelledby=empty-h]", "No outlet is watched")
	s := h.story()
	c := h.as("ada")
	c.get("/coverage").is(200).has("#gaps", "العربية").has("#gaps", "English").has("#coverage", "nobody").has("#coverage a[href='/outlets/"+id(s.outlet)+"']", "Halcyon")
	c.post("/me/languages", "languages", "english, please").is(422).has("#languages-e", "no language")
	c.post("/me/languages", "languages", "en, ar fr").leads("/me")
	c.get("/me").is(200).has("[role=status]", "noted")
	if got := c.get("/me").attr("#reads input", "value"); got != "en ar fr" {
		t.Errorf("languages: %q", got)
	}
	c.get("/coverage").is(200).has("#coverage", "Ada").has("#gaps", "None: every language").hasNo("#gaps [lang=ar]")
	h.as("bo").get("/coverage").is(200).hasNo("#coverage")
}

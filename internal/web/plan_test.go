// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/plan"
)

func (h *house) plan(id iru.PlanID) (p iru.Plan) {
	h.t.Helper()
	h.view(func(ctx context.Context, t *db.Tx) (err error) {
		p, err = t.Plan(ctx, iru.Program(), id)
		return err
	})
	return p
}

// TestPlanPages: a plan is drafted from the outlet, played with by forms alone, chosen, approved by a second person, and its tasks are drafted as far as can be.
func TestPlanPages(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	c := h.as("dora")
	list := "/plans?outlet=" + id(s.outlet)
	c.get("/outlets/"+id(s.outlet)).is(200).has("a[href='"+list+"']", "Plans")
	c.get(list).is(200).has("[aria-labelledby=none-h]", "No plan yet").has("#draft", "Compute a plan")
	h.as("sig").get(list).is(200).hasNo("#draft")
	c.post("/plans", "outlet", "999").is(404)
	page := c.post("/plans", "outlet", id(s.outlet), "name", "Lantern").leads("/plans/").to
	p := c.get(page).is(200).has("h1", "Lantern").has("#answer", "suggestion").has("#measures tbody", "Referral").has("#tree svg", "Halcyon").has("#tree details", "any of these is enough").has("#up", "stays up").
		has("#curve svg", "left").has("#addresses tbody", "halcyon").has("#history", "Plan computed").has("#question", "N-1").has("#offers", "ffered first").has("#offers tbody", "everything that may be done")
	if strings.Contains(p.body, `href="http`) {
		t.Error("the page holds a live link")
	}
	h.as("bo").get(page).is(404)
	c.get(list).is(200).has("#plans tbody", "Lantern")
	c.get(page+"?mode=hold&horizon=24&open=0.02").is(200).has("#question option[value=hold][selected]", "hold").has("#question", "")
	x := h.plan(1)
	if len(x.Answer.Measures) == 0 {
		t.Fatalf("no plan: %+v", x.Answer)
	}
	m := x.Answer.Measures[0]
	c.get(page+"?without="+strings.ReplaceAll(m, "/", "%2F")).is(200).has("#up", "Still up through")
	measure := page + "/measure?m=" + m
	c.get(measure).is(200).has("#figures tbody", "assumed").has("#law tbody", "allowed").has("#what", "officer hours").has("#change", "Veto")
	h.as("sig").get(measure).is(200).hasNo("#change")
	c.get(page + "/measure?m=none").is(404)
	c.post(page+"/measure", "m", m, "do", "veto").is(422).has("#errors", "reason")
	c.post(page+"/measure", "m", m, "do", "price", "figure", "effort", "value", "many", "why", "x").is(422).has("#errors", "number")
	c.post(page+"/measure", "m", m, "do", "price", "figure", "effort", "value", "77", "why", "counted by hand").leads(page)
	c.get(measure).is(200).has("#figures tbody", "counted by hand").has("#figures tbody", "a person's")
	c.post(page+"/measure", "m", m, "do", "veto", "why", "a live investigation").leads(page)
	c.get(page).is(200).has("#measures tbody", "vetoed").has("#measures tbody", "a live investigation")
	c.post(page+"/measure", "m", m, "do", "free").leads(page)
	c.post(page+"/replan", "mode", "min", "price", "0.5", "bystanders", "", "budget", "x").is(422).has("#errors", "number")
	c.post(page+"/replan", "mode", "min", "price", "0.5", "bystanders", "100", "budget", "").leads(page)
	if x = h.plan(1); x.Ask.Mode != plan.Min || x.Ask.Ask.Price != .5 || x.Ask.Bystanders != 100 || x.Ask.Budget != 0 {
		t.Errorf("asked: %+v", x.Ask)
	}
	node := iru.PlanAsset(s.wire.ID)
	c.get(page+"/address?n="+node).is(200).has("#spare", "Spare it").has("#audience", "reaches")
	c.post(page+"/address", "n", node, "do", "audience", "value", "1200", "why", "its own counter").leads(page)
	c.get(page).is(200).has("#addresses tbody", "1 200")
	c.post(page+"/address", "n", node, "do", "spare", "why", "a live investigation").leads(page)
	c.get(page).is(200).has("#answer .note", "no measure closes").has("#answer .note", "Still up through")
	c.post(page+"/address", "n", node, "do", "release").leads(page)
	tree, err := plan.Read(strings.NewReader(c.get(page + "/tree.json").is(200).body))
	if err != nil || tree.Root != iru.PlanRoot || len(tree.Nodes) != len(x.Nodes) || len(tree.Measures) != len(x.Measures) {
		t.Errorf("the tree as a file: %v, %+v", err, tree)
	}

	other := c.post("/plans", "outlet", id(s.outlet), "name", "Second").leads("/plans/").to
	c.get(page).is(200).has("#compare", "Second")
	c.get("/plans/compare?a=1&b=2").is(200).has("#sums thead", "Second").has("#measures tbody", "both").has("#stays h3", "Lantern")
	c.get("/plans/compare?a=1&b=99").is(404)
	c.post(other+"/step/drop", "why", "").is(422).has("#errors", "reason")
	c.post(other+"/step/drop", "why", "one is enough").leads(other)
	c.get(other).is(200).has(".head, header", "Laid aside").hasNo("#question")

	c.get("/plans/rates").is(200).has("#rates tbody", "assumed by the program")
	c.post("/plans/rates", "rate", iru.RateView, "value", "4", "why", "").is(422).has("#errors", "reason")
	c.post("/plans/rates", "rate", iru.RateView, "value", "4", "why", "counted in spring").leads("/plans/rates")
	c.get("/plans/rates").is(200).has("#rates tbody", "counted in spring").has("#rates tbody", "Dora")

	var d string
	d, err = desk.PlanDigest(h.plan(1))
	must(t, err)
	c.get(page+"/step/propose").is(200).has("#step", "Nothing is served by it")
	c.get(page + "/step/approve").is(404)
	c.post(page+"/step/propose", "digest", "old").is(409).has("#errors", "changed while you looked")
	h.as("ada").post(page+"/step/propose", "digest", d, "why", "the least harm").leads(page)
	h.as("ada").get(page).is(200).hasNo("#question").hasNo("a[href='" + page + "/step/approve']")
	d, err = desk.PlanDigest(h.plan(1))
	must(t, err)
	c.get(page+"/step/approve").is(200).has("#step", "Nothing leaves before").has("option", "Dora")
	c.post(page+"/step/approve", "digest", d, "name", "Night Train", "director", id(h.people["dora"].ID), "why", "agreed").leads(page)
	c.get(page).is(200).has("#operation", "Night Train").has("#operation tbody", "not drafted yet")
	c.post(page+"/tasks").is(200).has("#operation tbody", "missing").has("[role=status]", "drafted")
	h.as("ada").get(page).is(200).has("#history", "Tasks drafted")
}

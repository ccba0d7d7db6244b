// SPDX-License-Identifier: EUPL-1.2

package webtest

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// An Explained says why an "incomplete" of axe is no fault: it matches results of Rule on elements whose selector contains
// Selector.
type Explained struct{ Rule, Selector, Why string }

type axeResult struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		Target  string `json:"target"`
		HTML    string `json:"html"`
		Summary string `json:"summary"`
	} `json:"nodes"`
}

type axeReport struct {
	Violations []axeResult `json:"violations"`
	Incomplete []axeResult `json:"incomplete"`
	Passes     int         `json:"passes"`
	Overflow   string      `json:"overflow"`
}

// run asks for WCAG 2.0 to 2.2 A and AA and the best practices, and looks whether the page itself scrolls sideways (1.4.10).
const run = `axe.run(document, {runOnly: RULES,
 resultTypes: ['violations', 'incomplete'], preload: false}).then((r) => {
  const short = (list) => list.map((x) => ({id: x.id, help: x.help, nodes: x.nodes.map((n) => ({target: n.target.flat(9).join(' '), html: n.html.slice(0, 200),
    summary: [...n.any, ...n.all, ...n.none].map((c) => c.message).join('; ')}))}));
  const away = (el) => { // scrolled out of sight inside a region: measured where there is room
    const box = el?.closest('.scroll,.nav'), seen = box?.getBoundingClientRect(), at = el?.getBoundingClientRect();
    return box && box.scrollWidth > box.clientWidth && (at.right > seen.right || at.left < seen.left);
  };
  for (const x of r.incomplete) { // axe cannot see colours inside a figure; the contrast of the tokens they use is computed by a test
    if (x.id === 'color-contrast') x.nodes = x.nodes.filter((n) => !document.querySelector(n.target.flat(9)[0])?.closest('svg.fig') && !away(document.querySelector(n.target.flat(9)[0])));
  }
  const wide = document.documentElement.scrollWidth > innerWidth;
  let overflow = '';
  if (wide) for (const el of document.querySelectorAll('body *')) {
    if (el.getBoundingClientRect().right > innerWidth + 1 && !el.closest('.scroll,.nav,svg')) { overflow = el.outerHTML.slice(0, 160); break; }
  }
  return {violations: short(r.violations), incomplete: short(r.incomplete), passes: r.passes.length, overflow: wide ? overflow || 'page is too wide' : ''};
})`

// Axe opens a page at a width, light or dark (which differ in colour only: dark runs the rules about colour), and fails on every violation of WCAG 2.2 A and AA and of the best practices, on every
// "incomplete" that is not explained, and when the page itself scrolls sideways.
func Axe(t testing.TB, url string, width int, dark bool, explained ...Explained) {
	t.Helper()
	load(t, url, width, dark)
	check(t, url, width, dark, explained)
}

// AxeEverywhere is Axe at 1440 and 320 px, light and dark, with one load of the page.
func AxeEverywhere(t testing.TB, url string, explained ...Explained) {
	t.Helper()
	load(t, url, 1440, false)
	check(t, url, 1440, false, explained)
	Look(t, 1440, true)
	check(t, url, 1440, true, explained)
	Look(t, 320, false)
	check(t, url, 320, false, explained)
	Look(t, 320, true)
	check(t, url, 320, true, explained)
}

// AxeHere is Axe on the page that is open, with all that was done and written there; nothing is loaded anew.
func AxeHere(t testing.TB, width int, dark bool, explained ...Explained) {
	t.Helper()
	Look(t, width, dark)
	if Eval[bool](t, `typeof axe === 'undefined'`) {
		if err := chromedp.Do(Browser(t), chromedp.Evaluate[chromedp.Void](axeSource)); err != nil {
			t.Fatalf("load axe-core: %v", err)
		}
	}
	check(t, Eval[string](t, `location.pathname`), width, dark, explained)
}

func load(t testing.TB, url string, width int, dark bool) {
	t.Helper()
	ctx := Open(t, url, width, dark)
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](axeSource)); err != nil {
		t.Fatalf("load axe-core: %v", err)
	}
}

func check(t testing.TB, url string, width int, dark bool, explained []Explained) {
	t.Helper()
	rules := `{type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}`
	if dark {
		rules = `{type: 'rule', values: ['color-contrast', 'link-in-text-block']}`
	}
	report := Eval[axeReport](t, strings.Replace(run, "RULES", rules, 1))
	where := map[bool]string{false: "light", true: "dark"}[dark]
	if report.Passes < 1 || !dark && report.Passes < 5 {
		t.Errorf("%s at %d px, %s: only %d rules applied; is the page empty?", url, width, where, report.Passes)
	}
	if report.Overflow != "" {
		t.Errorf("%s at %d px, %s: the page scrolls sideways: %s", url, width, where, report.Overflow)
	}
	for _, v := range report.Violations {
		for _, n := range v.Nodes {
			t.Errorf("%s at %d px, %s: %s (%s)\n  %s\n  %s\n  %s", url, width, where, v.ID, v.Help, n.Target, n.HTML, n.Summary)
		}
	}
	for _, v := range report.Incomplete {
		for _, n := range v.Nodes {
			if !isExplained(explained, v.ID, n.Target) {
				t.Errorf("%s at %d px, %s: incomplete: %s (%s)\n  %s\n  %s\n  %s", url, width, where, v.ID, v.Help, n.Target, n.HTML, n.Summary)
			}
		}
	}
}

func isExplained(all []Explained, rule, target string) bool {
	for _, e := range all {
		if e.Rule == rule && strings.Contains(target, e.Selector) && e.Why != "" {
			return true
		}
	}
	return false
}

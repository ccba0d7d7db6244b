// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"net/url"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/link"
)

// A scoreReport holds what the program found against the range's own ledger, which the program never sees.
type scoreReport struct {
	Discovery struct {
		Seeds  int `json:"seeds"`  // addresses with which it began
		Assets int `json:"assets"` // that the outlets have, heads that were raised included
		Found  int `json:"found"`
		Beside int `json:"beside"` // addresses that were put before people and are somebody else's, as a page that links to its source has it
		Wrong  int `json:"wrong"`  // of these, what was suggested to be an outlet's, or attributed to one
	} `json:"discovery"`
	Return struct {
		Raised   int   `json:"raised"` // heads that took the place of one that fell
		Found    int   `json:"found"`
		InTime   int   `json:"in_time"`   // within one period of looking
		PeriodMS int64 `json:"period_ms"` // that period, as the program's rules have it
		MostMS   int64 `json:"most_ms"`   // the longest that one took
	} `json:"return"`
	Refusals  refusalScore  `json:"refusals"`
	Innocents innocentScore `json:"innocents"`
	Dark      darkScore     `json:"dark"`
}

// scores holds the program's store against the truth.
func (p *play) scores(ctx context.Context, t *db.Tx, assets []iru.Asset) (scoreReport, error) {
	s := p.score(assets)
	var err error
	if s.Refusals, err = p.scoreRefusals(ctx, t); err != nil {
		return s, err
	}
	if s.Innocents, err = p.scoreInnocents(ctx, t, assets); err != nil {
		return s, err
	}
	s.Dark, err = p.scoreDark(ctx, t, assets)
	return s, err
}

// suggested reports whether the machine took an address for an outlet's.
func suggested(a iru.Asset) bool { return a.Lineage.Score >= link.Suggest }

// score tells what was found.
func (p *play) score(assets []iru.Asset) scoreReport {
	var s scoreReport
	truth := p.world.Truth()
	theirs := map[string]bool{} // addresses of outlets that are looked for
	period := p.house.desk.Rules.Monitor
	s.Return.PeriodMS = period.Milliseconds()
	found := map[string]iru.Asset{}
	for _, a := range assets {
		found[a.Locator] = a
	}
	for _, x := range truth.Assets {
		if x.Innocent || len(x.Spans) == 0 { // one that was never raised does not exist
			continue
		}
		theirs[x.Locator] = true
		a, ok := found[x.Locator]
		s.Discovery.Assets++
		if ok {
			s.Discovery.Found++
		}
		if x.Seed {
			s.Discovery.Seeds++
		}
		if x.Follows == "" {
			continue
		}
		s.Return.Raised++
		if !ok {
			continue
		}
		s.Return.Found++
		took := max(a.Created.Sub(x.Spans[0].From), 0)
		s.Return.MostMS = max(s.Return.MostMS, took.Milliseconds())
		if took <= period+time.Second { // a look takes time itself
			s.Return.InTime++
		}
	}
	for _, a := range assets {
		if theirs[a.Locator] || partOf(theirs, a.Locator) {
			continue
		}
		s.Discovery.Beside++
		if a.Outlet != 0 || suggested(a) {
			s.Discovery.Wrong++
		}
	}
	return s
}

// partOf reports whether an address lies under one of an outlet's: a file that it offers, another path of a host of its own.
func partOf(theirs map[string]bool, address string) bool {
	for t := range theirs {
		u, err := url.Parse(t)
		if err != nil {
			continue
		}
		if root := u.Scheme + "://" + u.Host + "/"; u.Path == "/" && strings.HasPrefix(address, root) || strings.HasPrefix(address, strings.TrimSuffix(t, "/")+"/") ||
			strings.HasPrefix(u.Path, "/v1/") && address == root { // the host of an update endpoint is the outlet's too
			return true
		}
	}
	return false
}

// scoreProblems are the targets that a play missed: at least 95 in a hundred found, at most five in a hundred wrong, returns found within one period.
func scoreProblems(s scoreReport) []string {
	var out []string
	if d := s.Discovery; 100*d.Found < 95*d.Assets {
		out = append(out, "fewer than 95 % of the assets were found")
	} else if 100*d.Wrong > 5*max(d.Found, 1) {
		out = append(out, "more than 5 % of what was taken for an outlet's is somebody else's")
	}
	if r := s.Return; 100*r.InTime < 95*r.Raised {
		out = append(out, "fewer than 95 % of the returns were found within one period of looking")
	}
	return out
}

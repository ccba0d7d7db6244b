// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/probe"
)

// permuter asks the DNS which names exist that look like those of an outlet. Where everything under a suffix exists, nothing does.
type permuter struct {
	river.WorkerDefaults[desk.Permute]
	*Crew
}

// How many names are asked for in a round, and with what pause: below thirty questions a second nobody's resolver minds. The homoglyphs of one name are ten
// thousand, hardly any of which a registry takes; homographs and the slips of a hand are tried.
const (
	permuted      = 2000
	permutedPause = 40 * time.Millisecond
)

var (
	tried      = []locator.Fuzzer{locator.Homograph, locator.Cyrillic, locator.TLDSwap, locator.Various, locator.Dictionary, locator.Hyphenation, locator.Omission, locator.Repetition, locator.Transposition, locator.Addition, locator.VowelSwap, locator.Subdomain, locator.Replacement, locator.Insertion, locator.Bitsquatting}
	triedTLDs  = []string{"com", "net", "org", "info", "eu", "online", "site", "top", "xyz", "live", "news", "media", "press", "tv", "cc", "me", "io"}
	triedWords = []string{"news", "live", "new", "official", "mirror", "online", "media", "tv", "app", "www"}
)

func (w *permuter) Work(ctx context.Context, job *river.Job[desk.Permute]) error {
	a, err := w.asset(ctx, job.Args.Asset)
	if err != nil {
		return outcome(err)
	}
	asleep, err := w.asleep(ctx, a)
	if err != nil {
		return outcome(err)
	}
	if w.Desk.Rules.Permute <= 0 || asleep || !w.Desk.NameAlone(a.Locator) {
		return nil
	}
	leads, err := w.permutations(ctx, a)
	if err != nil {
		return outcome(err)
	}
	if err := w.Desk.RecordLeads(ctx, a.ID, leads); err != nil {
		return outcome(err)
	}
	return river.JobSnooze(w.Desk.Rules.Permute)
}

func (c *Crew) permutations(ctx context.Context, a iru.Asset) ([]iru.Lead, error) {
	l, err := locator.Parse(a.Locator)
	if err != nil {
		return nil, fmt.Errorf("change the name of asset %d: %w: %w", a.ID, iru.Invalid, err)
	}
	words, err := c.outletWords(ctx, a)
	if err != nil {
		return nil, err
	}
	v := c.Vantages[0].Network()
	r := probe.Resolver{Server: v.Resolver, Local: v.Local}
	names := locator.Permute(l.Site(), append(words, triedWords...), triedTLDs, tried...)
	wild := map[string]bool{}
	var out []iru.Lead
	failed := 0
	for n, p := range names[:min(len(names), permuted)] {
		site, err := locator.Parse(p.Name)
		if err != nil || site.Site() == "" {
			continue
		}
		if c.pause(ctx, cmp.Or(c.asking, permutedPause)); ctx.Err() != nil {
			return nil, ctx.Err()
		}
		suffix := site.Site()[strings.IndexByte(site.Site(), '.')+1:]
		if _, asked := wild[suffix]; !asked {
			if wild[suffix], err = probe.Exists(ctx, r, strings.ToLower(rand.Text())+"."+suffix); err != nil {
				wild[suffix] = true // unknown is no reason to believe
			}
		}
		if wild[suffix] {
			continue
		}
		exists, err := probe.Exists(ctx, r, site.Site())
		if err != nil {
			if failed++; failed > 20 && failed > n/2 {
				return nil, fmt.Errorf("ask for names like %s: %w", l.Site(), err)
			}
			continue
		}
		if exists {
			out = append(out, iru.Lead{Address: site.URL(), Source: iru.LeadPermutation, Path: iru.LeadPath{From: a.ID, Document: l.Site(), How: string(p.Fuzzer)}})
		}
	}
	return out, nil
}

// outletWords are the words by which an outlet is looked for, in ASCII: those of its name and the unit's own.
func (c *Crew) outletWords(ctx context.Context, a iru.Asset) ([]string, error) {
	var out []string
	err := c.Desk.DB.View(ctx, func(t *db.Tx) error {
		o, err := t.Outlet(ctx, iru.Program(), a.Outlet)
		out = nil
		for _, w := range append(strings.Fields(strings.ToLower(o.Name)), c.Desk.Rules.Words...) {
			if strings.Trim(w, "abcdefghijklmnopqrstuvwxyz0123456789") == "" && len(w) > 3 {
				out = append(out, w)
			}
		}
		return err
	})
	return out, err
}

func (c *Crew) pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
	"iolaus/internal/web/ui"
)

// nearShown is how many near copies stand beside an item; nearCounted how many are counted.
const (
	nearShown   = 12
	nearCounted = 100
)

// matches reads what the item was recognised as. What is silent is shown to nobody.
func (r *itemReader) matches() error {
	p := r.p
	ms, err := r.t.MatchesOf(r.ctx, r.v.scope, p.Item.ID)
	if err != nil {
		return err
	}
	p.Matches, p.Silent = nil, 0
	units := unitNames{}
	for _, m := range ms {
		if m.Silent {
			p.Silent++
			continue
		}
		line := MatchLine{Match: m}
		for _, o := range m.Opinions {
			who, err := units.voice(r.ctx, r.t, o)
			if err != nil {
				return err
			}
			line.Opinions = append(line.Opinions, verdictBy(r.ctx, o.Verdict, who))
		}
		p.Matches = append(p.Matches, line)
	}
	return nil
}

// near reads which items resemble this one.
func (r *itemReader) near() error {
	p := r.p
	ns, err := r.t.ItemsNear(r.ctx, r.v.scope, p.Item.ID, nearCounted)
	if err != nil {
		return err
	}
	p.Near = nil
	labels := map[int64]string{}
	for _, n := range ns {
		if _, ok := labels[n.Known]; !ok && n.Known != 0 {
			k, err := r.t.Known(r.ctx, r.v.scope, n.Known)
			if err != nil {
				return err
			}
			labels[n.Known] = plainDefanged(k.Name())
		}
		p.Near = append(p.Near, NearLine{Item: n.Item, By: labels[n.Known], Likes: n.Likes, Free: n.Item.State == iru.ItemReady && n.Item.Unit == p.Item.Unit && !n.Item.Held(r.v.scope.Officer, r.v.now)})
	}
	return nil
}

// judgeMatch takes what a person makes of a match.
func (v *visit) judgeMatch() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	verb := v.value("verb")
	if err := v.desk.Judge(v.ctx(), v.scope, iru.MatchID(n), verb, v.value("note")); err != nil {
		return err
	}
	return v.to("%s", Local(v.r.PostFormValue("back")))
}

// reasonKind names why something is in the queue.
func reasonKind(ctx context.Context, kind string) string {
	switch kind {
	case "exact", iru.MediumSHA256, iru.MediumMD5:
		return ui.T(ctx, "Exact match")
	case "exact bank":
		return ui.T(ctx, "Banks")
	case "near image", iru.MediumPDQ:
		return ui.T(ctx, "Near image")
	case "near file", iru.MediumTLSH:
		return ui.T(ctx, "Near file")
	case "text":
		return ui.T(ctx, "Text")
	case "near film", iru.MediumVPDQ:
		return ui.T(ctx, "Near film")
	case "heard", iru.MediumAudio:
		return ui.T(ctx, "Near sound")
	case "estate":
		return ui.T(ctx, "Same estate")
	case "return":
		return ui.T(ctx, "Return")
	case "watch list":
		return ui.T(ctx, "Watch list")
	}
	return kind
}

// distance says in words how far a match is off, and where the limit is.
func distance(ctx context.Context, m iru.Match) string {
	switch m.Medium {
	case iru.MediumSHA256:
		return ui.T(ctx, "the same bytes")
	case iru.MediumMD5:
		return ui.T(ctx, "the same MD5, which others can imitate")
	case iru.MediumPDQ:
		return ui.T(ctx, "distance %s of 256 bits, limit %s", fmt.Sprint(int(m.Distance)), fmt.Sprint(iru.PDQRadius))
	case iru.MediumTLSH:
		return ui.T(ctx, "TLSH distance %s, limit %s", fmt.Sprint(int(m.Distance)), fmt.Sprint(iru.TLSHRadius))
	case iru.MediumText:
		return ui.T(ctx, "%s similar, limit %s", fmt.Sprintf("%.2f", 1-m.Distance), fmt.Sprintf("%.2f", iru.TextSimilarity))
	case iru.MediumVPDQ:
		return ui.T(ctx, "it has %s of the frames, at least %s", percents(1-m.Distance), percents(recognise.VideoQuery))
	case iru.MediumAudio:
		return ui.T(ctx, "%s of the sound's bits differ, limit %s", percents(m.Distance), percents(recognise.AudioMatch))
	}
	return ui.T(ctx, "%s similar", fmt.Sprintf("%.2f", 1-m.Distance))
}

// likeness says in words how two items resemble each other.
func likeness(ctx context.Context, l iru.Likeness) string {
	how := distance(ctx, iru.Match{Medium: l.Medium, Distance: l.Distance})
	if l.Medium == iru.MediumVPDQ {
		how = ui.T(ctx, "%s of the frames of one are in the other, at least %s", percents(1-l.Distance), percents(recognise.VideoQuery))
	}
	return reasonKind(ctx, l.Medium) + ": " + how
}

// percents writes a share of one.
func percents(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// judgedThen names what was found about known content.
func judgedThen(ctx context.Context, finding string) string {
	switch iru.Finding(finding) {
	case iru.FindRefer:
		return ui.T(ctx, "judged then: refer")
	case iru.FindNoAction:
		return ui.T(ctx, "judged then: no action")
	case iru.FindDuplicate:
		return ui.T(ctx, "judged then: duplicate")
	}
	return ""
}

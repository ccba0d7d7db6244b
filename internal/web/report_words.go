// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

func reportTitle(ctx context.Context, k iru.ReportKind) string {
	switch k {
	case iru.ReportTCO8:
		return ui.T(ctx, "Transparency report of the competent authority")
	case iru.ReportTCO21:
		return ui.T(ctx, "Information for monitoring")
	case iru.ReportDSA22:
		return ui.T(ctx, "Report of a trusted flagger")
	}
	return ui.T(ctx, "Statistics of the unit")
}

func reportLaw(ctx context.Context, k iru.ReportKind) string {
	switch k {
	case iru.ReportTCO8:
		return ui.T(ctx, "Regulation (EU) 2021/784, Article 8")
	case iru.ReportTCO21:
		return ui.T(ctx, "Regulation (EU) 2021/784, Article 21(1)")
	case iru.ReportDSA22:
		return ui.T(ctx, "Regulation (EU) 2022/2065, Article 22(3)")
	}
	return ui.T(ctx, "no law asks for it")
}

func reportWhen(ctx context.Context, k iru.ReportKind) string {
	switch k {
	case iru.ReportTCO8:
		return ui.T(ctx, "published every year")
	case iru.ReportTCO21:
		return ui.T(ctx, "to the Commission, by 31 March")
	case iru.ReportDSA22:
		return ui.T(ctx, "published at least once a year")
	}
	return ui.T(ctx, "when it is wanted")
}

// provisionName names a provision as its law does; the unit's own figures have none.
func provisionName(ctx context.Context, law string) string {
	if article, ok := strings.CutPrefix(law, "Regulation (EU) 2021/784, Article "); ok {
		return ui.T(ctx, "Regulation (EU) 2021/784, Article %s", article)
	}
	if article, ok := strings.CutPrefix(law, "Regulation (EU) 2022/2065, Article "); ok {
		return ui.T(ctx, "Regulation (EU) 2022/2065, Article %s", article)
	}
	return ui.T(ctx, "The unit's own statistics")
}

func figureState(ctx context.Context, s iru.FigureState) string {
	switch s {
	case iru.FigureHidden:
		return ui.T(ctx, "suppressed")
	case iru.FigureUnknown:
		return ui.T(ctx, "not recorded")
	case iru.FigureNothing:
		return ui.T(ctx, "nothing to measure")
	case iru.FigureTooEarly:
		return ui.T(ctx, "not reached yet")
	}
	return string(s)
}

func dimensionName(ctx context.Context, by string) string {
	switch by {
	case "provider":
		return ui.T(ctx, "by addressee")
	case "instrument":
		return ui.T(ctx, "by instrument")
	case "action":
		return ui.T(ctx, "by action taken")
	case "type":
		return ui.T(ctx, "by type of content")
	case "finding":
		return ui.T(ctx, "by finding")
	case "outcome":
		return ui.T(ctx, "by outcome")
	}
	return by
}

func cellName(ctx context.Context, g iru.Cell) string {
	switch g.By {
	case "instrument":
		return instrumentName(ctx, legal.Instrument(g.Key))
	case "type":
		if g.Key == "" {
			return ui.T(ctx, "not said")
		}
		return ui.T(ctx, "Terrorist content, limb %s", g.Key)
	case "finding":
		switch iru.Finding(g.Key) {
		case iru.FindRefer:
			return ui.T(ctx, "should go")
		case iru.FindNoAction:
			return ui.T(ctx, "no ground to act")
		case iru.FindDuplicate:
			return ui.T(ctx, "repeats another item")
		}
	case "action":
		return actionName(ctx, g.Key)
	case "outcome":
		return reviewOutcome(ctx, g.Key)
	}
	return g.Key
}

func actionName(ctx context.Context, key string) string {
	switch key {
	case "removed":
		return ui.T(ctx, "removed or disabled, verified")
	case "back":
		return ui.T(ctx, "removed, then up again")
	case "claimed":
		return ui.T(ctx, "said to be removed, not verified")
	case "refused":
		return ui.T(ctx, "refused")
	case "clarifying":
		return ui.T(ctx, "asked, or cannot act")
	case "bounced":
		return ui.T(ctx, "could not be delivered")
	case "withdrawn":
		return ui.T(ctx, "withdrawn by the unit")
	}
	return ui.T(ctx, "no action is known")
}

func reviewOutcome(ctx context.Context, key string) string {
	switch key {
	case "lodged":
		return ui.T(ctx, "not decided yet")
	case "dismissed":
		return ui.T(ctx, "the order stands")
	case "annulled":
		return ui.T(ctx, "the order was annulled")
	case "dropped":
		return ui.T(ctx, "taken back")
	case "copied", "examining":
		return ui.T(ctx, "no conclusion yet")
	case "concluded", "compared":
		return ui.T(ctx, "concluded, not decided")
	case "announced":
		return ui.T(ctx, "its intention was told")
	case "lapsed":
		return ui.T(ctx, "the time passed")
	case "withdrawn":
		return ui.T(ctx, "the order was withdrawn")
	case "opened", "declared":
		return ui.T(ctx, "not reviewed yet")
	case "upheld":
		return ui.T(ctx, "founded, by the review")
	case "unfounded":
		return ui.T(ctx, "unfounded, by the review")
	case "infringed":
		return ui.T(ctx, "an infringement was found")
	case "cleared":
		return ui.T(ctx, "no infringement was found")
	}
	return key
}

// notesOf say what a reader must know of the edition.
func notesOf(ctx context.Context, r iru.Report) []string {
	if r.Edition == iru.InternalEdition {
		return []string{ui.T(ctx, "For the unit only: nothing is suppressed. Do not publish it and do not hand it on.")}
	}
	out := []string{ui.T(ctx, "What belongs to operations that are not over is left out, since nothing may be published that prejudices ongoing work (Regulation (EU) 2021/784, Article 8(2)). Whether there is any is not said.")}
	if r.Threshold > 1 {
		out = append(out, ui.T(ctx, "Numbers from 1 to %s are suppressed where the law does not ask for them, and so are further ones from which such a number could be computed. Zero is printed as zero.", strconv.Itoa(r.Threshold-1)))
	}
	return append(out, ui.T(ctx, "“not recorded” means that the program does not record it; it does not mean zero."), ui.T(ctx, "Orders for practice are no acts and are not counted."))
}

func scoreFoot(ctx context.Context) templ.Component {
	return ui.Text(ui.T(ctx, "From receipt to acting. What is still open is taken in as taking longer than it was watched (Kaplan-Meier), so that silence does not look like speed. Under %s received acts no times are given. In time: before the end of the time that the law gives.", strconv.Itoa(iru.FewActs)))
}

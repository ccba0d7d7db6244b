// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"strconv"

	"iolaus/internal/iru"
	"iolaus/internal/link"
	"iolaus/internal/web/ui"
)

// strengthWords says how strong a suggested lineage is: bits of evidence, not a percentage.
func strengthWords(ctx context.Context, l iru.Lineage) string {
	return ui.T(ctx, "%s bits of evidence", fmt.Sprintf("%.1f", l.Score)) + ", " + ui.Tn(ctx, len(l.Evidence), "%d clues")
}

// clueName names a kind of mark.
func clueName(ctx context.Context, kind string) string {
	switch kind {
	case link.SPKI:
		return ui.T(ctx, "Certificate key")
	case link.PGPKey:
		return ui.T(ctx, "Published key")
	case link.FeedKey:
		return ui.T(ctx, "Feed key")
	case link.Contact:
		return ui.T(ctx, "Contact address")
	case link.DonationID:
		return ui.T(ctx, "Donation account")
	case link.APKSigner:
		return ui.T(ctx, "App signing key")
	case link.ExtensionKey:
		return ui.T(ctx, "Add-on key")
	case link.AnalyticsID:
		return ui.T(ctx, "Analytics account")
	case link.TextShingle:
		return ui.T(ctx, "Same text")
	case link.ImagePDQ:
		return ui.T(ctx, "Same picture")
	case link.Favicon:
		return ui.T(ctx, "Icon")
	case link.AssetHash:
		return ui.T(ctx, "Same file")
	case link.PageStructure:
		return ui.T(ctx, "Page structure")
	case link.NameServer:
		return ui.T(ctx, "Name server")
	case link.Registrar:
		return ui.T(ctx, "Registrar")
	case link.Network:
		return ui.T(ctx, "Network")
	case link.Address:
		return ui.T(ctx, "IP address")
	}
	return kind
}

// evidence is a suggested lineage clue by clue.
func evidence(ctx context.Context, l iru.Lineage) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Evidence, clue by clue"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Mark, and why it weighs")}, {Title: ui.T(ctx, "Bits"), Num: true}}}
	for _, c := range l.Evidence {
		t.Rows = append(t.Rows, ui.Cells(clue(clueName(ctx, c.Kind), law(ctx, plainDefanged(c.Note))), ui.ForeignWord("en", signed(c.Weight))))
	}
	return t
}

func signed(f float64) string {
	s := strconv.FormatFloat(f, 'f', 1, 64)
	if f > 0 {
		s = "+" + s
	}
	return s
}

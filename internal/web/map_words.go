// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// nodeWord is the kind of a node in a word; of an address, what kind of address.
func nodeWord(ctx context.Context, n iru.MapNode) string {
	if n.Kind == iru.NodeAsset && n.AssetKind != "" {
		return kindName(ctx, n.AssetKind)
	}
	return nodeKindWord(ctx, n.Kind)
}

func nodeKindWord(ctx context.Context, k iru.NodeKind) string {
	switch k {
	case iru.NodeOutlet:
		return ui.T(ctx, "Outlet")
	case iru.NodeBrand:
		return ui.T(ctx, "Brand")
	case iru.NodeAsset:
		return ui.T(ctx, "Address")
	case iru.NodeName:
		return ui.T(ctx, "Domain name")
	case iru.NodeRegistrar:
		return ui.T(ctx, "Registrar")
	case iru.NodeRegistry:
		return ui.T(ctx, "Registry")
	case iru.NodeNameServer:
		return ui.T(ctx, "Name server")
	case iru.NodeCDN:
		return ui.T(ctx, "Delivery network")
	case iru.NodeHost:
		return ui.T(ctx, "Host")
	case iru.NodeNetwork:
		return ui.T(ctx, "Network")
	case iru.NodeCertificate:
		return ui.T(ctx, "Certificate")
	case iru.NodeKey:
		return ui.T(ctx, "Key")
	case iru.NodeAccount:
		return ui.T(ctx, "Account")
	case iru.NodeApp:
		return ui.T(ctx, "App")
	case iru.NodeAddress:
		return ui.T(ctx, "IP address")
	}
	return string(k)
}

// relWords is a relation as it reads between its two nodes.
func relWords(ctx context.Context, rel string) string {
	switch rel {
	case iru.RelResolvesTo:
		return ui.T(ctx, "resolves to")
	case iru.RelRegisteredAt:
		return ui.T(ctx, "registered at")
	case iru.RelInRegistry:
		return ui.T(ctx, "in registry")
	case iru.RelDelegatedTo:
		return ui.T(ctx, "delegated to")
	case iru.RelServedBy:
		return ui.T(ctx, "served by")
	case iru.RelInNetwork:
		return ui.T(ctx, "in network")
	case iru.RelCertifiedBy:
		return ui.T(ctx, "certified by")
	case iru.RelKeyedBy:
		return ui.T(ctx, "has the key")
	case iru.RelNamed:
		return ui.T(ctx, "is named")
	case iru.RelCountedBy:
		return ui.T(ctx, "counted by")
	case iru.RelPaidTo:
		return ui.T(ctx, "paid to")
	case iru.RelReachedAt:
		return ui.T(ctx, "reached at")
	case iru.RelBuiltAs:
		return ui.T(ctx, "built as")
	case iru.RelSignedBy:
		return ui.T(ctx, "signed by")
	case iru.RelPublishes:
		return ui.T(ctx, "publishes")
	case iru.RelBranded:
		return ui.T(ctx, "branded")
	case iru.RelMirrors:
		return ui.T(ctx, "mirrors")
	case iru.RelSucceeds:
		return ui.T(ctx, "succeeds")
	case iru.RelAnnounces:
		return ui.T(ctx, "announces")
	case iru.RelRunBy:
		return ui.T(ctx, "run by")
	}
	return rel
}

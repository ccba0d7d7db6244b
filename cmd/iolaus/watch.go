// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// watch puts an address on watch in the name of an officer.
func (h *house) watch(ctx context.Context, login, address, outlet, reason string) (iru.Asset, error) {
	o, err := h.officer(ctx, login)
	if err != nil {
		return iru.Asset{}, err
	}
	return h.desk.Watch(ctx, o.Scope(), desk.WatchRequest{Address: address, Name: outlet, Reason: reason})
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// watch puts an address on watch in the name of an officer.
func (h *house) watch(ctx context.Context, login, address, outlet, reason string) (iru.Asset, error) {
	var o iru.Officer
	if err := h.db.View(ctx, func(t *db.Tx) error {
		var err error
		o, err = t.OfficerByLogin(ctx, login)
		return err
	}); err != nil {
		return iru.Asset{}, fmt.Errorf("find officer %q: %w", login, err)
	}
	if o.State != iru.OfficerActive {
		return iru.Asset{}, iru.Refuse(iru.Forbidden, o.Name+" is "+string(o.State), "accept the invitation first")
	}
	return h.desk.Watch(ctx, o.Scope(), desk.WatchRequest{Address: address, Name: outlet, Reason: reason})
}

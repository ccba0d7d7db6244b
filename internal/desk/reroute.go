// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// overtaken tells an act that has not left that its addressee no longer carries what it is about: it will not leave.
func overtaken(ctx context.Context, t *db.Tx, n iru.Notice, p iru.Provider, has []iru.Carrier, now time.Time) error {
	_, err := t.Record(ctx, happened("notice", int64(n.ID), "moved", 0, n.Unit, now, p.Name+" no longer carries it"+instead(ctx, t, has, n.Layer)).With("provider", int64(p.ID)))
	return err
}

// instead names who carries an asset on a layer now: ": Alder (web host), Birch (web host)".
func instead(ctx context.Context, t *db.Tx, cs []iru.Carrier, l legal.Layer) string {
	var names []string
	for _, c := range cs {
		if c.Layer != l {
			continue
		}
		if p, err := t.Provider(ctx, iru.Program(), c.Provider); err == nil {
			names = append(names, p.Name+" ("+l.Title()+")")
		}
	}
	if len(names) == 0 {
		return ""
	}
	return ": " + strings.Join(names, ", ")
}

// Reroute takes an act that was overtaken, since its addressee no longer carries what it is about, and drafts the like on who does: the
// old one is withdrawn, the new one needs approvals of its own. The gate decides what is possible there.
func (d *Desk) Reroute(ctx context.Context, s iru.Scope, id iru.NoticeID, provider iru.ProviderID, i legal.Instrument) (iru.Notice, error) {
	if err := s.May(iru.ToDraft); err != nil {
		return iru.Notice{}, err
	}
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return iru.Notice{}, fmt.Errorf("reroute notice: %w: %w", iru.Internal, err)
	}
	var out iru.Notice
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := ownNotice(ctx, t, s, id)
		if err != nil {
			return err
		}
		if !n.Unsent() {
			return iru.Refuse(iru.Conflict, n.Ref+" is "+string(n.State), "what has left is escalated, not rerouted")
		}
		p, err := t.Provider(ctx, iru.Program(), n.Provider)
		if err != nil {
			return err
		}
		if err := carried(ctx, t, n, p); err == nil {
			return iru.Refuse(iru.Conflict, p.Name+" still carries what "+n.Ref+" is about", "withdraw it if it is not wanted")
		} else if !errors.Is(err, iru.Conflict) {
			return err
		}
		if i == "" {
			i = n.Instrument
		}
		cs, err := t.Carriers(ctx, n.Asset)
		if err != nil {
			return err
		}
		layer := legal.Layer("")
		for _, c := range cs {
			if c.Provider == provider && (layer == "" || c.Layer == n.Layer) {
				layer = c.Layer
			}
		}
		r := DraftRequest{Asset: n.Asset, Item: n.Item, Provider: provider, Layer: layer, Instrument: i, Lang: n.Lang, Reasons: n.Reasons, Operation: n.Operation, Unit: n.Unit}
		if n.Operation == 0 && n.Unit == s.Unit {
			r.Unit = 0
		}
		if out, err = d.draft(ctx, t, s, r, hex.EncodeToString(key), now); err != nil {
			return err
		}
		if err := step(ctx, t, n, "withdraw", s.Officer, now, "the address moved; taken over by "+out.Ref); err != nil {
			return err
		}
		return d.expirePolls(ctx, t, n.Operation, now)
	})
	return out, err
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// DeskHours are when an addressee's desk works and how long caches keep what it took down, as the unit knows it: rehearsals play with them.
type DeskHours struct {
	Provider int64        `json:"provider"`
	Always   bool         `json:"always" doc:"Around the clock."`
	Zone     string       `json:"zone,omitempty" doc:"Of the windows; absent: that of its capital."`
	Windows  []iru.Window `json:"windows" nullable:"false"`
	Holidays []string     `json:"holidays" nullable:"false" doc:"Days of its own on which it does not work."`
	Works    []string     `json:"works" nullable:"false" doc:"Public holidays on which it does."`
	Cache    float64      `json:"cache_hours"`
	Reason   string       `json:"reason" doc:"How it is known."`
	By       int64        `json:"by"`
	At       *Stamp       `json:"at"`
}

func deskHours(h iru.DeskHours) DeskHours {
	return DeskHours{Provider: int64(h.Provider), Always: h.Always, Zone: h.Zone, Windows: shown(h.Windows, func(w iru.Window) iru.Window { return w }), Holidays: texts(h.Holidays), Works: texts(h.Works),
		Cache: h.Cache.Hours(), Reason: h.Reason, By: int64(h.By), At: at(h.At)}
}

type hoursBody struct {
	Always   bool         `json:"always,omitempty"`
	Zone     string       `json:"zone,omitempty" maxLength:"60"`
	Windows  []iru.Window `json:"windows,omitempty" nullable:"false" maxItems:"50"`
	Holidays []string     `json:"holidays,omitempty" nullable:"false" maxItems:"200"`
	Works    []string     `json:"works,omitempty" nullable:"false" maxItems:"200"`
	Cache    float64      `json:"cache_hours,omitempty" minimum:"0" maximum:"2160"`
	End      bool         `json:"end,omitempty" doc:"What was said before counts no more: it is as assumed of any desk."`
	Reason   string       `json:"reason" maxLength:"500"`
}

func (s *server) deskHours() {
	get(s, "/v1/desk-hours", "list-desk-hours", "List what the unit knows of addressees' hours", func(ctx context.Context, t *db.Tx, sc iru.Scope, _ *struct{}) (List[DeskHours], error) {
		hs, err := t.DeskHours(ctx, sc)
		var said []iru.DeskHours
		for _, h := range hs {
			if !h.Ended {
				said = append(said, h)
			}
		}
		return List[DeskHours]{Items: shown(said, deskHours)}, err
	})
	post(s, "/v1/providers/{id}/hours", "set-desk-hours", "Say when an addressee's desk works, or take it back", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[hoursBody]) (DeskHours, error) {
		b := in.Body
		h, err := s.desk.SetDeskHours(ctx, sc, iru.DeskHours{Provider: iru.ProviderID(in.ID), Always: b.Always, Zone: b.Zone, Windows: b.Windows, Holidays: b.Holidays, Works: b.Works,
			Cache: time.Duration(b.Cache * float64(time.Hour)), Ended: b.End, Reason: b.Reason})
		return deskHours(h), err
	})
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// ReplayPage plays a capture with its scripts, on the other origin. Before it does, it says what that means and asks why.
type ReplayPage struct {
	Frame   ui.Frame
	Exhibit iru.Exhibit
	Play    string // address of the frame; "" before it was asked for
	Licence string // address of the programme's licence
	Why     string
	Problem string
	None    string // why it cannot be played
}

// replayPage asks for the reason or, when it was given and logged, plays.
func (v *visit) replayPage() error {
	x, err := v.exhibit()
	if err != nil {
		return err
	}
	ctx := v.ctx()
	p := ReplayPage{Exhibit: x, Frame: v.frame("evidence", ui.T(ctx, "Replay of exhibit %s", id(x.ID))), Why: v.value("why")}
	err = v.read(func(t *db.Tx) error {
		h, err := v.handlingOf(t, x)
		p.Frame.Handling = handling(h)
		return err
	})
	if err != nil {
		return err
	}
	_, held := fileOf(x, "warc")
	switch {
	case x.State == iru.ExhibitErased:
		p.None = ui.T(ctx, "The bytes were destroyed; the record of them stays.")
	case !held:
		p.None = ui.T(ctx, "The exhibit holds no capture that could be played.")
	case v.opts.Links == nil:
		p.None = ui.T(ctx, "Captures are played on an origin of their own only, and none is set up here (web.evidence_listen).")
	}
	if v.r.Method != http.MethodPost || p.None != "" {
		return v.show(p.View())
	}
	if p.Why == "" {
		p.Problem = ui.T(ctx, "Say what you need the replay for.")
		return v.again(iru.Invalid, p.View())
	}
	if err := v.desk.Consult(ctx, v.scope, iru.Subject{Noun: "exhibit", ID: int64(x.ID)}, join(p.Why, "replay")); err != nil {
		return err
	}
	p.Licence = v.opts.Links.Origin() + "/replay/LICENSE.txt"
	p.Play = v.opts.Links.link(x.ID, v.by.ID, showReplay, v.now)
	return v.show(p.View())
}

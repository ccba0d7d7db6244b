// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/effect"
	"iolaus/internal/iru"
)

// An EffectModel says what is looked at and by which model; all of it is fixed before T0.
type EffectModel struct {
	Before int    `json:"before" minimum:"8" maximum:"3653" doc:"Days before T0. More are counted where there are more, for the placebos."`
	After  int    `json:"after" minimum:"8" maximum:"3653" doc:"Days from T0 on, of 24 hours each."`
	Family string `json:"family,omitempty" enum:"negative binomial,poisson,quasi-poisson" doc:"How counts scatter. Absent: negative binomial."`
	Slope  bool   `json:"slope,omitempty" doc:"The trend may change too, besides the level."`
	Week   bool   `json:"week,omitempty" doc:"Each day of the week has a level of its own."`
	Period int    `json:"period,omitempty" minimum:"0" maximum:"3653" doc:"Days of a season; 0: none."`
	Pairs  int    `json:"pairs,omitempty" minimum:"0" maximum:"20" doc:"Sines and cosines of the season."`
}

// An EffectWindow is what was fixed before T0 to say what an operation did.
type EffectWindow struct {
	ID      int64  `json:"id"`
	State   string `json:"state" enum:"sealed,withdrawn"`
	Counts  string `json:"counts" enum:"items,heads,elsewhere"`
	Words   string `json:"words,omitempty"`
	Compare int64  `json:"compare,omitempty" doc:"The outlet that is counted beside, to which nothing is done."`
	Beside  string `json:"beside,omitempty"`
	EffectModel
	By     int64  `json:"by"`
	At     *Stamp `json:"at"`
	Entry  int64  `json:"entry" doc:"Its index in the ledger; -1 until the next checkpoint, and where it was withdrawn."`
	Ended  *Stamp `json:"ended,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// A SealedWindow is a window as a file: docs/format/effect.md.
type SealedWindow struct {
	Format  string `json:"format"`
	Counted string `json:"counted"`
	Compare string `json:"compare,omitempty"`
	EffectModel
	Day    string    `json:"day,omitempty"`
	Sealed time.Time `json:"sealed"`
	Entry  int64     `json:"entry"`
}

type (
	// An EffectShare is how long something was up, down and not known.
	EffectShare struct {
		Up        int64    `json:"up_s"`
		Down      int64    `json:"down_s"`
		Unknown   int64    `json:"unknown_s"`
		Available *float64 `json:"available,omitempty" doc:"The part of the time of which something is known in which it was up; absent where nothing is known."`
	}
	// An EffectHead is how one address fared.
	EffectHead struct {
		Asset  int64       `json:"asset"`
		Before EffectShare `json:"before"`
		After  EffectShare `json:"after"`
	}
	// An EffectDrop is a step of a Kaplan-Meier curve.
	EffectDrop struct {
		After int64   `json:"after_s"`
		Left  float64 `json:"left" doc:"The share that is still waited for."`
		Low   float64 `json:"low" doc:"95 % interval."`
		High  float64 `json:"high"`
		Risk  int     `json:"risk"`
		Came  int     `json:"came"`
	}
	// An EffectTimes is how long something took, with what has not come yet.
	EffectTimes struct {
		Of     int          `json:"of"`
		Open   int          `json:"open"`
		Median *int64       `json:"median_s,omitempty" doc:"By Kaplan and Meier; absent where it lies beyond what was watched."`
		Curve  []EffectDrop `json:"curve" nullable:"false"`
	}
	// An EffectSpread is on how few an outlet hung.
	EffectSpread struct {
		Outlet      int64   `json:"outlet"`
		Over        string  `json:"over"`
		Before      float64 `json:"before" doc:"Herfindahl-Hirschman index, 0 to 1; 0 where nothing is known."`
		After       float64 `json:"after"`
		KnownBefore int     `json:"known_before"`
		KnownAfter  int     `json:"known_after"`
	}
	// An EffectRatio is by how much a count was multiplied.
	EffectRatio struct {
		Value float64 `json:"value"`
		Low   float64 `json:"low"`
		High  float64 `json:"high"`
	}
	// An EffectChange is what a count did.
	EffectChange struct {
		Verdict  string       `json:"verdict" enum:"fewer,more,no detectable change,cannot be told"`
		Why      string       `json:"why,omitempty"`
		Counted  float64      `json:"counted"`
		Expected float64      `json:"expected"`
		Change   *EffectRatio `json:"change,omitempty" doc:"Over all days after T0 together, with a 95 % interval of placebos in time."`
		Level    *EffectRatio `json:"level,omitempty"`
		Slope    *EffectRatio `json:"slope,omitempty"`
		Unseen   float64      `json:"unseen,omitempty" doc:"The smallest fall that would have been told from none."`
		Placebos int          `json:"placebos"`
	}
	// An Effect is what an operation did, as far as it can be told.
	Effect struct {
		Operation int64          `json:"operation"`
		Windows   []EffectWindow `json:"windows" nullable:"false"`
		From      *Stamp         `json:"from,omitempty"`
		To        *Stamp         `json:"to,omitempty"`
		Before    EffectShare    `json:"before"`
		After     EffectShare    `json:"after"`
		Heads     []EffectHead   `json:"heads" nullable:"false"`
		Returns   EffectTimes    `json:"returns" doc:"From a fall to the first return."`
		Between   EffectTimes    `json:"between" doc:"From return to return."`
		Lives     EffectTimes    `json:"lives" doc:"Of addresses that took another's place."`
		Actions   EffectTimes    `json:"actions" doc:"From the receipt of a task to verified removal."`
		Spread    []EffectSpread `json:"hhi" nullable:"false"`
		Change    *EffectChange  `json:"change,omitempty"`
		Why       string         `json:"why,omitempty" doc:"Why no change of a count is told."`
	}
	windowBody struct {
		Counts  string `json:"counts" enum:"items,heads,elsewhere" doc:"Pieces of content, or addresses, that are found each day; or what is counted outside of the program."`
		Words   string `json:"words,omitempty" maxLength:"300" doc:"What is counted, in words; what is counted elsewhere needs them."`
		Compare int64  `json:"compare,omitempty" minimum:"0" doc:"An outlet to which nothing is done."`
		Beside  string `json:"beside,omitempty" maxLength:"300" doc:"What is counted elsewhere is compared with this."`
		EffectModel
	}
)

func (m EffectModel) window() effect.Window {
	f := effect.Family(m.Family)
	if f == "" {
		f = effect.NegativeBinomial
	}
	return effect.Window{Before: m.Before, After: m.After, Model: effect.Model{Family: f, Slope: m.Slope, Week: m.Week, Period: m.Period, Pairs: m.Pairs}}
}

func effectModel(w effect.Window) EffectModel {
	return EffectModel{w.Before, w.After, string(w.Family), w.Slope, w.Week, w.Period, w.Pairs}
}

func effectWindow(w iru.EffectWindow) EffectWindow {
	return EffectWindow{ID: int64(w.ID), State: string(w.State), Counts: string(w.Counts), Words: w.Words, Compare: int64(w.Compare), Beside: w.Beside, EffectModel: effectModel(w.Window),
		By: int64(w.By), At: at(w.At), Entry: -1, Ended: at(w.Ended), Reason: w.Reason}
}

func effectShare(s effect.Share) EffectShare {
	out := EffectShare{Up: int64(s.Up / time.Second), Down: int64(s.Down / time.Second), Unknown: int64(s.Unknown / time.Second)}
	if a, ok := s.Available(); ok {
		out.Available = &a
	}
	return out
}

func effectTimes(spells []effect.Spell) EffectTimes {
	c := effect.Survival(spells)
	out := EffectTimes{Of: len(spells), Curve: []EffectDrop{}}
	for _, s := range spells {
		if s.Open {
			out.Open++
		}
	}
	if m, ok := c.Quantile(.5); ok {
		out.Median = new(int64(m / time.Second))
	}
	for _, d := range c {
		out.Curve = append(out.Curve, EffectDrop{int64(d.After / time.Second), d.Left, d.Low, d.High, d.Risk, d.Came})
	}
	return out
}

func effectOf(x iru.OperationEffect) Effect {
	out := Effect{Operation: int64(x.Operation.ID), Windows: shown(x.Withdrawn, effectWindow), From: at(x.From), To: at(x.To), Before: effectShare(x.Before.Share), After: effectShare(x.After.Share),
		Heads: shown(x.Heads, func(h iru.HeadEffect) EffectHead {
			return EffectHead{int64(h.Asset.ID), effectShare(h.Before), effectShare(h.After)}
		}),
		Returns: effectTimes(x.Returns), Between: effectTimes(x.Between), Lives: effectTimes(x.Lives), Actions: effectTimes(x.Actions), Why: x.Why.String(),
		Spread: shown(x.Spread, func(c iru.ConcentrationEffect) EffectSpread {
			return EffectSpread{int64(c.Outlet), string(c.Before.Kind), c.Before.HHI, c.After.HHI, c.Before.Known, c.After.Known}
		})}
	if x.Window != nil {
		w := effectWindow(*x.Window)
		w.Entry = x.Entry
		out.Windows = append(out.Windows, w)
	}
	if c := x.Change; c != nil {
		out.Change = &EffectChange{Verdict: string(c.Verdict), Why: c.Why.String(), Counted: c.Counted, Expected: c.Expected, Unseen: c.Unseen, Placebos: c.Placebos}
		if c.Verdict != effect.Untold {
			out.Change.Change, out.Change.Level = new(EffectRatio(c.Whole)), new(EffectRatio(c.Level))
			if c.Slope != (effect.Ratio{}) {
				out.Change.Slope = new(EffectRatio(c.Slope))
			}
		}
	}
	return out
}

func (s *server) effects() {
	get(s, "/v1/operations/{id}/effect", "get-operation-effect", "What an operation did, as far as it can be told", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (Effect, error) {
		x, err := s.desk.EffectIn(ctx, t, sc, iru.OperationID(in.ID))
		return effectOf(x), err
	})
	get(s, "/v1/operations/{id}/window", "get-operation-window", "The sealed window as a file for iolaus effect --window", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (SealedWindow, error) {
		x, err := desk.WindowIn(ctx, t, sc, iru.OperationID(in.ID))
		if err != nil {
			return SealedWindow{}, err
		}
		if x.Window == nil {
			return SealedWindow{}, iru.Refuse(iru.NotFound, "no window is sealed", "seal one before T0")
		}
		f := x.Window.Sealed(x.Operation, x.Entry)
		if x.Compare.Name != "" {
			f.Compare = x.Compare.Name
		}
		return SealedWindow{f.Format, f.Counted, f.Compare, effectModel(f.Window), f.Day, f.Sealed, f.Entry}, nil
	})
	post(s, "/v1/operations/{id}/window", "seal-operation-window", "Fix before T0 what will be looked at", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[windowBody]) (EffectWindow, error) {
		b := in.Body
		w, err := s.desk.SealWindow(ctx, sc, iru.OperationID(in.ID), iru.EffectWindow{Counts: iru.CountedKind(b.Counts), Words: b.Words, Compare: iru.OutletID(b.Compare), Beside: b.Beside, Window: b.window()})
		return effectWindow(w), err
	})
	post(s, "/v1/operations/{id}/window/withdraw", "withdraw-operation-window", "Take the sealed window back, with the reason", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (EffectWindow, error) {
		w, err := s.desk.WithdrawWindow(ctx, sc, iru.OperationID(in.ID), in.Body.Reason)
		return effectWindow(w), err
	})
}

// SPDX-License-Identifier: EUPL-1.2

package rehearse

import "time"

// times are what becomes of one act, counted from T0; never for what does not happen.
type times struct {
	served, opened, acked, acted, everybody time.Duration
	lead                                    time.Duration // of the translation, within served
}

// Steps of an act that chance draws for.
const (
	drawLead = iota + 1
	drawAck
	drawQuestion
	drawAnswer
	drawAct
	drawRest
	drawChance
	drawDelay
	drawCache
	drawBack
	drawRaise
	drawStage
)

// how draws a delay: its median in the walk of one day, a number by chance in a run.
type how struct {
	c      chance
	median bool
}

func (h how) take(d Delay, step uint64) time.Duration {
	switch {
	case d == (Delay{}):
		return 0
	case h.median:
		return d.median()
	}
	return d.drawn(h.c.of(step))
}

// plus adds without passing never.
func plus(t, d time.Duration) time.Duration {
	if t >= never || d >= never {
		return never
	}
	return t + d
}

// serve plays one act that leaves at a time. Compliance is drawn in runs only: the walk of a day shows what is planned.
func (r *Rehearsal) serve(x *act, leaves time.Duration, h how) times {
	t := times{served: leaves, opened: never, acked: never, acted: never, everybody: never}
	if x.translate {
		t.lead = h.take(r.a.Translation, drawLead)
		t.served = plus(t.served, t.lead)
	}
	t.served = max(t.served, x.from)
	if t.served >= never || t.served > x.until {
		return t
	}
	if x.delay.Source != "" {
		t.opened, t.acked = t.served, t.served
		t.acted = plus(t.served, h.take(x.delay, drawDelay))
	} else {
		if x.habit.Manner == Bounces {
			return t
		}
		cal := x.cal
		if x.habit.Always {
			cal = calendar{always: true}
		}
		work := func(from time.Duration, d Delay, step uint64) time.Duration {
			if from >= never {
				return never
			}
			return plus(cal.worked(from+ahead, h.take(d, step)), -ahead)
		}
		t.opened = plus(cal.opens(t.served+ahead), -ahead)
		if x.habit.Manner == Silent {
			return t
		}
		t.acked = work(t.served, x.habit.Ack, drawAck)
		if x.habit.Manner == Refuses || x.habit.Manner == Order {
			return t
		}
		begin := t.acked
		if x.habit.Manner == Clarifies {
			begin = plus(work(begin, x.habit.Ack, drawQuestion), h.take(r.a.Answer, drawAnswer))
		}
		t.acted = work(begin, x.habit.Act, drawAct)
	}
	if t.acted > x.until || !h.median && h.c.of(drawChance).uniform() >= x.chance.Value {
		t.acted = never
		return t
	}
	t.everybody = plus(t.acted, 0)
	if x.delay.Source == "" {
		t.everybody = plus(t.acted, h.take(x.habit.Rest, drawRest))
	}
	return t
}

// felt is when nobody reaches the k-th of the parts any more that the act fells: caches keep it for a while.
func (x *act) felt(t times, k int, h how) time.Duration {
	if t.everybody >= never {
		return never
	}
	return plus(t.everybody, h.take(x.caches[k], drawCache+100*uint64(k+1)))
}

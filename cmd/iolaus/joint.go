// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"iolaus/internal/iru"
)

// The resources of a joint action as the officers read them.
type (
	jointTask struct {
		ID          int64  `json:"id"`
		UID         string `json:"uid"`
		Participant int64  `json:"participant"`
		Asset       int64  `json:"asset"`
		At          struct {
			Address string `json:"address"`
		} `json:"address"`
		Layer      string `json:"layer"`
		Instrument string `json:"instrument"`
		State      string `json:"state"`
		Notice     int64  `json:"notice"`
		Note       string `json:"note"`
		Reason     string `json:"reason"`
	}
	jointPart struct {
		ID      int64 `json:"id"`
		Unit    int64 `json:"unit"`
		Partner int64 `json:"partner"`
	}
	jointPoll struct {
		Unit    int64  `json:"unit"`
		Part    int64  `json:"participant"`
		State   string `json:"state"`
		Current bool   `json:"current"`
	}
	listOf[T any] struct {
		Items []T `json:"items"`
	}
)

// A jointAction is the day of the lead and its members.
type jointAction struct {
	*autopilot
	op      int64
	members []*member
	next    map[string]int     // by address, which instrument is offered next
	begun   map[string]bool    // units that have an act at T0, of a wave that is spread in time
	handed  map[string]*member // by address, who serves it by itself at its own hour
}

// rounds is how often officers look again while they wait for each other.
const rounds = 250 * time.Millisecond

// together plays the joint action of partners: the lead plans and proposes, each unit drafts, approves and releases its own.
func (a *autopilot) together(ctx context.Context) error {
	j := &jointAction{autopilot: a, next: map[string]int{}, begun: map[string]bool{}, handed: map[string]*member{}}
	for _, p := range a.others {
		m := &member{autopilot: p.officers(), assets: map[string]int64{}, down: map[string]bool{}, unit: p.name}
		m.doubted = true // the doubt is told once
		if err := m.awake(ctx); err != nil {
			return err
		}
		j.members = append(j.members, m)
	}
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{{"become partners", j.meet}, {"plan", j.plan}, {"share the tasks", j.share}, {"prepare the acts", j.prepare}, {"agree", j.agree}, {"release", j.release}} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w%s", step.what, err, a.waiting())
		}
	}
	quiet := 2 * time.Second
	if a.scenario == "s7" {
		quiet, a.hand, a.settled = lull(a.world), j.hand, map[string]bool{}
	}
	if err := a.until(ctx, quiet, j.followUp); err != nil {
		return fmt.Errorf("follow up: %w%s", err, a.waiting())
	}
	return nil
}

// meet exchanges the cards of the lead and each member. In each house one person enters the card, and a second one compares the fingerprint.
func (j *jointAction) meet(ctx context.Context) error {
	for _, m := range j.members {
		var err error
		if m.partner, err = j.adopt(ctx, m.play); err != nil {
			return err
		}
		if m.lead, err = m.adopt(ctx, j.play); err != nil {
			return err
		}
	}
	return nil
}

func (a *autopilot) adopt(ctx context.Context, other *play) (int64, error) {
	card := other.house.crew.Speech.Card
	p, err := post[struct {
		ID int64 `json:"id"`
	}](ctx, a.as(a.own().liaison), "/v1/partners", map[string]any{"card": card.Text()})
	if err != nil {
		return 0, err
	}
	_, err = post[struct{}](ctx, a.as(a.own().reviewer), fmt.Sprintf("/v1/partners/%d/confirm", p.ID), map[string]any{"fingerprint": card.Fingerprint(), "reason": "exercise: called the desk of " + other.name + " at the number of the contact list"})
	return p.ID, err
}

// plan makes the lead's operation and invites the members.
func (j *jointAction) plan(ctx context.Context) error {
	dora := j.as(j.own().director)
	var outlets []int64
	for id := range j.outlets {
		outlets = append(outlets, id)
	}
	slices.Sort(outlets)
	for _, o := range outlets {
		if err := j.open(ctx, iru.OutletID(o)); err != nil {
			return err
		}
	}
	op, err := post[operationView](ctx, dora, "/v1/operations", map[string]any{"name": j.lantern(), "outlets": outlets, "units": []int64{j.unitID(j.name)}})
	if err != nil {
		return err
	}
	j.op = op.ID
	for _, m := range j.members {
		if _, err := post[struct{}](ctx, dora, fmt.Sprintf("/v1/operations/%d/partners", j.op), map[string]any{"partner": m.partner, "roles": []iru.TaskRole{iru.RoleOrderRemoval}, "note": "exercise"}); err != nil {
			return err
		}
	}
	who, err := get[listOf[jointPart]](ctx, dora, fmt.Sprintf("/v1/operations/%d/participants", j.op))
	if err != nil {
		return err
	}
	for _, m := range j.members {
		for _, p := range who.Items {
			if p.Partner == m.partner {
				m.part = p.ID
			}
		}
	}
	return nil
}

// wait repeats what is done in rounds until it says that it is done.
func wait(ctx context.Context, done func() (bool, error)) error {
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		if !pause(ctx, rounds) {
			return context.Cause(ctx)
		}
	}
}

// agree has every unit answer the questions, say why nothing was preserved anew, and answer its own poll.
func (j *jointAction) agree(ctx context.Context) error {
	for _, m := range j.members {
		if err := m.ballot(ctx, m.op); err != nil {
			return fmt.Errorf("%s: %w", m.unit, err)
		}
	}
	if err := j.ballot(ctx, j.op); err != nil {
		return err
	}
	return wait(ctx, func() (bool, error) { // the others' words come by message
		for _, m := range j.members {
			if err := m.clear(ctx, m.own().liaison, m.unitID(m.unit), m.op); err != nil {
				return false, err
			}
		}
		if err := j.clear(ctx, j.own().liaison, j.unitID(j.name), j.op); err != nil {
			return false, err
		}
		op, err := get[struct {
			Polls []jointPoll `json:"polls"`
		}](ctx, j.as(j.own().director), fmt.Sprintf("/v1/operations/%d", j.op))
		if err != nil {
			return false, err
		}
		for _, p := range op.Polls {
			if p.State != "go" || !p.Current {
				return false, nil
			}
		}
		qs, err := get[listOf[struct {
			Blocks bool `json:"blocks"`
		}]](ctx, j.as(j.own().liaison), fmt.Sprintf("/v1/operations/%d/questions", j.op))
		if err != nil {
			return false, err
		}
		for _, q := range qs.Items {
			if q.Blocks {
				return false, nil
			}
		}
		return true, nil
	})
}

// ballot has a unit's director open the poll, and its liaison officer answer it.
func (a *autopilot) ballot(ctx context.Context, op int64) error {
	director := a.as(a.own().director)
	if _, err := post[struct{}](ctx, director, fmt.Sprintf("/v1/operations/%d/unkept", op), map[string]any{"reason": "exercise: each was preserved when it was assessed, minutes ago"}); err != nil {
		return err
	}
	if _, err := post[operationView](ctx, director, fmt.Sprintf("/v1/operations/%d/open", op), nil); err != nil {
		return err
	}
	o, err := get[operationView](ctx, director, fmt.Sprintf("/v1/operations/%d", op))
	if err != nil {
		return err
	}
	for _, p := range o.Polls {
		if p.Unit == 0 { // a partner's, who answers on its own machine
			continue
		}
		if _, err := post[struct{}](ctx, a.as(a.own().liaison), fmt.Sprintf("/v1/operations/%d/poll", op), map[string]any{"answer": "go", "tasks": p.Tasks}); err != nil {
			return err
		}
	}
	return nil
}

// ahead is how far ahead T0 is set: the directors of the members have to release for it, too.
const ahead = 10 * time.Second

// release has the lead's director propose T0 and release the lead's own acts, and each member's director release the member's.
func (j *jointAction) release(ctx context.Context) error {
	t0 := time.Now().Add(ahead).UTC().Truncate(time.Microsecond)
	set := map[string]any{"t0": t0.Format(time.RFC3339Nano)}
	if _, err := post[operationView](ctx, j.as(j.own().director), fmt.Sprintf("/v1/operations/%d/release", j.op), set); err != nil {
		return err
	}
	type standing struct {
		Partner int64     `json:"partner"`
		T0      time.Time `json:"t0"`
		Agrees  bool      `json:"agrees"`
	}
	for _, m := range j.members {
		err := wait(ctx, func() (bool, error) {
			l, err := get[listOf[standing]](ctx, m.as(m.own().director), fmt.Sprintf("/v1/operations/%d/partners", m.op))
			return err == nil && slices.ContainsFunc(l.Items, func(s standing) bool { return s.T0.Equal(t0) }), err
		})
		if err != nil {
			return err
		}
		if _, err := post[operationView](ctx, m.as(m.own().director), fmt.Sprintf("/v1/operations/%d/release", m.op), set); err != nil {
			return fmt.Errorf("%s: %w", m.unit, err)
		}
	}
	return wait(ctx, func() (bool, error) {
		l, err := get[listOf[standing]](ctx, j.as(j.own().director), fmt.Sprintf("/v1/operations/%d/partners", j.op))
		return err == nil && !slices.ContainsFunc(l.Items, func(s standing) bool { return !s.Agrees }), err
	})
}

// followUp is a round after T0, in every house.
func (j *jointAction) followUp(ctx context.Context) (bool, error) {
	busy, err := j.autopilot.followUp(ctx)
	if err != nil {
		return busy, err
	}
	for _, m := range j.members {
		acts, err := m.followUp(ctx)
		if err != nil {
			return busy, fmt.Errorf("%s: %w", m.unit, err)
		}
		busy = busy || acts
		for address, own := range j.handed {
			if own == m {
				j.settled[address] = m.down[address]
			}
		}
	}
	if busy {
		return true, nil
	}
	ks, err := j.tasks(ctx, j.op)
	if err != nil {
		return busy, err
	}
	for _, k := range ks {
		switch {
		case !j.theirs[k.At.Address] || k.State == "declined":
			continue
		case k.State != "done": // the result has not come back
			return true, nil
		}
		v, err := get[assetView](ctx, j.as(j.own().analyst), fmt.Sprintf("/v1/assets/%d", k.Asset))
		if err != nil || v.State == "live" { // the lead has not seen it fall with its own looks
			return err == nil, err
		}
	}
	return false, nil
}

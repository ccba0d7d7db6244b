// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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

// A member is a unit with an installation of its own that takes part: its officers, and where it stands.
type member struct {
	*autopilot
	partner int64            // the member in the lead's store
	part    int64            // of the lead's operation
	lead    int64            // the lead in the member's store
	op      int64            // the member's own operation
	assets  map[string]int64 // by address, of the tasks
	down    map[string]bool  // addresses that it sees down
	alone   []jointTask      // what it was told to serve by itself at its own hour, and has not begun
	unit    string
}

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

// shareable are the codes under which the outlets may be told to partners.
var shareable = iru.Handling{TLP: "AMBER", PAP: "AMBER", H: "H0"}

// open lets an outlet's addresses be told to partners: what nobody decided on stays within the unit.
func (a *autopilot) open(ctx context.Context, outlet iru.OutletID) error {
	for _, o := range a.cast.officers {
		if o.Login == a.own().liaison {
			_, err := a.house.desk.Classify(ctx, o.Scope(), outlet, shareable, "exercise: the source agreed that partners are told")
			return err
		}
	}
	return fmt.Errorf("nobody is there to classify outlet %d", outlet)
}

// share gives each asset to the unit that can act: the lead drafts its own acts, and proposes to each member those of its own jurisdiction.
func (j *jointAction) share(ctx context.Context) error {
	assets, err := all(ctx, j.as(j.own().director), "/v1/assets", func(v assetView) int64 { return v.ID })
	if err != nil {
		return err
	}
	j.inTurn(assets)
	for _, v := range assets {
		if v.Outlet == 0 || v.State != "live" || len(j.begun) > len(j.members) {
			continue
		}
		for {
			err := j.give(ctx, v)
			if err == nil {
				break
			}
			if !notYet(err) || !pause(ctx, rounds) {
				return fmt.Errorf("%s: %w", v.Address, err)
			}
		}
	}
	return j.send(ctx)
}

// inTurn puts assets into the order of a wave that is spread in time. Then the first act of each unit leaves at T0, and the others follow at their own hours.
func (j *jointAction) inTurn(assets []assetView) {
	if j.scenario != "s7" {
		return
	}
	j.wave = j.world.Story()
	w := j.world.World()
	turn := map[string]int{}
	for n, s := range w.Wave {
		for _, x := range w.Assets {
			if x.ID == s.Asset {
				turn[x.Locator] = n - len(w.Wave)
			}
		}
	}
	slices.SortStableFunc(assets, func(a, b assetView) int { return turn[a.Address] - turn[b.Address] })
}

// give has the lead draft the act about an asset, or proposes it to the member that can.
func (j *jointAction) give(ctx context.Context, v assetView) (err error) {
	full, err := get[assetView](ctx, j.as(j.own().analyst), fmt.Sprintf("/v1/assets/%d", v.ID))
	if err != nil {
		return err
	}
	for _, layer := range nearest {
		for _, c := range full.Carriers {
			if c.Layer != layer {
				continue
			}
			unit, instruments := choose(c.Layer, c.Jurisdiction)
			n := slices.IndexFunc(j.members, func(m *member) bool { return m.unit == unit })
			at := j.next[v.Address]
			if j.scenario == "s7" && at == 0 {
				if j.begun[unit] {
					return nil
				}
				defer func() { j.begun[unit], j.served[v.Address] = err == nil, err == nil }()
			}
			if n < 0 {
				return j.serve(ctx, v, j.op)
			}
			if at >= len(instruments) {
				return fmt.Errorf("%s declined every instrument", unit)
			}
			_, err = post[struct{}](ctx, j.as(j.own().director), fmt.Sprintf("/v1/operations/%d/tasks", j.op), map[string]any{"participant": j.members[n].part, "asset": v.ID, "provider": c.Provider, "layer": c.Layer,
				"role": iru.RoleOrderRemoval, "jurisdiction": c.Jurisdiction, "instrument": instruments[at], "stage": iru.StageAct, "note": j.outlets[v.Outlet]})
			if err == nil {
				j.theirs[v.Address] = true
				j.next[v.Address]++
			}
			return err
		}
	}
	return fmt.Errorf("nobody is known who could act on asset %d", v.ID)
}

// hand tells the member that can act at an address that the hour of the act has come.
func (j *jointAction) hand(ctx context.Context, v assetView) (bool, error) {
	full, err := get[assetView](ctx, j.as(j.own().analyst), fmt.Sprintf("/v1/assets/%d", v.ID))
	if err != nil {
		return false, err
	}
	for _, layer := range nearest {
		for _, c := range full.Carriers {
			if c.Layer != layer {
				continue
			}
			unit, _ := choose(c.Layer, c.Jurisdiction)
			n := slices.IndexFunc(j.members, func(m *member) bool { return m.unit == unit })
			if n < 0 {
				return false, nil
			}
			k := jointTask{Note: j.outlets[v.Outlet]}
			k.At.Address = v.Address
			j.members[n].alone = append(j.members[n].alone, k)
			j.theirs[v.Address], j.handed[v.Address] = true, j.members[n]
			return true, nil
		}
	}
	return false, nil
}

// send tells each member its own tasks.
func (j *jointAction) send(ctx context.Context) error {
	for _, m := range j.members {
		if _, err := post[struct{}](ctx, j.as(j.own().director), fmt.Sprintf("/v1/operations/%d/package", j.op), map[string]any{"partner": m.partner}); err != nil {
			return err
		}
	}
	return nil
}

// tasks reads an operation's tasks.
func (a *autopilot) tasks(ctx context.Context, op int64) ([]jointTask, error) {
	l, err := get[listOf[jointTask]](ctx, a.as(a.own().director), fmt.Sprintf("/v1/operations/%d/tasks", op))
	return l.Items, err
}

// prepare has every member take part and approve an act of its own for each of its tasks. What a member's law does not allow it declines; the lead
// then offers the next instrument.
func (j *jointAction) prepare(ctx context.Context) error {
	return wait(ctx, func() (bool, error) {
		ready := true
		for _, m := range j.members {
			done, err := m.prepare(ctx)
			if err != nil {
				return false, fmt.Errorf("%s: %w", m.unit, err)
			}
			ready = ready && done
		}
		again, err := j.again(ctx)
		return ready && !again, err
	})
}

// again offers the next instrument for what was declined.
func (j *jointAction) again(ctx context.Context) (bool, error) {
	ks, err := j.tasks(ctx, j.op)
	if err != nil {
		return false, err
	}
	stands, offered := map[string]bool{}, false
	for _, k := range ks {
		stands[k.At.Address] = stands[k.At.Address] || k.State != "declined"
	}
	for _, k := range ks {
		if stands[k.At.Address] {
			continue
		}
		stands[k.At.Address], offered = true, true
		if err := j.give(ctx, assetView{ID: k.Asset, Address: k.At.Address, Outlet: j.outletOf(k.Note)}); err != nil {
			return true, fmt.Errorf("%s was declined (%s): %w", k.At.Address, k.Reason, err)
		}
	}
	if offered {
		err = j.send(ctx)
	}
	return offered, err
}

// outletOf is the number of an outlet by its name.
func (a *autopilot) outletOf(name string) int64 {
	for id, n := range a.outlets {
		if n == name {
			return id
		}
	}
	return 0
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

// prepare takes up what a member's officers have to do before the poll, and reports whether each task has an approved act.
func (m *member) prepare(ctx context.Context) (bool, error) {
	if m.op == 0 {
		return false, m.accept(ctx)
	}
	if _, err := m.confirm(ctx); err != nil {
		return false, err
	}
	if _, err := m.assess(ctx); err != nil {
		return false, err
	}
	ks, err := m.tasks(ctx, m.op)
	if err != nil {
		return false, err
	}
	ready := len(ks) > 0
	for _, k := range ks {
		if k.State == "declined" || k.State == "withdrawn" || k.Notice != 0 && k.State == "ready" {
			continue
		}
		ready = false
		if err := m.take(ctx, k); err != nil {
			return false, fmt.Errorf("%s: %w", k.At.Address, err)
		}
	}
	return ready, nil
}

// accept takes part with a director of the unit's own, once the invitation has come.
func (m *member) accept(ctx context.Context) error {
	l, err := get[listOf[struct {
		ID    int64  `json:"id"`
		State string `json:"state"`
	}]](ctx, m.as(m.own().liaison), "/v1/invitations?limit=200")
	if err != nil {
		return err
	}
	for _, i := range l.Items {
		if i.State != "open" {
			continue
		}
		director := int64(0)
		for _, o := range m.cast.officers {
			if o.Login == m.own().director {
				director = int64(o.ID)
			}
		}
		o, err := post[operationView](ctx, m.as(m.own().liaison), fmt.Sprintf("/v1/invitations/%d/accept", i.ID), map[string]any{"director": director})
		if err != nil {
			return err
		}
		m.op = o.ID
		return nil
	}
	return nil
}

// take does the next thing about a task: accept it, watch its address, draft the act.
func (m *member) take(ctx context.Context, k jointTask) error {
	step := func(verb, why string) error {
		_, err := post[struct{}](ctx, m.as(m.own().analyst), fmt.Sprintf("/v1/tasks/%d/step", k.ID), map[string]any{"verb": verb, "reason": why})
		return err
	}
	if m.assets[k.At.Address] == 0 {
		if k.State == "proposed" {
			if err := step("accept", ""); err != nil {
				return err
			}
		}
		return m.look(ctx, k)
	}
	if k.State == "proposed" { // offered anew with another instrument
		return step("accept", "")
	}
	if k.Notice != 0 {
		return nil
	}
	v, err := get[assetView](ctx, m.as(m.own().analyst), fmt.Sprintf("/v1/assets/%d", m.assets[k.At.Address]))
	if err != nil || v.State != "live" {
		return err
	}
	for _, c := range v.Carriers {
		if c.Layer != k.Layer {
			continue
		}
		err := m.draft(ctx, "/v1/notices", m.unit, []string{k.Instrument}, map[string]any{"asset": v.ID, "provider": c.Provider, "layer": c.Layer, "operation": m.op, "unit": m.unitID(m.unit)})
		var p *problem
		switch {
		case errors.As(err, &p) && p.Status == http.StatusForbidden:
			return step("decline", "our gate: "+p.Detail)
		case err != nil && notYet(err):
			m.waits[v.ID] = m.unit + ": " + v.Address + ": " + err.Error()
			return nil
		}
		delete(m.waits, v.ID)
		return err
	}
	return nil
}

// look has a member watch what a task is about.
func (m *member) look(ctx context.Context, k jointTask) error {
	v, err := post[assetView](ctx, m.as(m.own().analyst), "/v1/watch", map[string]any{"address": k.At.Address, "outlet_name": k.Note, "reason": "a task that the lead proposed"})
	if err != nil && conflict(err) {
		v, err = m.known(ctx, k)
	}
	if err != nil {
		return err
	}
	m.assets[k.At.Address] = v.ID
	if _, open := m.outlets[v.Outlet]; !open {
		m.outlets[v.Outlet] = k.Note
		return m.open(ctx, iru.OutletID(v.Outlet))
	}
	return nil
}

// begin has a member serve by itself what it was told that the hour has come for, and reports whether something is left.
func (m *member) begin(ctx context.Context) (bool, error) {
	var left []jointTask
	for _, k := range m.alone {
		done := false
		if m.assets[k.At.Address] == 0 {
			if err := m.look(ctx, k); err != nil {
				return true, fmt.Errorf("%s: %w", k.At.Address, err)
			}
		}
		v, err := get[assetView](ctx, m.as(m.own().analyst), fmt.Sprintf("/v1/assets/%d", m.assets[k.At.Address]))
		if err == nil && v.State == "live" {
			err = m.serve(ctx, v, 0)
			if done = err == nil; err != nil && notYet(err) {
				m.waits[v.ID], err = m.unit+": "+v.Address+": "+err.Error(), nil
			}
		}
		if err != nil {
			return true, fmt.Errorf("%s: %w", k.At.Address, err)
		}
		if done {
			delete(m.waits, v.ID)
		} else {
			left = append(left, k)
		}
	}
	m.alone = left
	return len(left) > 0, nil
}

// known attributes an address that another page led to already.
func (m *member) known(ctx context.Context, k jointTask) (assetView, error) {
	vs, err := all(ctx, m.as(m.own().analyst), "/v1/assets", func(v assetView) int64 { return v.ID })
	if err != nil {
		return assetView{}, err
	}
	for _, v := range vs {
		if v.Address == k.At.Address {
			return post[assetView](ctx, m.as(m.own().analyst), fmt.Sprintf("/v1/assets/%d/attribute", v.ID), map[string]any{"outlet_name": k.Note, "reason": "a task that the lead proposed"})
		}
	}
	return assetView{}, fmt.Errorf("%s is known and not there", k.At.Address)
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

// followUp does what is left of a member's own acts.
func (m *member) followUp(ctx context.Context) (bool, error) {
	if _, err := m.confirm(ctx); err != nil {
		return false, err
	}
	told, err := false, error(nil)
	if m.scenario == "s7" {
		if _, err := m.assess(ctx); err != nil {
			return false, err
		}
		if told, err = m.begin(ctx); err != nil {
			return told, err
		}
	}
	assets, err := all(ctx, m.as(m.own().analyst), "/v1/assets", func(v assetView) int64 { return v.ID })
	if err != nil {
		return false, err
	}
	for _, v := range assets {
		m.down[v.Address] = v.State == "down"
	}
	busy, _, err := m.pursue(ctx, assets)
	return busy || told, err
}

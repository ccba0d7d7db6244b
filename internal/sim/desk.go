// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A desk is a provider's abuse desk at work. It keeps a file on each notice, tells copies from new notices, and does what its
// habit says. Its decisions run on the agenda, one after another.
type desk struct {
	r     *Range
	p     *Provider
	mu    sync.Mutex
	files []*deskFile
	keys  map[string]*deskFile // by Message-ID or idempotency key, also of follow-ups
	calls map[string]apiReply  // answers of the API by idempotency key
	out   *outbox
}

// A deskFile is one notice at one desk.
type deskFile struct {
	NoticeTruth
	id       string
	lot      string // what its delays are drawn from: the content, not the order of arrival
	mail     replyTo
	callback callback
	page     string // address of the page without an account, as the notice tells it
	awaiting bool   // a question was asked and not answered
	sent     []string
}

type replyTo struct {
	address, subject, messageID string
	references                  []string
}

type callback struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

// An incoming notice or message, whatever way it came.
type incoming struct {
	via, key   string
	reference  string
	instrument string
	targets    []string
	document   string
	answers    []string // Message-IDs that it answers
	mail       replyTo
	callback   callback
	page       string
}

// Limits of what a desk keeps and reads.
const (
	maxFiles   = 100_000
	maxTargets = 1000
	maxBody    = 20 << 20 // bytes
)

func newDesk(r *Range, p *Provider) *desk {
	return &desk{r: r, p: p, keys: map[string]*deskFile{}, calls: map[string]apiReply{}, out: &outbox{wake: make(chan struct{}, 1)}}
}

// receive files what came. A key that was seen before only counts as a copy; an answer or a repetition under another key goes to
// the file that it belongs to; anything else opens a new one.
func (d *desk) receive(in incoming) (*deskFile, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.keys[in.key]; f != nil {
		if f.Key == in.key {
			f.Copies++
		}
		return f, nil
	}
	if len(d.keys) >= maxFiles {
		return nil, fmt.Errorf("the desk of %s is full: %d messages", d.p.Name, maxFiles)
	}
	if len(in.targets) > maxTargets {
		in.targets = in.targets[:maxTargets]
	}
	targets := slices.Clone(in.targets)
	slices.Sort(targets)
	lot := strings.Join(append([]string{d.p.ID, string(instrument(in.instrument))}, targets...), "\n")
	id := d.p.ID + "-" + hex.EncodeToString(sum([]byte(in.reference + "\n" + lot)))[:12]
	if f := d.belongs(in, id); f != nil {
		f.FollowUps = append(f.FollowUps, in.key)
		d.keys[in.key] = f
		d.answered(f, in.mail)
		return f, nil
	}
	f := &deskFile{NoticeTruth: NoticeTruth{Via: in.via, Key: in.key, Copies: 1, Reference: in.reference, Instrument: instrument(in.instrument),
		Targets: in.targets, At: d.r.now(), Document: in.document}, id: id, lot: lot, mail: in.mail, callback: in.callback, page: in.page}
	d.files = append(d.files, f)
	d.keys[in.key] = f
	habit := d.p.Desk.Habit
	if habit.Manner != Silent {
		ack := d.draw(habit.Ack, f, "ack")
		d.r.agenda.after(ack, func() {
			d.say(f, "received", "We have received your notice "+f.Reference+" and will look at it.", ack)
			d.consider(f)
		})
	}
	return f, nil
}

// belongs finds the file of an answer or a repetition; with mu held.
func (d *desk) belongs(in incoming, id string) *deskFile {
	for _, f := range d.files {
		for _, m := range in.answers {
			if slices.Contains(f.sent, m) {
				return f
			}
		}
	}
	for _, f := range d.files {
		if f.id == id {
			return f
		}
	}
	if len(in.targets) == 0 && in.reference != "" {
		for _, f := range d.files {
			if f.Reference == in.reference {
				return f
			}
		}
	}
	return nil
}

// answered goes on with a notice whose question has been answered; with mu held. That a mail with the answer is here, it says at once:
// an interface has said so by its 202.
func (d *desk) answered(f *deskFile, by replyTo) {
	if !f.awaiting {
		return
	}
	f.awaiting = false
	d.r.agenda.after(0, func() {
		if f.Via == "smtp" {
			d.tell(f, by, "received", "Thank you. We have received your answer about "+f.Reference+".", 0)
		}
		d.act(f)
	})
}

func (d *desk) draw(delay Delay, f *deskFile, step string) time.Duration {
	return delay.draw(d.r.opt.Seed, "desk", f.lot, step)
}

// consider decides what a notice is worth, after the acknowledgement.
func (d *desk) consider(f *deskFile) {
	h := d.p.Desk.Habit
	later := func(delay Delay, step, event, text string) {
		after := d.draw(delay, f, step)
		d.r.agenda.after(after, func() { d.say(f, event, text, after) })
	}
	hits, shared := d.match(f.Targets)
	d.mu.Lock()
	f.Assets = names(hits)
	d.mu.Unlock()
	takes, declines := slices.Contains(h.Takes, f.Instrument), slices.Contains(h.Declines, f.Instrument)
	switch {
	case !takes && !declines:
		later(h.Ack, "not applicable", "cannot", fmt.Sprintf("This is not applicable to us: %s is %s and no addressee of %s.",
			d.p.Name, trade[d.p.Kind], called[f.Instrument]))
	case shared:
		later(h.Ack, "shared", "refused", "The name serves others than this publisher. We will not hold it.")
	case len(hits) == 0:
		later(h.Ack, "nothing", "cannot", "We carry nothing at the address you name.")
	case declines:
		text := h.Advice
		if at := d.r.estate.place(hits[0].asset.ID); d.p.Kind == CDN && at.origin != "" {
			origin, _ := d.r.world.provider(at.origin)
			text += " It is stored at " + origin.Name + ", " + origin.Desk.Mail + "."
		}
		later(h.Ack, "declined", "refused", text)
	case h.Manner == Refuses:
		later(h.Act, "refused", "refused", h.Reason)
	case h.Manner == Hindered:
		after := d.draw(h.Ack, f, "hindrance")
		d.r.agenda.after(after, func() {
			d.say(f, "impossible", h.Reason, after)
			d.r.agenda.after(d.draw(h.Rest, f, "rest"), func() { d.act(f) })
		})
	case h.Manner == Clarifies:
		after := d.draw(h.Ack, f, "question")
		d.r.agenda.after(after, func() {
			d.mu.Lock()
			f.awaiting = true
			d.mu.Unlock()
			d.say(f, "clarification", h.Question, after)
		})
	default:
		d.act(f)
	}
}

var trade = map[ProviderKind]string{Registry: "a registry", Registrar: "a registrar", Host: "a host", CDN: "a content delivery network",
	AppStore: "an app store", AddonStore: "an add-on store", ListHost: "a list provider", StreamHost: "a stream host", Platform: "a platform",
	FileHost: "a file host", Archive: "a web archive", Parking: "a parking service", Sinkholes: "a keeper of seized names"}

var called = map[Instrument]string{Referral: "a referral", Notice: "a notice of content", RemovalOrder: "a removal order", OrderToAct: "an order to act",
	RegistrarReport: "a registrar report", StoreReport: "a store report", CourtOrder: "a court order", OtherInstrument: "this instrument"}

// act does what the notice asks after the desk's delay, and says so.
func (d *desk) act(f *deskFile) {
	h := d.p.Desk.Habit
	after := d.draw(h.Act, f, "act")
	d.r.agenda.after(after, func() {
		hits, _ := d.match(f.Targets)
		for _, hit := range hits {
			d.effect(f, hit, after)
		}
		d.say(f, "done", done[h.Effect]+" Targets: "+strings.Join(f.Targets, ", ")+".", after)
		d.r.react()
	})
}

var done = map[Effect]string{Gone: "We have removed the content.", Missing: "We have removed the content.", LegalBlock: "We have disabled access to the content.",
	Soft404: "We have removed the page.", Delisted: "We have taken the item out of our catalogue.", Mute: "We have closed the mount.",
	Held: "We have put the name on hold and locked it against transfer, update and deletion."}

func (d *desk) effect(f *deskFile, hit target, after time.Duration) {
	h := d.p.Desk.Habit
	act := Act{After: after, Actor: d.p.ID, Asset: hit.asset.ID, Reference: f.Reference, Detail: string(h.Effect)}
	e := d.r.estate
	switch {
	case h.Effect == Held:
		side := "client"
		if d.p.Kind == Registry {
			side = "server"
		}
		e.hold(hit.domain, side)
		act.Did, act.Detail = "held", hit.domain
	case hit.item != "":
		e.removeItem(hit.asset.ID, hit.item, h.Effect)
		act.Did, act.Detail = "removed-item", hit.item
	case h.First.IsValid():
		e.remove(hit.asset.ID, h.Effect, h.First)
		act.Did, act.Detail = "partly-removed", h.First.String()
		rest := d.draw(h.Rest, f, "rest")
		d.r.agenda.after(rest, func() {
			e.remove(hit.asset.ID, h.Effect, netip.Prefix{})
			d.r.record(Act{After: rest, Actor: d.p.ID, Did: "removed", Asset: hit.asset.ID, Detail: string(h.Effect), Reference: f.Reference})
			d.r.react()
		})
	default:
		e.remove(hit.asset.ID, h.Effect, netip.Prefix{})
		act.Did = "removed"
	}
	d.r.record(act)
}

// say enters an answer to the notice and sends it on its way.
func (d *desk) say(f *deskFile, event, text string, after time.Duration) {
	d.tell(f, f.mail, event, text, after)
}

// tell does so for any message in the notice's thread.
func (d *desk) tell(f *deskFile, to replyTo, event, text string, after time.Duration) {
	d.mu.Lock()
	n := len(f.Answers) + 1
	f.Answers = append(f.Answers, Answer{ID: f.id + "-" + strconv.Itoa(n), Event: event, Text: text, After: after, At: d.r.now()})
	f.State = event
	m := outgoing{file: f, n: n - 1, answer: f.Answers[n-1], to: to}
	if f.Via == "smtp" {
		m.messageID = "<" + m.answer.ID + "@" + d.p.Domain + ">"
		f.sent = append(f.sent, m.messageID)
	}
	d.mu.Unlock()
	if f.Via == "smtp" || f.callback.URL != "" {
		d.out.put(m)
	}
}

// A target is something at this provider that a notice names.
type target struct {
	asset  *Asset
	item   string // path of a single item; empty: the whole asset
	domain string // for a registrar or registry
}

// names lists the assets once each.
func names(hits []target) (ids []string) {
	for _, h := range hits {
		if !slices.Contains(ids, h.asset.ID) {
			ids = append(ids, h.asset.ID)
		}
	}
	return ids
}

// match finds what the provider carries of the targets. shared says that a name among them serves others too.
func (d *desk) match(targets []string) (hits []target, shared bool) {
	add := func(t target) {
		if !slices.Contains(hits, t) {
			hits = append(hits, t)
		}
	}
	for _, s := range targets {
		u := address(s)
		if u == nil {
			continue
		}
		name := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
		if d.p.Kind == Registrar || d.p.Kind == Registry {
			dom, ok := d.r.world.domain(registered(name))
			if !ok || (d.p.Kind == Registrar && dom.Registrar != d.p.ID) {
				continue
			}
			if _, lost := d.r.estate.takenBy(dom.Name); lost {
				continue // it is another's now
			}
			shared = shared || dom.Shared
			for _, c := range d.r.estate.byDomain[dom.Name] {
				if !dom.Shared && d.r.estate.live(c.asset.ID) {
					add(target{asset: c.asset, domain: dom.Name})
				}
			}
			continue
		}
		var best *Asset
		for _, a := range d.r.estate.on(name) {
			if at := d.r.estate.place(a.ID); (at.host == d.p.ID || at.origin == d.p.ID) && d.names(a, u.Path) && (best == nil || len(a.path()) > len(best.path())) {
				best = a
			}
		}
		if best != nil {
			t := target{asset: best}
			if p := strings.TrimSuffix(u.Path, "/"); p != "" && p != strings.TrimSuffix(best.path(), "/") {
				t.item = u.Path
			}
			add(t)
		}
	}
	return hits, shared
}

// names reports whether a path names the asset or something in it. A bare name means the asset where the name is its own.
func (d *desk) names(a *Asset, path string) bool {
	return a.under(path) || ((path == "" || path == "/") && !d.r.listed(a))
}

// address reads a target as people write it: an address, defanged or not, or a bare name.
func address(s string) *url.URL {
	s = strings.NewReplacer("[.]", ".", "(.)", ".", "[:]", ":", "hxxp", "http").Replace(strings.TrimSpace(s))
	if s == "" || len(s) > 4096 {
		return nil
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" {
		return nil
	}
	return u
}

// instrument reads the name of an instrument, in whatever spelling.
func instrument(s string) Instrument {
	n := strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(strings.TrimSpace(s)))
	switch i := Instrument(n); i {
	case Referral, Notice, RemovalOrder, OrderToAct, RegistrarReport, StoreReport, CourtOrder:
		return i
	}
	return OtherInstrument
}

// truth copies what the desk knows.
func (d *desk) truth() DeskTruth {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := DeskTruth{Provider: d.p.ID}
	for _, f := range d.files {
		n := f.NoticeTruth
		n.Targets, n.Assets, n.FollowUps, n.Answers = slices.Clone(n.Targets), slices.Clone(n.Assets), slices.Clone(n.FollowUps), slices.Clone(n.Answers)
		t.Notices = append(t.Notices, n)
	}
	return t
}

func hexDigest(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

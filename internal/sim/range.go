// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"iolaus/internal/iru"
)

// DefaultCompress divides story time: an hour plays in a second.
const DefaultCompress = 3600

// Options say which story is told and how fast.
type Options struct {
	Seed     int64
	Scenario string           // a name among Scenarios; empty means "s2"
	World    *World           // instead of a scenario: what ReadWorld gave
	Clock    func() time.Time // stamps in the ledger and dates in mail; nil means the system's
	Compress float64          // story time divided by this is real time; 0 means DefaultCompress
	Log      *slog.Logger     // nil: silent
	Virtual  bool             // the story's clock stands still but for Advance, and stamps are of it: the same calls give the same truth to the byte
	Wave     bool             // the acts of the world's wave happen at their times as if they had been served and obeyed
	OnEvent  func(Act)        // told every act as it happens; must return soon and must not call the Range
	ReplyTo  string           // host:port in 127/8 to which desks deliver their answers by mail; see SetReplyTo
	Habits   map[string]Habit // of desks, by the id of their provider, instead of the scenario's
}

// Epoch is when a story with a virtual clock begins.
var Epoch = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)

// A Range is a running little internet. Its methods may be called by many goroutines.
type Range struct {
	opt       Options
	world     World
	ctx       context.Context
	log       *slog.Logger
	agenda    *agenda
	estate    *estate
	ledger    truthLedger
	ca        *authority
	ct        *ctLog
	stampers  []*stamper
	pictures  *gallery
	desks     map[string]*desk
	hosts     map[string]hostName // fixed once the range has started
	zones     map[string][]string // host names by registered name
	gate      *gate
	corners   map[string]handling
	quirksOf  map[string][]Quirk    // by what they stand on
	reverse   map[netip.Addr]string // the one name that an address has
	byDomain  map[string]*Provider
	networks  map[netip.Prefix]*Provider
	operators []*agent
	audiences []*crowdOf
	lists     map[string]*listService
	reacted   []bool // by reaction; touched on the agenda only
	ports     map[uint16]uint16
	wires     *wires
	wg        sync.WaitGroup
	cancel    context.CancelFunc
	mu        sync.Mutex // guards answers
	answers   string
	answersTo map[string]string // by domain, where it is not answers
	started   time.Time
}

// Start builds the world of a scenario and listens everywhere. The range ends with the context or with Close. Errors are Invalid
// for options that cannot be, Unavailable when no free ports were found.
func Start(ctx context.Context, opt Options) (*Range, error) {
	if opt.Compress < 0 || opt.Compress > 1e9 {
		return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("story time cannot be divided by %g", opt.Compress), "choose a number from 1 to 1e9")
	}
	w, err := opt.world()
	if err != nil {
		return nil, fmt.Errorf("start range: %w", err)
	}
	w.expand()
	for id, h := range opt.Habits {
		p, ok := w.provider(id)
		if !ok {
			return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("scenario %s has no provider %q", w.Scenario, id), "give habits to those that it has")
		}
		p.Desk.Habit = h
	}
	r := &Range{opt: opt, world: w, log: opt.Log, hosts: map[string]hostName{}, zones: map[string][]string{}, networks: map[netip.Prefix]*Provider{}, byDomain: map[string]*Provider{}, reverse: map[netip.Addr]string{}, desks: map[string]*desk{}, reacted: make([]bool, len(w.Reactions)),
		pictures: &gallery{seed: opt.Seed, made: map[string][]byte{}}}
	if r.opt.Compress == 0 {
		r.opt.Compress = DefaultCompress
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	if opt.ReplyTo != "" {
		if err := r.SetReplyTo(opt.ReplyTo); err != nil {
			return nil, fmt.Errorf("start range: %w", err)
		}
	}
	r.agenda = newAgenda(r.opt.Compress, opt.Virtual)
	r.started = r.now()
	r.estate = newEstate(&r.world, r.now)
	r.ct = newCTLog(opt.Seed, r.now)
	r.ct.stall, _ = w.quirk("ct", "stall")
	_, r.ct.fork = w.quirk("ct", "fork")
	r.ct.static.stall, _ = w.quirk("static-ct", "stall")
	_, r.ct.static.fork = w.quirk("static-ct", "fork")
	if r.ca, err = newAuthority(opt.Seed, r.now, r.ct.enter); err != nil {
		return nil, fmt.Errorf("start range: %w: %w", err, iru.Internal)
	}
	r.newStampers()
	for i := range r.world.Providers {
		p := &r.world.Providers[i]
		r.desks[p.ID] = newDesk(r, p)
		r.networks[p.Network], r.byDomain[p.Domain] = p, p
	}
	r.gate, r.corners, r.quirksOf = newGate(), corners(), map[string][]Quirk{}
	for _, q := range r.world.Quirks {
		r.quirksOf[q.On] = append(r.quirksOf[q.On], q)
	}
	r.newAgents()
	r.newAudiences()
	r.newLists()
	r.buildHosts()
	r.nameAddresses()
	if err := r.certifyAll(); err != nil {
		return nil, fmt.Errorf("start range: %w: %w", err, iru.Internal)
	}
	r.ctx, r.cancel = context.WithCancel(ctx)
	if err := r.listen(); err != nil {
		r.cancel()
		return nil, fmt.Errorf("start range: %w: %w", err, iru.Unavailable)
	}
	r.begin()
	r.wg.Go(func() { r.agenda.loop(r.ctx.Done()) })
	for _, p := range r.world.Providers {
		d := r.desks[p.ID]
		r.wg.Go(func() { d.deliver(r.ctx) })
	}
	for _, s := range r.lists {
		r.wg.Go(func() { s.deliver(r.ctx) })
	}
	r.wg.Go(func() {
		<-r.ctx.Done()
		r.wires.close()
	})
	return r, nil
}

// world is a copy of what was asked for, complete.
func (o Options) world() (World, error) {
	if o.World == nil {
		return Scenario(cmp.Or(o.Scenario, "s2"))
	}
	w := o.World.clone()
	return w, w.complete()
}

// certifyAll gives every name that serves something its certificate, in the order of the names.
func (r *Range) certifyAll() error {
	var all []request
	for _, n := range r.names() {
		h := r.hosts[n]
		if h.asset != "" && !r.estate.live(h.asset) {
			continue
		}
		if h.serves == nil && n != "smarthost.exchange.test" && !strings.HasPrefix(n, "mail.") {
			continue
		}
		key := n
		if a, ok := r.world.asset(h.asset); ok && r.estate.byID[a.ID].name == n {
			key = a.Key
		}
		names := []string{n}
		if h.serves == nil { // mail: a relay is often given by its address
			names = append(names, h.addr.String())
		}
		all = append(all, request{key, names})
	}
	_, err := r.ca.issueAll(all)
	return err
}

// Close ends everything and waits until it has ended. It may be called again.
func (r *Range) Close() {
	r.cancel()
	r.wg.Wait()
	r.ct.static.stop()
}

func (r *Range) now() time.Time {
	if r.opt.Clock != nil {
		return r.opt.Clock()
	}
	if r.opt.Virtual {
		return Epoch.Add(r.agenda.story())
	}
	return time.Now()
}

func (r *Range) fail(what string, err error) { r.log.Error("range: "+what, "error", err) }

// Resolver is host:port of the DNS server, on UDP and TCP.
func (r *Range) Resolver() string { return r.wires.resolver }

// Roots holds the range's certificate authority. It may sign for .test and 127/8 only.
func (r *Range) Roots() *x509.CertPool { return r.ca.pool() }

// Authority is the certificate of that authority in PEM, for a program in another process.
func (r *Range) Authority() []byte { return r.ca.pem() }

// Ports maps the port of a protocol (22, 25, 53, 80, 443) to the unprivileged port at which every host of the range has it.
func (r *Range) Ports() map[uint16]uint16 {
	out := make(map[uint16]uint16, len(r.ports))
	for k, v := range r.ports {
		out[k] = v
	}
	return out
}

// Bootstrap is the address under which the RDAP bootstrap files dns.json, ipv4.json, ipv6.json and asn.json stand.
func (r *Range) Bootstrap() string { return "https://data.exchange.test/rdap/" }

// CTLog is the base address of the certificate-transparency log: append ct/v1/get-sth and its like.
func (r *Range) CTLog() string { return "https://ct.exchange.test/range/" }

// StaticCTLog is the base address of the log that is files (static-ct-api): append checkpoint, tile/..., issuer/... and log.v3.json, which
// has its public key.
func (r *Range) StaticCTLog() string { return "https://" + staticName + "/" }

// A Name is a host name of the range and where it leads at the moment.
type Name struct {
	Name string
	Addr netip.Addr
}

// Names lists the names that resolve, in order. Every host is reached at the same ports.
func (r *Range) Names() (out []Name) {
	for _, n := range r.names() {
		if a, cname := r.address(n); cname != "" {
			out = append(out, Name{n, r.hosts[cname].addr})
		} else if a.IsValid() {
			out = append(out, Name{n, a})
		}
	}
	return out
}

// Smarthost is host:port of the relay that hands mail to the desks.
func (r *Range) Smarthost() string { return r.wires.smarthost }

// Seeds are the addresses from which every asset can be found.
func (r *Range) Seeds() []string { return slices.Clone(r.world.Seeds) }

// World describes the scenario. The copy is the caller's.
func (r *Range) World() World {
	return r.world.clone()
}

func (w World) clone() World {
	w.States, w.Vantages, w.Providers, w.Domains = slices.Clone(w.States), slices.Clone(w.Vantages), slices.Clone(w.Providers), slices.Clone(w.Domains)
	w.Outlets, w.Assets, w.Links = slices.Clone(w.Outlets), slices.Clone(w.Assets), slices.Clone(w.Links)
	w.Reactions, w.Seeds, w.Wave, w.Operators = slices.Clone(w.Reactions), slices.Clone(w.Seeds), slices.Clone(w.Wave), slices.Clone(w.Operators)
	w.Audiences, w.Quirks, w.index = slices.Clone(w.Audiences), slices.Clone(w.Quirks), nil
	return w
}

// SetReplyTo says where desks deliver their answers by mail: host:port in 127/8. Answers that wait are tried again.
func (r *Range) SetReplyTo(addr string) error {
	if _, err := guardAddr(addr); err != nil {
		return fmt.Errorf("set address for answers: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers = addr
	return nil
}

// SetReplyFor says where answers to one domain are delivered, as where several installations use the range: host:port in 127/8.
func (r *Range) SetReplyFor(domain, addr string) error {
	if _, err := guardName(domain); err != nil {
		return fmt.Errorf("set address for answers: %w", err)
	}
	if _, err := guardAddr(addr); err != nil {
		return fmt.Errorf("set address for answers: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answersTo == nil {
		r.answersTo = map[string]string{}
	}
	r.answersTo[strings.ToLower(domain)] = addr
	return nil
}

// replyTo is the server that takes mail for a domain.
func (r *Range) replyTo(domain string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if to, ok := r.answersTo[strings.ToLower(domain)]; ok {
		return to
	}
	return r.answers
}

// Publish gives a name of the program itself, such as unit.test, an address in the range's DNS, so that providers can call back
// and mail can find it. A name that the world uses already is a Conflict.
func (r *Range) Publish(name string, a netip.Addr) error {
	n, err := guardName(name)
	if err != nil {
		return fmt.Errorf("publish name: %w", err)
	}
	if !a.Is4() || !loopback.Contains(a) {
		return fmt.Errorf("publish name: %w", iru.Refuse(iru.Forbidden, a.String()+" is outside 127/8", "use a loopback address"))
	}
	if _, ok := r.world.domain(registered(n)); ok || n == "test" {
		return fmt.Errorf("publish name: %w", iru.Refuse(iru.Conflict, n+" belongs to the world of the range", "take another name"))
	}
	r.estate.change(func() { r.estate.published[n] = a })
	return nil
}

// Certificate issues a certificate of the range's authority for a name of the program, and enters it into the log.
func (r *Range) Certificate(name string) (tls.Certificate, error) {
	if _, ok := r.world.domain(registered(name)); ok {
		return tls.Certificate{}, fmt.Errorf("issue certificate: %w", iru.Refuse(iru.Conflict, name+" belongs to the world of the range", "take another name"))
	}
	c, err := r.ca.issue(name, name)
	if err != nil {
		return tls.Certificate{}, err
	}
	return *c, nil
}

// Story is how much story time has passed.
func (r *Range) Story() time.Duration { return r.agenda.story() }

// Compress is by how much story time is divided to be real time.
func (r *Range) Compress() float64 { return r.opt.Compress }

// Advance plays the story forward by d of story time without waiting: everything that falls due happens now, in order. Deliveries
// of answers still take their real time.
func (r *Range) Advance(d time.Duration) { r.agenda.advance(d) }

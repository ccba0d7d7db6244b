// SPDX-License-Identifier: EUPL-1.2

package sim

import (
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
	Scenario string           // "s1", "s2" or "s3"; empty means "s2"
	Clock    func() time.Time // stamps in the ledger and dates in mail; nil means the system's
	Compress float64          // story time divided by this is real time; 0 means DefaultCompress
	Log      *slog.Logger     // nil: silent
	OnEvent  func(Act)        // told every act as it happens; must return soon and must not call the Range
	ReplyTo  string           // host:port in 127/8 to which desks deliver their answers by mail; see SetReplyTo
	Habits   map[string]Habit // of desks, by the id of their provider, instead of the scenario's
}

// A Range is a running little internet. Its methods may be called by many goroutines.
type Range struct {
	opt      Options
	world    World
	ctx      context.Context
	log      *slog.Logger
	agenda   *agenda
	estate   *estate
	ledger   truthLedger
	ca       *authority
	ct       *ctLog
	stampers []*stamper
	pictures *gallery
	desks    map[string]*desk
	hosts    map[string]hostName // fixed once the range has started
	reacted  []bool              // by reaction; touched on the agenda only
	ports    map[uint16]uint16
	wires    *wires
	wg       sync.WaitGroup
	cancel   context.CancelFunc
	mu       sync.Mutex // guards answers
	answers  string
}

// Start builds the world of a scenario and listens everywhere. The range ends with the context or with Close. Errors are Invalid
// for options that cannot be, Unavailable when no free ports were found.
func Start(ctx context.Context, opt Options) (*Range, error) {
	scenario := map[string]func() (World, error){"": s2, "s1": s1, "s2": s2, "s3": s3}[opt.Scenario]
	if scenario == nil {
		return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("there is no scenario %q", opt.Scenario), "choose s1, s2 or s3")
	}
	if opt.Compress < 0 || opt.Compress > 1e9 {
		return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("story time cannot be divided by %g", opt.Compress), "choose a number from 1 to 1e9")
	}
	w, err := scenario()
	if err != nil {
		return nil, fmt.Errorf("start range: %w: %w", err, iru.Internal)
	}
	for id, h := range opt.Habits {
		p, ok := w.provider(id)
		if !ok {
			return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("scenario %s has no provider %q", w.Scenario, id), "give habits to those that it has")
		}
		p.Desk.Habit = h
	}
	r := &Range{opt: opt, world: w, log: opt.Log, hosts: map[string]hostName{}, desks: map[string]*desk{}, reacted: make([]bool, len(w.Reactions)),
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
	r.agenda = newAgenda(r.opt.Compress)
	r.estate = newEstate(&r.world, r.now)
	r.ct = newCTLog(opt.Seed, r.now)
	if r.ca, err = newAuthority(opt.Seed, r.now, r.ct.enter); err != nil {
		return nil, fmt.Errorf("start range: %w: %w", err, iru.Internal)
	}
	r.newStampers()
	for i := range r.world.Providers {
		p := &r.world.Providers[i]
		r.desks[p.ID] = newDesk(r, p)
	}
	r.buildHosts()
	if err := r.certifyAll(); err != nil {
		return nil, fmt.Errorf("start range: %w: %w", err, iru.Internal)
	}
	r.ctx, r.cancel = context.WithCancel(ctx)
	if err := r.listen(); err != nil {
		r.cancel()
		return nil, fmt.Errorf("start range: %w: %w", err, iru.Unavailable)
	}
	r.wg.Go(func() { r.agenda.loop(r.ctx.Done()) })
	for _, p := range r.world.Providers {
		d := r.desks[p.ID]
		r.wg.Go(func() { d.deliver(r.ctx) })
	}
	r.wg.Go(func() {
		<-r.ctx.Done()
		r.wires.close()
	})
	return r, nil
}

// certifyAll gives every name that serves something its certificate, in the order of the names.
func (r *Range) certifyAll() error {
	for _, n := range r.names() {
		h := r.hosts[n]
		if h.asset != "" && !r.estate.live(h.asset) {
			continue
		}
		if h.serves == nil && n != "smarthost.exchange.test" && !strings.HasPrefix(n, "mail.") {
			continue
		}
		key := n
		if a, ok := r.world.asset(h.asset); ok && a.hostname() == n {
			key = a.Key
		}
		names := []string{n}
		if h.serves == nil { // mail: a relay is often given by its address
			names = append(names, h.addr.String())
		}
		if _, err := r.ca.issue(key, names...); err != nil {
			return err
		}
	}
	return nil
}

// Close ends everything and waits until it has ended. It may be called again.
func (r *Range) Close() {
	r.cancel()
	r.wg.Wait()
}

func (r *Range) now() time.Time {
	if r.opt.Clock != nil {
		return r.opt.Clock()
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

// Ports maps the port of a protocol (25, 53, 80, 443) to the unprivileged port at which every host of the range has it.
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

// Smarthost is host:port of the relay that hands mail to the desks.
func (r *Range) Smarthost() string { return r.wires.smarthost }

// Seeds are the addresses from which every asset can be found.
func (r *Range) Seeds() []string { return slices.Clone(r.world.Seeds) }

// World describes the scenario. The copy is the caller's.
func (r *Range) World() World {
	w := r.world
	w.States, w.Vantages, w.Providers, w.Domains = slices.Clone(w.States), slices.Clone(w.Vantages), slices.Clone(w.Providers), slices.Clone(w.Domains)
	w.Outlets, w.Assets, w.Links = slices.Clone(w.Outlets), slices.Clone(w.Assets), slices.Clone(w.Links)
	w.Reactions, w.Seeds = slices.Clone(w.Reactions), slices.Clone(w.Seeds)
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

func (r *Range) replyTo() string {
	r.mu.Lock()
	defer r.mu.Unlock()
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

// Advance plays the story forward by d of story time without waiting: everything that falls due happens now, in order. Deliveries
// of answers still take their real time.
func (r *Range) Advance(d time.Duration) { r.agenda.advance(d) }

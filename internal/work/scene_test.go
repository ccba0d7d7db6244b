// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/miekg/dns"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/exhibit"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A scene is a crew with its desk and store, and a little web in 127.77/16 that says what a test wants.
type scene struct {
	*Crew
	t     testing.TB
	scope iru.Scope
	net   fetch.Network
	mu    sync.Mutex
	names map[string]func(n int) string // name to its address at the nth question
	asked map[string]int
	hosts int
}

func newScene(t testing.TB, d *db.DB) *scene {
	t.Helper()
	s := &scene{t: t, names: map[string]func(int) string{}, asked: map[string]int{}}
	s.net = fetch.Network{Name: "north", Allow: []netip.Prefix{netip.MustParsePrefix("127.77.0.0/16")}, Ports: map[uint16]uint16{}}
	s.resolver()
	store, err := blob.OpenDisk(t.TempDir())
	s.ok(err)
	dk := &desk.Desk{DB: d, Now: func() time.Time { return time.Now().UTC() }, Regime: legal.EU(), Rules: desk.DefaultRules}
	_, err = dk.Begin(t.Context(), iru.Unit{Name: "Unit A", Country: "XA", Kind: legal.CompetentAuthority, Mail: "referrals@unit-a.test"})
	s.ok(err)
	s.ok(d.Tx(t.Context(), func(x *db.Tx) error {
		admin, err := x.OfficerByLogin(t.Context(), "admin")
		if err != nil {
			return err
		}
		o := iru.Officer{Unit: admin.Unit, Login: "ada", Name: "ada", Roles: []iru.Role{iru.Analyst, iru.Liaison}, State: iru.OfficerActive, Created: dk.Now()}
		err = x.AddOfficer(t.Context(), &o)
		s.scope = o.Scope()
		return err
	}))
	id, err := age.GenerateX25519Identity()
	s.ok(err)
	s.Crew = &Crew{Desk: dk, Store: store, Vault: blob.NewVault(store, id), Software: "iolaus/test", Post: Post{From: "Unit A <referrals@unit-a.test>"}, Log: slog.New(slog.DiscardHandler)}
	return s
}

func (s *scene) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) resolver() {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	s.ok(err)
	up := make(chan struct{})
	srv := &dns.Server{PacketConn: pc, NotifyStartedFunc: func() { close(up) }, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		name := strings.TrimSuffix(strings.ToLower(q.Question[0].Name), ".")
		s.mu.Lock()
		at := s.names[name]
		if at == nil {
			m.Rcode = dns.RcodeNameError
		} else if q.Question[0].Qtype == dns.TypeA {
			s.asked[name]++
			m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.ParseIP(at(s.asked[name]))}}
		}
		s.mu.Unlock()
		w.WriteMsg(m)
	})}
	go srv.ActivateAndServe()
	<-up
	s.t.Cleanup(func() { srv.Shutdown() })
	s.net.Resolver = pc.LocalAddr().String()
}

// name gives a name an address.
func (s *scene) name(name, address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names[name] = func(int) string { return address }
}

// host makes a server that answers a request for a path by writing what it likes; it gives its address.
func (s *scene) host(name string, f func(c net.Conn, path string)) string {
	s.hosts++
	addr := fmt.Sprintf("127.77.0.%d", s.hosts)
	l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", addr, s.net.Ports[80]))
	s.ok(err)
	s.net.Ports[80] = l.Addr().(*net.TCPAddr).AddrPort().Port()
	s.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				first, err := in.ReadString('\n')
				for line := ""; err == nil && line != "\r\n"; {
					line, err = in.ReadString('\n')
				}
				if path := strings.Split(first, " "); err == nil && len(path) == 3 { // a request line has three words
					f(c, path[1])
				}
			}()
		}
	}()
	s.name(name, addr)
	return addr
}

// says is a host that answers one thing to everything.
func (s *scene) says(name, text string) {
	s.host(name, func(c net.Conn, _ string) { io.WriteString(c, text) })
}

// look opens the vantage point, when all hosts stand.
func (s *scene) look(l fetch.Limits, p *fetch.Politeness) {
	s.Vantages = []*fetch.Client{fetch.New(s.net, l, p, "iolaus-test")}
}

// watch puts an address on watch and gives its item.
func (s *scene) watch(address string) (iru.Asset, iru.Item) {
	s.t.Helper()
	a, err := s.Desk.Watch(s.t.Context(), s.scope, desk.WatchRequest{Address: address, Name: "Halcyon Weather Wire", Reason: "exercise"})
	s.ok(err)
	return a, s.item(a)
}

func (s *scene) item(a iru.Asset) (i iru.Item) {
	s.t.Helper()
	s.ok(s.Desk.DB.View(s.t.Context(), func(x *db.Tx) error {
		var err error
		i, err = x.ItemByLocator(s.t.Context(), a.Unit, a.Locator)
		return err
	}))
	return i
}

func (s *scene) exhibits(i iru.Item) (xs []iru.Exhibit) {
	s.t.Helper()
	s.ok(s.Desk.DB.View(s.t.Context(), func(x *db.Tx) error {
		var err error
		xs, err = x.ExhibitsOf(s.t.Context(), iru.Program(), i.ID)
		return err
	}))
	return xs
}

// newest is the exhibit stored last.
func (s *scene) newest() iru.Exhibit {
	s.t.Helper()
	var xs []iru.Exhibit
	s.ok(s.Desk.DB.View(s.t.Context(), func(x *db.Tx) error {
		var err error
		xs, err = x.Exhibits(s.t.Context(), iru.Program(), 1)
		return err
	}))
	return xs[0]
}

// file reads a file of an exhibit from the store.
func (s *scene) file(x iru.Exhibit, name string) []byte {
	s.t.Helper()
	for _, f := range x.Files {
		if f.Name == name {
			r, err := s.Vault.File(s.t.Context(), x, f)
			s.ok(err)
			defer r.Close()
			b, err := io.ReadAll(r)
			s.ok(err)
			return b
		}
	}
	s.t.Fatalf("no %s among %+v", name, x.Files)
	return nil
}

// manifest is that of an item's newest exhibit.
func (s *scene) manifest(i iru.Item) exhibit.Manifest {
	s.t.Helper()
	m, err := exhibit.ParseManifest(s.file(s.exhibits(i)[0], "manifest.json"))
	s.ok(err)
	return m
}

// capture does the job of capturing once.
func (s *scene) capture(i iru.Item, again iru.EventID) error {
	return (&capturer{Crew: s.Crew}).Work(s.t.Context(), &river.Job[desk.Capture]{JobRow: &rivertype.JobRow{}, Args: desk.Capture{Item: i.ID, Again: again}})
}

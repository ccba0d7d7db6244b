// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/probe"
)

// registers are RDAP servers: address to record. What is not there does not answer.
type registers map[string]string

func (r registers) Fetch(_ context.Context, url, _ string) (int, http.Header, []byte, error) {
	if b, ok := r[url]; ok {
		return 200, http.Header{}, []byte(b), nil
	}
	return 0, nil, nil, fmt.Errorf("%w: %s does not answer", iru.Unavailable, url)
}

// card is an entity of an RDAP record.
func card(role, name string, lines ...string) string {
	return `{"objectClassName":"entity","roles":["` + role + `"],"vcardArray":["vcard",[["fn",{},"text","` + name + `"]` + strings.Join(append([]string{""}, lines...), ",") + `]]}`
}

func mailTo(a string) string { return `["email",{},"text","` + a + `"]` }
func webAt(u string) string  { return `["url",{},"uri","` + u + `"]` }

func TestCarriers(t *testing.T) {
	domain := func(cards ...string) string {
		return `{"objectClassName":"domain","ldhName":"snow.test","entities":[` + strings.Join(cards, ",") + `]}`
	}
	network := func(cards ...string) string {
		return `{"objectClassName":"ip network","name":"BIRCH-NET","startAddress":"127.77.0.0","endAddress":"127.77.0.255","entities":[` + strings.Join(cards, ",") + `]}`
	}
	const name, net = "https://rdap.test/domain/snow.test", "https://rdap.test/ip/127.77.0.9"
	for _, x := range []struct {
		what      string
		registers registers
		address   string // of the host that the directory holds, confirmed
		registrar string // contact of the registrar; "-" where it is not found
		host      string
		again     bool
	}{
		{"published", registers{name: domain(card(`registrar","abuse`, "Alder Names", mailTo("abuse@alder.test"))), net: network(card("abuse", "Birchrack", mailTo("abuse@birchrack.test")))}, "",
			"abuse@alder.test", "abuse@birchrack.test", false},
		{"nothing published", registers{name: domain(card("registrar", "Alder Names")), net: network()}, "", "", "", false},
		{"a page of its own", registers{name: domain(card("registrar", "Alder Names", webAt("https://www.alder.test/"))), net: network()}, "", "abuse@alder.test (a guess)", "", false},
		{"the outlet's page", registers{name: domain(card("registrar", "Alder Names", webAt("https://www.snow.test/"))), net: network()}, "", "", "", false},
		{"a confirmed host", registers{name: domain(card("registrar", "Alder Names")), net: network()}, "desk@birchrack.test", "", "desk@birchrack.test", false},
		{"the register of networks is down", registers{name: domain(card("registrar", "Alder Names"))}, "", "", "-", true},
		{"the register of names is down", registers{net: network()}, "", "-", "", true},
		{"all are down", registers{}, "", "-", "-", true},
	} {
		t.Run(x.what, func(t *testing.T) {
			s := newScene(t, dbtest.Open(t))
			s.name("snow.test", "127.77.0.9")
			s.look(small, nil)
			x.registers["https://iana.test/dns.json"] = `{"services":[[["test"],["https://rdap.test/"]]]}`
			x.registers["https://iana.test/ipv4.json"] = `{"services":[[["127.0.0.0/8"],["https://rdap.test/"]]]}`
			s.RDAP = &probe.RDAP{HTTP: x.registers, Bootstrap: []string{"https://iana.test/dns.json", "https://iana.test/ipv4.json"}}
			a, _ := s.watch("http://snow.test/")
			if x.address != "" {
				p, err := s.Desk.EnterProvider(t.Context(), s.scope, iru.Provider{Name: "BIRCH-NET", Layer: legal.Host, Channel: iru.ByMail, Address: x.address, Source: "letter"})
				s.ok(err)
				_, err = s.Desk.Confirm(t.Context(), s.scope, p.ID, p.Way(), "called")
				s.ok(err)
			}
			err := (&prober{Crew: s.Crew}).Work(t.Context(), &river.Job[desk.Probe]{JobRow: &rivertype.JobRow{CreatedAt: time.Now()}, Args: desk.Probe{Asset: a.ID}})
			var wait *river.JobSnoozeError
			if x.registrar == "-" && x.host == "-" {
				if !errors.Is(err, iru.Unavailable) || errors.As(err, &wait) {
					t.Errorf("nothing was found: %v", err)
				}
			} else if again := errors.As(err, &wait); again != x.again || err != nil && !again {
				t.Errorf("the job ends with %v", err)
			}
			got := map[legal.Layer]string{legal.Registrar: "-", legal.Host: "-"}
			var ps []iru.Provider
			s.ok(s.Desk.DB.View(t.Context(), func(v *db.Tx) error { ps, err = v.Providers(t.Context(), iru.Program()); return err }))
			for _, p := range ps {
				got[p.Layer] = p.Address
				if p.Guess {
					got[p.Layer] += " (a guess)"
				}
				if x.address != "" && p.Layer == legal.Host && p.Contact != iru.ContactConfirmed {
					t.Errorf("the confirmed contact is %s", p.Contact)
				}
			}
			if got[legal.Registrar] != x.registrar || got[legal.Host] != x.host {
				t.Errorf("registrar %q, host %q; want %q, %q", got[legal.Registrar], got[legal.Host], x.registrar, x.host)
			}
		})
	}
}

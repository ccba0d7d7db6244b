// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"iolaus/internal/iru"
)

func card(fields string) string {
	return `["vcard",[["version",{},"text","4.0"],` + fields + `]]`
}

// registryRecord is the shape of a generic registry: the registrar's abuse contact nested in the registrar.
func registryRecord(name, related string) string {
	return `{"objectClassName":"domain","handle":"D1-TEST","ldhName":"` + strings.ToUpper(name) + `","status":["Client Transfer Prohibited","server hold"],
 "nameservers":[{"objectClassName":"nameserver","ldhName":"NS1.HOST.TEST"},{"ldhName":"ns2.host.test"},7],
 "events":[{"eventAction":"registration","eventDate":"2025-11-02T08:00:00Z"},{"eventAction":"expiration","eventDate":"no date"}],
 "links":[{"rel":"self","href":"https://x.test/","type":"application/rdap+json"},{"rel":"related","href":"` + related + `","type":"application/rdap+json"}],
 "entities":[
  {"objectClassName":"entity","handle":"9999","roles":["registrar"],"publicIds":[{"type":"IANA Registrar ID","identifier":"9999"}],
   "vcardArray":` + card(`["fn",{},"text","Example Registrar Ltd"],["url",{},"uri","https://registrar.test"],["adr",{},"text",["","","1 Quay","Harwich","","","Ruritania"]]`) + `,
   "entities":[{"roles":["abuse"],"vcardArray":` + card(`["fn",{},"text","Abuse Desk"],["tel",{"type":"voice"},"uri","tel:+32.25550100"],["email",{},"text","abuse@registrar.test"]`) + `}]},
  {"roles":["abuse"],"vcardArray":` + card(`["org",{},"text",["Registry of .test","Abuse"]],["contact-uri",{},"uri","https://registry.test/abuse"]`) + `},
  {"roles":["registrant"],"vcardArray":` + card(`["adr",{"cc":"be"},"text",["","","","","","",""]]`) + `}]}`
}

func registrarRecord(name string) string {
	return `{"objectClassName":"domain","ldhName":"` + name + `","entities":[{"roles":["registrar"],"entities":[{"roles":["abuse"],
 "vcardArray":` + card(`["email",{},"text","report@registrar.test"],["email",{},"text","not an address"]`) + `}]}]}`
}

const networkRecord = `{"objectClassName":"ip network","handle":"N1","name":"HOST-NET","startAddress":"127.64.1.0","endAddress":"127.64.1.255","country":"NL",
 "entities":[{"roles":["registrant"],"entities":[{"roles":["technical","abuse"],"vcardArray":["vcard",[["fn",{},"text","Host"],["email",{},"text","abuse@host.test"]]]}]}]}`

type register struct {
	*RDAP
	url   string
	asked *atomic.Int32
	now   *time.Time
}

func newRegister(t *testing.T) register {
	mux := http.NewServeMux()
	var asked atomic.Int32
	url, h := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked.Add(1); mux.ServeHTTP(w, r) }))
	say := func(path, text string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, text) })
	}
	say("/rdap/domain/tram.test", registryRecord("tram.test", url+"/registrar/domain/tram.test"))
	say("/registrar/domain/tram.test", registrarRecord("tram.test"))
	say("/rdap/domain/alone.test", registryRecord("alone.test", url+"/nowhere"))
	say("/rdap/domain/liar.test", registryRecord("liar.test", url+"/registrar/domain/tram.test"))
	say("/rdap/domain/html.test", "<html>maintenance</html>")
	say("/rdap/domain/error.test", `{"errorCode":200,"title":"odd"}`)
	say("/rdap/ip/127.64.1.9", networkRecord)
	mux.HandleFunc("/rdap/domain/busy.test", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	say("/ipv4.json", fmt.Sprintf(`{"services":[[["127.0.0.0/8"],["%s/other"]],[["127.64.0.0/10"],["%s/rdap/"]]]}`, url, url))
	file := filepath.Join(t.TempDir(), "dns.json")
	text := fmt.Sprintf(`{"version":"1.0","services":[[["test"],["ftp://no.test","%s/rdap"]],[["down.test"],["http://127.0.0.1:1/"]],[["broken"]]]}`, url)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	r := register{&RDAP{HTTP: h, Bootstrap: []string{file, url + "/ipv4.json"}}, url, &asked, &now}
	r.Now = func() time.Time { return *r.now }
	return r
}

func TestDomain(t *testing.T) {
	c := newRegister(t)
	r, err := c.Domain(t.Context(), "www.Tram.test.")
	if err != nil {
		t.Fatal(err)
	}
	if r.Name != "tram.test" || r.Handle != "D1-TEST" || !r.Held() || r.Country != "BE" || r.Server != c.url+"/rdap/domain/tram.test" ||
		r.Registrar != (Registrar{Name: "Example Registrar Ltd", IANA: "9999", URL: "https://registrar.test", Country: "Ruritania"}) || len(r.Raw) == 0 || !r.At.Equal(*c.now) {
		t.Errorf("%+v", r)
	}
	if d := cmp.Diff([]string{"ns1.host.test", "ns2.host.test"}, r.NameServers); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"client transfer prohibited", "server hold"}, r.Status); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]RegistrationEvent{{"registration", time.Date(2025, 11, 2, 8, 0, 0, 0, time.UTC)}}, r.Events); d != "" {
		t.Error(d)
	}
	n, err := c.IP(t.Context(), netip.MustParseAddr("::ffff:127.64.1.9"))
	if err != nil || n.Country != "NL" || n.First != "127.64.1.0" || n.Last != "127.64.1.255" || n.Name != "HOST-NET" {
		t.Fatalf("%+v %v", n, err)
	}
	security := ParseSecurity([]byte("# c\r\nContact: mailto:sec@tram.test\nCONTACT: tel:+1\ncontact: javascript:x\nExpires: 2027-01-01T00:00:00Z\n"))
	got := Contacts(Known{Name: "www.tram.test", Domain: &r, Networks: []Registration{n, n}, Security: &security, At: *c.now,
		CDN: []Candidate{{Kind: "url", Value: "https://cdn.test/abuse", Source: "register of providers"}}})
	var lines []string
	for _, x := range got {
		lines = append(lines, fmt.Sprintf("%s %s %s guess=%v order=%v", x.Scope, x.Kind, x.Value, x.Guess, x.OrderOnly))
		if x.Source == "" && x.Scope != ScopeSecurity {
			t.Errorf("no source: %+v", x)
		}
	}
	want := []string{
		"registrar email report@registrar.test guess=false order=false",
		"registrar email abuse@registrar.test guess=false order=false",
		"registrar tel +32.25550100 guess=false order=false",
		"registry url https://registry.test/abuse guess=false order=true",
		"network email abuse@host.test guess=false order=false",
		"cdn url https://cdn.test/abuse guess=false order=false",
		"domain email abuse@tram.test guess=true order=false",
		"security email sec@tram.test guess=false order=false",
		"security tel +1 guess=false order=false",
	}
	if d := cmp.Diff(want, lines); d != "" {
		t.Error(d)
	}
}

func TestDomainFailures(t *testing.T) {
	c := newRegister(t)
	if r, err := c.Domain(t.Context(), "alone.test"); err != nil || r.Sponsor != nil || len(r.Notes) != 1 {
		t.Errorf("a registrar's server that does not answer: %+v, %v", r.Notes, err)
	}
	if r, err := c.Domain(t.Context(), "liar.test"); err != nil || r.Sponsor != nil || len(r.Notes) != 1 {
		t.Errorf("a registrar's server that speaks of another name: %+v, %v", r.Notes, err)
	}
	for name, kind := range map[string]error{"none.test": iru.NotFound, "x.elsewhere": iru.NotFound, "html.test": iru.Unavailable,
		"error.test": iru.Unavailable, "a.down.test": iru.Unavailable, "": iru.Invalid} {
		_, err := c.Domain(t.Context(), name)
		wants(t, err, kind)
	}
	_, err := c.Domain(t.Context(), "busy.test")
	wants(t, err, iru.Unavailable)
	_, err = c.IP(t.Context(), netip.MustParseAddr("2001:db8::1"))
	wants(t, err, iru.NotFound)
	missing := &RDAP{Bootstrap: []string{filepath.Join(t.TempDir(), "none.json")}}
	_, err = missing.Domain(t.Context(), "tram.test")
	wants(t, err, iru.Invalid)
}

func TestKeepAndRetryAfter(t *testing.T) {
	c := newRegister(t)
	ask := func(name string) (int32, error) {
		before := c.asked.Load()
		_, err := c.Domain(t.Context(), name)
		return c.asked.Load() - before, err
	}
	if n, err := ask("tram.test"); n != 3 || err != nil { // bootstrap of networks, registry, registrar
		t.Error(n, err)
	}
	if n, err := ask("tram.test"); n != 0 || err != nil {
		t.Error(n, err)
	}
	if n, _ := ask("none.test"); n != 1 {
		t.Error(n)
	}
	if n, err := ask("none.test"); n != 0 {
		t.Error(n, err)
	}
	*c.now = c.now.Add(2 * time.Hour)
	if n, err := ask("tram.test"); n != 2 || err != nil {
		t.Error(n, err)
	}
	if n, _ := ask("busy.test"); n != 1 {
		t.Error(n)
	}
	if n, err := ask("alone.test"); n != 0 || err == nil { // the same server
		t.Error("it was asked again within its Retry-After:", n, err)
	}
	*c.now = c.now.Add(121 * time.Second)
	if n, err := ask("alone.test"); n != 2 || err != nil {
		t.Error(n, err)
	}
}

func TestRecordLimits(t *testing.T) {
	deep := `{"roles":["abuse"],"vcardArray":` + card(`["email",{},"text","deep@host.test"]`) + `}`
	for range mostDepth + 1 {
		deep = `{"roles":["technical"],"entities":[` + deep + `]}`
	}
	many := make([]string, 2000)
	for i := range many {
		many[i] = fmt.Sprintf(`{"roles":["abuse"],"vcardArray":%s}`, card(fmt.Sprintf(`["email",{},"text","a%d@host.test"]`, i)))
	}
	for name, text := range map[string]string{"deep": deep, "many": strings.Join(many, ",")} {
		r, err := ParseRegistration([]byte(`{"objectClassName":"domain","ldhName":"a.test","entities":[`+text+`]}`), "", time.Time{})
		if err != nil {
			t.Fatal(name, err)
		}
		if want := map[string]int{"deep": 0, "many": mostContacts}[name]; len(r.Abuse) != want {
			t.Errorf("%s: %d contacts", name, len(r.Abuse))
		}
	}
	odd := `{"objectClassName":"domain","ldhName":7,"status":"active","entities":{"roles":[]},"events":[1,null],"nameservers":null,"links":"x"}`
	if r, err := ParseRegistration([]byte(odd), "", time.Time{}); err != nil || r.Name != "" || len(r.Status) != 1 {
		t.Errorf("%+v %v", r, err)
	}
	_, err := ParseRegistration(make([]byte, rdapBytes+1), "", time.Time{})
	wants(t, err, iru.Invalid)
}

func TestSecurity(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Host + r.URL.Path {
		case "tram.test/.well-known/security.txt":
			io.WriteString(w, "Contact: mailto:sec@tram.test\n") // the server calls it text/plain
		case "page.test/.well-known/security.txt":
			io.WriteString(w, "<!doctype html>Contact: mailto:nobody@page.test\n")
		case "ill.test/.well-known/security.txt":
			w.WriteHeader(http.StatusBadGateway)
		default:
			http.NotFound(w, r)
		}
	}))
	defer s.Close()
	c := s.Client() // every name leads to the server; its certificate is for example.com
	tr := c.Transport.(*http.Transport)
	tr.TLSClientConfig.ServerName = "example.com"
	tr.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, s.Listener.Addr().String())
	}
	got, err := Security(t.Context(), web{c}, "Tram.test")
	if err != nil || got.Server != "https://tram.test/.well-known/security.txt" || !cmp.Equal(got.Contacts, []Contact{{Kind: "email", Value: "sec@tram.test"}}) {
		t.Error(got, err)
	}
	for name, kind := range map[string]error{"no name": iru.Invalid, "none.test": iru.NotFound, "page.test": iru.NotFound, "ill.test": iru.Unavailable} {
		_, err := Security(t.Context(), web{c}, name)
		wants(t, err, kind)
	}
}

func FuzzRegistration(f *testing.F) {
	f.Add([]byte(registryRecord("tram.test", "https://registrar.test/domain/tram.test")))
	f.Add([]byte(registrarRecord("tram.test")))
	f.Add([]byte(networkRecord))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseRegistration(b, "https://rdap.test/", time.Time{})
		if err != nil {
			return
		}
		if len(r.Abuse) > mostContacts || len(r.NameServers) > mostRecords || len(r.Status) > mostRecords || len(r.Name) > mostWord {
			t.Fatal("a limit is exceeded")
		}
		for _, c := range Contacts(Known{Name: r.Name, Domain: &r, Networks: []Registration{r}}) {
			if strings.ContainsAny(c.Value, "\r\n\x00") && c.Kind == "email" {
				t.Fatalf("%q could break a mail header", c.Value)
			}
		}
	})
}

// A list of no servers is one, as IANA's was for a while; a file without a list is none.
func TestEmptyBootstrap(t *testing.T) {
	for file, ok := range map[string]bool{`{"services":[]}`: true, `{}`: false, `{"services":[[["x y"],["gopher://x"]]]}`: false} {
		if err := new(Bootstrap).Read([]byte(file)); (err == nil) != ok {
			t.Errorf("%s: %v", file, err)
		}
	}
}

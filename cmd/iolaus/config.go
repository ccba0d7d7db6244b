// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/probe"
	"iolaus/internal/work"
)

// config is the configuration file, TOML. Every key has a default that is right for one machine; docs/configuration.md lists them.
type config struct {
	Unit      unitConfig        `toml:"unit"`
	Web       webConfig         `toml:"web"`
	Mail      mailConfig        `toml:"mail"`
	Network   networkConfig     `toml:"network"`
	Evidence  evidenceConfig    `toml:"evidence"`
	Vantages  []vantageConfig   `toml:"vantage"`
	Sources   sourcesConfig     `toml:"sources"`
	Rules     rulesConfig       `toml:"rules"`
	Capture   captureConfig     `toml:"capture"`
	Sandbox   sandboxConfig     `toml:"sandbox"`
	Stamps    stampsConfig      `toml:"stamps"`
	Documents documentsConfig   `toml:"documents"`
	Peer      peerConfig        `toml:"peer"`
	Platform  map[string]string `toml:"platforms"`

	data     string
	compress float64 // of the range that is the world here; 0: it is none
	db       string
	place    string // of this process
	s3       login  // from the environment
}

type unitConfig struct {
	Name    string `toml:"name"`
	Country string `toml:"country"`
	Kind    string `toml:"kind"`
	Mail    string `toml:"mail"`
	// Authority is the legal basis of collecting, as custody entries tell it; empty: the unit's mandate.
	Authority string `toml:"authority"`
}

type captureConfig struct {
	Browser  string `toml:"browser"`  // the program; empty: where Debian installs Chromium; "off": no pictures are taken
	Browsers int    `toml:"browsers"` // at once

	Listen  duration `toml:"listen"` // to a live stream, each time it is visited; 0s: never
	FFmpeg  string   `toml:"ffmpeg"` // programs that take films and sounds apart; empty: looked for on the path
	FFprobe string   `toml:"ffprobe"`
	Fpcalc  string   `toml:"fpcalc"`
}

type sandboxConfig struct {
	Require bool `toml:"require"` // hostile files are not read where the kernel confines nothing
}

type webConfig struct {
	Listen string `toml:"listen"`
	Base   string `toml:"base"` // address under which people and providers reach us

	EvidenceListen string `toml:"evidence_listen"` // of the second origin, which shows evidence; empty: beside a workbench on loopback
	EvidenceBase   string `toml:"evidence_base"`   // address under which browsers reach it; empty: http:// and where it listens
}

type mailConfig struct {
	Server       string `toml:"server"` // host:port of the mail server that takes our mail
	TLS          string `toml:"tls"`    // "none", "starttls" or "implicit"; empty: starttls, none to loopback
	Username     string `toml:"username"`
	PasswordFile string `toml:"password_file"`
	From         string `toml:"from"`
	Listen       string `toml:"listen"` // where replies come in; empty: nowhere
	Domain       string `toml:"domain"` // of tagged reply addresses

	Cert     string   `toml:"cert"`     // file with the inbox's certificate chain, PEM; empty: no STARTTLS there
	Key      string   `toml:"key"`      // file with its key, PEM
	Resolver string   `toml:"resolver"` // host:port of the DNS server that is asked for DKIM keys; empty: the first vantage's, else the system's
	Relays   []string `toml:"relays"`   // networks of our own mail servers, besides mail.server
	AuthServ string   `toml:"authserv"` // name under which they write Authentication-Results
	Accept   []string `toml:"accept"`   // training only: networks whose mail is taken at its sender's word

	SignCertificate string `toml:"sign_certificate"` // file with the unit's certificate for mail (S/MIME) and those above it, PEM
	SignKey         string `toml:"sign_key"`         // file with its key, PEM
	PGPKey          string `toml:"pgp_key"`          // file with the unit's own OpenPGP key, armoured
	PGPPassphrase   string `toml:"pgp_passphrase_file"`
	DKIMKey         string `toml:"dkim_key"` // file with the signing key, PEM; empty: mail is not signed by the domain
	DKIMSelector    string `toml:"dkim_selector"`

	IMAP imapConfig `toml:"imap"`
}

// imapConfig is a mailbox that is read for replies.
type imapConfig struct {
	Server       string   `toml:"server"` // host:port; empty: none is read
	TLS          string   `toml:"tls"`    // "implicit" or "starttls"; "none" towards loopback only; empty: implicit, none to loopback
	Username     string   `toml:"username"`
	PasswordFile string   `toml:"password_file"`
	Mailbox      string   `toml:"mailbox"` // empty: INBOX
	Move         string   `toml:"move"`    // mailbox to which what was stored is moved; empty: nothing is changed
	Every        duration `toml:"every"`
}

type networkConfig struct {
	Allow  []string          `toml:"allow"`
	Ports  map[string]uint16 `toml:"ports"`
	Roots  string            `toml:"roots"` // file of further certificate authorities, PEM
	Robots bool              `toml:"robots"`
	Pace   duration          `toml:"pace"` // one request a host in this time
	Agent  string            `toml:"agent"`
}

type vantageConfig struct {
	Name     string `toml:"name"`
	Local    string `toml:"local"`
	Resolver string `toml:"resolver"`
	Place    string `toml:"place"` // whose worker looks from here (iolaus work --place); empty: every worker without a place
	Proxy    string `toml:"proxy"` // http://ADDRESS:PORT or socks5://ADDRESS:PORT; empty: directly
	// ProxyPasswordFile holds USER:PASSWORD for the proxy.
	ProxyPasswordFile string `toml:"proxy_password_file"`
}

type sourcesConfig struct {
	RDAP   string   `toml:"rdap"` // folder of bootstrap files; empty: IANA's
	CT     []string `toml:"ct"`
	Survey duration `toml:"survey"`
}

// logs are the certificate logs to survey.
func (c sourcesConfig) logs() (out []probe.Log, err error) {
	for _, s := range c.CT {
		l, err := probe.ParseLog(s)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

type rulesConfig struct {
	Points  int        `toml:"points"`
	Rounds  int        `toml:"rounds"`
	Gap     duration   `toml:"gap"`
	Monitor duration   `toml:"monitor"`
	Most    duration   `toml:"monitor_most"`
	Verify  duration   `toml:"verify"`
	Recheck []duration `toml:"recheck"`
	Words   []string   `toml:"words"`
	Spot    float64    `toml:"spot"` // share of findings by one person that a second reader gets, blind
	// OneContact lets an order of one hour go to an addressee with one confirmed contact, without a reason.
	OneContact bool `toml:"one_contact"`
	// SuppressBelow is from which number on a public report prints what no law asks for; 0: five, 1: nothing is suppressed.
	SuppressBelow int `toml:"suppress_below"`
	// How often the DNS is asked whether a dead name is registered anew, and which names look like those of an outlet; 0 s: never.
	Registration *duration `toml:"registration"`
	Permute      *duration `toml:"permute"`
}

type duration struct{ time.Duration }

func (d *duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is no length of time; write 90s, 10m or 24h", b)
	}
	d.Duration = v
	return nil
}

func defaults() config {
	return config{
		Unit: unitConfig{Name: "Unit A", Country: "XA", Kind: string(legal.Unit)},
		Web:  webConfig{Listen: "127.0.0.1:8440"},
		Network: networkConfig{Robots: false, Pace: duration{time.Second},
			Agent: "Mozilla/5.0 (compatible)"},
		Evidence: evidenceConfig{Encrypt: true},
		Capture:  captureConfig{Browsers: max(1, runtime.NumCPU()/2), Listen: duration{work.DefaultListening}},
		Sandbox:  sandboxConfig{Require: true},
		Stamps:   stampsConfig{Every: duration{time.Hour}, Before: duration{30 * 24 * time.Hour}},
		Sources:  sourcesConfig{RDAP: "https://data.iana.org/rdap/", Survey: duration{10 * time.Minute}},
	}
}

// load reads the configuration: defaults, the file, then what the command line and the environment say.
func (c *cli) load(e env) (config, error) {
	cfg := defaults()
	cfg.Network.Allow = append([]string{}, c.Allow...) // known before the file is held against itself
	if c.Config != "" {
		text, err := os.ReadFile(c.Config)
		if err != nil {
			return cfg, fmt.Errorf("read configuration: %w", err)
		}
		if err := decode(c.Config, text, &cfg); err != nil {
			return cfg, err
		}
	}
	cfg.place = c.place
	cfg.data = first(c.Data, e.getenv("IOLAUS_DATA"), "iolaus-data")
	cfg.s3 = login{e.getenv("AWS_ACCESS_KEY_ID"), e.getenv("AWS_SECRET_ACCESS_KEY"), e.getenv("AWS_SESSION_TOKEN")}
	cfg.db = first(c.DB, e.getenv("IOLAUS_DB"), filepath.Join(cfg.data, "iolaus.db"))
	for _, a := range c.Allow {
		if !has(cfg.Network.Allow, a) { // the file has ranges of its own
			cfg.Network.Allow = append(cfg.Network.Allow, a)
		}
	}
	return cfg, cfg.check()
}

func first(s ...string) string {
	for _, x := range s {
		if x != "" {
			return x
		}
	}
	return ""
}

// decode reads TOML strictly: an error names the file, the line and the key.
func decode(name string, text []byte, cfg *config) error {
	dec := toml.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	err := dec.Decode(cfg)
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		line, _ := strict.Errors[0].Position()
		return iru.Refuse(iru.Invalid, fmt.Sprintf("%s, line %d: there is no key %s", name, line, strings.Join(strict.Errors[0].Key(), ".")),
			"see docs/configuration.md for the keys")
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		line, _ := bad.Position()
		key := strings.Join(bad.Key(), ".")
		if key != "" {
			key = "key " + key + ": "
		}
		return iru.Refuse(iru.Invalid, fmt.Sprintf("%s, line %d: %s%s", name, line, key, strings.TrimPrefix(bad.Error(), "toml: ")), "")
	}
	if err != nil {
		return iru.Refuse(iru.Invalid, fmt.Sprintf("%s: %v", name, err), "")
	}
	if err := cfg.check(); err != nil {
		var where *keyError
		if errors.As(err, &where) {
			return iru.Refuse(iru.Invalid, fmt.Sprintf("%s%s: key %s: %s", name, lineOf(text, where.key), where.key, where.what), "")
		}
		return err
	}
	return nil
}

// A keyError says which key has a value that cannot be right.
type keyError struct{ key, what string }

func (k *keyError) Error() string { return "key " + k.key + ": " + k.what }

// lineOf says where a key such as "mail.from" stands in the file, ", line 3", or its section where the key is missing, or nothing.
func lineOf(text []byte, key string) string {
	section, name, _ := strings.Cut(key, ".")
	if last := strings.LastIndex(key, "."); last > len(section) { // "stamps.authority.url", not a host name in "platforms"
		if at := lineIn(text, key[:last], key[last+1:]); at != "" {
			return at
		}
	}
	return lineIn(text, section, name)
}

func lineIn(text []byte, section, name string) string {
	in, at := false, 0
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			head, _, _ := strings.Cut(line, "#")
			if in = strings.Trim(head, "[] ") == section; in && at == 0 {
				at = n + 1
			}
			continue
		}
		if k, _, ok := strings.Cut(line, "="); ok && in && strings.Trim(strings.TrimSpace(k), `"'`) == name {
			return fmt.Sprintf(", line %d", n+1)
		}
	}
	if at == 0 {
		return ""
	}
	return fmt.Sprintf(", line %d", at)
}

func (c config) check() error {
	if c.Capture.Browsers < 1 {
		return &keyError{"capture.browsers", fmt.Sprintf("%d browsers take no pictures; write browser = \"off\" for that", c.Capture.Browsers)}
	}
	for _, a := range c.Network.Allow {
		if _, err := netip.ParsePrefix(a); err != nil {
			return &keyError{"network.allow", fmt.Sprintf("%q is no range of addresses; write 127.0.0.0/8", a)}
		}
	}
	for from := range c.Network.Ports {
		if _, err := fmt.Sscanf(from, "%d", new(uint16)); err != nil {
			return &keyError{"network.ports", fmt.Sprintf("%q is no port", from)}
		}
	}
	if len(c.Network.Ports) > 0 && len(c.Network.Allow) == 0 {
		return &keyError{"network.ports", "ports are mapped in training networks only; name the network in allow"}
	}
	if _, err := c.Sources.logs(); err != nil {
		return &keyError{"sources.ct", err.Error()}
	}
	if _, _, err := net.SplitHostPort(c.Web.Listen); err != nil {
		return &keyError{"web.listen", fmt.Sprintf("%q is not host:port", c.Web.Listen)}
	}
	if err := c.Evidence.check(); err != nil {
		return err
	}
	if err := c.Stamps.check(); err != nil {
		return err
	}
	if err := c.Documents.check(); err != nil {
		return err
	}
	if err := c.Peer.check(); err != nil {
		return err
	}
	if c.Web.Base != "" {
		if u, err := url.Parse(c.Web.Base); err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
			return &keyError{"web.base", fmt.Sprintf("%q is no address such as https://iolaus.unit.example", c.Web.Base)}
		}
	}
	if err := c.Web.checkEvidence(); err != nil {
		return err
	}
	if c.Mail.From != "" {
		if _, err := mail.ParseAddress(c.Mail.From); err != nil {
			return &keyError{"mail.from", fmt.Sprintf("%q is no mail address", c.Mail.From)}
		}
	}
	if c.Mail.Server != "" {
		if _, _, err := net.SplitHostPort(c.Mail.Server); err != nil {
			return &keyError{"mail.server", fmt.Sprintf("%q is not host:port", c.Mail.Server)}
		}
		if c.Mail.From == "" {
			return &keyError{"mail.from", "mail cannot leave without a sender"}
		}
	}
	if err := c.Mail.check(); err != nil {
		return err
	}
	kinds := []string{}
	for _, k := range legal.Issuers() {
		kinds = append(kinds, string(k))
	}
	if !has(kinds, c.Unit.Kind) {
		return &keyError{"unit.kind", fmt.Sprintf("%q is none of %s", c.Unit.Kind, strings.Join(kinds, ", "))}
	}
	for host, k := range c.Platform {
		known := false
		for _, a := range iru.AssetKinds {
			known = known || string(a) == k
		}
		if !known {
			return &keyError{"platforms." + host, fmt.Sprintf("%q is no kind of asset", k)}
		}
	}
	names, here := []string{}, 0
	for _, v := range c.Vantages {
		switch {
		case v.Name == "":
			return &keyError{"vantage.name", "a vantage point needs a name"}
		case has(names, v.Name):
			return &keyError{"vantage.name", fmt.Sprintf("two vantage points are called %q: what they see would be taken for one", v.Name)}
		}
		names = append(names, v.Name)
		if v.Place != "" && !placeName.MatchString(v.Place) {
			return &keyError{"vantage.place", fmt.Sprintf("%q is no name of a place: small letters, digits and dashes", v.Place)}
		}
		if v.Place == c.place {
			here++
		}
		if v.Proxy == "" && v.ProxyPasswordFile != "" {
			return &keyError{"vantage.proxy_password_file", "there is no vantage.proxy that it opens"}
		}
		if v.Proxy != "" {
			w, err := fetch.ParseWay(v.Proxy)
			if err != nil {
				return &keyError{"vantage.proxy", err.Error()}
			}
			if w.Password != "" {
				return &keyError{"vantage.proxy", "a password stands in the file; write USER:PASSWORD into the file that vantage.proxy_password_file names"}
			}
		}
		if v.Local != "" {
			if _, err := netip.ParseAddr(v.Local); err != nil {
				return &keyError{"vantage.local", fmt.Sprintf("%q is no address", v.Local)}
			}
		}
	}
	if len(c.Vantages) > 0 && here == 0 {
		if c.place == "" {
			return &keyError{"vantage.place", "every vantage point is at a place of its own; leave one without, for captures"}
		}
		return &keyError{"vantage.place", fmt.Sprintf("no vantage point is at the place %q", c.place)}
	}
	if len(c.Vantages) == 0 && c.place != "" {
		return &keyError{"vantage.place", fmt.Sprintf("no vantage point is at the place %q", c.place)}
	}
	return nil
}

// away are the vantage points of other processes by their places. Who is at a place asks nobody else.
func (c config) away() map[string][]string {
	var out map[string][]string
	for _, v := range c.Vantages {
		if v.Place == "" || c.place != "" {
			continue
		}
		if out == nil {
			out = map[string][]string{}
		}
		out[v.Place] = append(out[v.Place], v.Name)
	}
	return out
}

// placeName is what a place may be called: its queue is named by it.
var placeName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func has(list []string, x string) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

// rules are the desk's rules: its defaults where the file says nothing.
func (c config) rules() desk.Rules {
	r := desk.DefaultRules
	set := func(to *time.Duration, d duration) {
		if d.Duration > 0 {
			*to = d.Duration
		}
	}
	set(&r.Agreement.Gap, c.Rules.Gap)
	set(&r.Monitor, c.Rules.Monitor)
	set(&r.MonitorMost, c.Rules.Most)
	set(&r.Verify, c.Rules.Verify)
	if c.Rules.Points > 0 {
		r.Agreement.Points = c.Rules.Points
	}
	if c.Rules.Rounds > 0 {
		r.Agreement.Rounds = c.Rules.Rounds
	}
	if len(c.Rules.Recheck) > 0 {
		r.Recheck = nil
		for _, d := range c.Rules.Recheck {
			r.Recheck = append(r.Recheck, d.Duration)
		}
	}
	// Without a section there is one point, here. Each removal that is believed says on how many points it rests.
	r.Agreement.Points = min(r.Agreement.Points, max(1, len(c.Vantages)))
	for _, v := range c.Vantages {
		r.Points = append(r.Points, v.Name)
	}
	r.Words, r.Authority, r.TwoContacts = c.Rules.Words, c.Unit.Authority, !c.Rules.OneContact
	r.Suppress, r.Compress = c.Rules.SuppressBelow, c.compress
	r.Spot = min(max(c.Rules.Spot, 0), 1)
	if c.Rules.Registration != nil {
		r.Registration = c.Rules.Registration.Duration
	}
	if c.Rules.Permute != nil {
		r.Permute = c.Rules.Permute.Duration
	}
	r.Platforms = map[string]iru.AssetKind{}
	for host, k := range c.Platform {
		r.Platforms[host] = iru.AssetKind(k)
	}
	return r
}

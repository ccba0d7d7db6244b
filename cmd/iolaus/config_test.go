// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
)

func TestConfigurationErrorsNameFileLineAndKey(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "[unit]\nname = \"Unit A\"\ncolour = \"red\"\n", "iolaus.toml, line 3: there is no key unit.colour"},
		{"unknown section", "[untied]\nname = \"x\"\n", "iolaus.toml, line 1: there is no key untied"},
		{"no TOML", "[unit\n", "iolaus.toml, line 1"},
		{"wrong type", "[rules]\npoints = \"two\"\n", "iolaus.toml, line 2: key rules.points"},
		{"no length of time", "[rules]\n\ngap = \"soon\"\n", "iolaus.toml, line 3"},
		{"no range", "[network]\nallow = [\"127.0.0.0\"]\n", "iolaus.toml, line 2: key network.allow: \"127.0.0.0\" is no range"},
		{"ports without a training network", "[network]\nports = {\"80\" = 18080}\n", "iolaus.toml, line 2: key network.ports"},
		{"no kind of store", "[evidence]\nstore = \"ftp://x.test/\"\n", "iolaus.toml, line 2: key evidence.store: evidence lies in a folder, or in a bucket"},
		{"a bucket without an endpoint", "[evidence]\nstore = \"s3://evidence\"\n", "iolaus.toml, line 2: key evidence.store: \"\" is no endpoint"},
		{"a bucket without TLS", "[evidence]\nstore = \"s3://evidence?endpoint=http://s3.unit-a.test\"\n", "iolaus.toml, line 2: key evidence.store: evidence does not leave the machine without TLS"},
		{"no public key", "[evidence]\nrecipients = [\"age1nobody\"]\n", "iolaus.toml, line 2: key evidence.recipients: \"age1nobody\" is no public key"},
		{"a secret key among the public ones", "[evidence]\nrecipients = [\"AGE-SECRET-KEY-1XYZ\"]\n", "iolaus.toml, line 2: key evidence.recipients: that is a secret key"},
		{"recipients of nothing", "[evidence]\nencrypt = false\nrecipients = [\"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\"]\n", "key evidence.recipients: there is nothing"},
		{"no address", "[web]\nlisten = \"8440\"\n", "iolaus.toml, line 2: key web.listen"},
		{"no sender", "[mail]\nserver = \"127.0.0.1:25\"\n", "key mail.from: mail cannot leave without a sender"},
		{"no mail address", "[mail]\nfrom = \"nobody\"\n", "iolaus.toml, line 2: key mail.from"},
		{"no kind of issuer", "[unit]\nkind = \"club\"\n", "iolaus.toml, line 2: key unit.kind"},
		{"two points of one name", "[[vantage]]\nname = \"north\"\n[[vantage]]\nname = \"north\"\n", "key vantage.name: two vantage points are called \"north\""},
		{"a point without a name", "[[vantage]]\nlocal = \"127.80.0.7\"\n", "key vantage.name: a vantage point needs a name"},
		{"evidence listens nowhere", "[web]\nevidence_listen = \"8441\"\n", "iolaus.toml, line 2: key web.evidence_listen: \"8441\" is not host:port"},
		{"evidence has a path", "[web]\nevidence_base = \"https://e.unit.example/evidence\"\n", "line 2: key web.evidence_base: \"https://e.unit.example/evidence\" is no origin"},
		{"evidence on the workbench's host", "[web]\nevidence_listen = \"127.0.0.1:8441\"\n", "line 2: key web.evidence_listen: 127.0.0.1 is the host of the workbench, too: cookies know no ports"},
		{"evidence on the workbench's name", "[web]\nbase = \"https://unit.example\"\nevidence_base = \"https://Unit.example:8441\"\n", "line 3: key web.evidence_base: Unit.example is the host"},
		{"evidence without TLS", "[web]\nbase = \"https://unit.example\"\nevidence_base = \"http://e.unit.example\"\n", "line 3: key web.evidence_base: the workbench is reached over TLS"},
		{"evidence on every address", "[web]\nevidence_listen = \":8441\"\n", "key web.evidence_base: web.evidence_listen is every address"},
		{"stamps all the time", "[stamps]\nevery = \"0s\"\n", "iolaus.toml, line 2: key stamps.every"},
		{"an authority of no address", "[[stamps.authority]]\nname = \"north\"\nurl = \"time.test\"\n", "iolaus.toml, line 3: key stamps.authority.url: \"time.test\" is no address"},
		{"an open password", "[[stamps.authority]]\nname = \"north\"\nurl = \"http://time.test/\"\nuser = \"unit-a\"\n", "line 3: key stamps.authority.url: the password"},
		{"an authority that names a folder", "[[stamps.authority]]\nname = \"../north\"\n", "iolaus.toml, line 2: key stamps.authority.name"},
		{"two authorities of one name", "[[stamps.authority]]\nname = \"north\"\nurl = \"https://n.test/\"\n[[stamps.authority]]\nname = \"north\"\n", "two authorities are called \"north\""},
		{"a password for nobody", "[[stamps.authority]]\nname = \"north\"\npassword_file = \"x\"\n", "key stamps.authority.user"},
		{"no kind of asset", "[platforms]\n\"pond.test\" = \"lake\"\n", "key platforms.pond.test"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := defaults()
			err := decode("iolaus.toml", []byte(c.text), &cfg)
			if !errors.Is(err, iru.Invalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v\nwant: %s", err, c.want)
			}
		})
	}
}

func TestConfigurationReachesTheRules(t *testing.T) {
	cfg := defaults()
	text := `
[rules]
rounds = 4
gap = "90s"
recheck = ["1h", "24h"]

[platforms]
"pond.test" = "account"

[[vantage]]
name = "north"
[[vantage]]
name = "south"
local = "127.81.0.7"
`
	if err := decode("iolaus.toml", []byte(text), &cfg); err != nil {
		t.Fatal(err)
	}
	r := cfg.rules()
	if r.Agreement.Rounds != 4 || r.Agreement.Gap != 90*time.Second || r.Agreement.Points != 2 || len(r.Recheck) != 2 || r.Platforms["pond.test"] != iru.Account || r.Monitor != 24*time.Hour {
		t.Errorf("%+v", r)
	}
	for _, n := range []int{1, 0} { // none is one, here
		cfg.Vantages = cfg.Vantages[:n]
		if p := cfg.rules().Agreement.Points; p != 1 {
			t.Errorf("%d points must agree where there is one", p)
		}
	}
}

func TestEvidenceConfiguration(t *testing.T) {
	a := newArchive(t, 1)
	recipient := a.identities()[0].Recipient().String()
	dir := t.TempDir()
	text := "[evidence]\nstore = \"s3://evidence/unit-a?endpoint=http://127.0.0.1:9\"\ncredentials = \"" + dir + "/bucket\"\nrecipients = [\"" + recipient + "\"]\n"
	cfg := defaults()
	if err := decode("iolaus.toml", []byte(text), &cfg); err != nil || !cfg.Evidence.Encrypt {
		t.Fatal(cfg.Evidence, err)
	}
	if _, err := openStore(cfg); !errors.Is(err, os.ErrNotExist) {
		t.Error("without the file of credentials:", err)
	}
	for lines, ok := range map[string]bool{"unit-a\nnot-a-secret\n": true, "unit-a\n": false, "a b c": false} {
		if err := os.WriteFile(filepath.Join(dir, "bucket"), []byte(lines), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openStore(cfg); (err == nil) != ok || err != nil && !errors.Is(err, iru.Invalid) {
			t.Errorf("%q: %v", lines, err)
		}
	}
	cfg.Evidence.Credentials = ""
	if _, err := openStore(cfg); !errors.Is(err, iru.Invalid) || !strings.Contains(err.Error(), "AWS_ACCESS_KEY_ID") {
		t.Error("without credentials:", err)
	}
	c, err := (&cli{}).load(env{getenv: func(k string) string {
		return map[string]string{"AWS_ACCESS_KEY_ID": "unit-a", "AWS_SECRET_ACCESS_KEY": "not-a-secret", "AWS_SESSION_TOKEN": "t"}[k]
	}})
	if err != nil || c.s3 != (login{"unit-a", "not-a-secret", "t"}) {
		t.Errorf("%+v, %v", c.s3, err)
	}
	cfg.s3 = c.s3
	s, err := openStore(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Try(t.Context()); !errors.Is(err, iru.Unavailable) || strings.Contains(err.Error(), "not-a-secret") {
		t.Error(err)
	}
	cfg = defaults()
	cfg.data, cfg.Evidence.Store = dir, filepath.Join(dir, "elsewhere")
	if _, err := openStore(cfg); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "elsewhere", "sha256")); err != nil {
		t.Error("evidence is not in the folder that is configured:", err)
	}
}

func TestEnvironmentAndFlags(t *testing.T) {
	e := env{getenv: func(k string) string {
		return map[string]string{"IOLAUS_DATA": "/srv/iolaus", "IOLAUS_DB": "postgres://iolaus@/iolaus"}[k]
	}}
	cfg, err := (&cli{Allow: []string{"127.0.0.0/8"}}).load(e)
	if err != nil || cfg.data != "/srv/iolaus" || cfg.db != "postgres://iolaus@/iolaus" || len(cfg.Network.Allow) != 1 {
		t.Errorf("%+v, %v", cfg, err)
	}
	cfg, err = (&cli{Data: "here"}).load(env{getenv: func(string) string { return "" }})
	if err != nil || cfg.db != "here/iolaus.db" {
		t.Errorf("%+v, %v", cfg, err)
	}
	if _, err = (&cli{Allow: []string{"everything"}}).load(e); err == nil || !strings.Contains(err.Error(), "network.allow") {
		t.Errorf("a wrong range on the command line: %v", err)
	}
}

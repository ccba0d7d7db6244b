// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"iolaus/internal/iru"
	"iolaus/internal/sim"
)

// An installation is a data folder, a store and a configuration file whose world is the range.
type installation struct {
	dir   string // data folder
	dsn   string // store
	file  string // configuration
	web   string // host:port of the workbench
	inbox string // host:port to which replies come
}

// args put the installation before a command.
func (i installation) args(command ...string) []string {
	return append([]string{"--config", i.file, "--data", i.dir, "--db", i.dsn}, command...)
}

// platforms says what an address under a provider's own name is.
var platforms = map[sim.ProviderKind]iru.AssetKind{sim.AppStore: iru.App, sim.AddonStore: iru.Addon, sim.ListHost: iru.Newsletter,
	sim.StreamHost: iru.Stream, sim.Platform: iru.Account}

// install writes the configuration of an installation whose world is the range: what `iolaus demo` gives itself, as a file. Story
// time is compressed, no step is left out. Without a store it is a SQLite file that does not exist yet.
func install(t testing.TB, r *sim.Range, dsn string) installation {
	t.Helper()
	i := installation{dir: t.TempDir(), dsn: dsn, web: free(t, "127.0.0.1"), inbox: free(t, "127.0.0.1")}
	i.file = filepath.Join(i.dir, "iolaus.toml")
	if i.dsn == "" {
		i.dsn = filepath.Join(i.dir, "iolaus.db")
	}
	roots := filepath.Join(i.dir, "range.pem")
	ok(t, os.WriteFile(roots, r.Authority(), 0o600))
	var ports, hosts []string
	for from, to := range r.Ports() {
		ports = append(ports, fmt.Sprintf("\"%d\" = %d", from, to))
	}
	for _, p := range r.World().Providers {
		if k, known := platforms[p.Kind]; known {
			hosts = append(hosts, fmt.Sprintf("%q = %q", p.Domain, k))
		}
	}
	sort.Strings(ports)
	sort.Strings(hosts)
	var b strings.Builder
	w := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	w("[unit]\nname = \"Unit A\"\ncountry = \"XA\"\nkind = \"competent_authority\"\nmail = \"referrals@unit-a.test\"")
	w("[web]\nlisten = %q\nbase = \"http://%s\"", i.web, i.web)
	w("[mail]\nserver = %q\ntls = \"none\"\nfrom = \"Unit A <referrals@unit-a.test>\"\nlisten = %q\ndomain = \"replies.unit-a.test\"\naccept = [\"127.0.0.0/8\"]", r.Smarthost(), i.inbox)
	w("[network]\nallow = [\"127.0.0.0/8\"]\nports = { %s }\nroots = %q\npace = \"0s\"", strings.Join(ports, ", "), roots)
	for n, v := range r.World().Vantages[:2] {
		a := v.Prefix.Addr().As4()
		w("[[vantage]]\nname = %q\nlocal = \"%d.%d.0.7\"\nresolver = %q", []string{"north", "south"}[n], a[0], a[1], r.Resolver())
	}
	w("[sources]\nrdap = %q\nct = [%q]\nsurvey = \"1s\"", r.Bootstrap(), r.CTLog())
	w("[rules]\npoints = 2\nrounds = 3\ngap = \"300ms\"\nmonitor = \"20s\"\nverify = \"600ms\"\nrecheck = [\"1500ms\", \"4s\"]")
	w(unpictured) // a page takes a browser two seconds of a processor; evidence has tests of its own
	w("[platforms]\n%s", strings.Join(hosts, "\n"))
	ok(t, os.WriteFile(i.file, []byte(b.String()), 0o600))
	return i
}

const unpictured = "[capture]\nbrowser = \"off\""

// pictured has the installation take pictures of pages, as it does where nothing says otherwise.
func (i installation) pictured(t testing.TB) installation {
	t.Helper()
	text, err := os.ReadFile(i.file)
	ok(t, err)
	ok(t, os.WriteFile(i.file, []byte(strings.Replace(string(text), unpictured, "", 1)), 0o600))
	return i
}

// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iolaus/internal/blob"
	"iolaus/internal/blob/blobtest"
	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/sim"
)

func TestEvidenceKill(t *testing.T) {
	t.Parallel()
	t.Run("captures", func(t *testing.T) { t.Parallel(); killCaptures(t, 2) })
	t.Run("workers", func(t *testing.T) { t.Parallel(); killWorkers(t, 2, "", nil) })
}

// instants gives moments to kill at, from a seed that is told.
func instants(t testing.TB) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	t.Logf("moments are drawn from seed %d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// dies kills a program after so long, and reports whether it still ran.
func (p *program) dies(after time.Duration) bool {
	select {
	case <-p.done:
		return false
	case <-time.After(after):
		p.kill()
		return p.cmd.ProcessState.ExitCode() < 0
	}
}

// killCaptures kills captures of a site so many times, each up to four times, and begins it again until it is whole. Every bundle holds
// every page. The moments spread over all that a capture does, however long this machine takes for it.
func killCaptures(t *testing.T, kills int) {
	at := instants(t)
	l := newLibrary(t, 200, 2000, 15*time.Millisecond)
	s := newStall(t, l.port, "")
	var whole []string
	killed, longest, steps := 0, 2500*time.Millisecond, map[string]int{}
	for n := 1; killed < kills; n++ {
		out := fmt.Sprintf("%d.wacz", n)
		args := s.args(out, "http://127.98.0.1/", "--depth", "3")
		if n%2 == 0 {
			args = append(args, "--no-browser")
		}
		tries := 0
		for there := false; !there; tries++ {
			p, begun := iolaus(t, args...), time.Now()
			if killed < kills && tries < 4 && p.dies(time.Duration(at.Int64N(int64(longest)))) {
				killed++
				steps[lastStep(p.output())]++
			} else if _, code := p.ended(time.Now()); code != 0 {
				t.Fatalf("%s: %s", out, p.output())
			} else {
				longest = max(longest, time.Since(begun))
			}
			_, err := os.Lstat(filepath.Join(s.dir, out))
			there = err == nil
		}
		ok(t, os.RemoveAll(filepath.Join(s.dir, out+".part"))) // killed between the bundle and the end
		whole = append(whole, out)
	}
	s.clean(whole...)
	for _, out := range whole {
		s.verifies(out)
		if n := s.pages(out, l); n != l.pages {
			t.Errorf("%s holds %d of %d pages", out, n, l.pages)
		}
	}
	data := []string{"--config", s.file, "--data", filepath.Join(s.dir, "data")}
	if said := must(t, append(data, "ledger", "verify")...); !strings.Contains(said, "whole") {
		t.Errorf("ledger verify says %q", said)
	}
	must(t, append(data, "doctor")...)
	t.Logf("captures: killed %d times, %d bundles, each with %d pages; %d requests; killed while %v", killed, len(whole), l.pages, l.asked.Load(), steps)
}

// lastStep is what a capture was at when it was killed, by the first two words that it told.
func lastStep(told string) string {
	lines := strings.Split(strings.TrimSpace(told), "\n")
	words := strings.Fields(lines[len(lines)-1])
	return strings.Join(words[:min(2, len(words))], " ")
}

// A depot is an installation at work on addresses that are put on watch while it is killed.
type depot struct {
	locker
	gate  *blobtest.Gateway // nil: evidence lies in a folder
	bare  installation      // the same without a browser
	acked map[iru.ExhibitID]string
	next  int // page to watch
}

// newDepot is on SQLite where dsn is "", with its evidence in a bucket where there is a gateway.
func newDepot(t *testing.T, port, dsn string, gate *blobtest.Gateway) *depot {
	t.Helper()
	i := installation{dir: t.TempDir(), web: free(t, "127.0.0.1")}
	i.file, i.dsn = filepath.Join(i.dir, "iolaus.toml"), dsn
	if dsn == "" {
		i.dsn = filepath.Join(i.dir, "iolaus.db")
	}
	text := fmt.Sprintf("[web]\nlisten = %q\n[network]\npace = \"0s\"\nports = { \"80\" = %s }\nallow = [\"127.0.0.0/8\"]\n[sources]\nrdap = \"\"\n", i.web, port)
	if gate != nil {
		keys := filepath.Join(i.dir, "bucket.keys")
		ok(t, os.WriteFile(keys, []byte(blobtest.AccessKey+"\n"+blobtest.SecretKey+"\n"), 0o600))
		text += fmt.Sprintf("[evidence]\nstore = %q\ncredentials = %q\n", bucketOf(gate), keys)
	}
	ok(t, os.WriteFile(i.file, []byte(text), 0o600))
	d := &depot{gate: gate, locker: locker{place: i, out: t.TempDir()}, bare: i, acked: map[iru.ExhibitID]string{}}
	d.bare.file = filepath.Join(i.dir, "bare.toml")
	ok(t, os.WriteFile(d.bare.file, []byte(text+"[capture]\nbrowser = \"off\"\n"), 0o600))
	d.office = staff(t, i, sim.World{})
	return d
}

// watch puts pages on watch.
func (d *depot) watch(n int) {
	d.t.Helper()
	for range n {
		d.next++
		must(d.t, d.place.args("watch", "add", fmt.Sprintf("http://127.98.0.1/page/%d", d.next*20+1), "--as", "ada", "--outlet", "Tram Library")...)
	}
}

// acknowledged holds what the store says against what it said before.
func (d *depot) acknowledged() {
	d.t.Helper()
	now := map[iru.ExhibitID]string{}
	for _, x := range d.exhibits() {
		now[x.ID] = x.Manifest
	}
	for id, manifest := range d.acked {
		if now[id] != manifest {
			d.t.Errorf("exhibit %d with manifest %s is lost", id, manifest)
		}
	}
	d.acked = now
}

// killWorkers kills serve and work so many times while they capture and store.
func killWorkers(t *testing.T, kills int, dsn string, gate *blobtest.Gateway) {
	at := instants(t)
	l := newLibrary(t, 100_000, 2000, 0)
	d := newDepot(t, l.port, dsn, gate)
	d.watch(2)
	for n := range kills {
		place, what := d.place, "serve"
		if n%3 == 2 {
			place = d.bare
		}
		if n%2 == 1 {
			what = "work"
		}
		p := iolaus(t, place.args(what)...)
		p.await(`Workbench|Working on`)
		if n%4 < 2 {
			d.watch(1)
		}
		if !p.dies(time.Duration(at.IntN(3000)) * time.Millisecond) {
			t.Fatalf("%s ended by itself: %s", what, p.output())
		}
		d.acknowledged()
	}
	d.serve()
	eventually(t, d.unfinished)
	if took, code := d.bench.stop(); code != 0 {
		t.Errorf("after %s serve ended with %d", took, code)
	}
	d.acknowledged()
	d.whole()
	if out := must(t, d.place.args("ledger", "verify")...); !strings.Contains(out, "whole") {
		t.Errorf("ledger verify says %q", out)
	}
	must(t, d.place.args("doctor")...)
	xs := d.exhibits()
	for _, x := range []iru.Exhibit{xs[0], xs[len(xs)/2], xs[len(xs)-1]} {
		said, code := d.check(d.export(x.ID, "court", "lio"))
		if code != 0 {
			t.Errorf("exhibit %d: exit %d\n%s", x.ID, code, said)
		}
	}
	t.Logf("workers: killed %d times, %d addresses on watch, %d exhibits", kills, d.next, len(xs))
}

// check verifies a bundle by the public key of the log.
func (d *depot) check(bundle string) (string, int) {
	d.t.Helper()
	out, errs, code := call(d.t, "verify", bundle, "--key", filepath.Join(d.place.dir, "keys", "log.pub"))
	return out + errs, code
}

// unfinished says what was found and not captured, or captured and not sealed.
func (d *depot) unfinished() string {
	var waiting []iru.Item
	d.read(func(ctx context.Context, t *db.Tx) error {
		var err error
		waiting, err = t.ItemsIn(ctx, iru.Program(), iru.ItemNew, 500)
		return err
	})
	open, seen := 0, map[string]bool{}
	for _, x := range d.exhibits() {
		seen[x.Locator] = true
		if x.State != iru.ExhibitSealed {
			open++
		}
	}
	if len(waiting) > 0 || open > 0 || len(seen) < d.next {
		return fmt.Sprintf("%d items wait, %d exhibits are not sealed, %d of %d addresses have one", len(waiting), open, len(seen), d.next)
	}
	return ""
}

func bucketOf(g *blobtest.Gateway) string { return "s3://evidence/depot?endpoint=http://" + g.Address }

// vault opens the evidence of an installation, as whoever has its folder can.
func (i installation) vault(t testing.TB) *blob.Vault {
	t.Helper()
	store, err := blob.OpenDisk(filepath.Join(i.dir, "evidence"))
	ok(t, err)
	return i.opens(t, store)
}

// opens is a store with the installation's keys.
func (i installation) opens(t testing.TB, store blob.Store) *blob.Vault {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(i.dir, "keys", "evidence"))
	ok(t, err)
	ids, err := blob.ReadIdentities(text)
	ok(t, err)
	return blob.NewVault(store, ids...)
}

// vault opens the evidence of the depot, also what lies in its bucket.
func (d *depot) vault() *blob.Vault {
	d.t.Helper()
	if d.gate == nil {
		return d.place.vault(d.t)
	}
	c, err := blob.ParseS3(bucketOf(d.gate))
	ok(d.t, err)
	c.Access, c.Secret = blobtest.AccessKey, blobtest.SecretKey
	store, err := blob.OpenS3(c)
	ok(d.t, err)
	return d.place.opens(d.t, store)
}

// whole reads every file of every exhibit, sealed and opened.
func (d *depot) whole() {
	t := d.t
	t.Helper()
	left, err := filepath.Glob(filepath.Join(d.place.dir, "evidence", "tmp", "*"))
	ok(t, err)
	for _, f := range left {
		t.Errorf("a temporary file was left: %s", f)
	}
	vault, files, pictures := d.vault(), 0, 0
	for _, x := range d.exhibits() {
		if !has(x, "warc") || !has(x, "manifest") {
			t.Errorf("exhibit %d has only %+v", x.ID, x.Files)
		}
		if has(x, "screenshot") {
			pictures++
		}
		for _, f := range x.Files {
			files++
			if err := vault.Verify(t.Context(), x, f); err != nil {
				t.Errorf("exhibit %d, %s: %v", x.ID, f.Name, err)
			}
		}
	}
	t.Logf("%d files are whole, %d exhibits have a picture", files, pictures)
}

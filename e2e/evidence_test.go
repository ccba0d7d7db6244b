// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/sim"
)

// A paper is a small site with a picture and a second page, at an address of its own of 127/8.
type paper struct {
	address string // http://127.99.0.1/
	line    atomic.Value
}

func newPaper(t *testing.T, port uint16) *paper {
	t.Helper()
	p := &paper{address: "http://127.99.0.1/"}
	p.line.Store("The harbour tram runs every ten minutes today.")
	l, err := net.Listen("tcp", net.JoinHostPort("127.99.0.1", strconv.Itoa(int(port))))
	ok(t, err)
	srv := &http.Server{Handler: p}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return p
}

func (p *paper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/":
		fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Tram Courier</title><h1>Tram Courier</h1><p>%s</p><img src="/tram.png" alt="tram"><p><a href="/timetable">Timetable</a>`, p.line.Load())
	case "/timetable":
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>Timetable</title><p>First tram at five, last tram at midnight.`)
	case "/tram.png":
		img := image.NewRGBA(image.Rect(0, 0, 64, 32))
		for x := range 64 {
			img.Set(x, 16, color.RGBA{200, 30, 30, 255})
		}
		w.Header().Set("Content-Type", "image/png")
		_ = png.Encode(w, img) // who asked may be gone
	default:
		http.NotFound(w, r)
	}
}

// stamped has the range's authorities stamp the installation's ledger.
func stamped(t *testing.T, i installation, r *sim.Range) {
	t.Helper()
	var b strings.Builder
	b.WriteString("\n[stamps]\nevery = \"2s\"\n")
	for _, a := range r.Stampers() {
		fmt.Fprintf(&b, "[[stamps.authority]]\nname = %q\nurl = %q\nroots = %q\n", a.Name, a.URL, filepath.Join(i.dir, "range.pem"))
		if a.User != "" {
			file := filepath.Join(i.dir, "time-"+a.Name+".password")
			ok(t, os.WriteFile(file, []byte(a.Password+"\n"), 0o600))
			fmt.Fprintf(&b, "user = %q\npassword_file = %q\n", a.User, file)
		}
	}
	edit(t, i.file, `monitor = "20s"`, `monitor = "6s"`)
	f, err := os.OpenFile(i.file, os.O_APPEND|os.O_WRONLY, 0)
	ok(t, err)
	_, err = f.WriteString(b.String())
	ok(t, err)
	ok(t, f.Close())
}

// edit replaces words in a file, which must be there.
func edit(t testing.TB, file, old, to string) {
	t.Helper()
	b, err := os.ReadFile(file)
	ok(t, err)
	if !bytes.Contains(b, []byte(old)) {
		t.Fatalf("%s does not say %q", file, old)
	}
	ok(t, os.WriteFile(file, bytes.ReplaceAll(b, []byte(old), []byte(to)), 0o600))
}

// A locker is an installation whose evidence is looked at from outside.
type locker struct {
	*office
	place installation
	bench *program // serve
	out   string   // folder of bundles
	n     int
}

// Evidence from the first look to its end, as a unit uses it: captured with the browser, sealed, classified, handed out under its codes,
// compared with what came later, and erased by two.
func TestEvidence(t *testing.T) {
	t.Parallel()
	r, err := sim.Start(t.Context(), sim.Options{Seed: 1, Scenario: "s1"})
	ok(t, err)
	t.Cleanup(r.Close)
	k := &locker{place: install(t, r, "").pictured(t), out: t.TempDir()}
	stamped(t, k.place, r)
	site := newPaper(t, r.Ports()[80])
	k.office = staff(t, k.place, r.World())
	k.serve()
	ada, lena := k.person("ada"), k.person("lena")
	ada.open("/watch").submit("/watch", "", url.Values{"address": {site.address}, "name": {"Tram Courier"}, "reason": {"exercise: named in a letter"}})
	first := k.exhibit(site.address, 0)
	k.holds(first, "screenshot", "pdf", "mhtml", "dom", "text", "dns", "warc", "manifest")
	k.unreadable("harbour tram", "Tram Courier", "WARC/1.1", "%PDF", "\x89PNG")
	t.Log(must(t, k.place.args("doctor")...))

	k.exhibit(site.address+"timetable", 0)
	outlet := k.outlet("Tram Courier")
	k.refused(first, "partner", "lio", "H2")
	k.classify(lena, outlet, "AMBER", "AMBER", "H1", "")
	k.refused(first, "court", "lio", "H1")
	k.classify(lena, outlet, "AMBER", "AMBER", "H0", "")
	k.stamps(2)
	bundle := k.export(first, "court", "lio")
	k.verifies(bundle)
	k.altered(bundle)
	k.classify(lena, outlet, "AMBER", "AMBER", "H3", "only with the tram's timetable")
	k.refused(first, "analysis", "lena", "H3")
	k.verifies(k.export(first, "analysis", "lena", "--acknowledge"))
	k.classify(lena, outlet, "GREEN", "GREEN", "H0", "")
	k.verifies(k.export(first, "partner", "lio"))
	page := fmt.Sprintf("/exhibits/%d", first)
	lena.open(page).sees("exhibit.record", "exhibit.export", "Recorded", "Handed out", "exercise: asked for", "lio (officer")

	site.line.Store("The harbour tram stands still after the storm.")
	second := k.exhibit(site.address, first)
	lena.open(fmt.Sprintf("/exhibits/compare?a=%d&b=%d", first, second)).sees("The harbour tram runs every ten minutes today.", "The harbour tram stands still after the storm.")
	k.verifies(k.export(second, "court", "lio"))

	k.erase(lena, first)
	k.refused(first, "court", "lio", "erased")
	k.verifies(k.export(second, "court", "lio"))
	lena.open(page).sees("destroyed", "exhibit.erase")
	if out := must(t, k.place.args("ledger", "verify")...); !strings.Contains(out, "whole") {
		t.Errorf("ledger verify says %q", out)
	}
	if took, code := k.bench.stop(); code != 0 {
		t.Errorf("ended with %d after %s", code, took)
	}
	k.lost()
}

func (k *locker) serve() {
	k.t.Helper()
	k.bench = iolaus(k.t, k.place.args("serve")...)
	k.bench.await(`Workbench: http://(\S+)`)
}

// person comes in by a one-time link.
func (k *locker) person(login string) *person {
	k.t.Helper()
	link := regexp.MustCompile(`/welcome/[0-9a-f]{64}`).FindString(must(k.t, k.place.args("invite", login)...))
	if link == "" {
		k.t.Fatalf("no one-time link for %s", login)
	}
	p := newPerson(k.t, k.place.web, "Training network")
	enter(p, link, login)
	return p
}

func (k *locker) exhibits() (all []iru.Exhibit) {
	k.t.Helper()
	k.read(func(ctx context.Context, t *db.Tx) error {
		var err error
		all, err = t.Exhibits(ctx, iru.Program(), 100_000)
		return err
	})
	return all
}

// exhibit waits for a sealed capture of an address with a picture of its own, whose text is another one than that of an exhibit.
func (k *locker) exhibit(address string, than iru.ExhibitID) (id iru.ExhibitID) {
	k.t.Helper()
	eventually(k.t, func() string {
		xs := k.exhibits()
		for _, x := range slices.Backward(xs) {
			if x.Locator == address && x.State == iru.ExhibitSealed && has(x, "screenshot") && (than == 0 || text(x) != text(k.get(than))) {
				id = x.ID
				return ""
			}
		}
		return fmt.Sprintf("%d exhibits, none of %s that differs from %d is sealed with its picture", len(xs), address, than)
	})
	return id
}

// text is the digest of an exhibit's text.
func text(x iru.Exhibit) string {
	for _, f := range x.Files {
		if f.Kind == "text" {
			return f.SHA256
		}
	}
	return ""
}

func has(x iru.Exhibit, kind string) bool {
	return slices.ContainsFunc(x.Files, func(f iru.File) bool { return f.Kind == kind })
}

func (k *locker) get(id iru.ExhibitID) iru.Exhibit {
	k.t.Helper()
	all := k.exhibits()
	return all[slices.IndexFunc(all, func(x iru.Exhibit) bool { return x.ID == id })]
}

// holds fails the test unless an exhibit has files of these kinds, each sealed in the store.
func (k *locker) holds(id iru.ExhibitID, kinds ...string) {
	k.t.Helper()
	x := k.get(id)
	store, err := blob.OpenDisk(filepath.Join(k.place.dir, "evidence"))
	ok(k.t, err)
	for _, kind := range kinds {
		if !has(x, kind) {
			k.t.Errorf("exhibit %d has no %s: %+v", id, kind, x.Files)
		}
	}
	for _, f := range x.Files {
		if f.Stored == "" || f.Stored == f.SHA256 {
			k.t.Errorf("%s is not sealed: %+v", f.Name, f)
		}
		if err := store.Verify(k.t.Context(), f.Stored); err != nil {
			k.t.Errorf("%s: %v", f.Name, err)
		}
		if _, err := store.Stat(k.t.Context(), f.SHA256); err == nil {
			k.t.Errorf("%s lies in the store in the clear too", f.Name)
		}
	}
}

// unreadable fails the test if a file of the store shows any of these words.
func (k *locker) unreadable(words ...string) {
	k.t.Helper()
	files := 0
	ok(k.t, filepath.WalkDir(filepath.Join(k.place.dir, "evidence"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		files++
		for _, w := range words {
			if bytes.Contains(b, []byte(w)) {
				k.t.Errorf("%s shows %q", path, w)
			}
		}
		return err
	}))
	if files < 8 {
		k.t.Errorf("only %d files are in the store", files)
	}
}

func (k *locker) outlet(name string) (id iru.OutletID) {
	k.t.Helper()
	k.read(func(ctx context.Context, t *db.Tx) error {
		os, err := t.Outlets(ctx, iru.Program())
		for _, o := range os {
			if o.Name == name {
				id = o.ID
			}
		}
		return err
	})
	if id == 0 {
		k.t.Fatalf("there is no outlet %s", name)
	}
	return id
}

// classify changes the handling codes at the workbench.
func (k *locker) classify(p *person, o iru.OutletID, tlp, pap, h, note string) {
	k.t.Helper()
	page := fmt.Sprintf("/outlets/%d/step/classify", o)
	p.open(page).submit(page, "", url.Values{"tlp": {tlp}, "pap": {pap}, "h": {h}, "note": {note}, "why": {"exercise: leave by letter of Unit B"}})
	p.sees("TLP:" + tlp)
}

func (k *locker) exportArgs(id iru.ExhibitID, use, as string, more ...string) (out string, args []string) {
	k.n++
	out = filepath.Join(k.out, fmt.Sprintf("%d-%s.wacz", k.n, use))
	args = append([]string{"exhibit", "export", fmt.Sprint(id), "--for", use, "--to", "Court of First Instance", "--as", as, "--reason", "exercise: asked for", "--out", out}, more...)
	return out, k.place.args(args...)
}

func (k *locker) export(id iru.ExhibitID, use, as string, more ...string) string {
	k.t.Helper()
	out, args := k.exportArgs(id, use, as, more...)
	must(k.t, args...)
	return out
}

// refused fails the test unless an export is refused in words that name why, and leaves no file.
func (k *locker) refused(id iru.ExhibitID, use, as, why string) {
	k.t.Helper()
	out, args := k.exportArgs(id, use, as)
	said, errs, code := call(k.t, args...)
	if code != 1 || !strings.Contains(errs, why) {
		k.t.Errorf("export for %s: exit %d, %q, %q; it should be refused and name %s", use, code, said, errs, why)
	}
	if left, err := filepath.Glob(filepath.Join(k.out, ".iolaus-*")); err != nil || len(left) > 0 {
		k.t.Errorf("left: %v, %v", left, err)
	}
	if _, err := os.Lstat(out); err == nil {
		k.t.Errorf("a refused export has left %s", out)
	}
}

// verify checks a bundle against the public key and the authorities' certificates.
func (k *locker) verify(bundle string) (said string, code int) {
	k.t.Helper()
	out, errs, code := call(k.t, "verify", bundle, "--key", filepath.Join(k.place.dir, "keys", "log.pub"), "--roots", filepath.Join(k.place.dir, "range.pem"))
	return out + errs, code
}

func (k *locker) verifies(bundle string) {
	k.t.Helper()
	if said, code := k.verify(bundle); code != 0 || !strings.Contains(said, "whole: exhibit") || strings.Contains(said, "WRONG") {
		k.t.Errorf("%s: exit %d\n%s", bundle, code, said)
	}
}

// altered changes one byte within each entry of a bundle, one after the other: each time it is named.
func (k *locker) altered(bundle string) {
	k.t.Helper()
	b, err := os.ReadFile(bundle)
	ok(k.t, err)
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	ok(k.t, err)
	stamps := 0
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".tsr") {
			stamps++
		}
		if f.UncompressedSize64 == 0 {
			continue
		}
		at, err := f.DataOffset()
		ok(k.t, err)
		bad := bytes.Clone(b)
		bad[at+int64(f.UncompressedSize64/2)] ^= 1
		file := filepath.Join(k.out, "altered.wacz")
		ok(k.t, os.WriteFile(file, bad, 0o600))
		if said, code := k.verify(file); code != 1 || !strings.Contains(said, "WRONG") || !strings.Contains(said, f.Name) {
			k.t.Errorf("a byte of %s was changed: exit %d\n%s", f.Name, code, said)
		}
	}
	if stamps < 2 {
		k.t.Errorf("%d time stamps are in the bundle", stamps)
	}
}

// stamps waits until so many authorities have stamped what covers every exhibit.
func (k *locker) stamps(authorities int) {
	k.t.Helper()
	eventually(k.t, func() string {
		_, args := k.exportArgs(k.exhibits()[0].ID, "analysis", "lena")
		must(k.t, args...)
		z, err := zip.OpenReader(args[slices.Index(args, "--out")+1])
		ok(k.t, err)
		defer z.Close()
		n := 0
		for _, f := range z.File {
			if strings.HasSuffix(f.Name, ".tsr") {
				n++
			}
		}
		if n < authorities {
			return fmt.Sprintf("%d time stamps are over the exhibit", n)
		}
		return ""
	})
}

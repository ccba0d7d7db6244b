// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"iolaus/internal/blob"
	"iolaus/internal/iru"
)

// frames are the addresses at which a page shows pictures and copies, on the other origin.
func frames(p *person) (at []string) {
	for _, n := range p.find(func(tag string, a map[string]string) bool {
		return tag == "iframe" && strings.HasPrefix(a["src"], "http")
	}) {
		at = append(at, attributes(n)["src"])
	}
	return at
}

// shows fetches a frame as the browser of somebody who looks at the page would.
func (k *locker) shows(address string) (int, string) {
	k.t.Helper()
	req, err := http.NewRequestWithContext(k.t.Context(), http.MethodGet, address, nil)
	ok(k.t, err)
	for name, v := range map[string]string{"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-site"} {
		req.Header.Set(name, v)
	}
	res, err := http.DefaultClient.Do(req)
	ok(k.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	ok(k.t, err)
	return res.StatusCode, string(b)
}

// erase has two officers destroy an exhibit, and looks for what is left of it.
func (k *locker) erase(p *person, id iru.ExhibitID) {
	t, x := k.t, k.get(id)
	t.Helper()
	page := fmt.Sprintf("/exhibits/%d", id)
	at := slices.IndexFunc(x.Files, func(f iru.File) bool { return f.Kind == "text" })
	take := url.Values{"file": {strconv.Itoa(at)}, "why": {"exercise: read it"}}
	looks := frames(p.open(page))
	if len(looks) == 0 {
		t.Errorf("%s shows no picture:\n%s", page, tail(p.text(), 2000))
	}
	for _, at := range looks {
		if status, said := k.shows(at); status != http.StatusOK {
			t.Errorf("before it is erased %s answers %d: %s", at, status, tail(said, 500))
		}
	}
	if status, said := p.post(page+"/file", take); status != http.StatusOK || !strings.Contains(said, "harbour tram") {
		t.Errorf("before it is erased the download answers %d: %q", status, tail(said, 500))
	}
	erase := func(as string) (string, string, int) {
		return call(t, k.place.args("exhibit", "erase", fmt.Sprint(id), "--as", as, "--why", "exercise: order of the court")...)
	}
	if out, errs, code := erase("ada"); code != 1 || !strings.Contains(errs, "iolaus:") {
		t.Errorf("an analyst may erase: exit %d, %q, %q", code, out, errs)
	}
	if out, errs, code := erase("lena"); code != 0 || !strings.Contains(out, "Asked for") {
		t.Fatalf("the first of two: exit %d, %q, %q", code, out, errs)
	}
	if out, errs, code := erase("lena"); code != 1 || !strings.Contains(errs, "different officer") {
		t.Errorf("one officer is both: exit %d, %q, %q", code, out, errs)
	}
	if k.get(id).State != iru.ExhibitSealed {
		t.Error("one officer was enough")
	}
	eventually(t, func() string { // until a checkpoint covers the request
		if out, errs, code := erase("sig"); code != 0 || !strings.Contains(out, "is erased") {
			return fmt.Sprintf("the second of two: exit %d, %q, %q", code, out, errs)
		}
		return ""
	})
	if got := k.get(id); got.State != iru.ExhibitErased || got.Key != "" {
		t.Errorf("it is %s, with key %q", got.State, got.Key)
	}
	store, err := blob.OpenDisk(filepath.Join(k.place.dir, "evidence"))
	ok(t, err)
	eventually(t, func() string {
		for _, f := range x.Files {
			if _, err := store.Stat(t.Context(), f.Stored); err == nil {
				return f.Name + " is in the store still"
			}
		}
		return ""
	})
	for _, at := range looks {
		if status, said := k.shows(at); status == http.StatusOK {
			t.Errorf("%s is shown after it was erased: %s", at, tail(said, 500))
		}
	}
	if status, said := p.post(page+"/file", take); status < 400 || strings.Contains(said, "harbour tram") {
		t.Errorf("after it was erased the download answers %d: %q", status, tail(said, 500))
	}
}

// lost puts another identity in the place of the evidence key: neither work nor evidence goes on under it, and the exhibit is named.
func (k *locker) lost() {
	t := k.t
	t.Helper()
	file := filepath.Join(k.place.dir, "keys", "evidence")
	kept, err := os.ReadFile(file)
	ok(t, err)
	other, err := blob.NewIdentity()
	ok(t, err)
	ok(t, os.WriteFile(file, []byte(other.String()+"\n"), 0o600))
	newest := fmt.Sprint(k.exhibits()[0].ID)
	out, errs, code := call(t, k.place.args("doctor")...)
	if code != 1 || !strings.Contains(out, "WRONG") || !strings.Contains(out, "are lost") || !strings.Contains(out, newest) {
		t.Errorf("doctor: exit %d, %q, %q; it should name exhibit %s", code, out, errs, newest)
	}
	out, errs, code = call(t, k.place.args("serve")...)
	if code != 1 || !strings.Contains(errs, "exhibit "+newest) || !strings.Contains(errs, "keys/evidence") {
		t.Errorf("serve: exit %d, %q, %q; it should name exhibit %s", code, out, errs, newest)
	}
	ok(t, os.WriteFile(file, kept, 0o600))
	if out, errs, code := call(t, k.place.args("doctor")...); code != 0 {
		t.Errorf("with its key again doctor ends with %d: %s\n%s", code, out, errs)
	}
}

// post sends a form as the page would, and gives the status and what came.
func (p *person) post(path string, fields url.Values) (int, string) {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.base+path, strings.NewReader(fields.Encode()))
	ok(p.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", p.base)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := p.client.Do(req)
	ok(p.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	ok(p.t, err)
	return res.StatusCode, string(b)
}

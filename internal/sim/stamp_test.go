// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
)

// ask sends a query as a program does, with what it was given.
func (a StampAuthority) ask(t *testing.T, c *http.Client, query []byte, password string) (int, []byte) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), "POST", a.URL, bytes.NewReader(query))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/timestamp-query")
	if a.User != "" {
		q.SetBasicAuth(a.User, password)
	}
	res, err := c.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, b
}

// What the authorities give is a time stamp in the eyes of openssl, against the range's own root.
func TestStampsStandBeforeOpenSSL(t *testing.T) {
	r := start(t, Options{Seed: 1, Scenario: "s1"})
	c, dir := client(t, r, ""), t.TempDir()
	write := func(name string, b []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	data, root := []byte("the 8:15 tram is on time\n"), write("root.pem", r.Authority())
	text, query := write("data", data), filepath.Join(dir, "query")
	if out, err := exec.Command("openssl", "ts", "-query", "-data", text, "-sha256", "-cert", "-out", query).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	asked, err := os.ReadFile(query)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Stampers()) != 2 {
		t.Fatalf("authorities: %+v", r.Stampers())
	}
	for _, a := range r.Stampers() {
		code, reply := a.ask(t, c, asked, a.Password)
		if code != 200 {
			t.Fatalf("%s answers %d: %s", a.Name, code, reply)
		}
		out, err := exec.Command("openssl", "ts", "-verify", "-in", write(a.Name, reply), "-queryfile", query, "-CAfile", root).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "Verification: OK") {
			t.Errorf("%s: %v\n%s", a.Name, err, out)
		}
		if a.User != "" {
			if code, _ := a.ask(t, c, asked, "guess"); code != 401 {
				t.Errorf("%s lets a wrong password in: %d", a.Name, code)
			}
		}
	}
}

func TestStampersRefuse(t *testing.T) {
	r := start(t, Options{Seed: 1, Scenario: "s1"})
	c, north := client(t, r, ""), r.Stampers()[0]
	query := func(h crypto.Hash, sum []byte) []byte {
		b, err := (&timestamp.Request{HashAlgorithm: h, HashedMessage: sum}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	sum := sha256.Sum256(nil)
	says := func(query []byte, want string) {
		t.Helper()
		code, reply := north.ask(t, c, query, "")
		if _, err := timestamp.ParseResponse(reply); code != 200 || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d, %v; want %q", code, err, want)
		}
	}
	says(query(crypto.SHA1, sum[:20]), "Algorithm")
	says([]byte("no query"), "wrong format")
	if !r.FailStamps("north", true) || r.FailStamps("south", true) {
		t.Error("the switch does not find its authority")
	}
	says(query(crypto.SHA256, sum[:]), "time source is not available")
	r.FailStamps("north", false)
	if code, reply := north.ask(t, c, query(crypto.SHA256, sum[:]), ""); code != 200 {
		t.Error(code)
	} else if _, err := timestamp.ParseResponse(reply); err != nil {
		t.Error(err)
	}
}

// An authority signs with a new key before the old certificate expires.
func TestStampersRenew(t *testing.T) {
	now := time.Now()
	a, err := newAuthority(1, func() time.Time { return now }, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &stamper{StampAuthority: StampAuthority{Name: "north"}, title: "Northline Time Authority", ca: a, now: func() time.Time { return now }}
	seen := map[string]bool{}
	for range 5 {
		if err := s.renew(); err != nil {
			t.Fatal(err)
		}
		if left := s.cert.NotAfter.Sub(now); left < 300*24*time.Hour {
			t.Errorf("signs %s before its certificate expires", left)
		}
		seen[string(s.cert.RawSubjectPublicKeyInfo)] = true
		now = now.AddDate(0, 5, 0)
	}
	if len(seen) != 2 {
		t.Errorf("%d keys in 20 months", len(seen))
	}
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iolaus/internal/ledger"
)

func TestVerifyBundle(t *testing.T) {
	t.Parallel()
	const court = "../../internal/exhibit/testdata/renewed/"
	whole, err := os.ReadFile(court + "bundle.wacz")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	_, other, err := ledger.NewKey(bytes.NewReader(bytes.Repeat([]byte{9}, 64)), "iolaus.trams.test/ledger")
	if err != nil {
		t.Fatal(err)
	}
	check := func(args ...string) (string, error) {
		var out strings.Builder
		err := run(t.Context(), append([]string{"verify"}, args...), env{func(string) string { return "" }, nil, &out, io.Discard})
		return out.String(), err
	}
	out, err := check(court+"bundle.wacz", "--key", court+"log.pub", "--roots", court+"roots.pem", "--at", "2027-03-01")
	if err != nil || strings.Count(out, "\nok ")+1 != 12 || strings.Contains(out, "note:") || strings.Contains(out, "WARN") || !strings.Contains(out, "whole: exhibit 2026-0042/1") {
		t.Errorf("%v: %s", err, out)
	}
	for at, want := range map[string][]string{
		"2028-01-01": {"by Station Clock, serial ", ", expired 2027-03-14T00:00:00Z, carried on by time stamp 2; ", "valid until 2029-11-01"},
		"2030-01-01": {"\nWARN   time       time stamp 1 of Station Clock: expired", "\nWARN   time       time stamp 2 of Harbour Clock: expired", "\nWARN   time       no time stamp stands"},
	} {
		out, err := check(court+"bundle.wacz", "--key", court+"log.pub", "--roots", court+"roots.pem", "--at", at)
		for _, w := range append(want, "whole: exhibit 2026-0042/1") {
			if err != nil || !strings.Contains(out, w) || strings.Count(out, "WARN") != strings.Count(strings.Join(want, ""), "WARN") {
				t.Errorf("at %s, %v: %s; want %q", at, err, out, w)
			}
		}
	}
	out, err = check(court + "bundle.wacz")
	if err != nil || !strings.Contains(out, "not whose it is") || !strings.Contains(out, "--roots") {
		t.Errorf("with its own key, %v: %s", err, out)
	}
	flipped := bytes.Clone(whole)
	custody := bytes.Index(flipped, []byte("custody/custody.jsonl"))
	flipped[custody+bytes.Index(flipped[custody:], []byte("officer 7"))+8] = '8'
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"flipped":           {[]string{write("flipped", flipped), "--key", court + "log.pub"}, "custody/custody.jsonl: custody entry 2 (event 14): altered"},
		"cut":               {[]string{write("cut", whole[:len(whole)-1]), "--key", court + "log.pub"}, "the file ends"},
		"nothing":           {[]string{write("nothing", nil), "--key", court + "log.pub"}, "the file ends"},
		"another key":       {[]string{court + "bundle.wacz", "--key", write("other.pub", []byte(other+"\n"))}, "proof/log.pub"},
		"no key":            {[]string{court + "bundle.wacz", "--key", court + "roots.pem"}, "holds no public key"},
		"no certificate":    {[]string{court + "bundle.wacz", "--roots", court + "log.pub"}, "holds no certificate"},
		"another authority": {[]string{court + "bundle.wacz", "--key", court + "log.pub", "--roots", write("other.pem", otherRoot)}, "proof/stamp-1.tsr"},
		"no bundle":         {[]string{filepath.Join(dir, "none")}, "none"},
	} {
		out, err := check(c.args...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q; %s", name, err, c.want, out)
		}
	}
}

// A bundle decides some of the words that are printed: they cannot move the cursor or turn the line round.
func TestPrintable(t *testing.T) {
	t.Parallel()
	if got := printable("a\x1b[2J\u202eb\n\u0085\xffé"); got != "a?[2J?b???é" {
		t.Errorf("%q", got)
	}
}

// otherRoot is the certificate of an authority that stamped nothing.
var otherRoot = []byte(`-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUQAoJ/p7fgVEGDHTu0ymAI/q/koAwCgYIKoZIzj0EAwIw
HzEdMBsGA1UEAwwUUm9vdCBvZiBPdGhlciBDbG9ja3MwIBcNMjYxMTI4MTIzNDMy
WhgPMjEyNjExMDQxMjM0MzJaMB8xHTAbBgNVBAMMFFJvb3Qgb2YgT3RoZXIgQ2xv
Y2tzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2Zknffv5/j0NgGtY0ZlMUBMs
BYSi1FtDVC6K0AfzG9rA39M9feGVOAsvvY+/QDqhmkmnNMBrkX3ENU1/0McCz6NT
MFEwHQYDVR0OBBYEFB7zns5+p/VR4c/ibx6SzzTr0D6SMB8GA1UdIwQYMBaAFB7z
ns5+p/VR4c/ibx6SzzTr0D6SMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID
SAAwRQIhAMW+8DOj0ibcdDd/M4MmkM/59+GE6MZ0Jr962Ra8V5aBAiBLc65Gc40m
L3gN58HxwYkKwU1APQ5nT+m6OiD/HNSASA==
-----END CERTIFICATE-----
`)

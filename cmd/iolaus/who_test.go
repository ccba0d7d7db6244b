// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhoCanActOffline: facts of a file are enough; what is written is read again; what is not known is refused.
func TestWhoCanActOffline(t *testing.T) {
	facts := `{"schema":"iolaus-facts/1","locator":"https://halcyon-weather.test/","audience":"public","carriers":[
		{"name":"Alder Names","layer":"registrar","channel":"smtp","address":"abuse@alder.test","source":"RDAP"},{"name":"Birchrack","layer":"host"}]}`
	run := func(text string, more ...string) (string, error) {
		file := filepath.Join(t.TempDir(), "facts.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		err := run(t.Context(), append([]string{"who-can-act", "--in", file}, more...), env{func(string) string { return "" }, strings.NewReader(""), &out, &errs})
		return out.String(), err
	}
	text, err := run(facts, "--issuer", "competent_authority", "--json")
	if err != nil {
		t.Fatal(err)
	}
	var f whoFacts
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{}
	for _, c := range f.Carriers {
		if c.Why == "" || c.Grade == "" {
			t.Errorf("%s has no grade", c.Name)
		}
		for _, r := range c.Rulings {
			if r.Reason == "" || r.Source == "" || r.Mark == "" {
				t.Errorf("%s, %s: %+v", c.Name, r.Instrument, r)
			}
			allowed[c.Layer+" "+r.Instrument] = r.Allowed
		}
	}
	if allowed["registrar removal_order"] || !allowed["host removal_order"] || !allowed["registrar registrar_report"] {
		t.Errorf("%v", allowed)
	}
	if again, err := run(text, "--json"); err != nil || !strings.Contains(again, "Birchrack") {
		t.Errorf("what was written is not read: %v", err)
	}
	plain, err := run(facts, "--issuer", "europol")
	if err != nil || !strings.Contains(plain, "hxxps://halcyon-weather[.]test/") || !strings.Contains(plain, "Europol never") {
		t.Errorf("%v\n%s", err, plain)
	}
	for name, bad := range map[string]string{"another schema": strings.Replace(facts, "facts/1", "facts/9", 1), "an unknown member": strings.Replace(facts, `"audience"`, `"mood"`, 1),
		"an unknown layer": strings.Replace(facts, `"host"`, `"tram"`, 1), "no JSON": "{"} {
		if out, err := run(bad); err == nil {
			t.Errorf("%s was answered: %s", name, out)
		}
	}
	if _, err := run(facts, "--issuer", "passer-by"); err == nil {
		t.Error("an unknown issuer was answered")
	}
}

// SPDX-License-Identifier: EUPL-1.2

package legal_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/legal"
)

// TestPlaybooks: each brought entry says what, from where and how it was checked, and none recommends deletion.
func TestPlaybooks(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range legal.Playbooks() {
		if p.TLD == "" || seen[p.TLD] || strings.HasPrefix(p.TLD, ".") {
			t.Errorf("%q stands twice or is no name", p.TLD)
		}
		seen[p.TLD] = true
		if p.Registry == "" || p.Source == "" || !strings.HasSuffix(p.Hold, ".") || strings.Contains(strings.ToLower(p.Hold), "delet") {
			t.Errorf("%s: %+v", p.TLD, p)
		}
		if !slices.Contains([]legal.Mark{legal.Verified, legal.Secondary, legal.Memory}, p.Mark) {
			t.Errorf("%s has the mark %q", p.TLD, p.Mark)
		}
		if !slices.Contains([]string{"mail", "form", "registrar", "court"}, p.ContactKind) {
			t.Errorf("%s: a contact of the kind %q", p.TLD, p.ContactKind)
		}
		if _, err := time.Parse("2006-01-02", p.Verified); p.Verified != "" && err != nil || p.Verified == "" && p.Mark == legal.Verified {
			t.Errorf("%s was verified on %q, with the mark %s", p.TLD, p.Verified, p.Mark)
		}
	}
	if _, ok := legal.PlaybookOf("org"); !ok {
		t.Error("org has no playbook")
	}
	if p, ok := legal.PlaybookOf("test"); ok {
		t.Errorf("an invented name has one: %+v", p)
	}
}

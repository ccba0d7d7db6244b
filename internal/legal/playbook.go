// SPDX-License-Identifier: EUPL-1.2

package legal

import (
	_ "embed"
	"encoding/json"
	"slices"
	"time"
)

// PlaybookStale is how long a comparison of a playbook with its source is taken for fresh: an internal target, not law.
const PlaybookStale = 365 * 24 * time.Hour

// A Playbook is what is known of the registry of a top-level domain: how a name is held there, and who is asked.
type Playbook struct {
	TLD         string `json:"tld"`
	Registry    string `json:"registry"`
	Hold        string `json:"hold"`         // practice, in whole sentences
	ContactKind string `json:"contact_kind"` // mail, form, registrar or court
	Contact     string `json:"contact"`      // "" where the unit must find it out
	Source      string `json:"source"`
	Verified    string `json:"verified"` // 2006-01-02 on which somebody compared it with its source; "": nobody has
	Mark        Mark   `json:"mark"`
}

//go:embed playbook.json
var playbookFile []byte

// Playbooks lists the brought playbooks by top-level domain.
func Playbooks() []Playbook {
	var list []Playbook
	if err := json.Unmarshal(playbookFile, &list); err != nil {
		panic(err) // embedded: a test reads it
	}
	return list
}

// PlaybookOf gives the playbook of a top-level domain; false where there is none.
func PlaybookOf(tld string) (Playbook, bool) {
	list := Playbooks()
	n := slices.IndexFunc(list, func(p Playbook) bool { return p.TLD == tld })
	if n < 0 {
		return Playbook{}, false
	}
	return list[n], true
}

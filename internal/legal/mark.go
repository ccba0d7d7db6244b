// SPDX-License-Identifier: EUPL-1.2

package legal

// A Mark says how a rule or a number was checked.
type Mark string

// The marks.
const (
	Verified  Mark = "V"        // read in the text of the act
	Secondary Mark = "S"        // read in a secondary source
	Memory    Mark = "M"        // from memory of the text: compare with the Official Journal before a release
	Own       Mark = "internal" // not law: a target this program sets itself
)

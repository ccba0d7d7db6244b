// SPDX-License-Identifier: EUPL-1.2

package web

import "iolaus/internal/web/ui"

// SignInPage is where a day begins. It posts name, password and back to /signin.
type SignInPage struct {
	Frame  ui.Frame
	Name   string // as it was typed
	Wrong  bool   // name and password did not fit: which of the two is not said
	Ended  bool   // the last session ended by itself
	Back   string // where to go afterwards; a local path
	Single string // address of the unit's own sign-in service; empty: none
}

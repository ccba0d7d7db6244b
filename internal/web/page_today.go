// SPDX-License-Identifier: EUPL-1.2

package web

import "iolaus/internal/web/ui"

func (v *visit) todayPage() error {
	return v.show(WelcomePage{Frame: v.frame("today", ui.T(v.ctx(), "Today"))}.View())
}

// SPDX-License-Identifier: EUPL-1.2

package sim

// The operator of an outlet reacts when an asset is down for everybody: some story time later a latent asset comes up under a new
// name, its certificate enters the log, and it is announced at the first of the named places that is still up. It acts on the
// agenda only.

// react looks for reactions that are due.
func (r *Range) react() {
	for i, x := range r.world.Reactions {
		if r.reacted[i] || !r.estate.live(x.On) || !r.estate.down(x.On) {
			continue
		}
		r.reacted[i] = true
		after := x.After.draw(r.opt.Seed, "operator", x.On, x.Raises)
		r.agenda.after(after, func() {
			a, _ := r.world.asset(x.Raises)
			if err := r.certify(a); err != nil {
				r.fail("certify", err)
			} else {
				r.record(Act{After: after, Actor: "operator", Did: "certified", Asset: a.ID, Detail: a.hostname()})
			}
			r.estate.raise(a.ID)
			r.record(Act{After: after, Actor: "operator", Did: "raised", Asset: a.ID, Detail: a.Locator})
			for _, where := range x.Announce {
				if !r.estate.live(where) || r.estate.down(where) {
					continue
				}
				r.estate.announce(where, announcement{"We are now at", a.Locator})
				r.record(Act{After: after, Actor: "operator", Did: "announced", Asset: a.ID, Detail: where})
				return
			}
		})
	}
}

func (r *Range) certify(a *Asset) error {
	_, err := r.ca.issue(a.Key, a.hostname())
	return err
}

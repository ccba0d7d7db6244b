// SPDX-License-Identifier: EUPL-1.2

package sim

import "time"

// s7 is the wave of s2 served over a week instead of at one instant: the operators have the time to move what is still to be served.
func s7() (World, error) {
	w, err := s2()
	if err != nil {
		return w, err
	}
	w.Scenario, w.Title = "s7", "The wave of s2, served over a week"
	w.Domains = append(w.Domains, Domain{Name: "halcyon-nuages.test", Registrar: "cobalt", DNS: "cobalt"}, Domain{Name: "northline-halts.test", Registrar: "alder", DNS: "alder"},
		Domain{Name: "northline-gares.test", Registrar: "cobalt", DNS: "cobalt"})
	for i := range w.Assets {
		a := &w.Assets[i]
		o, _ := w.outlet(a.Outlet)
		if o.Innocent || a.Latent {
			continue
		}
		if a.Reach = 1; a.Kind == Site && a.MirrorOf == "" {
			a.Reach = 4
		}
		w.Wave = append(w.Wave, Serving{a.ID, Delay{Median: time.Duration(len(w.Wave)) * 9 * hour}}) // nineteen of them: six days and eighteen hours
	}
	w.Operators = []Operator{{Group: "meridian", After: Delay{10 * hour, .4, 30 * hour}, Hosts: []string{"elmgrid", "cedarbox", "dunehost"}, DNS: []string{"cobalt", "alder"},
		Spares:    []Spare{{"hw-fr", "halcyon-nuages.test"}, {"nl-en", "northline-halts.test"}, {"nl-fr", "northline-gares.test"}},
		Announces: []string{"hw-links", "hw-account", "nl-account", "hw-list", "nl-list"}}}
	w.Audiences = []Audience{
		{Outlet: "halcyon", Size: 1000, Follows: 2, Patience: Delay{Median: 72 * hour, Sigma: .8}, Notices: .6, Grows: .01},
		{Outlet: "northline", Size: 600, Follows: 2, Patience: Delay{Median: 72 * hour, Sigma: .8}, Notices: .6, Grows: .01}}
	return w, w.complete()
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// OutletID numbers an outlet.
type OutletID int64

// OutletState is how an outlet stands as a whole.
type OutletState string

// The states of an outlet.
const (
	OutletProposed OutletState = "proposed" // seen, nobody has decided to watch it
	OutletWatched  OutletState = "watched"
	OutletDark     OutletState = "dark"     // every known asset is down
	OutletReturned OutletState = "returned" // something is up again
	OutletClosed   OutletState = "closed"   // no longer watched
)

// OutletTable is the state table of an outlet.
var OutletTable = Table[OutletState]{
	{OutletProposed, "watch", OutletWatched},
	{OutletProposed, "close", OutletClosed},
	{OutletWatched, "darken", OutletDark},
	{OutletDark, "return", OutletReturned},
	{OutletReturned, "darken", OutletDark},
	{OutletWatched, "close", OutletClosed},
	{OutletDark, "close", OutletClosed},
	{OutletReturned, "close", OutletClosed},
	{OutletClosed, "watch", OutletWatched},
}

// An Outlet is a brand that publishes; assets carry it.
type Outlet struct {
	ID        OutletID
	Unit      UnitID
	Name      string
	Note      string
	Languages []string // BCP 47, as seen on its pages
	Handling  Handling
	Grade     string // 4x4 of the attribution, "X4" until a person raises it
	State     OutletState
	Created   time.Time
}

// Step moves the outlet by a verb of its table.
func (o Outlet) Step(verb string, by OfficerID, at time.Time, note string) (Outlet, Event, error) {
	if err := byPerson(by, verb, "watch", "close"); err != nil {
		return o, Event{}, err
	}
	to, err := OutletTable.Next(o.State, verb)
	if err != nil {
		return o, Event{}, err
	}
	e := change("outlet", int64(o.ID), verb, o.State, to, by, o.Unit, at, note)
	o.State = to
	return o, e, nil
}

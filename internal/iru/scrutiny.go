// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"strings"
	"time"
)

// ScrutinyID numbers a scrutiny.
type ScrutinyID int64

// ScrutinyState is where the scrutiny of a cross-border removal order stands.
type ScrutinyState string

// The states of a scrutiny, in either role.
const (
	ScrutinyCopied    ScrutinyState = "copied"    // the home authority has, or is sent, the copy; nobody examines it
	ScrutinyExamining ScrutinyState = "examining" // blind: the issuer's reasons are not shown
	ScrutinyConcluded ScrutinyState = "concluded" // the own conclusion is recorded
	ScrutinyCompared  ScrutinyState = "compared"  // the issuer's reasons were read and compared
	ScrutinyAnnounced ScrutinyState = "announced" // the issuer knows the intention to find an infringement
	ScrutinyInfringed ScrutinyState = "infringed" // the order has no effect any more
	ScrutinyCleared   ScrutinyState = "cleared"   // no infringement found
	ScrutinyLapsed    ScrutinyState = "lapsed"    // the time for it passed
	ScrutinyWithdrawn ScrutinyState = "withdrawn" // the issuer withdrew the order
)

// ScrutinyTable is the state table of a scrutiny (TCO Art 4).
var ScrutinyTable = Table[ScrutinyState]{
	{ScrutinyCopied, "examine", ScrutinyExamining},
	{ScrutinyCopied, "announce", ScrutinyAnnounced},
	{ScrutinyCopied, "clear", ScrutinyCleared},
	{ScrutinyCopied, "lapse", ScrutinyLapsed},
	{ScrutinyCopied, "withdraw", ScrutinyWithdrawn},
	{ScrutinyExamining, "conclude", ScrutinyConcluded},
	{ScrutinyExamining, "withdraw", ScrutinyWithdrawn},
	{ScrutinyConcluded, "compare", ScrutinyCompared},
	{ScrutinyConcluded, "withdraw", ScrutinyWithdrawn},
	{ScrutinyCompared, "announce", ScrutinyAnnounced},
	{ScrutinyCompared, "clear", ScrutinyCleared},
	{ScrutinyCompared, "withdraw", ScrutinyWithdrawn},
	{ScrutinyAnnounced, "infringe", ScrutinyInfringed},
	{ScrutinyAnnounced, "clear", ScrutinyCleared},
	{ScrutinyAnnounced, "withdraw", ScrutinyWithdrawn},
	{ScrutinyLapsed, "examine", ScrutinyExamining},
}

// Roles in a scrutiny.
const (
	AsIssuer      = "issuer"      // we issued the order; another state's authority may examine it
	AsScrutiniser = "scrutiniser" // another state's authority issued it to a provider of ours
)

// What a scrutiny may conclude: the standard is "seriously or manifestly infringes" the Regulation or the Charter (TCO Art 4(3)).
const (
	Infringes   = "infringes"
	NoInfringes = "none"
)

// A Scrutiny is one cross-border removal order under Article 4 of Regulation (EU) 2021/784, in one of two roles.
type Scrutiny struct {
	ID       ScrutinyID
	Unit     UnitID
	Role     string
	State    ScrutinyState
	Notice   NoticeID   // ours, as issuer
	Provider ProviderID // of our directory, where it is known
	Ref      string     // of the order, as its issuer calls it
	// The other authority: the home authority where we issued, the issuer where we examine.
	Authority     string
	Country       string
	AuthorityMail string
	Addressee     string // the provider
	AddresseeMail string
	Locator       string
	Reasons       string // the issuer's statement; withheld until our own conclusion is recorded
	Limbs         []string
	IssuedAt      time.Time
	CopyAt        time.Time // when the home authority had the copy; zero: no receipt yet
	// A request (Art 4(4)).
	Asker     string // "", "provider", "content provider"
	AskerName string
	AskerMail string
	AskedAt   time.Time
	// Our own view.
	Own        string
	OwnReasons string
	OwnBy      OfficerID
	OwnAt      time.Time
	Compared   string // in what it differs from the issuer's reasons
	ReadBy     OfficerID
	Intention  string // told to the issuer, with reasons
	ToldAt     time.Time
	Outcome    string // the reasoned decision
	DecidedBy  OfficerID
	DecidedAt  time.Time
	Created    time.Time
	EnteredBy  OfficerID
}

// Blind reports whether the issuer's reasons must not be shown yet.
func (s Scrutiny) Blind() bool {
	return s.Role == AsScrutiniser && (s.State == ScrutinyCopied || s.State == ScrutinyExamining || s.State == ScrutinyLapsed)
}

// Veil takes out what must not be seen before the own conclusion.
func (s Scrutiny) Veil() Scrutiny {
	if s.Blind() {
		s.Reasons, s.Limbs = "", nil
	}
	return s
}

// Check refuses to open a scrutiny that cannot be: of an order of our own state, or without what identifies it.
func (s Scrutiny) Check(unit Unit, now time.Time) error {
	for _, m := range []struct{ what, value string }{{"reference of the order", s.Ref}, {"issuing authority", s.Authority}, {"state of the issuer", s.Country},
		{"provider", s.Addressee}, {"address", s.Locator}} {
		if strings.TrimSpace(m.value) == "" {
			return Refuse(Invalid, "the "+m.what+" is missing", "copy it from the order")
		}
	}
	switch {
	case s.Role != AsScrutiniser && s.Role != AsIssuer:
		return Refuse(Internal, "a scrutiny has a role", "")
	case s.Role == AsScrutiniser && strings.EqualFold(s.Country, unit.Country):
		return Refuse(Forbidden, "an order of this state's own authorities is not examined by them: Article 4 is for the authority of the other state", "challenge it before the courts (Article 9)")
	case s.Role == AsScrutiniser && (s.CopyAt.IsZero() || s.CopyAt.After(now)):
		return Refuse(Invalid, "the receipt of the copy is missing or lies in the future", "enter when it arrived, with the zone")
	case s.Role == AsScrutiniser && !s.IssuedAt.IsZero() && s.CopyAt.Before(s.IssuedAt):
		return Refuse(Invalid, "the copy would have been received before the order was issued", "check the day, the time and the zone")
	}
	return nil
}

// Step moves the scrutiny by a verb of its table, with a person's words. As scrutiniser an infringement is found only by another person than
// the one who concluded first, and only after the issuer was told (Art 4(5)).
func (s Scrutiny) Step(verb string, by OfficerID, at time.Time, words string) (Scrutiny, Event, error) {
	if err := byPerson(by, verb, "examine", "conclude", "compare", "announce", "infringe", "clear", "withdraw"); err != nil {
		return s, Event{}, err
	}
	if s.Role == AsIssuer && (verb == "examine" || verb == "conclude" || verb == "compare") {
		return s, Event{}, Refuse(Forbidden, "an order is not examined by its own issuer", "the authority of the provider's state does that")
	}
	if verb != "examine" && verb != "lapse" && strings.TrimSpace(words) == "" {
		return s, Event{}, Refuse(Invalid, "the reasons are missing", "write them: the other side gets them")
	}
	to, err := ScrutinyTable.Next(s.State, verb)
	if err != nil {
		return s, Event{}, err
	}
	if s.Role == AsScrutiniser && verb == "announce" && s.Own != Infringes {
		return s, Event{}, Refuse(Conflict, "the own conclusion was that nothing is infringed", "clear it")
	}
	if s.Role == AsScrutiniser && verb == "infringe" && by == s.OwnBy {
		return s, Event{}, Refuse(Forbidden, "who concluded first cannot decide alone", "a second, different officer must decide")
	}
	e := change("scrutiny", int64(s.ID), verb, s.State, to, by, s.Unit, at, words)
	s.State = to
	switch verb {
	case "conclude":
		s.OwnReasons, s.OwnBy, s.OwnAt = words, by, at
	case "compare":
		s.Compared, s.ReadBy = words, by
	case "announce":
		s.Intention, s.ToldAt = words, at
	case "infringe", "clear", "withdraw":
		s.Outcome, s.DecidedBy, s.DecidedAt = words, by, at
	}
	return s, e.With("ref", s.Ref), nil
}

// Ask takes a request for scrutiny in (Art 4(4)), within the time that the asker has.
func (s Scrutiny) Ask(asker, name, mail string, at, until time.Time) (Scrutiny, error) {
	switch {
	case s.Role != AsScrutiniser:
		return s, Refuse(Forbidden, "a request goes to the authority of the provider's state, not to the issuer", "tell the asker which one")
	case asker != "provider" && asker != "content provider":
		return s, Refuse(Invalid, "only the provider or the content provider may ask", "say which of them asks")
	case strings.TrimSpace(name) == "":
		return s, Refuse(Invalid, "it is not said who asks", "")
	case s.Asker != "":
		return s, Refuse(Conflict, "a request of the "+s.Asker+" is recorded already", "")
	case at.After(until):
		return s, Refuse(Conflict, fmt.Sprintf("the request came after the 48 hours, which ended at %s UTC", until.UTC().Format("2006-01-02 15:04:05")), "it may still be examined on own initiative")
	case !ScrutinyTable.Can(s.State, "examine") && s.State != ScrutinyExamining:
		return s, Refuse(Conflict, "the scrutiny is "+string(s.State), "")
	}
	s.Asker, s.AskerName, s.AskerMail, s.AskedAt = asker, name, mail, at
	return s, nil
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"slices"
	"time"
)

// LeadID numbers a lead.
type LeadID int64

// LeadSource is the way on which an address was found. Their texts are stored: never change one.
type LeadSource string

// The sources of leads.
const (
	LeadPerson       LeadSource = "person"        // somebody entered it
	LeadLink         LeadSource = "link"          // a page links to it
	LeadRedirect     LeadSource = "redirect"      // a server or a page sends its readers there
	LeadResource     LeadSource = "resource"      // a page loads a picture, a script, a frame from it
	LeadCertificate  LeadSource = "certificate"   // another name in the certificate of a server
	LeadCT           LeadSource = "ct"            // a name in a certificate log
	LeadDNS          LeadSource = "dns"           // a neighbour in the DNS
	LeadAnalytics    LeadSource = "analytics"     // counted under the same account
	LeadDonation     LeadSource = "donation"      // paid into the same account
	LeadFavicon      LeadSource = "favicon"       // the same icon
	LeadFeed         LeadSource = "feed"          // announced in a feed or a sitemap
	LeadUpdate       LeadSource = "update"        // named in an update manifest, a playlist, a package
	LeadText         LeadSource = "text"          // named in a text, not linked
	LeadPermutation  LeadSource = "permutation"   // a name that looks like a known one, and exists
	LeadReregistered LeadSource = "re-registered" // a name that was dead and is registered anew
)

// LeadSources lists the sources in the order of the documentation.
var LeadSources = []LeadSource{LeadPerson, LeadLink, LeadRedirect, LeadResource, LeadCertificate, LeadCT, LeadDNS, LeadAnalytics, LeadDonation, LeadFavicon,
	LeadFeed, LeadUpdate, LeadText, LeadPermutation, LeadReregistered}

// Valid reports whether the source is one of them.
func (s LeadSource) Valid() bool { return slices.Contains(LeadSources, s) }

// A LeadPath says from where a lead came.
type LeadPath struct {
	From     AssetID `json:"from,omitempty"`     // the asset that led there; 0 where none did
	Document string  `json:"document,omitempty"` // the address of the page, the file or the log in which it stood, the name that was asked for
	How      string  `json:"how,omitempty"`      // in words: the text of the link, the word that was met, the way in which a name was changed
}

// A Lead is one reason why an address is known: who led there, by which document, how, and when. An address may have many; a person decides
// what becomes of it.
type Lead struct {
	ID      LeadID
	Unit    UnitID
	Asset   AssetID // what was found
	Address string  // canonical, see package locator
	Source  LeadSource
	Path    LeadPath
	At      time.Time // seen first
	Last    time.Time // seen last
}

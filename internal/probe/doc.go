// SPDX-License-Identifier: EUPL-1.2

// Package probe asks the registers of the internet: DNS, RDAP, certificates and their transparency logs. It knows those
// protocols and hands out what they said, with source and time. It must not know cases, and it opens no connection to a
// suspect's server: pages come from package fetch, through the interface HTTP.
package probe

// SPDX-License-Identifier: EUPL-1.2

// Package locator knows how an address is written: its one canonical form, by which two sightings are known to be of the same
// address, and its defanged form, which nobody opens by mistake. It covers web addresses, domain names, IP addresses, apps and
// add-ons in a store, streams, lists and accounts. It must not know what is behind an address, nor how one is fetched, and it
// decides nothing about whether an address may be contacted: that is the guard of package fetch.
package locator

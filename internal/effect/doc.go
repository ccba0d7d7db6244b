// SPDX-License-Identifier: EUPL-1.2

// Package effect measures what a disruption did: how long something was up and dark, how long until it was back, on how few it hangs, and
// whether a count changed on a day. It knows counts, times and shares, and numbers of which it says how far they can be trusted. It must not
// know outlets, acts or the store, and it calls nothing a success: where nothing can be told it says so.
package effect

// SPDX-License-Identifier: EUPL-1.2

// Package inspect reads what an outlet's own files and answers say: packages of apps and add-ons, update manifests, feeds, sitemaps, store
// pages, playlists, the status of a stream, mail of a list, a banner. All of it is a stranger's word, hostile until shown otherwise: every
// reader is bounded in time and room by the bytes that it gets, and what is told is bounded by [Facts.Check].
//
// It is pure: bytes that somebody hands over, and nothing of where they came from but an address. It must not know cases, stores,
// networks nor the time.
package inspect

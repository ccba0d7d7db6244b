// SPDX-License-Identifier: EUPL-1.2

// Package inert rebuilds a hostile page from what is known to be harmless, so that nothing in it runs, nothing in it is sent, and
// nothing in it asks anybody but whoever serves the copy. It is a list of what may stay; all else is left out and counted.
//
// It knows HTML, CSS and SVG. It must not know where the page came from, how its parts are stored, or who looks.
package inert

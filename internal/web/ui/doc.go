// SPDX-License-Identifier: EUPL-1.2

// Package ui holds what the workbench looks like: the frame of a page, states, clocks, addresses, tables, figures, forms. A
// component is a struct that renders itself (it is a templ.Component): the noun is the type and the file. It knows HTML, languages
// and accessibility. It must not know the nouns of the unit, storage, requests or who is asking: pages hand it words and numbers.
//
// Rules that the components keep, so that a page cannot break them: an address is defanged and never a link; a state is an icon, a
// word and a colour; red only for a breach or a no-go; one primary button in a page head; a legal act has no key; every block of
// foreign text carries its language and direction; no inline style and no inline script.
//
// Components that take children are written in parentheses: @(ui.Card{ID: "e", Title: "Estate"}) { ... }.
package ui

// SPDX-License-Identifier: EUPL-1.2

// Package form makes documents from facts: what an addressee reads. One record of an act (docs/format/act.md) gives mail, PDF and
// JSON that say the same. It knows the wording, the order of the parts and how letters are set; it must not know where the facts come
// from or how the document travels.
package form

// SPDX-License-Identifier: EUPL-1.2

// Package form makes documents from facts: what an addressee reads. It knows the wording and the order of the parts; it must not
// know where the facts come from or how the document travels.
package form

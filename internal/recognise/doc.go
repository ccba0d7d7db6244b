// SPDX-License-Identifier: EUPL-1.2

// Package recognise holds fingerprints of content and their indexes: is this image, text or page known already? It works on
// bytes, readers and images that somebody hands over. A result is a suggestion for a person, with its distance; it never decides.
//
// It must not know where content came from, who published it, how anything is stored, nor the time. It opens no file and no
// connection.
package recognise

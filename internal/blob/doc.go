// SPDX-License-Identifier: EUPL-1.2

// Package blob keeps the bytes of evidence under their SHA-256. What is stored once is never written again. It knows bytes and
// digests only: not what they mean, whose they are, nor who may see them. A Vault in front of a Store seals them, under a key for each
// exhibit.
package blob

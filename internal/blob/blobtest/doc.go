// SPDX-License-Identifier: EUPL-1.2

// Package blobtest is what every blob.Store must pass. It knows the contract of package blob. It must not know any
// implementation: a test of what only one of them does stays with that one.
package blobtest

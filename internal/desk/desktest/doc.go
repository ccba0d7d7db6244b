// SPDX-License-Identifier: EUPL-1.2

// Package desktest helps tests that decide at a desk. It is for tests only and knows nothing about what they decide.
package desktest

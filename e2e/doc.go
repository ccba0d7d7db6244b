// SPDX-License-Identifier: EUPL-1.2

// Package e2e tests the real program: one binary, built once for a run, as child processes that are configured by a file, killed and
// started again, against the range or against programs of Debian with nothing of ours at the other end. It has no code of its own.
// What one process alone can show belongs into that package's own tests.
package e2e

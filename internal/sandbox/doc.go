// SPDX-License-Identifier: EUPL-1.2

// Package sandbox reads hostile files in a cell: a process of its own, the program started once more, that has one file at a time,
// two pipes and nothing else of the machine. It knows limits and protocol; what a file means, package recognise knows.
//
// A cell is hostile after its first hostile file. It serves one capture and is never used for another, and the parent checks
// whatever it answers. It must not know whose capture it is, where anything is kept, nor the network.
package sandbox

// SPDX-License-Identifier: EUPL-1.2

// Package capture makes one capture: look, browser, crawl, all on one tape and under one manifest; knows nothing of desk, database
// or where it is kept.
//
// What is acknowledged is on the disk. A capture that is killed at any instant goes on where it was: the tape is cut behind its last
// acknowledged record, and nothing that was acknowledged is asked for again.
package capture

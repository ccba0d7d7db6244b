// SPDX-License-Identifier: EUPL-1.2

// Package linktest makes outlets' sites for tests and measures: pairs of one owner that moved, and of owners that share generator and theme.
// All are invented..
package linktest

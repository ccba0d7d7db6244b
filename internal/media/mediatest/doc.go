// SPDX-License-Identifier: EUPL-1.2

// Package mediatest makes sounds for tests: invented melodies and voices that say nothing.
package mediatest

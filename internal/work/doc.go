// SPDX-License-Identifier: EUPL-1.2

// Package work does what verbs leave behind: one file for each kind of job, on River. A job looks at the world or writes to it,
// then hands what it found to one verb of package desk. It decides nothing about people or content. Each job may be killed at any
// point and run again: what is done is found in the store, what is sent carries the same key.
package work

// SPDX-License-Identifier: EUPL-1.2

// Command iolaus is the whole program: workbench, workers, demonstration and tools. It is the only place that knows every room
// and puts them together; it holds no rule of the trade itself. See iolaus --help.
package main

// SPDX-License-Identifier: EUPL-1.2

// Command letter must not compile: a test of package form says why.
package main

import "iolaus/internal/form"

func post(form.Paper) {}

func main() {
	var enforcing form.EnforcingPaper
	post(enforcing)
	post(form.Paper{})
}

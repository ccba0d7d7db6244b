// SPDX-License-Identifier: EUPL-1.2

// Command act must not compile: a test of package form says why.
package main

import "iolaus/internal/form"

func post(form.Paper) {}

func main() {
	var secret form.Confidential
	_ = form.Act{Certificate: &secret}
	post(form.Paper{})
}

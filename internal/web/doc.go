// SPDX-License-Identifier: EUPL-1.2

// Package web is the workbench: pages rendered on the server, one .go and one .templ file per page, and what stands around them
// (headers, language, static files, how an error is shown). It knows requests and HTML. It must not decide anything: decisions are
// in package desk, rules in iru, and what a component looks like is in web/ui.
package web

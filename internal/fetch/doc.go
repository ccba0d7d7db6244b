// SPDX-License-Identifier: EUPL-1.2

// Package fetch is the only door to the hostile web. It knows how to ask a server for one address without being led anywhere
// else: which networks may be reached, how much may be read, how fast a host may be asked, and what exactly went over the
// wire. It must not know what a case, a notice or an officer is, nor store anything: it hands out values.
//
// Every exchange of a Get has its own connection and speaks HTTP/1.1, so that the bytes handed out are the bytes of the wire and of no
// other exchange. A failed look is an error or an outcome that says so; it is never told as an absence.
//
// A page that only a browser can show is shown to a Chromium of its own (Browser.Capture), which reaches the web through a
// recording Proxy and no other way. There, too, no connection serves two masters, and what is recorded is what went over it.
package fetch

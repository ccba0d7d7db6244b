// SPDX-License-Identifier: EUPL-1.2

// Package archive finds what one capture holds of a page: an index of the responses in a WARC file by address, and their bodies,
// unpacked within limits. It knows WARC and HTTP. It must not know where the file lies, who asks, or what is done with a body.
package archive

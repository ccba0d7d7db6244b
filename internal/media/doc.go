// SPDX-License-Identifier: EUPL-1.2

// Package media takes films and sounds apart with ffmpeg, ffprobe and fpcalc: frames, samples, fingerprints, what a file says of
// itself. Those programs read hostile files in cells of package sandbox: each has its one input and neither network nor another
// file. Where they are not installed, everything answers Unavailable and says what to install.
//
// It must not know where a file came from, what a fingerprint means, nor how anything is stored.
package media

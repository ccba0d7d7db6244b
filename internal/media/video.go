// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"context"
	"os"

	"iolaus/internal/recognise"
)

// Video is the fingerprint of a file's first video stream: a PDQ of each frame that Options ask for, the dull ones too. Errors are
// those of Frames; with one, the frames up to it are given.
//
// The reference (vpdq) turns each frame into RGB at full resolution and that into brightness, at one frame a second unless asked otherwise.
// We hash the brightness as it was coded, stretched to what a player shows: the same bits as the reference where there is no colour, and
// where there is, what rounding and colours beyond RGB make of it. The shrinking to 512 pixels of the tool for single pictures is no part of it.
func Video(ctx context.Context, f *os.File, o Options) (recognise.Video, error) {
	var v recognise.Video
	err := frames(ctx, f, o, rough, func(p plane) error {
		hash, quality := recognise.HashLuma(p.Luma)
		v = append(v, recognise.Frame{Number: p.number, Quality: quality, Hash: hash, At: p.at})
		return nil
	})
	return v, err
}

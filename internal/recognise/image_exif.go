// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
)

// Orientation reads from an image file how its pixels must be turned to stand upright: 1 to 8 as the Exif tag 0x0112 has it, 1 if
// nothing readable is said. It looks into JPEG (APP1), PNG (eXIf), WebP (EXIF) and TIFF. Hashes are of pixels as stored, as
// those who share hashes compute them; use Variants.Upright for the other one.
func Orientation(file []byte) int {
	switch {
	case begins(file, "\xff\xd8\xff"):
		orientation := 1
		segments(file, func(marker byte, body []byte) bool {
			exif, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00"))
			if marker == 0xe1 && ok {
				orientation = tiffOrientation(exif)
				return false
			}
			return marker != 0xda
		})
		return orientation
	case begins(file, "\x89PNG\r\n\x1a\n"):
		for rest := file[8:]; ; {
			kind, body, whole, ok := pngChunk(rest)
			if !ok {
				return 1
			}
			if kind == "eXIf" {
				return tiffOrientation(body)
			}
			rest = rest[len(whole):]
		}
	case begins(file, "RIFF????WEBP"):
		for rest := file[12:]; ; {
			kind, body, n, ok := riffChunk(rest)
			if !ok {
				return 1
			}
			if kind == "EXIF" {
				return tiffOrientation(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
			}
			rest = rest[n:]
		}
	}
	return tiffOrientation(file)
}

// tiffOrientation looks for the tag in the first directory only; it follows no other offset.
func tiffOrientation(b []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(b, []byte("MM\x00\x2a")):
		order = binary.BigEndian
	case !bytes.HasPrefix(b, []byte("II\x2a\x00")):
		return 1
	}
	if len(b) < 8 {
		return 1
	}
	at := int64(order.Uint32(b[4:]))
	if at > int64(len(b)-2) {
		return 1
	}
	b = b[at:]
	n := int(order.Uint16(b))
	for b = b[2:]; n > 0 && len(b) >= 12; n, b = n-1, b[12:] {
		const orientation, short = 0x0112, 3
		if order.Uint16(b) != orientation {
			continue
		}
		v := int(order.Uint16(b[8:]))
		if order.Uint16(b[2:]) != short || order.Uint32(b[4:]) != 1 || v < 1 || v > 8 {
			return 1
		}
		return v
	}
	return 1
}

// Upright is the hash of the picture as its Exif orientation, 1 to 8, would have it seen. It is a few bits from the hash of the turned
// picture, as every variant is: decimation is not symmetric.
func (v Variants) Upright(orientation int) PDQ {
	switch orientation {
	case 2:
		return v[FlippedY]
	case 3:
		return v[Rotated180]
	case 4:
		return v[FlippedX]
	case 5:
		return v[FlippedMain]
	case 6:
		return v[Rotated270]
	case 7:
		return v[FlippedAnti]
	case 8:
		return v[Rotated90]
	}
	return v[Upright]
}

// Turned is a copy of the image as its Exif orientation, 1 to 8, would have it seen; for 1, and what is no orientation, the image
// itself.
func Turned(img image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return img
	}
	from := straight(img)
	w, h := from.Rect.Dx(), from.Rect.Dy()
	size := image.Pt(w, h)
	if orientation > 4 {
		size = image.Pt(h, w)
	}
	out := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range h {
		row := from.Pix[from.PixOffset(from.Rect.Min.X, from.Rect.Min.Y+y):][:4*w]
		for x := range w {
			u, v := x, y
			switch orientation {
			case 2:
				u = w - 1 - x
			case 3:
				u, v = w-1-x, h-1-y
			case 4:
				v = h - 1 - y
			case 5:
				u, v = y, x
			case 6:
				u, v = h-1-y, x
			case 7:
				u, v = h-1-y, w-1-x
			case 8:
				u, v = y, w-1-x
			}
			copy(out.Pix[v*out.Stride+4*u:][:4], row[4*x:])
		}
	}
	return out
}

// straight is the image in 8-bit colour. What has no transparency takes the way that image/draw has made fast.
func straight(img image.Image) *image.NRGBA {
	b := img.Bounds()
	switch m := img.(type) {
	case *image.NRGBA:
		return m
	case *image.YCbCr, *image.Gray, *image.CMYK:
		out := image.NewRGBA(b)
		draw.Draw(out, b, img, b.Min, draw.Src)
		return &image.NRGBA{Pix: out.Pix, Stride: out.Stride, Rect: b}
	}
	out := image.NewNRGBA(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			out.SetNRGBA(x, y, color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA))
		}
	}
	return out
}

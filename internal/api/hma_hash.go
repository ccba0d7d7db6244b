// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bufio"
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// hashes are the signals of one file by kind; "" where the file gives none, as a picture of one colour gives no PDQ.
type hashes map[string]string

func (h *hma) hashing() {
	h.route("GET /hma/h/hash", reads, func(r *http.Request) (any, error) {
		if !r.URL.Query().Has("url") {
			return nil, abort(http.StatusUnprocessableEntity, "url is required")
		}
		return h.hashURL(r)
	})
	h.route("POST /hma/h/hash", reads, func(r *http.Request) (any, error) {
		f, err := h.upload(r)
		return f.hashes, err
	})
}

// hashURL fetches what the parameter "url" names and hashes it.
func (h *hma) hashURL(r *http.Request) (hashes, error) {
	if h.Pictures == nil || h.Web == nil {
		return nil, abort(http.StatusForbidden, "Hashing is disabled, missing role")
	}
	if content := r.URL.Query().Get("content_type"); content != "" { // before anybody is asked
		if _, err := wanted(r, content); err != nil {
			return nil, err
		}
	}
	done, err := h.turn(r.Context())
	if err != nil {
		return nil, err
	}
	defer done()
	got, err := h.Web.Get(r.Context(), r.URL.Query().Get("url"))
	switch {
	case errors.Is(err, iru.Forbidden):
		return nil, abort(http.StatusBadRequest, "Invalid or unsafe URL provided")
	case errors.Is(err, iru.Invalid):
		return nil, abort(http.StatusBadRequest, "Invalid or unsafe URL provided: it is no address")
	case errors.Is(err, iru.NotFound):
		return nil, abort(http.StatusBadRequest, "Failed to fetch URL: there is no such name")
	case errors.Is(err, iru.Unavailable):
		return nil, abort(http.StatusBadRequest, "Failed to fetch URL: no answer came")
	case err != nil:
		return nil, err
	case got.Status < 200 || got.Status > 299:
		return nil, abort(http.StatusBadRequest, "Failed to fetch URL: the server answered %d", got.Status)
	case got.Cut || int64(len(got.Body)) > h.MaxFile:
		return nil, abort(http.StatusRequestEntityTooLarge, "Content too large")
	}
	content := r.URL.Query().Get("content_type")
	if content == "" {
		if content = contentOf(got.Type); content == "" {
			return nil, abort(http.StatusBadRequest, "unsupported url ContentType: '%.80s', if you know the expected type, provide it with the content_type query param", got.Type)
		}
	}
	ks, err := wanted(r, content)
	if err != nil {
		return nil, err
	}
	return h.digest(r.Context(), bytes.NewReader(got.Body), content, ks)
}

// contentOf is the content type of a media type; "" for none.
func contentOf(media string) string {
	switch media = strings.ToLower(media); {
	case strings.HasPrefix(media, "image"):
		return photo
	case strings.HasPrefix(media, "video"):
		return video
	}
	return ""
}

// turn waits until one more file may be taken in, ten seconds at most.
func (h *hma) turn(ctx context.Context) (done func(), err error) {
	late := time.NewTimer(10 * time.Second)
	defer late.Stop()
	select {
	case h.turns <- struct{}{}:
		return func() { <-h.turns }, nil
	case <-ctx.Done():
	case <-late.C:
	}
	return nil, iru.Refuse(iru.Unavailable, "too many files are being read", "try again")
}

// A form is what a multipart body holds: one file, hashed as it came, and plain fields.
type form struct {
	hashes hashes
	fields map[string]string
}

const (
	maxFields = 16
	maxField  = 64 << 10
)

// upload hashes the one file of a multipart body. Its field names the content type, or is "file".
func (h *hma) upload(r *http.Request) (f form, err error) {
	if h.Pictures == nil {
		return f, abort(http.StatusForbidden, "Hashing is disabled, missing role")
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return f, abort(http.StatusBadRequest, "Missing multipart/form-data file upload")
	}
	done, err := h.turn(r.Context())
	if err != nil {
		return f, err
	}
	defer done()
	f.fields = map[string]string{}
	for parts := multipart.NewReader(r.Body, params["boundary"]); ; {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return f, broken(err)
		}
		if p.FileName() == "" {
			text, err := io.ReadAll(io.LimitReader(p, maxField+1))
			if err != nil {
				return f, broken(err)
			}
			if len(text) > maxField || len(f.fields) == maxFields {
				return f, abort(http.StatusRequestEntityTooLarge, "the form has too many fields, or the field '%.40s' is too long", p.FormName())
			}
			f.fields[p.FormName()] = string(text)
			continue
		}
		if f.hashes != nil {
			return f, abort(http.StatusBadRequest, "Only one file allowed per request")
		}
		if f.hashes, err = h.part(r, p); err != nil {
			return f, err
		}
	}
	if f.hashes == nil {
		return f, abort(http.StatusBadRequest, "Missing multipart/form-data file upload")
	}
	return f, nil
}

func broken(err error) error {
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return err
	}
	return abort(http.StatusBadRequest, "the multipart body did not arrive whole")
}

func (h *hma) part(r *http.Request, p *multipart.Part) (hashes, error) {
	body, content := bufio.NewReader(p), p.FormName()
	if content == "file" {
		if content = r.URL.Query().Get("content_type"); content == "" {
			content = contentOf(p.Header.Get("Content-Type"))
		}
		if content == "" {
			start, _ := body.Peek(512) // a shorter one is looked at as it is
			content = contentOf(http.DetectContentType(start))
		}
		if content == "" {
			return nil, abort(http.StatusBadRequest, "it is not clear what the file is: name its field photo or video")
		}
	}
	ks, err := wanted(r, content)
	if err != nil {
		return nil, err
	}
	return h.digest(r.Context(), body, content, ks)
}

// digest reads one file. A film is not kept in memory.
func (h *hma) digest(ctx context.Context, body io.Reader, content string, ks []kind) (hashes, error) {
	limit := h.MaxFile
	var kept bytes.Buffer
	sha, md := sha256.New(), md5.New()
	to := io.MultiWriter(sha, md)
	if content == photo {
		limit = min(limit, recognise.DefaultLimits.Bytes)
		to = io.MultiWriter(sha, &kept)
	}
	n, err := io.Copy(to, io.LimitReader(body, limit+1))
	switch {
	case err != nil:
		return nil, broken(err)
	case n == 0:
		return nil, abort(http.StatusBadRequest, "the file is empty")
	case n > limit:
		return nil, abort(http.StatusRequestEntityTooLarge, "Content too large")
	}
	out := hashes{}
	for _, k := range ks {
		switch k.medium {
		case iru.MediumSHA256:
			out[k.name] = hex.EncodeToString(sha.Sum(nil))
		case iru.MediumMD5:
			out[k.name] = hex.EncodeToString(md.Sum(nil))
		case iru.MediumPDQ:
			if out[k.name], err = h.picture(ctx, kept.Bytes()); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (h *hma) picture(ctx context.Context, body []byte) (string, error) {
	q, quality, err := h.Pictures.Picture(ctx, body)
	if errors.Is(err, iru.Invalid) {
		return "", abort(http.StatusBadRequest, "the file is not a picture that can be read: PNG, JPEG, GIF or WebP, and not too large")
	}
	if err != nil || quality < recognise.MinQuality {
		return "", err
	}
	return q.Hex(), nil
}

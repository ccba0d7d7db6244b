// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// The content types that clients name.
const (
	photo = "photo"
	video = "video"
)

// A kind is a signal type: what clients call a medium of ours, and of which content types it is made.
type kind struct {
	name, medium string
	of           []string
}

// kinds are those that are looked up without reading rows. The first of a content type is the other program's own; sha256 is ours.
var kinds = []kind{
	{"pdq", iru.MediumPDQ, []string{photo}},
	{"video_md5", iru.MediumMD5, []string{video}},
	{"sha256", iru.MediumSHA256, []string{photo, video}},
}

func kindNamed(name string) (kind, error) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, abort(http.StatusBadRequest, "No such SignalType '%.40s'", name)
	}
	return kinds[i], nil
}

// parse reads a signal of the kind.
func (k kind) parse(text string) (iru.Signal, error) {
	s, err := iru.ParseSignal(k.medium, text)
	if err != nil {
		var r *iru.Refusal
		reason := "not in the form of a " + k.name
		if errors.As(err, &r) {
			reason = r.Reason
		}
		return s, abort(http.StatusBadRequest, "invalid signal: invalid %s hash: %s", k.name, reason)
	}
	return s, nil
}

// signalsOf gives the first value of each kind that content has, by the name that clients know.
func signalsOf(k iru.Known) map[string]string {
	out := map[string]string{}
	for _, kd := range kinds {
		if s, ok := k.Signal(kd.medium); ok {
			out[kd.name] = s.Text()
		}
	}
	return out
}

// compared is what clients get for two values: whether they match, and how far they are apart where that means something.
func (k kind) compared(a, b iru.Signal) [2]any {
	if k.medium != iru.MediumPDQ {
		return [2]any{a.Same(b), struct{}{}}
	}
	p, err1 := recognise.ParsePDQ(a.Text())
	q, err2 := recognise.ParsePDQ(b.Text())
	d := p.Distance(q)
	return [2]any{err1 == nil && err2 == nil && d <= iru.PDQRadius, map[string]int{"distance": d}}
}

// wanted are the kinds to make of a content type: all, or those that the parameter "types" lists.
func wanted(r *http.Request, content string) ([]kind, error) {
	if content != photo && content != video {
		return nil, abort(http.StatusBadRequest, "no such content_type: '%.40s'", content)
	}
	var all []kind
	for _, k := range kinds {
		if slices.Contains(k.of, content) {
			all = append(all, k)
		}
	}
	if !r.URL.Query().Has("types") {
		return all, nil
	}
	var out []kind
	for name := range strings.SplitSeq(r.URL.Query().Get("types"), ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		i := slices.IndexFunc(all, func(k kind) bool { return k.name == name })
		if i < 0 {
			return nil, abort(http.StatusBadRequest, "signal type '%.40s' doesn't exist or is disabled", name)
		}
		if !slices.ContainsFunc(out, func(k kind) bool { return k.name == name }) {
			out = append(out, all[i])
		}
	}
	if len(out) == 0 {
		return nil, abort(http.StatusBadRequest, "empty signal type selection")
	}
	return out, nil
}

func (h *hma) types() {
	h.route("GET /hma/c/signal_type", reads, func(*http.Request) (any, error) {
		type config struct {
			Name  string  `json:"name"`
			Ratio float64 `json:"enabled_ratio"`
		}
		var out []config
		for _, k := range kinds {
			out = append(out, config{k.name, 1})
		}
		return out, nil
	})
	h.route("GET /hma/c/content_type", reads, func(*http.Request) (any, error) {
		type config struct {
			Name    string `json:"name"`
			Enabled bool   `json:"enabled"`
		}
		return []config{{photo, true}, {video, true}}, nil
	})
}

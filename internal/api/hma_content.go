// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

type (
	// content is what clients get of known content.
	content struct {
		ID       int64             `json:"id"`
		Disable  int64             `json:"disable_until_ts"` // 1: it is looked for; 0: it is not
		Original *string           `json:"original_media_uri"`
		Bank     hmaBank           `json:"bank"`
		Signals  map[string]string `json:"signals,omitempty"`
		Metadata *metadata         `json:"metadata,omitempty"`
		Note     string            `json:"note,omitempty"`
	}
	// contentConfig is what they get when they changed it.
	contentConfig struct {
		ID       int64               `json:"id"`
		Disable  int64               `json:"disable_until_ts"`
		Collab   map[string][]string `json:"collab_metadata"`
		Original *string             `json:"original_media_uri"`
		Bank     hmaBank             `json:"bank"`
		Metadata *metadata           `json:"user_metadata"`
		Note     *string             `json:"note"`
	}
	added struct {
		ID      int64             `json:"id"`
		Signals map[string]string `json:"signals"`
	}
)

func (h *hma) contents() {
	const one = "/hma/c/bank/{bank}/content/{content}"
	h.route("POST /hma/c/bank/{bank}/content", writes, h.addContent)
	h.route("POST /hma/c/bank/{bank}/signal", writes, h.addSignals)
	h.route("GET "+one, reads, func(r *http.Request) (any, error) {
		k, b, err := h.content(r)
		if err != nil {
			return nil, err
		}
		q, out := r.URL.Query(), contentShown(k, b)
		if !strings.EqualFold(q.Get("include_signals"), "true") {
			out.Signals = nil
		}
		if q.Has("include_metadata") && !strings.EqualFold(q.Get("include_metadata"), "true") {
			out.Metadata = nil
		}
		return out, nil
	})
	h.route("GET "+one+"/signals", reads, func(r *http.Request) (any, error) {
		k, _, err := h.content(r)
		return signalsOf(k), err
	})
	h.route("PUT "+one, writes, h.changeContent)
	h.route("DELETE "+one, writes, h.deleteContent)
}

func contentShown(k iru.Known, b iru.Bank) content {
	out := content{ID: k.ID, Bank: bankShown(b), Signals: signalsOf(k), Metadata: metadataOf(k, b), Note: noteOf(k)}
	if k.State == iru.KnownActive && k.Flood != iru.FloodMarked {
		out.Disable = 1
	}
	return out
}

// content reads what the path names; what was withdrawn is as good as deleted.
func (h *hma) content(r *http.Request) (iru.Known, iru.Bank, error) {
	b, err := h.bank(r)
	if err != nil {
		return iru.Known{}, b, err
	}
	id, err := h.id(r)
	if err != nil {
		return iru.Known{}, b, err
	}
	k, err := view(r.Context(), h.server, func(t *db.Tx, sc iru.Scope) (iru.Known, error) { return t.Known(r.Context(), sc, id) })
	if errors.Is(err, iru.NotFound) || err == nil && (k.Bank != b.ID || k.State == iru.KnownWithdrawn) {
		return k, b, abort(http.StatusNotFound, "content '%d' not found", id)
	}
	return k, b, err
}

// addContent hashes a file, or what an address leads to, and enters what came of it.
func (h *hma) addContent(r *http.Request) (any, error) {
	b, err := h.bank(r)
	if err != nil {
		return nil, err
	}
	if err := callerOf(r.Context()).scope.May(iru.ToCurateBanks); err != nil { // before a server is asked
		return nil, err
	}
	var m metadata
	var note string
	var hs hashes
	if r.URL.Query().Get("url") != "" {
		if isJSON(r) == nil {
			o, err := h.object(r)
			if err != nil {
				return nil, err
			}
			if m, note, err = told(o["metadata"], o["note"]); err != nil {
				return nil, err
			}
		}
		hs, err = h.hashURL(r)
	} else {
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			return nil, abort(http.StatusBadRequest, "Neither `url` nor multipart file upload was received")
		}
		var f form
		if f, err = h.upload(r); err == nil {
			m, note, err = toldInForm(f.fields)
		}
		hs = f.hashes
	}
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(hs, func(_, v string) bool { return v == "" })
	return h.enter(r, b, hs, m, note)
}

// addSignals enters hashes as they are given.
func (h *hma) addSignals(r *http.Request) (any, error) {
	b, err := h.bank(r)
	if err != nil {
		return nil, err
	}
	o, err := h.object(r)
	if err != nil {
		return nil, err
	}
	_, note, err := told(nil, o["note"])
	if err != nil {
		return nil, err
	}
	delete(o, "note")
	hs := hashes{}
	for name := range o {
		var text string
		if err := json.Unmarshal(o[name], &text); err != nil {
			return nil, abort(http.StatusBadRequest, "Invalid %.40s signal: it is not a text", name)
		}
		hs[name] = text
	}
	return h.enter(r, b, hs, metadata{}, note)
}

// enter puts signals into a bank as one content. If the bank has one of them, that content is given; if it was withdrawn, it is restored.
func (h *hma) enter(r *http.Request, b iru.Bank, hs hashes, m metadata, note string) (any, error) {
	if len(hs) == 0 {
		return nil, abort(http.StatusBadRequest, "No signals given")
	}
	k := iru.Known{Finding: m.finding()}
	for _, name := range slices.Sorted(maps.Keys(hs)) { // pdq stands first
		kd, err := kindNamed(name)
		if err != nil {
			return nil, abort(http.StatusBadRequest, "No such signal type %.40s", name)
		}
		s, err := kd.parse(hs[name])
		if err != nil {
			return nil, err
		}
		k.Signals = append(k.Signals, s)
	}
	m.keep(&k, note)
	ctx, sc := r.Context(), callerOf(r.Context()).scope
	got, err := h.desk.Enter(ctx, sc, b.Name, k)
	h.entered.Add(1)
	if errors.Is(err, iru.Conflict) {
		have, found, failed := h.held(ctx, b, k.Signals)
		if failed != nil || !found {
			return nil, errors.Join(err, failed)
		}
		if got, err = have, nil; have.State == iru.KnownWithdrawn {
			got, err = h.desk.RestoreKnown(ctx, sc, have.ID, "added again over /hma")
		}
	}
	return added{got.ID, signalsOf(got)}, err
}

// held finds the content of a bank that has one of the signals.
func (h *hma) held(ctx context.Context, b iru.Bank, ss []iru.Signal) (k iru.Known, found bool, err error) {
	k, err = view(ctx, h.server, func(t *db.Tx, _ iru.Scope) (iru.Known, error) {
		for _, s := range ss {
			if k, err := t.KnownBySignal(ctx, b.ID, s); !errors.Is(err, iru.NotFound) {
				return k, err
			}
		}
		return iru.Known{}, nil
	})
	return k, k.ID != 0, err
}

// changeContent has content looked for or not. Both can be undone, and the log has both.
func (h *hma) changeContent(r *http.Request) (any, error) {
	k, b, err := h.content(r)
	if err != nil {
		return nil, err
	}
	o, err := h.object(r)
	if err != nil {
		return nil, err
	}
	if raw, ok := o["note"]; ok {
		_, note, err := told(nil, raw)
		if err != nil {
			return nil, err
		}
		if note != noteOf(k) {
			return nil, abort(http.StatusBadRequest, "a note stays as it was entered: give an opinion in the workbench")
		}
	}
	if raw, ok := o["disable_until_ts"]; ok {
		until, err := h.until(raw)
		if err != nil {
			return nil, err
		}
		if k, err = h.disable(r, k, until == 0); err != nil {
			return nil, err
		}
	}
	shown := contentShown(k, b)
	out := contentConfig{ID: k.ID, Disable: shown.Disable, Collab: map[string][]string{}, Bank: shown.Bank, Metadata: shown.Metadata}
	if shown.Metadata != nil && shown.Metadata.Collab != nil {
		out.Collab, out.Metadata = shown.Metadata.Collab, nil
	}
	if shown.Note != "" {
		out.Note = &shown.Note
	}
	return out, nil
}

// until reads a time in seconds, as a number or a text. What is still to come is refused: nothing here would wake up by itself.
func (h *hma) until(raw json.RawMessage) (int64, error) {
	text := strings.Trim(string(raw), `"`)
	ts, err := strconv.ParseInt(text, 10, 64)
	now := h.now()
	switch {
	case err != nil:
		return 0, abort(http.StatusBadRequest, "Invalid int: '%.40s'", text)
	case ts < 0:
		return 0, abort(http.StatusBadRequest, "disable_until_ts must be a non-negative integer")
	case ts > now.AddDate(5, 0, 0).Unix():
		return 0, abort(http.StatusBadRequest, "disable_until_ts must be less than 5 years in the future")
	case ts > now.Unix():
		return 0, abort(http.StatusBadRequest, "content is not disabled for a time: give 0, and 1 when it is to be looked for again")
	}
	return ts, nil
}

func (h *hma) disable(r *http.Request, k iru.Known, off bool) (iru.Known, error) {
	ctx, sc := r.Context(), callerOf(r.Context()).scope
	switch {
	case off && k.State == iru.KnownActive:
		return h.desk.Quarantine(ctx, sc, k.ID, "disabled over /hma")
	case !off && k.State == iru.KnownQuarantined:
		return h.desk.ReleaseKnown(ctx, sc, k.ID, "enabled over /hma")
	case !off && k.Flood == iru.FloodMarked:
		return h.desk.Spare(ctx, sc, k.ID, "enabled over /hma")
	}
	return k, sc.May(iru.ToCurateBanks)
}

// deleteContent withdraws it. It stays in the bank, says nothing, and can be restored in the workbench.
func (h *hma) deleteContent(r *http.Request) (any, error) {
	none := map[string]int{"deleted": 0}
	if _, err := h.bank(r); err != nil {
		return nil, err
	}
	sc := callerOf(r.Context()).scope
	if err := sc.May(iru.ToCurateBanks); err != nil {
		return nil, err
	}
	k, _, err := h.content(r)
	var f *fault
	if errors.As(err, &f) && f.status == http.StatusNotFound { // as there
		return none, nil
	}
	if err == nil {
		_, err = h.desk.WithdrawKnown(r.Context(), sc, k.ID, deleted)
	}
	return map[string]int{"deleted": 1}, err
}

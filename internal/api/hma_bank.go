// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// hmaBank is a bank as clients know it. Its ratio is 1, or 0 where the bank is muted.
type hmaBank struct {
	Name  string  `json:"name"`
	Ratio float64 `json:"matching_enabled_ratio"`
}

func bankShown(b iru.Bank) hmaBank { return ratioed(b.Name, b.Muted) }

func ratioed(name string, muted bool) hmaBank {
	if muted {
		return hmaBank{name, 0}
	}
	return hmaBank{name, 1}
}

// bankName is what the other program takes as a bank's name.
var bankName = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)

// why is what the log has for what a client does without a reason.
const (
	why     = "asked for over /hma"
	deleted = "deleted over /hma"
)

func (h *hma) banks() {
	h.route("GET /hma/c/banks", reads, func(r *http.Request) (any, error) {
		return view(r.Context(), h.server, func(t *db.Tx, sc iru.Scope) ([]hmaBank, error) {
			bs, err := t.Banks(r.Context(), sc)
			return shown(bs, bankShown), err
		})
	})
	h.route("POST /hma/c/banks", writes, h.openBank)
	h.route("GET /hma/c/bank/{bank}", reads, func(r *http.Request) (any, error) {
		b, err := h.bank(r)
		return bankShown(b), err
	})
	h.route("PUT /hma/c/bank/{bank}", writes, h.changeBank)
	h.route("DELETE /hma/c/bank/{bank}", writes, func(r *http.Request) (any, error) {
		b, err := h.bank(r)
		var f *fault
		if errors.As(err, &f) && f.status == http.StatusNotFound { // as there
			return map[string]string{"message": "Done"}, nil
		}
		if err == nil {
			_, err = h.mute(r, b, true, deleted)
		}
		return map[string]string{"message": "Done"}, err
	})
}

// enabled reads whether a bank is to answer; nil where the body does not say. A share of its answers is not to be had.
func enabled(o map[string]json.RawMessage) (*bool, error) {
	var on *bool
	var word any
	if err := field(o, "enabled", &word); err != nil {
		return nil, err
	}
	switch x := word.(type) {
	case nil:
	case bool:
		on = &x
	case string:
		v, err := truth(x, "enabled")
		if err != nil {
			return nil, err
		}
		on = &v
	case float64:
		v, err := truth(strconv.FormatFloat(x, 'g', -1, 64), "enabled")
		if err != nil {
			return nil, err
		}
		on = &v
	default:
		return nil, abort(http.StatusUnprocessableEntity, "enabled is not true or false")
	}
	word = nil
	if err := field(o, "enabled_ratio", &word); err != nil {
		return nil, err
	}
	ratio, ok := word.(float64)
	if text, isText := word.(string); isText { // clients write it as a text too
		v, err := strconv.ParseFloat(text, 64)
		ratio, ok = v, err == nil
	}
	switch {
	case word == nil:
		return on, nil
	case !ok:
		return nil, abort(http.StatusUnprocessableEntity, "enabled_ratio is not a number")
	case ratio != 0 && ratio != 1:
		return nil, abort(http.StatusBadRequest, "a bank answers always or never: enabled_ratio is 1 or 0")
	}
	v := ratio == 1
	return &v, nil
}

func (h *hma) openBank(r *http.Request) (any, error) {
	o, err := h.object(r)
	if err != nil {
		return nil, err
	}
	var name string
	if err := field(o, "name", &name); err != nil {
		return nil, err
	}
	if _, ok := o["name"]; !ok {
		return nil, abort(http.StatusUnprocessableEntity, "name is required")
	}
	on, err := enabled(o)
	if err != nil {
		return nil, err
	}
	if !bankName.MatchString(name) {
		return nil, abort(http.StatusBadRequest, "Bank names must be UPPER_WITH_UNDERSCORE")
	}
	b, err := h.desk.OpenBank(r.Context(), callerOf(r.Context()).scope, iru.Bank{Name: name, Source: iru.SourcePartner, Note: why})
	if errors.Is(err, iru.Conflict) {
		return nil, abort(http.StatusForbidden, "Bank already exists")
	}
	if err == nil && on != nil && !*on {
		b, err = h.mute(r, b, true, why)
	}
	return made{bankShown(b)}, err
}

func (h *hma) changeBank(r *http.Request) (any, error) {
	b, err := h.bank(r)
	if err != nil {
		return nil, err
	}
	o, err := h.object(r)
	if err != nil {
		return nil, err
	}
	name := b.Name
	if err := field(o, "name", &name); err != nil {
		return nil, err
	}
	on, err := enabled(o)
	if err != nil {
		return nil, err
	}
	if name != b.Name {
		return nil, abort(http.StatusBadRequest, "a bank keeps its name, since the log tells of it by name: open another one")
	}
	if on != nil {
		b, err = h.mute(r, b, !*on, why)
	}
	return bankShown(b), err
}

// mute has a bank answer or not; if it does so already, nothing happens.
func (h *hma) mute(r *http.Request, b iru.Bank, muted bool, why string) (iru.Bank, error) {
	sc := callerOf(r.Context()).scope
	if b.Muted == muted {
		return b, sc.May(iru.ToCurateBanks)
	}
	verb := h.desk.Unmute
	if muted {
		verb = h.desk.Mute
	}
	got, err := verb(r.Context(), sc, b.ID, why)
	if errors.Is(err, iru.Conflict) { // somebody was first
		return h.bank(r)
	}
	return got, err
}

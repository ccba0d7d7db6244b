// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/web/ui"
)

// A visit is one request, by an officer or, on the open pages, by nobody.
type visit struct {
	*server
	w     http.ResponseWriter
	r     *http.Request
	now   time.Time
	by    iru.Officer
	unit  iru.Unit
	scope iru.Scope

	waiting map[string]int // by room of the navigation
	head    string         // of the ledger, hex
	signed  time.Time      // when that head was signed
	last    iru.EventID    // the newest one when the request came
	played  bool           // what the address names belongs to a drill
}

// ctx is the request's context; it carries the language.
func (v *visit) ctx() context.Context { return v.r.Context() }

// know reads who is asking, and what stands around every page.
func (v *visit) know(id iru.OfficerID) error {
	return v.read(func(t *db.Tx) error {
		ctx := v.ctx()
		var err error
		if v.by, err = t.Officer(ctx, id); err != nil {
			return err
		}
		if v.unit, err = t.Unit(ctx, v.by.Unit); err != nil {
			return err
		}
		v.scope = v.by.Scope()
		if v.last, err = t.LastEvent(ctx); err != nil || v.bare() {
			return err
		}
		if v.waiting, err = t.Waiting(ctx, v.scope, v.now); err != nil {
			return err
		}
		if noun, number := v.named(); noun != "" {
			if v.played, err = t.InDrill(ctx, v.scope, noun, number); err != nil {
				return err
			}
		}
		_, at, signed, err := t.Checkpoint(ctx)
		if errors.Is(err, iru.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if c, err := ledger.Peek(signed); err == nil {
			v.head, v.signed = hex.EncodeToString(c.Root[:]), at
		}
		return nil
	})
}

// bare reports whether parts of a board are asked for: nothing stands around them, and many ask for them at once.
func (v *visit) bare() bool {
	return v.fragment() != "" && (v.r.Pattern == boardPattern || v.r.Pattern == wallPattern)
}

// named is what the address names, where that can belong to an operation: "" for nothing that can.
func (v *visit) named() (noun string, number int64) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(v.r.URL.Path, "/"), "/")
	text, _, _ := strings.Cut(rest, "/")
	noun, ok := map[string]string{"operations": "operation", "notices": "notice", "tasks": "task", "participants": "participant"}[first]
	number, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil {
		return "", 0
	}
	return noun, number
}

// read sees the store at one instant. What is shown on one page is read in one call.
func (v *visit) read(f func(t *db.Tx) error) error { return v.desk.DB.View(v.ctx(), f) }

// may reports whether the officer has a power: a page offers nothing that would be refused.
func (v *visit) may(p iru.Power) bool { return v.scope.May(p) == nil }

// frame is what stands around a page. here is the key of the room in the navigation.
func (v *visit) frame(here, title string) ui.Frame {
	f := ui.Frame{Title: title, Here: here, Now: v.now, Training: v.training(), Drill: v.played, Asset: v.static.URL, Path: v.r.URL.RequestURI(), LedgerHead: v.head, LedgerSigned: v.signed}
	if v.r.Method != http.MethodGet {
		f.Path = referer(v.r)
	}
	if v.by.ID != 0 {
		f.Nav, f.Officer, f.Unit, f.SignOut, f.Search = ui.Rooms(v.waiting), v.by.Name, v.unit.Name, "/signout", "/search"
		f.Me, f.After = "/me", int64(v.last)
	}
	return f
}

// show answers with a page.
func (v *visit) show(page templ.Component) error { return Render(v.w, v.r, http.StatusOK, page) }

// again answers a form that was refused with its page, the message beside the field and the input kept.
func (v *visit) again(err error, page templ.Component) error {
	return Render(v.w, v.r, StatusOf(err), page)
}

// to leads on after a form was accepted.
func (v *visit) to(path string, args ...any) error {
	http.Redirect(v.w, v.r, fmt.Sprintf(path, args...), statusSeeOther)
	return nil
}

// say keeps a sentence for the next page: what was done.
func (v *visit) say(text string) { v.sessions.Put(v.ctx(), keySaid, text) }

// said takes the sentence that the last form left.
func (v *visit) said() string {
	if v.by.ID == 0 || v.r.Method != http.MethodGet || v.fragment() != "" || !v.sessions.Exists(v.ctx(), keySaid) {
		return ""
	}
	return v.sessions.PopString(v.ctx(), keySaid)
}

// fragment is the id of the part that the page asks for, "" for all of it.
func (v *visit) fragment() string { return v.r.Header.Get("Iolaus-Fragment") }

// number reads a whole number above zero out of the path; anything else is NotFound.
func (v *visit) number(name string) (int64, error) {
	n, err := strconv.ParseInt(v.r.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, iru.NotFound
	}
	return n, nil
}

// value reads a field of the form, without space around it.
func (v *visit) value(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }

// values reads all values of a field.
func (v *visit) values(name string) []string {
	_ = v.r.PostFormValue(name) // parses the form
	return v.r.PostForm[name]
}

// whole reads a field as a whole number, 0 where there is none.
func (v *visit) whole(name string) int64 {
	n, err := strconv.ParseInt(v.value(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// refusal is the reason of an error that a form can show beside its fields: what the officer can mend or must know. Other errors
// are a page of their own.
func refusal(err error) (*iru.Refusal, bool) {
	var r *iru.Refusal
	if errors.As(err, &r) && (errors.Is(err, iru.Invalid) || errors.Is(err, iru.Conflict)) {
		return r, true
	}
	return nil, false
}

// words is the refusal as one sentence for a person.
func words(r *iru.Refusal) string {
	s := r.Reason
	if r.Instead != "" {
		s += "; " + r.Instead
	}
	if s != "" {
		s = strings.ToUpper(s[:1]) + s[1:] + "."
	}
	return s
}

// names looks up officers' names for a page, each once.
type names map[iru.OfficerID]string

// of gives an officer's name; nobody is the program itself.
func (n names) of(ctx context.Context, t *db.Tx, id iru.OfficerID) string {
	if id == 0 {
		return ui.T(ctx, "Iolaus")
	}
	if s, ok := n[id]; ok {
		return s
	}
	o, err := t.Officer(ctx, id)
	if err != nil {
		o.Name = "#" + strconv.FormatInt(int64(id), 10)
	}
	n[id] = o.Name
	return o.Name
}

// number reads a whole number above zero out of text, 0 where there is none.
func number(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

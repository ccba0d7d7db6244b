// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// How long a session lasts: at most a shift, and half an hour without a sign of its officer. A live page that fetches itself anew
// is no sign of anybody.
const (
	sessionFor = 8 * time.Hour
	idleFor    = 30 * time.Minute
	signEvery  = time.Minute // a sign is stored so often, at most
)

// What a session holds.
const (
	keyOfficer = "officer"
	keyBegan   = "began" // seconds since 1970, by the desk's clock
	keySeen    = "seen"
	keySaid    = "said" // a sentence for the next page
)

func sessionManager(d *desk.Desk, o Options) *scs.SessionManager {
	m := scs.New()
	m.Store = db.Sessions{DB: d.DB}
	m.Lifetime = sessionFor
	m.HashTokenInStore = true
	m.Cookie.Name = "iolaus"
	if o.Secure {
		m.Cookie.Name = "__Host-iolaus"
	}
	m.Cookie.Secure = o.Secure
	m.Cookie.SameSite = http.SameSiteStrictMode
	m.Cookie.Persist = false
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		o.Log.Error("session failed", "error", err.Error())
		http.Error(w, "The session could not be read. Nothing was changed. Try again in a minute.", http.StatusServiceUnavailable)
	}
	return m
}

// errSignIn says that the request was answered by leading to the sign-in.
var errSignIn = errors.New("nobody is signed in")

// enter finds out who is asking. Nobody is led to the sign-in, unless the page is open.
func (v *visit) enter(open bool) error {
	ctx := v.r.Context()
	id := iru.OfficerID(v.sessions.GetInt64(ctx, keyOfficer))
	ended := false
	if id != 0 && v.over() {
		if v.byItself() { // the person's next request ends it, and is told so
			http.Error(v.w, "Sign in again.", http.StatusUnauthorized)
			return errSignIn
		}
		if err := v.sessions.Destroy(ctx); err != nil {
			return err
		}
		id, ended = 0, true
	}
	if id != 0 {
		if err := v.know(id); err != nil && !errors.Is(err, iru.NotFound) {
			return err
		}
		if v.by.State != iru.OfficerActive || v.unit.State != iru.UnitActive { // suspended since
			if err := v.sessions.Destroy(ctx); err != nil {
				return err
			}
			v.by, v.scope = iru.Officer{}, iru.Scope{}
		}
	}
	if v.by.ID != 0 {
		v.sign()
		return nil
	}
	if open {
		return nil
	}
	if v.byItself() {
		http.Error(v.w, "Sign in again.", http.StatusUnauthorized)
		return errSignIn
	}
	back := v.r.URL.RequestURI()
	if v.r.Method != http.MethodGet && v.r.Method != http.MethodHead {
		back = referer(v.r)
	}
	q := url.Values{}
	if back != "/" {
		q.Set("back", back)
	}
	if ended {
		q.Set("ended", "1")
	}
	to := "/signin"
	if len(q) > 0 {
		to += "?" + q.Encode()
	}
	http.Redirect(v.w, v.r, to, statusSeeOther)
	return errSignIn
}

// over reports whether the session has lasted too long or nobody was there for too long.
func (v *visit) over() bool {
	end, idle := v.ends()
	return v.now.After(end) || v.now.After(idle) && !v.onWall()
}

// ends is when the session ends whatever happens, and when it ends if nobody gives a sign.
func (v *visit) ends() (end, idle time.Time) {
	ctx := v.r.Context()
	began, seen := time.Unix(v.sessions.GetInt64(ctx, keyBegan), 0), time.Unix(v.sessions.GetInt64(ctx, keySeen), 0)
	return began.Add(sessionFor), seen.Add(idleFor)
}

// onWall reports whether a wallboard asks: it shows and changes nothing, nobody touches it, and it is no sign of anybody.
func (v *visit) onWall() bool {
	topic := v.r.PathValue("topic")
	return v.r.Pattern == wallPattern || v.r.Pattern == livePattern && strings.HasPrefix(topic, "operation-") && v.r.URL.Query().Get("wall") != ""
}

// sign notes that the officer was there, unless the page asked by itself.
func (v *visit) sign() {
	ctx := v.r.Context()
	if v.byItself() || v.onWall() {
		return
	}
	if v.now.Sub(time.Unix(v.sessions.GetInt64(ctx, keySeen), 0)) >= signEvery {
		v.sessions.Put(ctx, keySeen, v.now.Unix())
	}
}

// begin opens a session for an officer under a new token.
func (v *visit) begin(o iru.Officer) error {
	ctx := v.r.Context()
	if err := v.sessions.RenewToken(ctx); err != nil {
		return err
	}
	if err := v.sessions.Clear(ctx); err != nil {
		return err
	}
	v.sessions.Put(ctx, keyOfficer, int64(o.ID))
	v.sessions.Put(ctx, keyBegan, v.now.Unix())
	v.sessions.Put(ctx, keySeen, v.now.Unix())
	return nil
}

// referer is the path of the page that sent a form, "/" if it is not one of ours.
func referer(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return "/"
	}
	return Local(u.RequestURI())
}

// byItself reports whether the page asked, and not a person. A form that a person sends for a fragment says so.
func (v *visit) byItself() bool {
	asked := v.r.Header.Get("Iolaus-Person") != ""
	return v.r.Method == http.MethodGet && (v.fragment() != "" && !asked || v.r.Header.Get("Accept") == "text/event-stream")
}

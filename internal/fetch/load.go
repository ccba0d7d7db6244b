// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"iolaus/internal/iru"
)

// take loads the page and makes the parts of the shot.
func (t *tab) take(ctx context.Context, address string) error {
	if err := t.prepare(ctx); err != nil {
		return err
	}
	err := t.load(ctx, address)
	if errors.Is(err, errNoPage) {
		t.shot.warnf("%v", err)
		for _, p := range t.makers() {
			t.shot.miss(p.what, err)
		}
		return nil
	}
	if err == nil {
		err = t.forbidden()
	}
	if err == nil {
		t.parts(ctx)
	}
	return err
}

// errNoPage: what is at the address is for another program than a browser.
var errNoPage = fmt.Errorf("%w: what came is no page that the browser shows", iru.Unavailable)

// came reports whether there was an answer for the page itself.
func (t *tab) came() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.document != ""
}

// forbidden is an error where what the browser shows is our own refusal.
func (t *tab) forbidden() error {
	t.mu.Lock()
	at := t.document
	refused := t.status[at] == http.StatusForbidden
	t.mu.Unlock()
	if fault := t.proxy.Fault(at); refused && errors.Is(fault, ErrBlockedAddress) {
		return fault
	}
	return nil
}

// prepare waits for the browser and sets its ways.
func (t *tab) prepare(ctx context.Context) error {
	pages := []map[string]any{{"type": "page"}, {"exclude": true}}
	var profile struct {
		ID string `json:"browserContextId"`
	}
	for _, c := range []struct {
		method string
		params map[string]any
		result any
	}{
		{"Target.createBrowserContext", map[string]any{"proxyServer": "http://" + t.proxy.Address(), "proxyBypassList": "<-loopback>"}, &profile},
		{"Target.setDiscoverTargets", map[string]any{"discover": true, "filter": pages}, nil},
		{"Target.setAutoAttach", map[string]any{"autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true, "filter": pages}, nil},
		{"Browser.setDownloadBehavior", map[string]any{"behavior": "deny"}, nil},
		{"Target.createTarget", map[string]any{"url": "about:blank", "width": t.o.Width, "height": t.o.Height}, nil},
	} {
		if profile.ID != "" && strings.Contains(c.method, "et.create") || strings.HasPrefix(c.method, "Browser.") {
			c.params["browserContextId"] = profile.ID
		}
		if err := t.devtools.call(ctx, "", c.method, c.params, c.result); err != nil {
			return err
		}
	}
	select {
	case <-t.attached:
	case <-t.devtools.done:
		return errGone
	case <-ctx.Done():
		return fmt.Errorf("%w: the browser shows no page", ErrTimeout)
	}
	if err := t.devtools.call(ctx, t.session, "Page.enable", nil, nil); err != nil {
		return err
	}
	if err := t.devtools.call(ctx, t.session, "Emulation.setDeviceMetricsOverride", map[string]any{"width": t.o.Width, "height": t.o.Height, "deviceScaleFactor": 1, "mobile": false}, nil); err != nil {
		return err
	}
	return t.devtools.call(ctx, t.session, "Network.enable", map[string]any{"maxTotalBufferSize": 0, "maxResourceBufferSize": 0, "maxPostDataSize": 0}, nil)
}

// load goes to an address and waits until the page is there, or time is up.
func (t *tab) load(ctx context.Context, address string) error {
	t.mu.Lock()
	t.going, t.frame = true, t.target // a page's frame has its target's name
	t.mu.Unlock()
	most := t.o.loading(ctx, time.Now())
	until, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	var went struct {
		ErrorText  string `json:"errorText"`
		IsDownload bool   `json:"isDownload"`
	}
	err := t.devtools.call(until, t.session, "Page.navigate", map[string]any{"url": address}, &went)
	fault := t.proxy.Fault(address)
	switch {
	case errors.Is(err, errGone), err != nil && until.Err() == nil:
		return err
	case went.IsDownload, strings.HasSuffix(went.ErrorText, "ERR_HTTP_RESPONSE_CODE_FAILURE"): // the latter is an answer without a page
		return errNoPage
	case went.ErrorText != "" && fault != nil:
		return fault
	case went.ErrorText != "":
		return fmt.Errorf("%w: the browser says %.200s", ErrProtocol, went.ErrorText)
	case err == nil:
		select {
		case <-t.loaded:
		case <-t.crashed:
			return nil
		case <-t.devtools.done:
			return errGone
		case <-until.Done():
		}
	}
	if until.Err() != nil && ctx.Err() == nil {
		if !t.came() {
			return fmt.Errorf("%w: nothing came of the page", ErrTimeout)
		}
		t.shot.warnf("the page was still loading after %v: it was taken as it was then", most.Round(100*time.Millisecond))
		t.tell(t.session, "Page.stopLoading", nil)
		t.tell(t.session, "Runtime.terminateExecution", nil)
		return nil
	}
	t.settle(ctx)
	return nil
}

// settle waits until nothing more is asked for.
func (t *tab) settle(ctx context.Context) {
	until := time.NewTimer(t.o.Settle)
	defer until.Stop()
	tick := time.NewTicker(max(t.o.Quiet/10, 10*time.Millisecond))
	defer tick.Stop()
	for {
		running, since := t.proxy.Quiet()
		if running == 0 && time.Since(since) >= t.o.Quiet {
			return
		}
		select {
		case <-tick.C:
		case <-until.C:
			if running > 0 {
				t.shot.warnf("the page still asked for something %v after it was loaded", t.o.Settle)
			}
			return
		case <-t.crashed:
			return
		case <-t.devtools.done:
			return
		case <-ctx.Done():
			return
		}
	}
}

// A maker makes one part of a shot.
type maker struct {
	what string
	make func(context.Context) error
}

// makers are in the order in which they are tried, the cheap ones first: a hostile page may stop answering at each.
func (t *tab) makers() []maker {
	return []maker{{"dom", t.read}, {"screenshot", t.picture}, {"pdf", t.print}, {"mhtml", t.snapshot}}
}

// parts makes everything there is of the page.
func (t *tab) parts(ctx context.Context) {
	for _, p := range t.makers() {
		part, cancel := context.WithTimeout(ctx, t.o.Part)
		err := p.make(part)
		cancel()
		if err == nil {
			continue
		}
		select {
		case <-t.crashed:
			err = fmt.Errorf("%w: the page's process crashed", iru.Unavailable)
		default:
		}
		t.shot.miss(p.what, err)
	}
}

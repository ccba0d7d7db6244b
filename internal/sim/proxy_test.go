// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestProxyForBrowsers(t *testing.T) {
	r := start(t, Options{Scenario: "s1"})
	tr := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: r.Proxy()}), TLSClientConfig: &tls.Config{RootCAs: r.Roots()}}
	defer tr.CloseIdleConnections()
	c := &http.Client{Transport: tr}
	for _, u := range []string{"https://halcyon-weather.test/", "http://halcyon-weather.test/"} {
		resp, err := c.Get(u)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != 200 || !strings.Contains(string(b), "Halcyon Weather Wire") {
			t.Errorf("%s: %v %s", u, err, b)
		}
	}
	for _, u := range []string{"http://127.0.0.1:22/", "http://example.com/"} {
		if resp, err := c.Get(u); err != nil || resp.StatusCode < 400 {
			t.Errorf("%s: %v %v", u, resp, err)
		} else {
			resp.Body.Close()
		}
	}
}

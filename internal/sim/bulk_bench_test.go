// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// BenchmarkBulkUp is how long ten thousand hosts take until they answer. The issue asks for two seconds.
func BenchmarkBulkUp(b *testing.B) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		cpu := used()
		r, err := Start(context.Background(), Options{Scenario: "bulk"})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		b.ReportMetric((used() - cpu).Seconds(), "cpu-s")
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.Sys)/(1<<20), "MiB")
		r.Close()
		b.StartTimer()
	}
}

// BenchmarkBulkSweep looks once at each site: name (A, NS), registration at the registry and the registrar, network, TLS and front page.
func BenchmarkBulkSweep(b *testing.B) {
	r := start(b, Options{Scenario: "bulk"})
	truth := r.Truth()
	rdap := client(b, r, "")
	rdap.Transport.(*http.Transport).DisableKeepAlives = false
	rdap.Transport.(*http.Transport).MaxIdleConnsPerHost = 64
	var failed atomic.Int64
	for b.Loop() {
		queue := make(chan AssetTruth)
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				for a := range queue {
					if err := sweep(r, rdap, a); err != nil {
						failed.Add(1)
						b.Log(err)
					}
				}
			})
		}
		begun, cpu := time.Now(), used()
		for _, a := range truth.Assets {
			queue <- a
		}
		close(queue)
		wg.Wait()
		b.ReportMetric(float64(len(truth.Assets))/time.Since(begun).Seconds(), "sites/s")
		b.ReportMetric(float64(len(truth.Assets))/(used()-cpu).Seconds(), "sites/cpu-s") // client and range together
	}
	if failed.Load() > 0 {
		b.Errorf("%d failures", failed.Load())
	}
}

// used is the processor time of this process: it tells more than the clock where others share the machine.
func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func sweep(r *Range, rdap *http.Client, a AssetTruth) error {
	name := strings.TrimSuffix(strings.TrimPrefix(a.Locator, "https://"), "/")
	var at net.IP
	for _, kind := range []uint16{dns.TypeNS, dns.TypeA} {
		m := new(dns.Msg)
		m.SetQuestion(dns.Fqdn(name), kind)
		got, err := dns.Exchange(m, r.Resolver())
		if err != nil || len(got.Answer) == 0 {
			return fmt.Errorf("%s: %v %v", name, got, err)
		}
		if x, ok := got.Answer[0].(*dns.A); ok {
			at = x.A
		}
	}
	registrar := ""
	for _, role := range a.Roles {
		if role.Role == Registrar {
			registrar = role.Provider
		}
	}
	for _, u := range []string{"https://rdap.registry.test/domain/" + name, "https://rdap." + registrar + ".test/domain/" + name, "https://rdap.exchange.test/ip/" + at.String()} {
		resp, err := rdap.Get(u)
		if err != nil {
			return err
		}
		var o struct{ ObjectClassName string }
		err = json.NewDecoder(resp.Body).Decode(&o)
		resp.Body.Close()
		if err != nil || o.ObjectClassName == "" {
			return fmt.Errorf("%s: %v", u, err)
		}
	}
	conn, err := tls.Dial("tcp", net.JoinHostPort(at.String(), fmt.Sprint(r.Ports()[443])), &tls.Config{RootCAs: r.Roots(), ServerName: name})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", name)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	page, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || resp.StatusCode != 200 || !strings.Contains(string(page), "</html>") {
		return fmt.Errorf("%s: %v %.80s", name, err, page)
	}
	return nil
}

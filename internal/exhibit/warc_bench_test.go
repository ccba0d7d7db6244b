// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	warc "github.com/internetarchive/gowarc"
)

// timetable is a page of words: it compresses about as pages do.
func timetable(r *rand.Rand, size int) []byte {
	words := strings.Fields("the tram to the harbour leaves at ten past six and every twenty minutes until the last one goes up the hill by the old market square " +
		"<div class=\"stop\"> </div> <p> </p> <a href=\"/line/12\"> </a> fog delays platform conductor ticket window morning evening")
	var b bytes.Buffer
	for b.Len() < size {
		b.WriteString(words[r.IntN(len(words))])
		if r.IntN(7) == 0 {
			fmt.Fprintf(&b, " %x", r.Uint32())
		}
		b.WriteByte(' ')
	}
	return b.Bytes()[:size]
}

// site is the exchanges of a crawl: pages, and pictures that do not compress; in bytes about half and half.
func site(bytes int) []Exchange {
	r := rand.New(rand.NewPCG(1, 2))
	var all []Exchange
	for n, i := 0, 0; n < bytes; i++ {
		kind, size := "text/html", 2_000+r.IntN(60_000)
		var body []byte
		if i%4 == 3 {
			kind, size = "image/jpeg", 10_000+r.IntN(200_000)
			body = make([]byte, size)
			for k := range body {
				body[k] = byte(r.Uint32())
			}
		} else {
			body = timetable(r, size)
		}
		head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nServer: trams\r\n\r\n", kind, size)
		all = append(all, exchange(fmt.Sprintf("/line/%d", i), head+string(body)))
		n += size
	}
	return all
}

// cpu is what the process used so far, user and system.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The two writers take turns over the same exchanges, so that what else the machine does touches both.
func BenchmarkWriter(b *testing.B) {
	exchanges := site(32 << 20)
	var size int64
	for _, x := range exchanges {
		size += int64(len(x.Response) + len(x.Request))
	}
	b.SetBytes(size)
	var own, other time.Duration
	var peak uint64
	for range b.N {
		runtime.GC()
		from := cpu()
		w := NewWriter(io.Discard, info, numbers())
		for _, x := range exchanges {
			if _, err := w.WriteExchange(x); err != nil {
				b.Fatal(err)
			}
		}
		own += cpu() - from
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapInuse)
		runtime.GC()
		from = cpu()
		if err := writeByGowarc(exchanges); err != nil {
			b.Fatal(err)
		}
		other += cpu() - from
	}
	mb := float64(size) * float64(b.N) / 1e6
	b.ReportMetric(mb/own.Seconds(), "own-MB/cpu-s")
	b.ReportMetric(mb/other.Seconds(), "gowarc-MB/cpu-s")
	b.ReportMetric(other.Seconds()/own.Seconds(), "ratio")
	b.ReportMetric(float64(int64(peak)-size)/1e6, "heap-MB")
}

// Sixteen captures write into one file at once; heap-MB is the most beside what they hand over.
func BenchmarkWriterSideBySide(b *testing.B) {
	exchanges := site(64 << 20)
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	var peak atomic.Uint64
	for range b.N {
		w := NewWriter(io.Discard, info, numbers())
		var next atomic.Int64
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				for i := int(next.Add(1)) - 1; i < len(exchanges); i = int(next.Add(1)) - 1 {
					if _, err := w.WriteExchange(exchanges[i]); err != nil {
						b.Error(err)
					}
					if i%64 == 0 { // what lives, not what the collector has not yet found
						runtime.GC()
						var m runtime.MemStats
						runtime.ReadMemStats(&m)
						peak.Store(max(peak.Load(), m.HeapAlloc))
					}
				}
			})
		}
		all.Wait()
	}
	b.ReportMetric(float64(int64(peak.Load())-int64(before))/1e6, "heap-MB")
}

// writeByGowarc does what gowarc's recorder does with an exchange: block and payload digests by SHA-256, two records.
func writeByGowarc(exchanges []Exchange) error {
	w, err := warc.NewWriter(io.Discard, "trams.warc.gz", warc.SHA256Base16, warc.CompressionGzip, true, nil)
	if err != nil {
		return err
	}
	for _, x := range exchanges {
		for _, block := range [][]byte{x.Response, x.Request} {
			r := warc.NewRecord("", false)
			if _, err := r.Content.Write(block); err != nil {
				return err
			}
			kind := "request"
			if &block[0] == &x.Response[0] {
				kind = "response"
				response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(block)), nil)
				if err != nil {
					return err
				}
				digest, err := warc.GetDigest(response.Body, warc.SHA256Base16)
				if err != nil {
					return err
				}
				r.Header.Set("WARC-Payload-Digest", digest)
			}
			r.Header.Set("WARC-Type", kind)
			r.Header.Set("WARC-Target-URI", x.Target)
			r.Header.Set("Content-Type", "application/http; msgtype="+kind)
			if _, err := w.WriteRecord(r); err != nil {
				return err
			}
			w.Reset(io.Discard)
		}
	}
	return nil
}

// Whole bundles against gowarc's way over their WARC file alone, in turns.
func BenchmarkVerify(b *testing.B) {
	var file bytes.Buffer
	w := NewWriter(&file, info, numbers())
	if _, err := w.WriteInfo(noon); err != nil {
		b.Fatal(err)
	}
	for _, x := range site(64 << 20) {
		if _, err := w.WriteExchange(x); err != nil {
			b.Fatal(err)
		}
	}
	c := courtOf(b, map[string][]byte{"capture.warc.gz": file.Bytes()}, 3)
	bundle, alone := filepath.Join(b.TempDir(), "b.wacz"), filepath.Join(b.TempDir(), "capture.warc.gz")
	for name, data := range map[string][]byte{bundle: c.pack(b), alone: file.Bytes()} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(file.Len()))
	b.ResetTimer()
	var own, other, ownCPU, otherCPU time.Duration
	for range b.N {
		runtime.GC()
		at, from := time.Now(), cpu()
		f, err := os.Open(bundle)
		if err != nil {
			b.Fatal(err)
		}
		info, err := f.Stat()
		if err != nil {
			b.Fatal(err)
		}
		if err := Verify(f, info.Size(), c.trust(), Limits{}).Err(); err != nil {
			b.Fatal(err)
		}
		f.Close()
		own, ownCPU = own+time.Since(at), ownCPU+cpu()-from
		runtime.GC()
		at, from = time.Now(), cpu()
		if err := verifyByGowarc(alone); err != nil {
			b.Fatal(err)
		}
		other, otherCPU = other+time.Since(at), otherCPU+cpu()-from
	}
	n := float64(b.N)
	b.ReportMetric(1000*own.Seconds()/n, "own-ms")
	b.ReportMetric(1000*other.Seconds()/n, "gowarc-ms")
	b.ReportMetric(own.Seconds()/other.Seconds(), "ratio")
	b.ReportMetric(ownCPU.Seconds()/otherCPU.Seconds(), "cpu-ratio")
}

// verifyByGowarc is what its command "warc verify" does with each response.
func verifyByGowarc(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := warc.NewReader(f)
	if err != nil {
		return err
	}
	for {
		rec, err := r.ReadRecord()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if strings.Contains(rec.Header.Get("Content-Type"), "msgtype=response") {
			digest, err := warc.GetDigest(rec.Content, warc.SHA256Base16)
			if err != nil || digest != rec.Header.Get("WARC-Block-Digest") {
				return fmt.Errorf("block digest %s, %w", digest, err)
			}
			if _, err := rec.Content.Seek(0, io.SeekStart); err != nil {
				return err
			}
			response, err := http.ReadResponse(bufio.NewReader(rec.Content), nil)
			if err != nil {
				return err
			}
			if digest, err = warc.GetDigest(response.Body, warc.SHA256Base16); err != nil || digest != rec.Header.Get("WARC-Payload-Digest") {
				return fmt.Errorf("payload digest %s, %w", digest, err)
			}
		}
		rec.Content.Close()
	}
}

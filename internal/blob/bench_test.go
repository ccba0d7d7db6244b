// SPDX-License-Identifier: EUPL-1.2

package blob_test

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"io"
	"syscall"
	"testing"
	"time"

	"iolaus/internal/blob"
	"iolaus/internal/iru"
)

// cpu adds what an operation costs in processor time, which other work on the machine does not change.
func cpu(b *testing.B) {
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	from := used()
	b.Cleanup(func() { b.ReportMetric(float64((used()-from).Nanoseconds())/float64(b.N), "cpu-ns/op") })
}

// BenchmarkExhibits puts an exhibit of 50 kB and verifies it, one after the other: -benchtime 10000x is what a busy month records. Each
// put has reached the disk when it returns.
func BenchmarkExhibits(b *testing.B) {
	for _, how := range []string{"plain", "sealed"} {
		d, err := blob.OpenDisk(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		v := blob.NewVault(d, identity(b))
		if how == "plain" {
			v.Clear()
		}
		data := make([]byte, 50_000)
		rand.Read(data)
		one := func(b *testing.B, n int) iru.Exhibit {
			binary.LittleEndian.PutUint64(data, uint64(n)) // no two are the same
			x, _ := sealedOne(b, v, data)
			return x
		}
		b.Run(how+"/put", func(b *testing.B) {
			cpu(b)
			b.SetBytes(int64(len(data)))
			for n := 0; b.Loop(); n++ {
				one(b, n)
			}
		})
		b.Run(how+"/verify", func(b *testing.B) {
			xs := make([]iru.Exhibit, 500)
			for n := range xs {
				xs[n] = one(b, -1-n)
			}
			b.SetBytes(int64(len(data)))
			b.ResetTimer()
			cpu(b)
			for n := range b.N {
				x := xs[n%len(xs)]
				if err := v.Verify(b.Context(), x, x.Files[0]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSealedArchive reads a large sealed file in order, and by ranges as a replay does.
func BenchmarkSealedArchive(b *testing.B) {
	d, err := blob.OpenDisk(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	v := blob.NewVault(d, identity(b))
	data := make([]byte, 64<<20)
	rand.Read(data)
	x, f := sealedOne(b, v, data)
	b.Run("put", func(b *testing.B) {
		cpu(b)
		b.SetBytes(int64(len(data)))
		_, k, err := v.NewKey()
		for b.Loop() {
			if _, _, _, e := v.Put(b.Context(), k, bytes.NewReader(data)); e != nil || err != nil {
				b.Fatal(e, err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		cpu(b)
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			r, err := v.File(b.Context(), x, f)
			if err != nil {
				b.Fatal(err)
			}
			if n, err := io.Copy(io.Discard, r); n != f.Size || err != nil {
				b.Fatal(n, err)
			}
			r.Close()
		}
	})
	b.Run("range", func(b *testing.B) {
		r, err := v.File(b.Context(), x, f)
		if err != nil {
			b.Fatal(err)
		}
		defer r.Close()
		p := make([]byte, 10_000)
		cpu(b)
		b.SetBytes(int64(len(p)))
		for n := 0; b.Loop(); n++ {
			if _, err := r.ReadAt(p, int64(n)*7_919_777%(f.Size-10_000)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkRewrap opens an exhibit's key and encrypts it to another identity: what a rotation does for each exhibit.
func BenchmarkRewrap(b *testing.B) {
	old := identity(b)
	wrapped, _, err := blob.NewVault(nil, old).NewKey()
	if err != nil {
		b.Fatal(err)
	}
	v := blob.NewVault(nil, identity(b), old)
	for b.Loop() {
		if v.Current(wrapped) {
			b.Fatal("opened by the new identity")
		}
		if _, err := v.Rewrap(wrapped); err != nil {
			b.Fatal(err)
		}
	}
}

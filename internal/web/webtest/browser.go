// SPDX-License-Identifier: EUPL-1.2

package webtest

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed axe.min.js
var axeSource string

var (
	mu       sync.Mutex
	tabs     = map[testing.TB]context.Context{}
	sharing  bool               // Main ends what it starts
	program  context.Context    // of the Chromium that is shared; nil until it runs
	programs context.CancelFunc // ends it
)

// Main runs the tests of a package with one Chromium for all of them, and ends it. A package without it starts one for each test.
func Main(m *testing.M) int {
	sharing = true
	defer func() {
		mu.Lock()
		defer mu.Unlock()
		if programs != nil {
			programs()
		}
	}()
	return m.Run()
}

// Browser is a tab of a headless Chromium that shares nothing with that of another test, neither cookies nor storage: opened once for each test
// and closed with it. Use its context with chromedp.Run and chromedp.Do.
func Browser(t testing.TB) context.Context {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	if ctx, ok := tabs[t]; ok {
		return ctx
	}
	in, stop := program, context.CancelFunc(func() {})
	if in == nil || in.Err() != nil {
		in, stop = chromium(t)
		if sharing {
			program, programs, stop = in, stop, func() {} //nolint:fatcontext // one for each test or each package, ended with it
		}
	}
	life, timeout := context.WithTimeout(in, 10*time.Minute)
	ctx, tab := chromedp.NewContext(life, chromedp.WithNewBrowserContext())
	t.Cleanup(func() {
		mu.Lock()
		delete(tabs, t)
		mu.Unlock()
		tab()
		timeout()
		stop()
	})
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("open a tab of /usr/bin/chromium: %v", err)
	}
	tabs[t] = ctx
	return ctx
}

// chromium starts Debian's; a machine without it fails the test. The sandbox is off only for root, which cannot have one.
func chromium(t testing.TB) (context.Context, context.CancelFunc) {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("/usr/bin/chromium"),
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("no-pings", true),
		chromedp.Flag("lang", "en"),
		chromedp.Flag("host-resolver-rules", "MAP *.test 127.0.0.1"), // a server under another name than loopback
	)
	if os.Geteuid() == 0 {
		opts = append(opts, chromedp.NoSandbox)
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, first := chromedp.NewContext(allocator)
	stop := func() { first(); end() }
	if err := chromedp.Do(ctx); err != nil {
		stop()
		t.Fatalf("start /usr/bin/chromium: %v", err)
	}
	return ctx, stop
}

// Open shows a page at a width, light or dark, and waits until its fonts are there.
func Open(t testing.TB, url string, width int, dark bool) context.Context {
	t.Helper()
	ctx := Browser(t)
	Look(t, width, dark)
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.fonts.ready.then(() => true)`, chromedp.EvalAwaitPromise)); err != nil {
		t.Fatalf("open %s: wait for fonts: %v", url, err)
	}
	return ctx
}

// Look sets the width of the window and the colour scheme that the system is said to have.
func Look(t testing.TB, width int, dark bool) {
	t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	media := chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return err
	})
	if err := chromedp.Do(Browser(t), media, chromedp.EmulateViewport(int64(width), 900)); err != nil {
		t.Fatalf("look at %d px, %s: %v", width, scheme, err)
	}
}

// Eval runs an expression in the page that is open; a promise is awaited.
func Eval[T any](t testing.TB, expression string) T {
	t.Helper()
	v, err := eval[T](t, expression)
	if err != nil {
		t.Fatalf("evaluate %.80q: %v", expression, err)
	}
	return v
}

func eval[T any](t testing.TB, expression string) (T, error) {
	return chromedp.Run(Browser(t), chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Holds reports whether an expression holds in the page that is open. It does not while one page takes another's place.
func Holds(t testing.TB, expression string) bool {
	t.Helper()
	v, err := eval[bool](t, expression)
	if err != nil && !slices.ContainsFunc(leaving, func(s string) bool { return strings.Contains(err.Error(), s) }) {
		t.Fatalf("evaluate %.80q: %v", expression, err)
	}
	return err == nil && v
}

// leaving is what Chromium says of an expression whose page goes away meanwhile.
var leaving = []string{"Inspected target navigated or closed", "Cannot find context", "Execution context was destroyed"}

// Screenshot writes a picture of the whole page as PNG. The directory is made where it is missing.
func Screenshot(t testing.TB, url string, width int, dark bool, path string) {
	t.Helper()
	ctx := Open(t, url, width, dark)
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatalf("picture of %s: %v", url, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Quiet opens a page with its policies in force and fails on a policy violation, an error on the console, an exception, or a file
// that cannot be loaded.
func Quiet(t testing.TB, url string) {
	t.Helper()
	ctx := Browser(t)
	var lock sync.Mutex
	var heard []string
	hear := func(format string, args ...any) {
		lock.Lock()
		heard = append(heard, fmt.Sprintf(format, args...))
		lock.Unlock()
	}
	listening, stop := context.WithCancel(ctx)
	defer stop()
	err := chromedp.Listen(listening, func(ev any) {
		switch ev := ev.(type) {
		case *log.EventEntryAdded:
			if ev.Entry.Level == log.EntryLevelError || strings.Contains(ev.Entry.Text, "Policy") {
				hear("%s: %s (%s)", ev.Entry.Source, ev.Entry.Text, ev.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			hear("exception: %s", ev.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			if ev.Type == runtime.ConsoleAPICalledTypeError {
				hear("console: %v", ev.Args)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	Open(t, url, 1440, false)
	time.Sleep(200 * time.Millisecond)
	lock.Lock()
	defer lock.Unlock()
	for _, h := range heard {
		t.Errorf("%s: %s", url, h)
	}
}

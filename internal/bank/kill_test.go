// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestMain is also the process that is killed: it writes for ever and says what it does and has done.
func TestMain(m *testing.M) {
	if dir := os.Getenv("BANK_TEST_DIR"); dir != "" {
		fmt.Println("failed", writeForEver(dir, os.Getenv("BANK_TEST_STATE")))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func writeForEver(dir, state string) error {
	var c counted
	if _, err := fmt.Sscan(state, &c.limit, &c.gone); err != nil {
		return err
	}
	x, err := Open(dir, Options{Damaged: func(file string, err error) { fmt.Println("failed", file, err) }})
	if err != nil {
		return err
	}
	fmt.Println("open", 0)
	go func() {
		for {
			if err := x.Merge(context.Background()); err != nil {
				fmt.Println("failed", err)
			}
			time.Sleep(time.Millisecond)
		}
	}()
	for {
		if to := min(c.limit, c.gone+rand.Int64N(1500)); to > c.gone {
			ids := removals(c.gone, to)
			fmt.Println("removing", to)
			if err := x.Remove(ids); err != nil {
				return err
			}
			c.gone = to
			fmt.Println("removed", to)
		}
		c.limit += rand.Int64N(3000)
		if rand.IntN(3) == 0 {
			c.limit = c.limit - rand.Int64N(2990) // a few at a time
		}
		c.limit = max(c.limit, x.Watermark(), c.gone)
		fmt.Println("adding", c.limit)
		if _, err := x.Sync(context.Background(), c); err != nil {
			return err
		}
		fmt.Println("added", c.limit)
	}
}

// killed starts the writer on the folder, kills it after so long, and gives what it was about to have and what it had.
func killed(t *testing.T, dir string, c counted, after time.Duration) (asked, had counted) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "BANK_TEST_DIR="+dir, fmt.Sprintf("BANK_TEST_STATE=%d %d", c.limit, c.gone))
	out, err := child.StdoutPipe()
	check(t, err)
	check(t, child.Start())
	asked, had = c, c
	lines := bufio.NewScanner(out)
	var kill *time.Timer
	for lines.Scan() {
		var what string
		var n int64
		if _, err := fmt.Sscan(lines.Text(), &what, &n); err != nil && what != "failed" {
			continue // cut off
		}
		switch what {
		case "open":
			kill = time.AfterFunc(after, func() { child.Process.Kill() })
		case "removing":
			asked.gone = n
		case "removed":
			had.gone = n
		case "adding":
			asked.limit = n
		case "added":
			had.limit = n
		case "failed":
			t.Error(lines.Text())
		}
	}
	child.Wait()
	if kill == nil {
		t.Fatal("the writer did not open the index")
	}
	return asked, had
}

// survive kills the writer so many times. What it said it had is there, what it was about to do is there or not, and what is asked for
// again comes right; one who follows sees the same.
func survive(t *testing.T, times int, most int64) {
	dir := t.TempDir()
	var c counted
	reader := open(t, dir, Options{Follow: true})
	torn := 0
	for n := range times {
		asked, had := killed(t, dir, c, rand.N(60*time.Millisecond))
		if t.Failed() {
			return
		}
		if asked != had {
			torn++
		}
		check(t, reader.Refresh())
		x := open(t, dir, Options{Damaged: func(file string, err error) { t.Errorf("%s: %v", file, err) }})
		last := had.limit
		for last > 0 && !had.has(last) {
			last--
		}
		if w := x.Watermark(); w < last || w > asked.limit {
			t.Fatalf("kill %d: watermark %d, acknowledged %d, asked for %d", n, w, last, asked.limit)
		}
		check(t, x.Remove(removals(had.gone, asked.gone)))
		takeIn(t, x, asked)
		c = asked
		if n%8 == 0 || n == times-1 {
			same(t, x, c)
			check(t, reader.Refresh())
			same(t, reader, c)
			check(t, x.Verify())
		}
		check(t, x.Close())
		if n%3 == 0 { // a kill while it reads everything, too
			os.Remove(dir + "/clean")
		}
		if c.limit > most {
			dir, c = t.TempDir(), counted{}
			reader = open(t, dir, Options{Follow: true})
		}
	}
	if torn == 0 {
		t.Fatalf("no kill of %d fell into a change", times)
	}
	t.Logf("%d kills, %d of them within a change", times, torn)
}

func TestKilledAtAnyPoint(t *testing.T) { survive(t, 25, 200_000) }

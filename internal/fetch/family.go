// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// processes lists the living processes of the browser: its group, and whatever else names its folder.
// Who was found to be none is not looked at again where strangers remembers it.
func (c *chromium) processes(strangers map[int]bool) (pids []int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	group := strconv.Itoa(c.cmd.Process.Pid)
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || strangers[pid] {
			continue
		}
		stat, err := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
		if err != nil {
			continue
		}
		_, after, _ := bytes.Cut(stat, []byte(") ")) // the name before it may hold anything
		w := strings.Fields(string(after))
		if len(w) < 3 || w[0] == "Z" || w[0] == "X" {
			continue
		}
		if w[2] != group {
			line, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
			if err != nil || !bytes.Contains(line, []byte(c.folder+"/")) || !bytes.Contains(line, []byte("--user-data-dir=")) {
				if strangers != nil {
					strangers[pid] = true
				}
				continue
			}
		}
		pids = append(pids, pid)
	}
	return pids
}

// memory is how many bytes the browser's processes fill that they share with no file, and which one fills the most.
func (c *chromium) memory(strangers map[int]bool) (all int64, biggest int) {
	most := int64(0)
	for _, pid := range c.processes(strangers) {
		status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
		if err != nil {
			continue
		}
		mine := int64(0)
		for line := range strings.Lines(string(status)) {
			if w := strings.Fields(line); len(w) == 3 && (w[0] == "RssAnon:" || w[0] == "RssShmem:") {
				n, _ := strconv.ParseInt(w[1], 10, 64) // the kernel's own figures
				mine += n << 10
			}
		}
		if all += mine; mine > most {
			most, biggest = mine, pid
		}
	}
	return all, biggest
}

// hold keeps the browser within so many bytes of memory: one process cannot take more by itself, and when all together have, the
// biggest one is killed. It returns when done is closed; full is called after each killing.
func (c *chromium) hold(most int64, done <-chan struct{}, full func()) {
	limit := unix.Rlimit{Cur: uint64(most) + 1<<30, Max: uint64(most) + 1<<30}
	_ = unix.Prlimit(c.cmd.Process.Pid, unix.RLIMIT_DATA, &limit, nil) // what it does not catch is found below
	strangers := map[int]bool{}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			if all, biggest := c.memory(strangers); all > most {
				_ = syscall.Kill(biggest, syscall.SIGKILL)
				full()
			}
		}
	}
}

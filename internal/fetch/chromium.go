// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"iolaus/internal/iru"
)

// A chromium is one running browser with a folder of its own.
type chromium struct {
	cmd     *exec.Cmd
	folder  string
	to      *os.File // commands to it
	from    *os.File // what it answers
	said    *heard
	exited  chan struct{}
	usage   syscall.Rusage // of the browser and what it waited for; valid when it has exited
	killing sync.Once
}

// start runs the browser as a user that is not root, in a process group of its own. It dies with us: the kernel kills its first
// process with the thread that started it, and the others end when they lose that one.
func (b *Browser) start(parent string, flags []string) (_ *chromium, err error) {
	c := &chromium{exited: make(chan struct{})}
	if c.folder, err = os.MkdirTemp(parent, "iolaus-browser-*"); err != nil {
		return nil, fmt.Errorf("make the browser's folder: %w: %w", iru.Unavailable, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(c.folder))
		}
	}()
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() == 0 {
		attr.Credential = &syscall.Credential{Uid: uint32(b.uid), Gid: uint32(b.gid)}
		if err = os.Chown(c.folder, b.uid, b.gid); err != nil {
			return nil, fmt.Errorf("give the browser its folder: %w: %w", iru.Unavailable, err)
		}
	}
	profile := filepath.Join(c.folder, "profile")
	if err = b.prefer(profile); err != nil {
		return nil, err
	}
	flags = append(flags, "--user-data-dir="+profile)
	c.cmd = exec.Command(b.Path, flags...)
	c.cmd.SysProcAttr = attr
	c.cmd.Dir = c.folder
	// Nothing of our own environment: it may hold secrets.
	c.cmd.Env = []string{"HOME=" + c.folder, "TMPDIR=" + c.folder, "XDG_CONFIG_HOME=" + c.folder, "XDG_CACHE_HOME=" + c.folder,
		"XDG_RUNTIME_DIR=" + c.folder, "PATH=/usr/bin:/bin", "LANG=C.UTF-8"}
	if zone := os.Getenv("TZ"); zone != "" {
		c.cmd.Env = append(c.cmd.Env, "TZ="+zone)
	}
	theirs, err := c.pipes()
	if err != nil {
		return nil, fmt.Errorf("start the browser: %w: %w", iru.Unavailable, err)
	}
	started := make(chan error, 1)
	go c.run(started)
	err = <-started
	for _, f := range theirs {
		f.Close()
	}
	if err != nil {
		c.to.Close()
		c.from.Close()
		c.said.wait()
		return nil, fmt.Errorf("start the browser %s: %w: %w", b.Path, iru.Unavailable, err)
	}
	return c, nil
}

// preferences are what no flag says: no connections made in advance, no asking for accounts, no word to a search engine.
const preferences = `{"alternate_error_pages":{"enabled":false},"autofill":{"enabled":false},"credentials_enable_service":false,
"dns_prefetching":{"enabled":false},"net":{"network_prediction_options":2},"safebrowsing":{"enabled":false},"search":{"suggest_enabled":false},
"signin":{"allowed":false,"allowed_on_next_startup":false},"translate":{"enabled":false},"webrtc":{"ip_handling_policy":"disable_non_proxied_udp"}}`

// prefer makes the profile.
func (b *Browser) prefer(profile string) error {
	inner := filepath.Join(profile, "Default")
	err := os.MkdirAll(inner, 0o700)
	if err == nil {
		err = os.WriteFile(filepath.Join(inner, "Preferences"), []byte(preferences), 0o600)
	}
	for _, p := range []string{filepath.Join(inner, "Preferences"), inner, profile} {
		if err == nil && os.Geteuid() == 0 {
			err = os.Chown(p, b.uid, b.gid)
		}
	}
	if err != nil {
		return fmt.Errorf("make the browser's profile: %w: %w", iru.Unavailable, err)
	}
	return nil
}

// pipes makes descriptors 3 and 4 of the browser and its standard output. It returns the browser's ends.
func (c *chromium) pipes() ([]*os.File, error) {
	var files [6]*os.File
	for i := 0; i < len(files); i += 2 {
		r, w, err := os.Pipe()
		if err != nil {
			for _, f := range files[:i] {
				f.Close()
			}
			return nil, err
		}
		files[i], files[i+1] = r, w
	}
	c.cmd.ExtraFiles = []*os.File{files[0], files[3]}
	c.to, c.from = files[1], files[2]
	c.cmd.Stdout, c.cmd.Stderr = files[5], files[5]
	c.said = hear(files[4])
	return []*os.File{files[0], files[3], files[5]}, nil
}

// run starts the browser and waits for it on one thread: the kernel's promise is to the thread (go.dev/issue/27505).
func (c *chromium) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := c.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	_ = c.cmd.Wait() // how it ended is no matter: it is killed at the end
	if u, ok := c.cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.usage = *u
	}
	close(c.exited)
}

// kill ends every process of the browser.
func (c *chromium) kill() {
	c.killing.Do(func() {
		_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) // it may have ended
		<-c.exited
		for range 100 { // one that was just being born
			left := c.processes()
			if len(left) == 0 {
				break
			}
			for _, pid := range left {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
}

// remove deletes the folder; the browser was killed.
func (c *chromium) remove() error {
	c.said.wait()
	var err error
	for range 20 {
		if err = os.RemoveAll(c.folder); err == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("remove the browser's folder: %w: %w", iru.Unavailable, err)
}

// processes lists the living processes of the browser: its group, and whatever else names its folder.
func (c *chromium) processes() (pids []int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	group := strconv.Itoa(c.cmd.Process.Pid)
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
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
				continue
			}
		}
		pids = append(pids, pid)
	}
	return pids
}

// heard keeps the first words that a browser writes, for the message of a failed start.
type heard struct {
	from *os.File
	done chan struct{}
	mu   sync.Mutex
	text []byte
}

func hear(from *os.File) *heard {
	h := &heard{from: from, done: make(chan struct{})}
	go func() {
		defer close(h.done)
		_, _ = io.Copy(h, from) // it ends with the browser
	}()
	return h
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if room := 16<<10 - len(h.text); room > 0 {
		h.text = append(h.text, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

// last is the last line that says something about a failure.
func (h *heard) last() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	said := ""
	for line := range strings.Lines(string(h.text)) {
		if strings.Contains(line, "FATAL") || strings.Contains(line, "sandbox") || said == "" {
			said = strings.TrimSpace(line)
		}
	}
	return excerpt([]byte(said), 300)
}

// wait ends the hearing; a process that outlived the browser may hold the pipe.
func (h *heard) wait() {
	h.from.Close()
	<-h.done
}

// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"iolaus/internal/iru"
)

// A chromium is one running browser with a folder of its own.
type chromium struct {
	cmd     *exec.Cmd
	folder  string
	lock    *os.File // of the folder, held as long as we live
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
	sweep(parent)
	c := &chromium{exited: make(chan struct{})}
	if err = c.settle(parent); err != nil {
		return nil, fmt.Errorf("make the browser's folder: %w: %w", iru.Unavailable, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(c.folder), c.lock.Close())
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

// settle makes the folder and locks it.
func (c *chromium) settle(parent string) (err error) {
	if c.folder, err = os.MkdirTemp(parent, folders); err != nil {
		return err
	}
	if c.lock, err = os.Open(c.folder); err == nil {
		err = syscall.Flock(int(c.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	return err
}

const folders = "iolaus-browser-*"

// sweep removes the folders of those of us who were killed: nobody holds their locks.
func sweep(parent string) {
	found, _ := filepath.Glob(filepath.Join(cmp.Or(parent, os.TempDir()), folders)) // the pattern is sound
	for _, f := range found {
		lock, err := os.Open(f)
		if err != nil {
			continue
		}
		info, err := lock.Stat()
		if err == nil && time.Since(info.ModTime()) > time.Minute && syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			_ = os.RemoveAll(f) // another one will try
		}
		lock.Close()
	}
}

// pipes makes descriptors 3 and 4 of the browser and its standard output. It returns the browser's ends.
func (c *chromium) pipes() ([]*os.File, error) {
	var files []*os.File
	for range 3 {
		r, w, err := os.Pipe()
		if err != nil {
			for _, f := range files {
				f.Close()
			}
			return nil, err
		}
		files = append(files, r, w)
		if raw, err := r.SyscallConn(); err == nil { // fewer turns for a picture; what the system gives is enough
			_ = raw.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 1<<20) })
		}
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
			left := c.processes(true)
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
	defer c.lock.Close()
	var err error
	for range 20 {
		if err = os.RemoveAll(c.folder); err == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("remove the browser's folder: %w: %w", iru.Unavailable, err)
}

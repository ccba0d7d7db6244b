// SPDX-License-Identifier: EUPL-1.2

//go:build !linux

package sandbox

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Elsewhere a cell is only a process of its own.

func attributes(bool, int, int) *syscall.SysProcAttr { return nil }

func itself() (string, error) { return os.Executable() }

func used(int) (time.Duration, error) { return 0, errors.ErrUnsupported }

func ended(*exec.Cmd) (violation, killed bool) { return false, false }

func endGroup(c *exec.Cmd) { _ = c.Process.Kill() } // it ended by itself

func widen(*os.File) {}

func capacity(*os.File) int { return 0 }

func confine(bounds) Status {
	return Status{User: max(os.Getuid(), 0), Missing: []string{"this system confines nothing: use Linux"}}
}

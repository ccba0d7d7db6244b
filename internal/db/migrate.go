// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/pressly/goose/v3"

	"iolaus/internal/iru"
)

//go:embed migrations/*.sql
var migrations embed.FS

// newest migrates to the last version that the program knows.
const newest = math.MaxInt64

// A dialect is how an engine writes what one SQL text cannot say for both.
type dialect struct {
	goose    goose.Dialect
	pool     *sql.DB
	only     string // the word that begins a line for this engine alone
	other    string // and the other engine's
	identity string // a key that the engine numbers
	bytes    string // the column type for bytes
	now      string // the engine's clock as integer microseconds since 1970 UTC
	columns  string // a query: table, column, type, whether it must be set
	indexes  string // a query: table, SQL text of an index
	checks   string // a query: table, SQL text with CHECK constraints
	words    wordIndex
}

// migrate brings the tables of the program and of River up to date.
func (d *DB) migrate(ctx context.Context, version int64) error {
	unlock, err := d.engine.lockSchema(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := d.engine.groundwork(ctx); err != nil {
		return d.fault(ctx, "prepare store", err)
	}
	dia := d.engine.dialect()
	p, err := goose.NewProvider(dia.goose, dia.pool, dialectFS{migrations, dia},
		goose.WithSlog(slog.New(slog.DiscardHandler)), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrate store: %w: %w", iru.Internal, err)
	}
	has, knows, err := p.GetVersions(ctx)
	if err != nil {
		return d.fault(ctx, "migrate store", err)
	}
	if has > knows {
		return iru.Refuse(iru.Conflict, fmt.Sprintf("the store has version %d and this program knows versions up to %d", has, knows),
			"use the program that wrote it, or a newer one")
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return d.fault(ctx, "migrate store", err)
	}
	return nil
}

// SchemaID names the tables that this program makes: it changes whenever a migration does.
func SchemaID() string {
	h := sha256.New()
	err := fs.WalkDir(migrations, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := migrations.ReadFile(path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	if err != nil {
		panic(err) // the files are part of the program
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// A dialectFS shows the migrations as one engine needs them.
type dialectFS struct {
	files embed.FS
	dia   dialect
}

func (f dialectFS) Open(name string) (fs.File, error) {
	// goose looks into the root.
	file, err := f.files.Open(strings.TrimSuffix("migrations/"+name, "/."))
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return file, err
	}
	defer file.Close() // it is embedded
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	return &textFile{bytes.NewReader(translate(text, f.dia)), info}, err
}

func translate(text []byte, dia dialect) []byte {
	var out []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			line = strings.ReplaceAll(line, "BIGINT IDENTITY PRIMARY KEY", dia.identity)
			line = replaceWord(line, "BYTES", dia.bytes)
		}
		if strings.HasPrefix(line, dia.other) {
			continue
		}
		line = strings.TrimPrefix(line, dia.only)
		out = append(out, line)
	}
	return []byte(strings.Join(out, ""))
}

// replaceWord leaves longer words alone, such as a column MAX_BYTES.
func replaceWord(line, word, with string) string {
	part := func(b byte) bool {
		return b == '_' || '0' <= b && b <= '9' || 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z'
	}
	var out strings.Builder
	for {
		i := strings.Index(line, word)
		if i < 0 {
			return out.String() + line
		}
		end := i + len(word)
		out.WriteString(line[:i])
		if i > 0 && part(line[i-1]) || end < len(line) && part(line[end]) {
			out.WriteString(word)
		} else {
			out.WriteString(with)
		}
		line = line[end:]
	}
}

type textFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *textFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *textFile) Close() error               { return nil }

func pauseFor(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// versions are the numbers of the migrations, ascending.
func versions() ([]int64, error) {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return nil, err
	}
	var all []int64
	for _, f := range files {
		n, err := goose.NumericComponent(f.Name())
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

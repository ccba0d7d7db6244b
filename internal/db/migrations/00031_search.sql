-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- What items said, a row for each text that is another one, and the words by which it is found. Texts stand apart: what a search looks at
-- for each text is short.
CREATE TABLE captured (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  asset BIGINT NOT NULL REFERENCES asset (id),
  item BIGINT NOT NULL REFERENCES item (id),
  exhibit BIGINT NOT NULL REFERENCES exhibit (id),
  lang TEXT NOT NULL,
  dir TEXT NOT NULL,
  sum TEXT NOT NULL,
  first BIGINT NOT NULL,
  last BIGINT NOT NULL,
  UNIQUE (item, sum)
);
CREATE TABLE captured_text (
  captured BIGINT PRIMARY KEY REFERENCES captured (id),
  title TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE TABLE captured_lang (
  captured BIGINT NOT NULL REFERENCES captured (id),
  place INTEGER NOT NULL,
  lang TEXT NOT NULL,
  PRIMARY KEY (captured, lang)
);
CREATE INDEX captured_langs ON captured_lang (lang, captured);
CREATE INDEX captured_asset ON captured (asset);
-- Which text an exhibit shows; 0: none that is searched.
CREATE TABLE shows (
  exhibit BIGINT PRIMARY KEY REFERENCES exhibit (id),
  captured BIGINT NOT NULL
);
CREATE INDEX shows_captured ON shows (captured, exhibit);
-- Words are folded before they come here; the tokenizer only parts them. What is deleted is overwritten in the index at once.
SQLITE CREATE VIRTUAL TABLE captured_words USING fts5 (title, body, content='', tokenize='ascii');
SQLITE INSERT INTO captured_words (captured_words, rank) VALUES ('rank', 'bm25(4.0, 1.0)');
SQLITE INSERT INTO captured_words (captured_words, rank) VALUES ('secure-delete', 1);
POSTGRES CREATE TABLE captured_words (id BIGINT PRIMARY KEY REFERENCES captured (id), words TSVECTOR NOT NULL);
POSTGRES CREATE INDEX captured_words_words ON captured_words USING gin (words);
ALTER TABLE item ADD COLUMN languages JSON NOT NULL DEFAULT '[]';
-- What was captured before is gone through for its words.
CREATE TABLE rescan_was AS SELECT * FROM rescan;
DROP TABLE rescan;
CREATE TABLE rescan (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  sought TEXT NOT NULL CHECK (sought IN ('terms','known','words')),
  running BOOLEAN NOT NULL,
  reached BIGINT NOT NULL DEFAULT 0,
  until BIGINT NOT NULL DEFAULT 0,
  wrapped BOOLEAN NOT NULL DEFAULT FALSE,
  turn BIGINT NOT NULL,
  step BIGINT NOT NULL DEFAULT 0,
  seen BIGINT NOT NULL DEFAULT 0,
  found BIGINT NOT NULL DEFAULT 0,
  failed BIGINT NOT NULL DEFAULT 0,
  asked BIGINT NOT NULL,
  ended BIGINT NOT NULL DEFAULT 0,
  UNIQUE (unit, sought)
);
INSERT INTO rescan (id, unit, sought, running, reached, until, wrapped, turn, step, seen, found, failed, asked, ended)
  SELECT id, unit, sought, running, reached, until, wrapped, turn, step, seen, found, failed, asked, ended FROM rescan_was WHERE sought<>'words' ORDER BY id;
POSTGRES SELECT setval(pg_get_serial_sequence('rescan', 'id'), COALESCE(MAX(id), 1), MAX(id) IS NOT NULL) FROM rescan;
DROP TABLE rescan_was;
INSERT INTO rescan (unit, sought, running, turn, asked) SELECT id, 'words', TRUE, 1, COALESCE((SELECT MAX(at) FROM exhibit WHERE unit=u.id), 0) FROM unit u
  WHERE EXISTS (SELECT 1 FROM exhibit WHERE unit=u.id) ORDER BY id;

-- +goose Down
CREATE TABLE rescan_was AS SELECT * FROM rescan;
DROP TABLE rescan;
CREATE TABLE rescan (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  sought TEXT NOT NULL CHECK (sought IN ('terms','known')),
  running BOOLEAN NOT NULL,
  reached BIGINT NOT NULL DEFAULT 0,
  until BIGINT NOT NULL DEFAULT 0,
  wrapped BOOLEAN NOT NULL DEFAULT FALSE,
  turn BIGINT NOT NULL,
  step BIGINT NOT NULL DEFAULT 0,
  seen BIGINT NOT NULL DEFAULT 0,
  found BIGINT NOT NULL DEFAULT 0,
  failed BIGINT NOT NULL DEFAULT 0,
  asked BIGINT NOT NULL,
  ended BIGINT NOT NULL DEFAULT 0,
  UNIQUE (unit, sought)
);
INSERT INTO rescan (id, unit, sought, running, reached, until, wrapped, turn, step, seen, found, failed, asked, ended)
  SELECT id, unit, sought, running, reached, until, wrapped, turn, step, seen, found, failed, asked, ended FROM rescan_was WHERE sought<>'words' ORDER BY id;
POSTGRES SELECT setval(pg_get_serial_sequence('rescan', 'id'), COALESCE(MAX(id), 1), MAX(id) IS NOT NULL) FROM rescan;
DROP TABLE rescan_was;
ALTER TABLE item DROP COLUMN languages;
DROP TABLE captured_words; DROP TABLE shows; DROP TABLE captured_lang; DROP TABLE captured_text; DROP TABLE captured;

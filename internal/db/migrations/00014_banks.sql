-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- Known content: a bank of one source, its contents, their fingerprints. Ten million of them must be practical, so rows are short, and
-- each index serves a question: which content has this fingerprint, what is in this bank, what did the judgement of an item leave.
CREATE TABLE bank (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  name TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('own','partner','feed')),
  handling JSON NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  muted BOOLEAN NOT NULL DEFAULT FALSE,
  feed TEXT NOT NULL DEFAULT '',
  checkpoint TEXT NOT NULL DEFAULT '',
  created BIGINT NOT NULL,
  by_officer BIGINT NOT NULL,
  UNIQUE (unit, name)
);
INSERT INTO bank (unit, name, source, handling, created, by_officer)
  SELECT unit, bank, CASE WHEN bank='own' THEN 'own' ELSE 'partner' END, '{"tlp":"AMBER+STRICT","pap":"AMBER","h":"H2"}', MIN(created), MIN(by_officer)
  FROM known GROUP BY unit, bank ORDER BY MIN(id);
CREATE TABLE known_was AS SELECT * FROM known;
CREATE TABLE match_was AS SELECT * FROM match;
DROP TABLE match;
DROP TABLE known;
CREATE TABLE known (
  id BIGINT IDENTITY PRIMARY KEY,
  bank BIGINT NOT NULL REFERENCES bank (id),
  label TEXT NOT NULL,
  finding TEXT NOT NULL,
  item BIGINT NOT NULL DEFAULT 0,
  by_officer BIGINT NOT NULL,
  created BIGINT NOT NULL,
  ref TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('active','quarantined','withdrawn')),
  flood TEXT NOT NULL DEFAULT '' CHECK (flood IN ('','floods','spared'))
);
INSERT INTO known (id, bank, label, finding, item, by_officer, created, state)
  SELECT w.id, b.id, w.label, w.finding, w.item, w.by_officer, w.created, CASE WHEN w.muted THEN 'withdrawn' ELSE 'active' END
  FROM known_was w JOIN bank b ON b.unit=w.unit AND b.name=w.bank ORDER BY w.id;
CREATE INDEX known_bank ON known (bank, id);
CREATE INDEX known_item ON known (item) WHERE item<>0;
CREATE TABLE signal (
  id BIGINT IDENTITY PRIMARY KEY,
  known BIGINT NOT NULL REFERENCES known (id),
  medium TEXT NOT NULL,
  value BYTES NOT NULL
);
-- The text form of a fingerprint becomes its bytes. A sketch is base64, of which SQLite takes four digits a step.
SQLITE INSERT INTO signal (known, medium, value) SELECT id, medium, unhex(value) FROM known_was WHERE medium<>'text' ORDER BY id;
SQLITE WITH RECURSIVE step (id, size, rest, digits) AS (
SQLITE   SELECT id, (length(value)-4)*3/4, substr(value, 5) || 'AAA', '' FROM known_was WHERE medium='text'
SQLITE   UNION ALL SELECT id, size, substr(rest, 5), digits || printf('%06X',
SQLITE     (instr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', substr(rest, 1, 1))-1)*262144
SQLITE     + (instr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', substr(rest, 2, 1))-1)*4096
SQLITE     + (instr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', substr(rest, 3, 1))-1)*64
SQLITE     + (instr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', substr(rest, 4, 1))-1)) FROM step WHERE length(rest)>=4)
SQLITE INSERT INTO signal (known, medium, value) SELECT id, 'text', unhex(substr(digits, 1, 2*size)) FROM step WHERE length(rest)<4 ORDER BY id;
POSTGRES INSERT INTO signal (known, medium, value) SELECT id, medium, CASE WHEN medium='text'
POSTGRES   THEN decode(rpad(translate(substr(value, 5), '-_', '+/'), (length(value)-4+3)/4*4, '='), 'base64')
POSTGRES   ELSE decode(value, 'hex') END FROM known_was ORDER BY id;
-- Of a value the first eight bytes tell it from nearly all others, and an index of whole ones would be four times as large.
CREATE INDEX signal_value ON signal (medium, substr(value, 1, 8));
CREATE INDEX signal_known ON signal (known);
CREATE TABLE match (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  item BIGINT NOT NULL REFERENCES item (id),
  exhibit BIGINT NOT NULL REFERENCES exhibit (id),
  known BIGINT NOT NULL REFERENCES known (id),
  medium TEXT NOT NULL,
  distance DOUBLE PRECISION NOT NULL,
  place TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('suggested','confirmed','disputed','withdrawn')),
  at BIGINT NOT NULL,
  UNIQUE (item, known, medium, place)
);
CREATE INDEX match_known ON match (known);
INSERT INTO match (id, unit, item, exhibit, known, medium, distance, place, state, at)
  SELECT id, unit, item, exhibit, known, medium, distance, place, state, at FROM match_was ORDER BY id;
DROP TABLE match_was;
DROP TABLE known_was;
POSTGRES SELECT setval(pg_get_serial_sequence('known', 'id'), COALESCE(MAX(id), 1), MAX(id) IS NOT NULL) FROM known;
POSTGRES SELECT setval(pg_get_serial_sequence('match', 'id'), COALESCE(MAX(id), 1), MAX(id) IS NOT NULL) FROM match;
CREATE TABLE opinion (
  id BIGINT IDENTITY PRIMARY KEY,
  known BIGINT NOT NULL REFERENCES known (id),
  unit BIGINT NOT NULL DEFAULT 0,
  partner TEXT NOT NULL DEFAULT '',
  by_officer BIGINT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('confirmed','disputed','withdrawn')),
  note TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX opinion_known ON opinion (known);

-- +goose Down
CREATE TABLE known_is AS SELECT k.id, b.unit, b.name AS bank, s.medium, s.value, k.label, k.finding, k.item, k.by_officer, k.created,
  k.state<>'active' OR b.muted AS muted
  FROM known k JOIN bank b ON b.id=k.bank JOIN signal s ON s.id=(SELECT MIN(id) FROM signal WHERE signal.known=k.id)
  WHERE s.medium IN ('sha256','pdq');
CREATE TABLE match_is AS SELECT * FROM match WHERE known IN (SELECT id FROM known_is);
DROP TABLE opinion;
DROP TABLE match;
DROP TABLE signal;
DROP TABLE known;
DROP TABLE bank;
CREATE TABLE known (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  bank TEXT NOT NULL,
  medium TEXT NOT NULL,
  value TEXT NOT NULL,
  label TEXT NOT NULL,
  finding TEXT NOT NULL,
  item BIGINT NOT NULL DEFAULT 0,
  by_officer BIGINT NOT NULL,
  created BIGINT NOT NULL,
  muted BOOLEAN NOT NULL DEFAULT FALSE,
  UNIQUE (unit, bank, medium, value)
);
SQLITE INSERT INTO known SELECT id, unit, bank, medium, lower(hex(value)), label, finding, item, by_officer, created, muted FROM known_is;
POSTGRES INSERT INTO known SELECT id, unit, bank, medium, encode(value, 'hex'), label, finding, item, by_officer, created, muted FROM known_is;
CREATE TABLE match (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  item BIGINT NOT NULL REFERENCES item (id),
  exhibit BIGINT NOT NULL REFERENCES exhibit (id),
  known BIGINT NOT NULL REFERENCES known (id),
  medium TEXT NOT NULL,
  distance DOUBLE PRECISION NOT NULL,
  place TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('suggested','confirmed','disputed','withdrawn')),
  at BIGINT NOT NULL,
  UNIQUE (item, known, place)
);
INSERT INTO match (id, unit, item, exhibit, known, medium, distance, place, state, at)
  SELECT id, unit, item, exhibit, known, medium, distance, place, state, at FROM match_is WHERE id IN (SELECT MIN(id) FROM match_is GROUP BY item, known, place);
DROP TABLE match_is;
DROP TABLE known_is;
POSTGRES SELECT setval(pg_get_serial_sequence('known', 'id'), COALESCE(MAX(id), 1), MAX(id) IS NOT NULL) FROM known;
POSTGRES SELECT setval(pg_get_serial_sequence('match', 'id'), COALESCE(MAX(id), 1), MAX(id) IS NOT NULL) FROM match;

-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- Watch lists. A list's version grows with every change to it or its terms: who compiled it sees that it is old.
CREATE TABLE term_list (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  name TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  handling JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active','muted','withdrawn')),
  version BIGINT NOT NULL DEFAULT 1,
  by_officer BIGINT NOT NULL REFERENCES officer (id),
  created BIGINT NOT NULL,
  UNIQUE (unit, name)
);
CREATE TABLE term (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  list BIGINT NOT NULL REFERENCES term_list (id),
  text TEXT NOT NULL,
  lang TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('active','muted','withdrawn')),
  import BIGINT NOT NULL DEFAULT 0,
  by_officer BIGINT NOT NULL REFERENCES officer (id),
  created BIGINT NOT NULL,
  UNIQUE (list, text, lang)
);
CREATE INDEX term_import ON term (import);
CREATE INDEX term_order ON term (list, id);
-- Where a term stands in the text of an exhibit, in bytes, with the words as they were captured.
CREATE TABLE term_hit (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  item BIGINT NOT NULL REFERENCES item (id),
  exhibit BIGINT NOT NULL REFERENCES exhibit (id),
  term BIGINT NOT NULL REFERENCES term (id),
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  lead TEXT NOT NULL,
  words TEXT NOT NULL,
  trail TEXT NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (exhibit, term, start_at, end_at)
);
CREATE INDEX term_hit_item ON term_hit (item);
CREATE INDEX term_hit_term ON term_hit (term);

-- +goose Down
DROP TABLE term_hit; DROP TABLE term; DROP TABLE term_list;

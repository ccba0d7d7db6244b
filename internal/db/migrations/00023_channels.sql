-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- What an answer was read as (Annex II or III), and what a person must know of a letter.
ALTER TABLE letter ADD COLUMN annex JSON NOT NULL DEFAULT 'null';
ALTER TABLE letter ADD COLUMN remark TEXT NOT NULL DEFAULT '';
-- Mail in our mailbox that names no act, until a person finds its place.
CREATE TABLE stray (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  at BIGINT NOT NULL,
  sender TEXT NOT NULL,
  authentic TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  message_id TEXT NOT NULL,
  answers TEXT NOT NULL,
  proof TEXT NOT NULL UNIQUE,
  why TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'filed', 'dismissed')),
  notice BIGINT NOT NULL DEFAULT 0,
  by_officer BIGINT NOT NULL DEFAULT 0,
  decided BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX stray_state ON stray (unit, state, at);
-- Practice orders: no acts, in no report.
CREATE TABLE drill (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  ref TEXT NOT NULL UNIQUE,
  provider BIGINT NOT NULL REFERENCES provider (id),
  by_officer BIGINT NOT NULL,
  lang TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  created BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ordered', 'sent', 'received', 'answered', 'failed')),
  sent_at BIGINT NOT NULL DEFAULT 0,
  proof TEXT NOT NULL DEFAULT '',
  opened_at BIGINT NOT NULL DEFAULT 0,
  received_at BIGINT NOT NULL DEFAULT 0,
  answered_at BIGINT NOT NULL DEFAULT 0,
  answer TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',
  digest TEXT NOT NULL DEFAULT '',
  once TEXT NOT NULL DEFAULT ''
);
CREATE INDEX drill_provider ON drill (provider, id);

-- +goose Down
DROP TABLE drill; DROP TABLE stray;
ALTER TABLE letter DROP COLUMN remark; ALTER TABLE letter DROP COLUMN annex;

-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- A verification sweep of an operation: every asset, from every vantage point; the digest of what was seen is in the ledger.
CREATE TABLE muster (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  operation BIGINT NOT NULL REFERENCES operation (id),
  mark TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','closed','dropped')),
  by_officer BIGINT NOT NULL DEFAULT 0,
  begun BIGINT NOT NULL,
  due BIGINT NOT NULL,
  ended BIGINT NOT NULL DEFAULT 0,
  assets BIGINT NOT NULL DEFAULT 0,
  up BIGINT NOT NULL DEFAULT 0,
  down BIGINT NOT NULL DEFAULT 0,
  doubtful BIGINT NOT NULL DEFAULT 0,
  unknown BIGINT NOT NULL DEFAULT 0,
  unseen BIGINT NOT NULL DEFAULT 0,
  digest TEXT NOT NULL DEFAULT '',
  body TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX muster_once ON muster (operation, mark) WHERE state='open';
CREATE INDEX muster_operation ON muster (operation, id);
-- An operation that goes on from another one.
CREATE TABLE wave (
  operation BIGINT PRIMARY KEY REFERENCES operation (id),
  after BIGINT NOT NULL REFERENCES operation (id),
  number BIGINT NOT NULL,
  followups BIGINT NOT NULL,
  made BIGINT NOT NULL,
  by_officer BIGINT NOT NULL
);
CREATE INDEX wave_after ON wave (after);

-- +goose Down
DROP TABLE wave;
DROP TABLE muster;

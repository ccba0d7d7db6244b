-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- What will be looked at to say what an operation did, fixed before its T0; one is in force at a time.
CREATE TABLE effect_window (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  operation BIGINT NOT NULL REFERENCES operation (id),
  counts TEXT NOT NULL,
  words TEXT NOT NULL,
  compare BIGINT NOT NULL DEFAULT 0,
  beside TEXT NOT NULL DEFAULT '',
  looks JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('sealed','withdrawn')),
  by_officer BIGINT NOT NULL,
  at BIGINT NOT NULL,
  ended_by BIGINT NOT NULL DEFAULT 0,
  ended BIGINT NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX effect_window_once ON effect_window (operation) WHERE state='sealed';
CREATE INDEX effect_window_operation ON effect_window (operation, id);

-- +goose Down
DROP TABLE effect_window;

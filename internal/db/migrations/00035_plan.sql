-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- Plans against an outlet: what was asked, the tree and the measures that it was asked of, and the answer.
CREATE TABLE plan (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  outlet BIGINT NOT NULL REFERENCES outlet (id),
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft','proposed','approved','dropped')),
  ask JSON NOT NULL,
  root TEXT NOT NULL,
  nodes JSON NOT NULL,
  measures JSON NOT NULL,
  answer JSON NOT NULL,
  by_officer BIGINT NOT NULL,
  created BIGINT NOT NULL,
  drawn BIGINT NOT NULL,
  solved BIGINT NOT NULL,
  proposed BIGINT NOT NULL DEFAULT 0,
  approved BIGINT NOT NULL DEFAULT 0,
  operation BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX plan_outlet ON plan (outlet, id);
-- The unit's own numbers from which measures are priced; the newest of a key counts.
CREATE TABLE rate (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  rate_key TEXT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  reason TEXT NOT NULL,
  by_officer BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX rate_unit ON rate (unit, rate_key, id);

-- +goose Down
DROP TABLE rate;
DROP TABLE plan;

-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- When addressees' desks work, as a unit knows it, for rehearsals; the newest of an addressee counts.
CREATE TABLE deskhours (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  provider BIGINT NOT NULL REFERENCES provider (id),
  always BOOLEAN NOT NULL,
  zone TEXT NOT NULL,
  windows JSON NOT NULL,
  holidays JSON NOT NULL,
  works JSON NOT NULL,
  cache BIGINT NOT NULL,
  ended BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  by_officer BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX deskhours_unit ON deskhours (unit, provider, id);

-- +goose Down
DROP TABLE deskhours;

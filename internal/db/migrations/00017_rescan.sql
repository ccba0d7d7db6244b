-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- How far the search of earlier captures for new terms or new known content has come: one row for a unit and what is sought.
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
CREATE INDEX exhibit_unit ON exhibit (unit, id);
-- What was set aside is little of a bank, and these are as small: a page that lists it reads nothing else.
CREATE INDEX known_aside ON known (bank, state, id) WHERE state<>'active';
CREATE INDEX known_flood ON known (bank, id) WHERE flood='floods';

-- +goose Down
DROP INDEX known_flood; DROP INDEX known_aside; DROP INDEX exhibit_unit; DROP TABLE rescan;

-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- Who takes part in an operation, and as what.
CREATE TABLE participant (
  id BIGINT IDENTITY PRIMARY KEY,
  operation BIGINT NOT NULL REFERENCES operation (id),
  unit BIGINT NOT NULL DEFAULT 0,
  partner BIGINT NOT NULL DEFAULT 0,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  roles JSON NOT NULL,
  heard BIGINT NOT NULL DEFAULT 0,
  UNIQUE (operation, name)
);
CREATE UNIQUE INDEX participant_once ON participant (operation, unit) WHERE unit<>0;
CREATE UNIQUE INDEX participant_partner ON participant (operation, partner) WHERE partner<>0;
CREATE INDEX participant_unit ON participant (unit, operation);
INSERT INTO participant (operation, unit, kind, name, country, roles)
  SELECT p.operation, p.unit, 'unit', u.name, u.country, '["lead","order_removal"]'
  FROM poll AS p JOIN unit AS u ON u.id=p.unit JOIN operation AS o ON o.id=p.operation WHERE o.unit=p.unit ORDER BY p.id;
INSERT INTO participant (operation, unit, kind, name, country, roles)
  SELECT p.operation, p.unit, 'unit', u.name, u.country, '["order_removal"]'
  FROM poll AS p JOIN unit AS u ON u.id=p.unit JOIN operation AS o ON o.id=p.operation WHERE o.unit<>p.unit ORDER BY p.id;

-- An answer for each role of a participant.
CREATE TABLE poll_by_role (
  id BIGINT IDENTITY PRIMARY KEY,
  operation BIGINT NOT NULL REFERENCES operation (id),
  participant BIGINT NOT NULL REFERENCES participant (id),
  role TEXT NOT NULL,
  unit BIGINT NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('open','go','no_go')),
  by_officer BIGINT NOT NULL DEFAULT 0,
  at BIGINT NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  digest TEXT NOT NULL DEFAULT '',
  UNIQUE (participant, role)
);
INSERT INTO poll_by_role (operation, participant, role, unit, state, by_officer, at, reason, digest)
  SELECT p.operation, x.id, 'order_removal', p.unit, p.state, p.by_officer, p.at, p.reason, p.digest
  FROM poll AS p JOIN participant AS x ON x.operation=p.operation AND x.unit=p.unit ORDER BY p.id;
DROP TABLE poll;
ALTER TABLE poll_by_role RENAME TO poll;
CREATE INDEX poll_operation ON poll (operation, unit);

CREATE INDEX exhibit_asset ON exhibit (asset, at);
-- What one participant does about one asset on the day.
CREATE TABLE task (
  id BIGINT IDENTITY PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  operation BIGINT NOT NULL REFERENCES operation (id),
  participant BIGINT NOT NULL REFERENCES participant (id),
  asset BIGINT NOT NULL DEFAULT 0,
  address TEXT NOT NULL,
  provider BIGINT NOT NULL DEFAULT 0,
  layer TEXT NOT NULL,
  role TEXT NOT NULL,
  jurisdiction TEXT NOT NULL,
  instrument TEXT NOT NULL,
  stage TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed','accepted','declined','withdrawn','ready','started','done','failed')),
  notice BIGINT NOT NULL DEFAULT 0,
  plan BIGINT NOT NULL DEFAULT 0,
  handling JSON NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL DEFAULT '',
  valid_from BIGINT NOT NULL DEFAULT 0,
  valid_until BIGINT NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  unkept TEXT NOT NULL DEFAULT '',
  unkept_by BIGINT NOT NULL DEFAULT 0,
  by_officer BIGINT NOT NULL DEFAULT 0,
  at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX task_operation ON task (operation, id);
CREATE INDEX task_address ON task (address, operation);
CREATE UNIQUE INDEX task_notice ON task (notice) WHERE notice<>0;

-- May it be touched? One question about one asset to one other unit, partner or body.
CREATE TABLE deconfliction (
  id BIGINT IDENTITY PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  operation BIGINT NOT NULL REFERENCES operation (id),
  participant BIGINT NOT NULL DEFAULT 0,
  unit BIGINT NOT NULL DEFAULT 0,
  partner BIGINT NOT NULL DEFAULT 0,
  asset BIGINT NOT NULL DEFAULT 0,
  address TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('requested','clear','duplicate','hold','evidence_first','joint','no_answer','expired','released')),
  asked BIGINT NOT NULL,
  due BIGINT NOT NULL,
  by_officer BIGINT NOT NULL DEFAULT 0,
  at BIGINT NOT NULL DEFAULT 0,
  word TEXT NOT NULL DEFAULT '',
  reference TEXT NOT NULL DEFAULT '',
  until BIGINT NOT NULL DEFAULT 0,
  contact TEXT NOT NULL DEFAULT '',
  exhibit BIGINT NOT NULL DEFAULT 0,
  decided BIGINT NOT NULL DEFAULT 0,
  decided_at BIGINT NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  category TEXT NOT NULL DEFAULT '',
  threat TEXT NOT NULL DEFAULT '',
  first_officer BIGINT NOT NULL DEFAULT 0,
  first_at BIGINT NOT NULL DEFAULT 0,
  second_officer BIGINT NOT NULL DEFAULT 0,
  UNIQUE (operation, address, participant, unit, partner)
);
CREATE INDEX deconfliction_unit ON deconfliction (unit, state);
CREATE INDEX deconfliction_address ON deconfliction (address, state);
CREATE INDEX deconfliction_state ON deconfliction (state, due);

-- +goose Down
CREATE TABLE poll_by_unit (
  id BIGINT IDENTITY PRIMARY KEY,
  operation BIGINT NOT NULL REFERENCES operation (id),
  unit BIGINT NOT NULL REFERENCES unit (id),
  state TEXT NOT NULL CHECK (state IN ('open','go','no_go')),
  by_officer BIGINT NOT NULL DEFAULT 0,
  at BIGINT NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  digest TEXT NOT NULL DEFAULT '',
  UNIQUE (operation, unit)
);
INSERT INTO poll_by_unit (operation, unit, state, by_officer, at, reason, digest)
  SELECT operation, unit, state, by_officer, at, reason, digest FROM poll WHERE id IN (SELECT MIN(id) FROM poll WHERE unit<>0 GROUP BY operation, unit) ORDER BY id;
DROP TABLE poll;
ALTER TABLE poll_by_unit RENAME TO poll;
DROP INDEX exhibit_asset; DROP TABLE deconfliction; DROP TABLE task; DROP TABLE participant;

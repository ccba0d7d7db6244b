-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- Times are integer microseconds since 1970 UTC; 0 is "never". Each state column's CHECK equals its table in package iru.
CREATE TABLE unit (
  id BIGINT IDENTITY PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  country TEXT NOT NULL,
  kind TEXT NOT NULL,
  mail TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('active','suspended')),
  created BIGINT NOT NULL
);
CREATE TABLE officer (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  roles JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('invited','active','suspended')),
  password TEXT NOT NULL DEFAULT '',
  invite TEXT NOT NULL DEFAULT '',
  invite_until BIGINT NOT NULL DEFAULT 0,
  created BIGINT NOT NULL
);
CREATE TABLE token (
  id BIGINT IDENTITY PRIMARY KEY,
  officer BIGINT NOT NULL REFERENCES officer (id),
  name TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  scopes JSON NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  revoked BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE session (
  token TEXT PRIMARY KEY,
  data BYTES NOT NULL,
  expiry BIGINT NOT NULL
);
CREATE TABLE idempotency (
  officer BIGINT NOT NULL,
  key TEXT NOT NULL,
  request TEXT NOT NULL,
  status INTEGER NOT NULL,
  body BYTES NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (officer, key)
);
CREATE TABLE outlet (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  name TEXT NOT NULL,
  note TEXT NOT NULL,
  languages JSON NOT NULL,
  handling JSON NOT NULL,
  grade TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed','watched','closed','dark','returned')),
  created BIGINT NOT NULL,
  UNIQUE (unit, name)
);
CREATE TABLE asset (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  outlet BIGINT NOT NULL DEFAULT 0,
  kind TEXT NOT NULL,
  locator TEXT NOT NULL,
  site TEXT NOT NULL,
  languages JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('candidate','live','rejected','down','actioned','returned')),
  presence TEXT NOT NULL CHECK (presence IN ('unknown','up','doubtful','gone','back')),
  presence_since BIGINT NOT NULL DEFAULT 0,
  runs JSON NOT NULL,
  found_by TEXT NOT NULL,
  found_from BIGINT NOT NULL DEFAULT 0,
  lineage JSON NOT NULL,
  features JSON NOT NULL,
  created BIGINT NOT NULL,
  seen BIGINT NOT NULL DEFAULT 0,
  UNIQUE (unit, locator)
);
CREATE INDEX asset_outlet ON asset (outlet);
CREATE INDEX asset_site ON asset (site);
CREATE INDEX asset_found ON asset (found_from);
CREATE TABLE item (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  asset BIGINT NOT NULL REFERENCES asset (id),
  locator TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  lang TEXT NOT NULL DEFAULT '',
  dir TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('new','ready','failed','deferred','referred','dismissed','second')),
  priority INTEGER NOT NULL DEFAULT 0,
  reasons JSON NOT NULL,
  exhibit BIGINT NOT NULL DEFAULT 0,
  content TEXT NOT NULL DEFAULT '',
  held_by BIGINT NOT NULL DEFAULT 0,
  held_until BIGINT NOT NULL DEFAULT 0,
  wake_at BIGINT NOT NULL DEFAULT 0,
  created BIGINT NOT NULL,
  captured BIGINT NOT NULL DEFAULT 0,
  UNIQUE (unit, locator)
);
CREATE INDEX item_queue ON item (state, priority, id);
CREATE INDEX item_asset ON item (asset);
CREATE INDEX item_content ON item (content);
CREATE TABLE observation (
  id BIGINT IDENTITY PRIMARY KEY,
  asset BIGINT NOT NULL REFERENCES asset (id),
  item BIGINT NOT NULL DEFAULT 0,
  at BIGINT NOT NULL,
  vantage TEXT NOT NULL,
  outcome TEXT NOT NULL,
  status INTEGER NOT NULL,
  detail TEXT NOT NULL,
  took BIGINT NOT NULL
);
CREATE INDEX observation_asset ON observation (asset, at);
CREATE TABLE exhibit (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  asset BIGINT NOT NULL REFERENCES asset (id),
  item BIGINT NOT NULL REFERENCES item (id),
  locator TEXT NOT NULL,
  vantage TEXT NOT NULL,
  at BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  status INTEGER NOT NULL,
  final TEXT NOT NULL,
  manifest TEXT NOT NULL,
  files JSON NOT NULL,
  prints JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('recorded','sealed','erased')),
  event BIGINT NOT NULL
);
CREATE INDEX exhibit_item ON exhibit (item);
CREATE INDEX exhibit_state ON exhibit (state, id);
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
CREATE TABLE assessment (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  item BIGINT NOT NULL REFERENCES item (id),
  by_officer BIGINT NOT NULL REFERENCES officer (id),
  at BIGINT NOT NULL,
  finding TEXT NOT NULL,
  limbs JSON NOT NULL,
  passage TEXT NOT NULL,
  passage_lang TEXT NOT NULL,
  purpose TEXT NOT NULL,
  purpose_reason TEXT NOT NULL,
  is_public BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  of_item BIGINT NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('given','doubted','confirmed','overturned','undone')),
  second BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX assessment_item ON assessment (item);
CREATE TABLE provider (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  name TEXT NOT NULL,
  site TEXT NOT NULL,
  layer TEXT NOT NULL,
  jurisdiction TEXT NOT NULL,
  serves_others BOOLEAN NOT NULL DEFAULT FALSE,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  token TEXT NOT NULL DEFAULT '',
  source TEXT NOT NULL,
  guess BOOLEAN NOT NULL,
  seen_at BIGINT NOT NULL,
  contact TEXT NOT NULL CHECK (contact IN ('proposed','confirmed','changed')),
  confirmed_by BIGINT NOT NULL DEFAULT 0,
  confirmed_at BIGINT NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  created BIGINT NOT NULL,
  UNIQUE (unit, name, layer)
);
CREATE TABLE carrier (
  asset BIGINT NOT NULL REFERENCES asset (id),
  provider BIGINT NOT NULL REFERENCES provider (id),
  layer TEXT NOT NULL,
  source TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (asset, provider, layer)
);
CREATE TABLE operation (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  name TEXT NOT NULL,
  outlets JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft','polling','aborted','held','released','closed')),
  t0 BIGINT NOT NULL DEFAULT 0,
  director BIGINT NOT NULL REFERENCES officer (id),
  note TEXT NOT NULL DEFAULT '',
  created BIGINT NOT NULL,
  first_sent BIGINT NOT NULL DEFAULT 0,
  last_sent BIGINT NOT NULL DEFAULT 0,
  UNIQUE (unit, name)
);
CREATE TABLE poll (
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
CREATE TABLE notice (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  ref TEXT NOT NULL UNIQUE,
  instrument TEXT NOT NULL,
  regime TEXT NOT NULL,
  request TEXT NOT NULL,
  asset BIGINT NOT NULL REFERENCES asset (id),
  item BIGINT NOT NULL DEFAULT 0,
  locator TEXT NOT NULL,
  provider BIGINT NOT NULL REFERENCES provider (id),
  layer TEXT NOT NULL,
  operation BIGINT NOT NULL DEFAULT 0,
  parent BIGINT NOT NULL DEFAULT 0,
  lang TEXT NOT NULL,
  reasons TEXT NOT NULL,
  basis TEXT NOT NULL,
  drafted BIGINT NOT NULL REFERENCES officer (id),
  approvals JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft','submitted','withdrawn','endorsed','approved','dispatched','sent','received','bounced','escalated','complied','clarifying','claimed','refused','breached')),
  key TEXT NOT NULL UNIQUE,
  created BIGINT NOT NULL,
  sent_at BIGINT NOT NULL DEFAULT 0,
  received_at BIGINT NOT NULL DEFAULT 0,
  outcome_at BIGINT NOT NULL DEFAULT 0,
  outcome TEXT NOT NULL DEFAULT '',
  remote_id TEXT NOT NULL DEFAULT ''
);
CREATE INDEX notice_asset ON notice (asset);
CREATE INDEX notice_state ON notice (state);
CREATE INDEX notice_operation ON notice (operation);
CREATE TABLE letter (
  id BIGINT IDENTITY PRIMARY KEY,
  notice BIGINT NOT NULL REFERENCES notice (id),
  inbound BOOLEAN NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  channel TEXT NOT NULL,
  sender TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  message_id TEXT NOT NULL UNIQUE,
  proof TEXT NOT NULL,
  by_officer BIGINT NOT NULL DEFAULT 0,
  guess BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX letter_notice ON letter (notice, at);
CREATE TABLE clock (
  id BIGINT IDENTITY PRIMARY KEY,
  notice BIGINT NOT NULL REFERENCES notice (id),
  rule TEXT NOT NULL,
  obliged TEXT NOT NULL,
  source TEXT NOT NULL,
  binding BOOLEAN NOT NULL,
  started BIGINT NOT NULL,
  proof TEXT NOT NULL,
  length BIGINT NOT NULL,
  due BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running','stopped','replaced')),
  ended BIGINT NOT NULL DEFAULT 0,
  why TEXT NOT NULL DEFAULT ''
);
CREATE INDEX clock_notice ON clock (notice);
CREATE INDEX clock_due ON clock (state, due);
CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
-- The log. An event is written unsequenced (idx -1) by the business transaction; the one leased sequencer gives it its place.
CREATE TABLE event (
  id BIGINT IDENTITY PRIMARY KEY,
  at BIGINT NOT NULL,
  by_officer BIGINT NOT NULL,
  unit BIGINT NOT NULL,
  noun TEXT NOT NULL,
  subject BIGINT NOT NULL,
  verb TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  note TEXT NOT NULL,
  facts TEXT NOT NULL,
  salt BYTES NOT NULL,
  idx BIGINT NOT NULL DEFAULT -1
);
CREATE INDEX event_subject ON event (noun, subject, id);
CREATE INDEX event_idx ON event (idx);
CREATE TABLE log_hash (
  pos BIGINT PRIMARY KEY,
  hash BYTES NOT NULL
);
CREATE TABLE checkpoint (
  size BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  signed TEXT NOT NULL
);

-- +goose Down
DROP TABLE checkpoint; DROP TABLE log_hash; DROP TABLE event; DROP TABLE counter; DROP TABLE clock; DROP TABLE letter;
DROP TABLE notice; DROP TABLE poll; DROP TABLE operation; DROP TABLE carrier; DROP TABLE provider; DROP TABLE assessment;
DROP TABLE match; DROP TABLE known; DROP TABLE exhibit; DROP TABLE observation; DROP TABLE item; DROP TABLE asset;
DROP TABLE outlet; DROP TABLE idempotency; DROP TABLE session; DROP TABLE token; DROP TABLE officer; DROP TABLE unit;

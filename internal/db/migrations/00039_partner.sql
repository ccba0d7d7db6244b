-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- Units with an installation of their own, and what goes to and comes from them.
CREATE TABLE partner (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  url TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  card TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed','confirmed','ended','suspended')),
  added_by BIGINT NOT NULL,
  added BIGINT NOT NULL,
  confirmed_by BIGINT NOT NULL DEFAULT 0,
  confirmed BIGINT NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  next TEXT NOT NULL DEFAULT '',
  next_by BIGINT NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX partner_key ON partner (key) WHERE state<>'ended';
CREATE TABLE partner_line (
  id BIGINT IDENTITY PRIMARY KEY,
  partner BIGINT NOT NULL UNIQUE REFERENCES partner (id),
  out_epoch BIGINT NOT NULL,
  out_seq BIGINT NOT NULL DEFAULT 0,
  out_digest TEXT NOT NULL DEFAULT '',
  durable_epoch BIGINT NOT NULL DEFAULT 0,
  durable_seq BIGINT NOT NULL DEFAULT 0,
  durable_digest TEXT NOT NULL DEFAULT '',
  sent BIGINT NOT NULL DEFAULT 0,
  in_epoch BIGINT NOT NULL DEFAULT 0,
  in_seq BIGINT NOT NULL DEFAULT 0,
  in_digest TEXT NOT NULL DEFAULT '',
  heard BIGINT NOT NULL DEFAULT 0,
  trouble TEXT NOT NULL DEFAULT '',
  alarm TEXT NOT NULL DEFAULT '',
  failed TEXT NOT NULL DEFAULT '',
  tries BIGINT NOT NULL DEFAULT 0,
  next BIGINT NOT NULL DEFAULT 0,
  skew BIGINT NOT NULL DEFAULT 0,
  skew_at BIGINT NOT NULL DEFAULT 0,
  cleared BIGINT NOT NULL DEFAULT 0,
  set_number BIGINT NOT NULL DEFAULT 0,
  set_before BIGINT NOT NULL DEFAULT 0,
  set_digest TEXT NOT NULL DEFAULT '',
  set_at BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE outgoing (
  id BIGINT IDENTITY PRIMARY KEY,
  partner BIGINT NOT NULL REFERENCES partner (id),
  kind TEXT NOT NULL,
  handling JSON NOT NULL,
  operation TEXT NOT NULL DEFAULT '',
  body TEXT NOT NULL,
  digest TEXT NOT NULL DEFAULT '',
  epoch BIGINT NOT NULL DEFAULT 0,
  seq BIGINT NOT NULL DEFAULT 0,
  sealed BYTES,
  state TEXT NOT NULL CHECK (state IN ('queued','sealed','delivered')),
  by_officer BIGINT NOT NULL DEFAULT 0,
  at BIGINT NOT NULL,
  delivered BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX outgoing_waiting ON outgoing (partner, id) WHERE state<>'delivered';
CREATE UNIQUE INDEX outgoing_place ON outgoing (partner, epoch, seq) WHERE epoch>0;
CREATE INDEX outgoing_kind ON outgoing (partner, kind, id);
CREATE INDEX outgoing_operation ON outgoing (operation, id) WHERE operation<>'';
CREATE TABLE incoming (
  id BIGINT IDENTITY PRIMARY KEY,
  partner BIGINT NOT NULL REFERENCES partner (id),
  kind TEXT NOT NULL,
  handling TEXT NOT NULL,
  operation TEXT NOT NULL DEFAULT '',
  body TEXT NOT NULL,
  digest TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  said BIGINT NOT NULL,
  at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('received','applied','waiting','parked','dismissed')),
  why TEXT NOT NULL DEFAULT '',
  by_officer BIGINT NOT NULL DEFAULT 0,
  decided BIGINT NOT NULL DEFAULT 0,
  UNIQUE (partner, epoch, seq)
);
CREATE INDEX incoming_open ON incoming (partner, state, id) WHERE state IN ('received','waiting','parked');
CREATE INDEX incoming_kind ON incoming (partner, kind, id);
CREATE INDEX incoming_operation ON incoming (operation, id) WHERE operation<>'';
CREATE TABLE invitation (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  partner BIGINT NOT NULL REFERENCES partner (id),
  operation TEXT NOT NULL,
  name TEXT NOT NULL,
  roles JSON NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  handling JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','accepted','declined','withdrawn')),
  at BIGINT NOT NULL,
  by_officer BIGINT NOT NULL DEFAULT 0,
  decided BIGINT NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  own BIGINT NOT NULL DEFAULT 0,
  UNIQUE (partner, operation)
);
CREATE TABLE standing (
  id BIGINT IDENTITY PRIMARY KEY,
  operation BIGINT NOT NULL REFERENCES operation (id),
  partner BIGINT NOT NULL REFERENCES partner (id),
  state TEXT NOT NULL,
  t0 BIGINT NOT NULL DEFAULT 0,
  first BIGINT NOT NULL DEFAULT 0,
  last BIGINT NOT NULL DEFAULT 0,
  director TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  said BIGINT NOT NULL DEFAULT 0,
  heard BIGINT NOT NULL DEFAULT 0,
  UNIQUE (operation, partner)
);
CREATE TABLE inquiry (
  id BIGINT IDENTITY PRIMARY KEY,
  uid TEXT NOT NULL,
  unit BIGINT NOT NULL REFERENCES unit (id),
  partner BIGINT NOT NULL REFERENCES partner (id),
  ours BOOLEAN NOT NULL,
  purpose TEXT NOT NULL,
  by_officer BIGINT NOT NULL DEFAULT 0,
  asker TEXT NOT NULL DEFAULT '',
  count BIGINT NOT NULL,
  addresses JSON NOT NULL,
  blinding TEXT NOT NULL DEFAULT '',
  request TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('asked','answered','refused')),
  at BIGINT NOT NULL,
  hits JSON NOT NULL,
  contact TEXT NOT NULL DEFAULT '',
  why TEXT NOT NULL DEFAULT '',
  decided BIGINT NOT NULL DEFAULT 0,
  UNIQUE (partner, uid, ours)
);
CREATE INDEX inquiry_partner ON inquiry (partner, at);
-- Checkpoints of partners' ledgers that were seen here, and what partners said of ours.
CREATE TABLE witness (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  partner BIGINT NOT NULL REFERENCES partner (id),
  ours BOOLEAN NOT NULL,
  size BIGINT NOT NULL,
  key TEXT NOT NULL,
  signed TEXT NOT NULL,
  objection TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);
CREATE INDEX witness_partner ON witness (partner, ours, id);
ALTER TABLE operation ADD COLUMN lead BIGINT NOT NULL DEFAULT 0;
ALTER TABLE operation ADD COLUMN uid TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX operation_uid ON operation (uid) WHERE uid<>'';
ALTER TABLE task ADD COLUMN told TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE task DROP COLUMN told;
DROP INDEX operation_uid;
ALTER TABLE operation DROP COLUMN uid;
ALTER TABLE operation DROP COLUMN lead;
DROP TABLE witness; DROP TABLE inquiry; DROP TABLE standing; DROP TABLE invitation; DROP TABLE incoming; DROP TABLE outgoing; DROP TABLE partner_line; DROP TABLE partner;

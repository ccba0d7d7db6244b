-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- A clock may be about more than an act: a scrutiny, a provider, a decision not to disclose, a person's data.
CREATE TABLE clock_was AS SELECT * FROM clock;
DROP TABLE clock;
CREATE TABLE clock (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL,
  noun TEXT NOT NULL,
  subject BIGINT NOT NULL,
  notice BIGINT NOT NULL,
  provider BIGINT NOT NULL,
  ref TEXT NOT NULL,
  rule TEXT NOT NULL,
  sense TEXT NOT NULL,
  zone TEXT NOT NULL,
  obliged TEXT NOT NULL,
  source TEXT NOT NULL,
  binding BOOLEAN NOT NULL,
  started BIGINT NOT NULL,
  proof TEXT NOT NULL,
  length BIGINT NOT NULL,
  due BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running','stopped','replaced')),
  ended BIGINT NOT NULL DEFAULT 0,
  why TEXT NOT NULL DEFAULT '',
  extended BIGINT NOT NULL DEFAULT 0,
  by_officer BIGINT NOT NULL DEFAULT 0
);
INSERT INTO clock (id, unit, noun, subject, notice, provider, ref, rule, sense, zone, obliged, source, binding, started, proof, length, due, state, ended, why)
  SELECT w.id, n.unit, 'notice', w.notice, w.notice, n.provider, n.ref, w.rule, CASE WHEN w.rule='epoc-pr' THEN 'keep' ELSE 'deadline' END, '', w.obliged, w.source,
    w.binding, w.started, w.proof, w.length, w.due, w.state, w.ended, w.why FROM clock_was w JOIN notice n ON n.id=w.notice ORDER BY w.id;
POSTGRES SELECT setval(pg_get_serial_sequence('clock', 'id'), COALESCE(MAX(id), 1), MAX(id) IS NOT NULL) FROM clock;
DROP TABLE clock_was;
CREATE INDEX clock_notice ON clock (notice);
CREATE INDEX clock_due ON clock (state, due);
CREATE INDEX clock_about ON clock (noun, subject);
-- Receipts are never edited: a correction is a further row.
CREATE TABLE receipt (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL,
  notice BIGINT NOT NULL REFERENCES notice (id),
  at BIGINT NOT NULL,
  zone TEXT NOT NULL,
  channel TEXT NOT NULL,
  proof TEXT NOT NULL,
  recorded BIGINT NOT NULL,
  by_officer BIGINT NOT NULL,
  corrects BIGINT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX receipt_notice ON receipt (notice, id);
INSERT INTO receipt (unit, notice, at, zone, channel, proof, recorded, by_officer, corrects, reason)
  SELECT unit, id, received_at, '', '', 'recorded before receipts were records of their own', received_at, 0, 0, '' FROM notice WHERE received_at<>0 ORDER BY id;
CREATE TABLE missive (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  kind TEXT NOT NULL,
  ref TEXT NOT NULL,
  notice BIGINT NOT NULL,
  scrutiny BIGINT NOT NULL,
  provider BIGINT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  lang TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft','queued','sent','dropped','failed','received')),
  key TEXT NOT NULL UNIQUE,
  created BIGINT NOT NULL,
  by_officer BIGINT NOT NULL,
  sent_at BIGINT NOT NULL DEFAULT 0,
  proof TEXT NOT NULL DEFAULT '',
  got_at BIGINT NOT NULL DEFAULT 0,
  failed TEXT NOT NULL DEFAULT ''
);
CREATE INDEX missive_notice ON missive (notice);
CREATE INDEX missive_provider ON missive (provider, kind);
CREATE INDEX missive_scrutiny ON missive (scrutiny);
CREATE TABLE waiver (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  notice BIGINT NOT NULL REFERENCES notice (id),
  reason TEXT NOT NULL,
  by_officer BIGINT NOT NULL,
  at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked','granted','refused')),
  second BIGINT NOT NULL DEFAULT 0,
  settled BIGINT NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT ''
);
CREATE INDEX waiver_notice ON waiver (notice);
CREATE TABLE scrutiny (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  role TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('copied','examining','announced','cleared','lapsed','withdrawn','concluded','compared','infringed')),
  notice BIGINT NOT NULL,
  provider BIGINT NOT NULL,
  ref TEXT NOT NULL,
  authority TEXT NOT NULL,
  country TEXT NOT NULL,
  authority_mail TEXT NOT NULL,
  addressee TEXT NOT NULL,
  addressee_mail TEXT NOT NULL,
  locator TEXT NOT NULL,
  reasons TEXT NOT NULL,
  limbs JSON NOT NULL,
  issued_at BIGINT NOT NULL,
  copy_at BIGINT NOT NULL,
  asker TEXT NOT NULL,
  asker_name TEXT NOT NULL,
  asker_mail TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  own TEXT NOT NULL,
  own_reasons TEXT NOT NULL,
  own_by BIGINT NOT NULL,
  own_at BIGINT NOT NULL,
  compared TEXT NOT NULL,
  read_by BIGINT NOT NULL,
  intention TEXT NOT NULL,
  told_at BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_at BIGINT NOT NULL,
  created BIGINT NOT NULL,
  entered_by BIGINT NOT NULL,
  UNIQUE (unit, role, country, ref)
);
CREATE INDEX scrutiny_notice ON scrutiny (notice);
CREATE TABLE appeal (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  notice BIGINT NOT NULL REFERENCES notice (id),
  by_whom TEXT NOT NULL,
  body TEXT NOT NULL,
  ref TEXT NOT NULL,
  lodged BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('lodged','dismissed','annulled','dropped')),
  decided BIGINT NOT NULL,
  reason TEXT NOT NULL,
  entered BIGINT NOT NULL
);
CREATE INDEX appeal_notice ON appeal (notice);
CREATE TABLE reinstatement (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  notice BIGINT NOT NULL REFERENCES notice (id),
  asset BIGINT NOT NULL REFERENCES asset (id),
  cause TEXT NOT NULL,
  why TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('owed','asked','verified','declined')),
  created BIGINT NOT NULL,
  verified BIGINT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX reinstatement_asset ON reinstatement (asset);
CREATE INDEX reinstatement_notice ON reinstatement (notice);
CREATE TABLE nondisclosure (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  notice BIGINT NOT NULL REFERENCES notice (id),
  by_officer BIGINT NOT NULL,
  at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('in_force','extended','ended')),
  again TEXT NOT NULL,
  again_by BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  end_why TEXT NOT NULL
);
CREATE INDEX nondisclosure_notice ON nondisclosure (notice);
CREATE TABLE feed (
  id BIGINT IDENTITY PRIMARY KEY,
  officer BIGINT NOT NULL REFERENCES officer (id),
  unit BIGINT NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  created BIGINT NOT NULL,
  read BIGINT NOT NULL DEFAULT 0,
  revoked BIGINT NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE feed; DROP TABLE nondisclosure; DROP TABLE reinstatement; DROP TABLE appeal; DROP TABLE scrutiny;
DROP TABLE waiver; DROP TABLE missive; DROP TABLE receipt;
CREATE TABLE clock_was AS SELECT * FROM clock WHERE noun='notice';
DROP TABLE clock;
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
INSERT INTO clock (id, notice, rule, obliged, source, binding, started, proof, length, due, state, ended, why)
  SELECT id, notice, rule, obliged, source, binding, started, proof, length, due, state, ended, why FROM clock_was ORDER BY id;
POSTGRES SELECT setval(pg_get_serial_sequence('clock', 'id'), COALESCE(MAX(id), 1), MAX(id) IS NOT NULL) FROM clock;
DROP TABLE clock_was;
CREATE INDEX clock_notice ON clock (notice);
CREATE INDEX clock_due ON clock (state, due);

-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- The parts of an assessment beside finding and purpose: passages, attribution, listing, collateral, measure.
ALTER TABLE assessment ADD COLUMN grounds JSON NOT NULL DEFAULT '{}';
-- The person behind an account: accounts of one person count as one wherever two persons are needed.
ALTER TABLE officer ADD COLUMN subject TEXT NOT NULL DEFAULT '';
-- The letter that an act leaves in with others, and the threat to life for which it left at once.
ALTER TABLE notice ADD COLUMN batch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notice ADD COLUMN threat BIGINT NOT NULL DEFAULT 0;
CREATE INDEX notice_batch ON notice (batch) WHERE batch<>0;
CREATE TABLE calendar (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  provider BIGINT NOT NULL UNIQUE REFERENCES provider (id),
  zone TEXT NOT NULL,
  windows JSON NOT NULL,
  holidays JSON NOT NULL,
  most BIGINT NOT NULL,
  gather BIGINT NOT NULL DEFAULT 0,
  grouped JSON NOT NULL,
  pause_until BIGINT NOT NULL DEFAULT 0,
  pause_why TEXT NOT NULL DEFAULT '',
  by_officer BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE TABLE batch (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  ref TEXT NOT NULL UNIQUE,
  provider BIGINT NOT NULL REFERENCES provider (id),
  lang TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  created BIGINT NOT NULL,
  due BIGINT NOT NULL,
  lead BIGINT NOT NULL DEFAULT 0,
  subject TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',
  sent_at BIGINT NOT NULL DEFAULT 0,
  proof TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('gathering','dispatched','sent','bounced','dissolved'))
);
CREATE INDEX batch_open ON batch (provider, lang) WHERE state='gathering';
CREATE TABLE mock (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  notice BIGINT NOT NULL REFERENCES notice (id),
  asked BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  why TEXT NOT NULL,
  by_officer BIGINT NOT NULL DEFAULT 0,
  taken_at BIGINT NOT NULL DEFAULT 0,
  declared BOOLEAN NOT NULL DEFAULT FALSE,
  blind TEXT NOT NULL DEFAULT '',
  blind_why TEXT NOT NULL DEFAULT '',
  blind_at BIGINT NOT NULL DEFAULT 0,
  answers JSON NOT NULL DEFAULT '[]',
  outcome TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL DEFAULT 0,
  digest TEXT NOT NULL DEFAULT '',
  decided BIGINT NOT NULL DEFAULT 0,
  decision TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('asked','taken','dropped','looked','stands','annulled','decided'))
);
CREATE INDEX mock_notice ON mock (notice);
CREATE TABLE spot (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  item BIGINT NOT NULL REFERENCES item (id),
  assessment BIGINT NOT NULL UNIQUE REFERENCES assessment (id),
  at BIGINT NOT NULL,
  by_officer BIGINT NOT NULL DEFAULT 0,
  read_at BIGINT NOT NULL DEFAULT 0,
  finding TEXT NOT NULL DEFAULT '',
  limbs JSON NOT NULL DEFAULT '[]',
  purpose TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('asked','taken','lapsed','agreed','differs','settled'))
);
CREATE INDEX spot_item ON spot (item);
CREATE TABLE threat (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  notice BIGINT NOT NULL DEFAULT 0,
  item BIGINT NOT NULL REFERENCES item (id),
  category TEXT NOT NULL,
  reason TEXT NOT NULL,
  first BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  second BIGINT NOT NULL DEFAULT 0,
  second_at BIGINT NOT NULL DEFAULT 0,
  overrides JSON NOT NULL DEFAULT '[]',
  inform JSON NOT NULL DEFAULT '[]',
  due BIGINT NOT NULL DEFAULT 0,
  review BIGINT NOT NULL DEFAULT 0,
  review_at BIGINT NOT NULL DEFAULT 0,
  review_why TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('opened','declared','withdrawn','upheld','unfounded'))
);
CREATE INDEX threat_item ON threat (item);

-- +goose Down
DROP TABLE threat; DROP TABLE spot; DROP TABLE mock; DROP TABLE batch; DROP TABLE calendar;
DROP INDEX notice_batch;
ALTER TABLE notice DROP COLUMN threat; ALTER TABLE notice DROP COLUMN batch;
ALTER TABLE officer DROP COLUMN subject; ALTER TABLE assessment DROP COLUMN grounds;

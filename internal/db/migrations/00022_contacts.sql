-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- Further ways to reach a provider: the second contact of a one-hour order, the legal representative, the order contact point.
CREATE TABLE contact (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  provider BIGINT NOT NULL REFERENCES provider (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  languages JSON NOT NULL,
  seal TEXT NOT NULL,
  seal_key TEXT NOT NULL,
  source TEXT NOT NULL,
  guess BOOLEAN NOT NULL,
  seen_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed','confirmed','changed')),
  confirmed_by BIGINT NOT NULL,
  confirmed_at BIGINT NOT NULL,
  dropped_at BIGINT NOT NULL,
  note TEXT NOT NULL,
  created BIGINT NOT NULL,
  UNIQUE (provider, channel, address)
);
-- Authorities of Article 12(1) of Regulation (EU) 2021/784 and others, by state and role.
CREATE TABLE authority (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  role TEXT NOT NULL,
  mail TEXT NOT NULL,
  phone TEXT NOT NULL,
  page TEXT NOT NULL,
  languages JSON NOT NULL,
  seal TEXT NOT NULL,
  seal_key TEXT NOT NULL,
  source TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed','confirmed','changed')),
  confirmed_by BIGINT NOT NULL,
  confirmed_at BIGINT NOT NULL,
  note TEXT NOT NULL,
  created BIGINT NOT NULL,
  UNIQUE (unit, country, role, name)
);
-- What the gate needs to know of an address or of a provider's part in it, on an officer's word; the newest of a kind counts.
CREATE TABLE circumstance (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  asset BIGINT NOT NULL REFERENCES asset (id),
  provider BIGINT NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  source TEXT NOT NULL,
  at BIGINT NOT NULL,
  by_officer BIGINT NOT NULL
);
CREATE INDEX circumstance_asset ON circumstance (asset, id);
-- What a unit knows of the registry of a top-level domain; it takes the place of what the program brings along.
CREATE TABLE playbook (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  tld TEXT NOT NULL,
  registry TEXT NOT NULL,
  hold TEXT NOT NULL,
  contact_kind TEXT NOT NULL,
  contact TEXT NOT NULL,
  source TEXT NOT NULL,
  verified_at BIGINT NOT NULL,
  by_officer BIGINT NOT NULL,
  UNIQUE (unit, tld)
);
-- Test messages to contacts; contact 0 is the provider's first one.
CREATE TABLE trial (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  provider BIGINT NOT NULL REFERENCES provider (id),
  contact BIGINT NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  at BIGINT NOT NULL,
  by_officer BIGINT NOT NULL,
  sent_at BIGINT NOT NULL,
  proof TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  receipt TEXT NOT NULL,
  failed TEXT NOT NULL
);
CREATE INDEX trial_provider ON trial (provider, id);
-- The further contact that a letter goes to; 0 is the provider's first one.
ALTER TABLE letter ADD COLUMN contact BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE letter DROP COLUMN contact;
DROP TABLE trial; DROP TABLE playbook; DROP TABLE circumstance; DROP TABLE authority; DROP TABLE contact;

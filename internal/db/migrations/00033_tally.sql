-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- How many assets an outlet has in each state, so that no page counts them one by one. It is kept by the engine, whoever writes. The shard parts
-- what several machines change at once: it is an asset's number modulo eight. seen is at most a minute behind the newest look.
CREATE TABLE asset_tally (
  unit BIGINT NOT NULL,
  outlet BIGINT NOT NULL,
  state TEXT NOT NULL,
  presence TEXT NOT NULL,
  shard BIGINT NOT NULL,
  n BIGINT NOT NULL,
  seen BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (unit, outlet, state, presence, shard)
);
INSERT INTO asset_tally (unit, outlet, state, presence, shard, n, seen)
  SELECT unit, outlet, state, presence, id % 8, COUNT(*), MAX(seen) FROM asset GROUP BY unit, outlet, state, presence, id % 8;
SQLITE -- +goose StatementBegin
SQLITE CREATE TRIGGER asset_tally_add AFTER INSERT ON asset BEGIN
SQLITE   INSERT INTO asset_tally (unit, outlet, state, presence, shard, n, seen) VALUES (NEW.unit, NEW.outlet, NEW.state, NEW.presence, NEW.id % 8, 1, NEW.seen)
SQLITE     ON CONFLICT (unit, outlet, state, presence, shard) DO UPDATE SET n = n + 1, seen = MAX(seen, excluded.seen);
SQLITE END;
SQLITE -- +goose StatementEnd
SQLITE -- +goose StatementBegin
SQLITE CREATE TRIGGER asset_tally_move AFTER UPDATE OF unit, outlet, state, presence ON asset
SQLITE WHEN OLD.unit <> NEW.unit OR OLD.outlet <> NEW.outlet OR OLD.state <> NEW.state OR OLD.presence <> NEW.presence BEGIN
SQLITE   UPDATE asset_tally SET n = n - 1 WHERE unit = OLD.unit AND outlet = OLD.outlet AND state = OLD.state AND presence = OLD.presence AND shard = OLD.id % 8;
SQLITE   INSERT INTO asset_tally (unit, outlet, state, presence, shard, n, seen) VALUES (NEW.unit, NEW.outlet, NEW.state, NEW.presence, NEW.id % 8, 1, NEW.seen)
SQLITE     ON CONFLICT (unit, outlet, state, presence, shard) DO UPDATE SET n = n + 1, seen = MAX(seen, excluded.seen);
SQLITE END;
SQLITE -- +goose StatementEnd
SQLITE -- +goose StatementBegin
SQLITE CREATE TRIGGER asset_tally_seen AFTER UPDATE OF seen ON asset WHEN NEW.seen > OLD.seen BEGIN
SQLITE   UPDATE asset_tally SET seen = NEW.seen
SQLITE     WHERE unit = NEW.unit AND outlet = NEW.outlet AND state = NEW.state AND presence = NEW.presence AND shard = NEW.id % 8 AND seen < NEW.seen - 60000000;
SQLITE END;
SQLITE -- +goose StatementEnd
SQLITE -- +goose StatementBegin
SQLITE CREATE TRIGGER asset_tally_remove AFTER DELETE ON asset BEGIN
SQLITE   UPDATE asset_tally SET n = n - 1 WHERE unit = OLD.unit AND outlet = OLD.outlet AND state = OLD.state AND presence = OLD.presence AND shard = OLD.id % 8;
SQLITE END;
SQLITE -- +goose StatementEnd
POSTGRES -- +goose StatementBegin
POSTGRES CREATE FUNCTION asset_tally_add() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
POSTGRES   INSERT INTO asset_tally AS t (unit, outlet, state, presence, shard, n, seen)
POSTGRES     SELECT unit, outlet, state, presence, id % 8, COUNT(*), MAX(seen) FROM fresh GROUP BY unit, outlet, state, presence, id % 8 ORDER BY 1, 2, 3, 4, 5
POSTGRES     ON CONFLICT (unit, outlet, state, presence, shard) DO UPDATE SET n = t.n + excluded.n, seen = GREATEST(t.seen, excluded.seen);
POSTGRES   RETURN NULL;
POSTGRES END $$;
POSTGRES -- +goose StatementEnd
POSTGRES -- +goose StatementBegin
POSTGRES CREATE FUNCTION asset_tally_remove() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
POSTGRES   UPDATE asset_tally t SET n = t.n - d.n FROM
POSTGRES     (SELECT unit, outlet, state, presence, id % 8 AS shard, COUNT(*) AS n FROM was GROUP BY unit, outlet, state, presence, id % 8) d
POSTGRES     WHERE (t.unit, t.outlet, t.state, t.presence, t.shard) = (d.unit, d.outlet, d.state, d.presence, d.shard);
POSTGRES   RETURN NULL;
POSTGRES END $$;
POSTGRES -- +goose StatementEnd
POSTGRES -- +goose StatementBegin
POSTGRES CREATE FUNCTION asset_tally_move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
POSTGRES   INSERT INTO asset_tally AS t (unit, outlet, state, presence, shard, n, seen)
POSTGRES     SELECT unit, outlet, state, presence, shard, SUM(n), MAX(seen) FROM
POSTGRES       (SELECT unit, outlet, state, presence, id % 8 AS shard, 1 AS n, seen FROM fresh UNION ALL SELECT unit, outlet, state, presence, id % 8, -1, 0 FROM was) AS d
POSTGRES       GROUP BY unit, outlet, state, presence, shard HAVING SUM(n) <> 0 ORDER BY 1, 2, 3, 4, 5
POSTGRES     ON CONFLICT (unit, outlet, state, presence, shard) DO UPDATE SET n = t.n + excluded.n, seen = GREATEST(t.seen, excluded.seen);
POSTGRES   UPDATE asset_tally t SET seen = d.seen FROM
POSTGRES     (SELECT unit, outlet, state, presence, id % 8 AS shard, MAX(seen) AS seen FROM fresh GROUP BY unit, outlet, state, presence, id % 8) d
POSTGRES     WHERE (t.unit, t.outlet, t.state, t.presence, t.shard) = (d.unit, d.outlet, d.state, d.presence, d.shard) AND t.seen < d.seen - 60000000;
POSTGRES   RETURN NULL;
POSTGRES END $$;
POSTGRES -- +goose StatementEnd
POSTGRES CREATE TRIGGER asset_tally_add AFTER INSERT ON asset REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION asset_tally_add();
POSTGRES CREATE TRIGGER asset_tally_remove AFTER DELETE ON asset REFERENCING OLD TABLE AS was FOR EACH STATEMENT EXECUTE FUNCTION asset_tally_remove();
POSTGRES CREATE TRIGGER asset_tally_move AFTER UPDATE ON asset REFERENCING OLD TABLE AS was NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION asset_tally_move();
-- What a first page asks for among a million assets: those added since a day, those that look like a known one, and what changed of them.
DROP INDEX asset_outlet;
CREATE INDEX asset_outlet ON asset (outlet, created);
CREATE INDEX asset_suggested ON asset (unit, state, created, id) WHERE state = 'candidate' AND CAST(lineage ->> 'to' AS BIGINT) <> 0 AND CAST(lineage ->> 'score' AS REAL) > 0;
CREATE INDEX event_presence ON event (unit, at) WHERE noun = 'asset' AND verb IN ('seen','missed','agreed');
-- Who else a name server answers for.
CREATE INDEX edge_to ON edge (unit, to_kind, to_name);

-- +goose Down
DROP INDEX edge_to;
SQLITE DROP TRIGGER asset_tally_add; DROP TRIGGER asset_tally_move; DROP TRIGGER asset_tally_seen; DROP TRIGGER asset_tally_remove;
POSTGRES DROP TRIGGER asset_tally_add ON asset; DROP TRIGGER asset_tally_move ON asset; DROP TRIGGER asset_tally_remove ON asset;
POSTGRES DROP FUNCTION asset_tally_add(); DROP FUNCTION asset_tally_move(); DROP FUNCTION asset_tally_remove();
DROP TABLE asset_tally;
DROP INDEX event_presence; DROP INDEX asset_suggested; DROP INDEX asset_outlet;
CREATE INDEX asset_outlet ON asset (outlet);

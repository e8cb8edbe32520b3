"""The table of observations: append-only, partitioned by month of `at`; the clock that stamps them; and the guards of both."""

from django.db import migrations

FORWARD = """
CREATE TABLE indicators_observation (
    series_id   bigint      NOT NULL,
    at          timestamptz NOT NULL,
    known_since timestamptz NOT NULL,
    value       double precision,
    quality     smallint    NOT NULL,
    delivery_id bigint      NOT NULL,
    note        text,
    PRIMARY KEY (series_id, at, known_since)
) PARTITION BY RANGE (at);

COMMENT ON TABLE indicators_observation IS
    'Append-only. A correction is a newer row of the same series and time; a retraction is a newer row without a value. '
    'No foreign keys: they would cost more than the insert itself; series and deliveries are never deleted.';

CREATE FUNCTION indicators_partition(month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', month)::date;
    name text := 'indicators_observation_' || to_char(first, 'YYYY_MM');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('indicators_partition'));
    IF to_regclass(name) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF indicators_observation FOR VALUES FROM (%L) TO (%L)',
            name, first::timestamp AT TIME ZONE 'UTC', (first + interval '1 month')::timestamp AT TIME ZONE 'UTC');
    END IF;
END $$;

CREATE FUNCTION indicators_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Observations are append-only: write a newer row instead.' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER observation_append_only BEFORE UPDATE OR DELETE ON indicators_observation
    FOR EACH STATEMENT EXECUTE FUNCTION indicators_append_only();

CREATE TABLE indicators_clock (id smallint PRIMARY KEY CHECK (id = 1), stamp timestamptz NOT NULL);
INSERT INTO indicators_clock VALUES (1, '2000-01-01T00:00:00Z');

CREATE FUNCTION indicators_stamp() RETURNS timestamptz LANGUAGE sql AS $$
    UPDATE indicators_clock
    SET stamp = greatest(clock_timestamp(), stamp + interval '1 microsecond')
    WHERE id = 1 RETURNING stamp
$$;
COMMENT ON FUNCTION indicators_stamp IS
    'The next known_since. The row stays locked until commit, so stamps grow in commit order, also when the clock is set back.';
"""

BACKWARD = """
DROP TABLE indicators_observation;
DROP TABLE indicators_clock;
DROP FUNCTION indicators_partition(date);
DROP FUNCTION indicators_append_only();
DROP FUNCTION indicators_stamp();
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

"""The log of attempts only grows: no row is changed or deleted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION notify_attempt_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The log of attempts keeps every row as it is.' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER notify_attempt_guard BEFORE UPDATE OR DELETE ON notify_attempt FOR EACH ROW EXECUTE FUNCTION notify_attempt_guard();
"""

BACKWARD = """
DROP TRIGGER notify_attempt_guard ON notify_attempt;
DROP FUNCTION notify_attempt_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("notify", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

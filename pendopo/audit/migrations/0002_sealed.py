"""A sealed entry never changes: only its mark `told` may be set. No entry is ever deleted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'The book of deeds keeps every entry.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.seq IS NOT NULL AND (NEW.seq, NEW.hash) IS DISTINCT FROM (OLD.seq, OLD.hash))
        OR (NEW.id, NEW.at, NEW.actor_id, NEW.actor, NEW.room, NEW.verb, NEW.about, NEW.region, NEW.before, NEW.after)
        IS DISTINCT FROM (OLD.id, OLD.at, OLD.actor_id, OLD.actor, OLD.room, OLD.verb, OLD.about, OLD.region, OLD.before, OLD.after)
    THEN
        RAISE EXCEPTION 'An entry of the book of deeds cannot be changed.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER audit_entry_guard BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_guard();
"""

BACKWARD = """
DROP TRIGGER audit_entry_guard ON audit_entry;
DROP FUNCTION audit_entry_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

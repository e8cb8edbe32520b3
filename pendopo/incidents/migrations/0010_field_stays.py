"""Words of the field only grow: no line, report of a shelter, movement or word about a request is changed or deleted.

A word about a request may also say who answers for it from then on, and until when.
"""

import django.db.models.deletion
from django.db import migrations, models

TABLES = ("incidents_fieldline", "incidents_shelterreport", "incidents_movement", "incidents_needword")

FUNCTION = """
CREATE FUNCTION incidents_field_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What the field has said stays as it is: a correction is a newer row.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
TRIGGERS = "".join(
    f"CREATE TRIGGER incidents_field_guard BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION incidents_field_guard();\n"
    for table in TABLES
)
BACKWARD = "".join(f"DROP TRIGGER incidents_field_guard ON {table};\n" for table in TABLES) + "DROP FUNCTION incidents_field_guard();"


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_initial"), ("incidents", "0009_narrowed_chains")]
    operations = [
        migrations.AddField("needword", "due", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "needword",
            "owner",
            models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.post"),
        ),
        migrations.RunSQL(FUNCTION + TRIGGERS, BACKWARD),
    ]

"""Closed months, and the note of which series of them are back in PostgreSQL (unlogged, as the copies are: a crash empties both)."""

from django.db import migrations, models

FORWARD = """
CREATE UNLOGGED TABLE indicators_thawed (
    month     date   NOT NULL,
    series_id bigint NOT NULL,
    PRIMARY KEY (month, series_id)
);
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0008_source_health")]
    operations = [
        migrations.CreateModel(
            name="ClosedMonth",
            fields=[
                ("month", models.DateField(primary_key=True, serialize=False)),
                ("cutoff", models.DateTimeField()),
                ("closed", models.DateTimeField()),
                ("file", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("rows", models.BigIntegerField()),
                ("bytes", models.BigIntegerField()),
                ("whole", models.BooleanField(default=True)),
                ("used", models.DateTimeField()),
            ],
            options={"verbose_name": "closed month", "verbose_name_plural": "closed months", "ordering": ["month"]},
        ),
        migrations.RunSQL(FORWARD, "DROP TABLE indicators_thawed"),
    ]

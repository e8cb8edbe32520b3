"""Hours and days of every series, and the earliest time that a delivery speaks of: what the hours and days may not know yet."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE TABLE indicators_hour (
    series_id   bigint           NOT NULL,
    at          timestamptz      NOT NULL,
    n           integer          NOT NULL,
    total       double precision,
    low         double precision,
    high        double precision,
    last        double precision,
    quality     smallint         NOT NULL,
    known_since timestamptz,
    newest      timestamptz      NOT NULL,
    sources     integer[],
    PRIMARY KEY (series_id, at)
) WITH (fillfactor = 80);
CREATE TABLE indicators_day (LIKE indicators_hour INCLUDING ALL) WITH (fillfactor = 80);
COMMENT ON TABLE indicators_hour IS 'Kept so that long ranges are read quickly; made from indicators_observation and can be made anew.';
COMMENT ON TABLE indicators_day IS 'Kept so that long ranges are read quickly; made from indicators_observation and can be made anew.';
INSERT INTO indicators_periodsposition (id, through) SELECT 1, stamp FROM indicators_clock;
"""
BACKWARD = "DROP TABLE indicators_hour; DROP TABLE indicators_day; DELETE FROM indicators_periodsposition;"


class Migration(migrations.Migration):
    dependencies = [("indicators", "0011_uploads")]
    operations = [
        migrations.AddField(
            "delivery",
            "earliest",
            models.DateTimeField(editable=False, help_text="The earliest time of which something was stored.", null=True),
        ),
        migrations.CreateModel(
            name="KeptPeriods",
            fields=[
                (
                    "indicator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="periods",
                        serialize=False,
                        to="indicators.indicator",
                    ),
                ),
                ("zone", models.CharField(max_length=60)),
                ("hours", models.BooleanField(default=False)),
                ("days", models.BooleanField(default=False)),
                ("raw_since", models.DateTimeField(blank=True, null=True)),
            ],
            options={"verbose_name": "kept hours and days", "verbose_name_plural": "kept hours and days"},
        ),
        migrations.CreateModel(
            name="PeriodsPosition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("through", models.DateTimeField()),
            ],
            options={
                "verbose_name": "position of the hours and days",
                "verbose_name_plural": "positions of the hours and days",
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]

"""Who wishes the brief by e-mail, and which were sent."""

import datetime

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import pendopo.wall.brief.models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0003_holders_at_a_time"),
        ("notify", "0004_enclosure"),
        ("wall", "0003_versions_sharing_goals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BriefWish",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="brief_wish",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("on", models.BooleanField(default=True)),
                ("at", models.TimeField(default=datetime.time(6, 30))),
                ("days", models.JSONField(default=pendopo.wall.brief.models.working_days)),
                ("changed", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "wish for the brief",
                "verbose_name_plural": "wishes for the brief",
            },
        ),
        migrations.CreateModel(
            name="BriefSent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("moment", models.DateTimeField()),
                ("notice", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="notify.notice")),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="briefs", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "verbose_name": "sent brief",
                "verbose_name_plural": "sent briefs",
                "ordering": ["-day", "person"],
                "constraints": [models.UniqueConstraint(fields=("person", "day"), name="one_brief_a_person_and_day")],
            },
        ),
    ]

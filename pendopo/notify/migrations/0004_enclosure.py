"""Files that go with a notice by e-mail."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notify", "0003_follow"),
    ]

    operations = [
        migrations.CreateModel(
            name="Enclosure",
            fields=[
                (
                    "notice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="enclosure",
                        serialize=False,
                        to="notify.notice",
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("media_type", models.CharField(max_length=100)),
                ("body", models.BinaryField()),
            ],
            options={
                "verbose_name": "enclosure",
                "verbose_name_plural": "enclosures",
            },
        ),
    ]

"""What was signed is kept to the letter."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="round",
            name="content",
            field=models.TextField(blank=True),
        ),
    ]

"""How far the history of a new formula was computed: it is computed in slices, so that corrections do not wait for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("indicators", "0012_periods")]

    operations = [
        migrations.AddField("derivedposition", "after", models.CharField(max_length=20, null=True, blank=True)),
    ]

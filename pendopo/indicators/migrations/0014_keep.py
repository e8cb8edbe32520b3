"""How long an indicator's rows are kept, and from when on they still are: moved from the hours and days to the indicator itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("indicators", "0013_history_in_slices")]
    operations = [
        migrations.AddField("indicator", "keep", models.CharField(blank=True, max_length=10, default=""), preserve_default=False),
        migrations.AddField("indicator", "raw_since", models.DateTimeField(blank=True, null=True, editable=False)),
        migrations.RemoveField("keptperiods", "raw_since"),
    ]

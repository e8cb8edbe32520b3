"""A risk belongs to the government as a whole, or to one agency: at first to that of its assessment."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def settle(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Risks of an agency's assessment are that agency's."""
    for risk in apps.get_model("assessments", "Risk").objects.exclude(assessment__agency=None).select_related("assessment"):
        risk.agency_id = risk.assessment.agency_id
        risk.save(update_fields=["agency"])


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0004_limits"),
        ("assessments", "0002_signed_content"),
    ]

    operations = [
        migrations.AddField(
            model_name="risk",
            name="agency",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="risks", to="agencies.agency"
            ),
        ),
        migrations.RunPython(settle, migrations.RunPython.noop),
    ]

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agencies", "0004_limits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True)),
                ("subject", models.CharField(max_length=200)),
                ("agenda", models.TextField(blank=True)),
                ("start", models.DateTimeField()),
                ("minutes", models.PositiveSmallIntegerField(default=60)),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "Planned"), ("open", "Open"), ("ended", "Ended"), ("cancelled", "Cancelled")],
                        default="planned",
                        max_length=10,
                    ),
                ),
                (
                    "lobby",
                    models.CharField(
                        choices=[("guests", "Who is not invited waits"), ("all", "Everybody waits")], default="guests", max_length=8
                    ),
                ),
                ("locked", models.BooleanField(default=False)),
                ("about", models.CharField(blank=True, max_length=300)),
                ("elsewhere", models.URLField(blank=True, max_length=500)),
                ("made", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended", models.DateTimeField(blank=True, null=True)),
                (
                    "convener",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meetings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "meeting",
                "verbose_name_plural": "meetings",
                "ordering": ["-start"],
            },
        ),
        migrations.CreateModel(
            name="Invitee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, max_length=200)),
                ("email", models.EmailField(blank=True, max_length=254)),
                (
                    "part",
                    models.CharField(
                        choices=[("convener", "Convener"), ("speaker", "Speaker"), ("listener", "Listener")],
                        default="speaker",
                        max_length=8,
                    ),
                ),
                ("digest", models.CharField(blank=True, db_index=True, max_length=64)),
                ("expires", models.DateTimeField(blank=True, null=True)),
                ("revoked", models.DateTimeField(blank=True, null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="agencies.agency"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("meeting", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="invitees", to="meetings.meeting")),
            ],
            options={
                "verbose_name": "invitee",
                "verbose_name_plural": "invitees",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Happening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seat", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=16)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("data", models.JSONField(default=dict)),
                (
                    "meeting",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="happenings", to="meetings.meeting"),
                ),
            ],
            options={
                "verbose_name": "happening",
                "verbose_name_plural": "happenings",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Recording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begun", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended", models.DateTimeField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Being recorded"),
                            ("waiting", "Waiting to be made playable"),
                            ("ready", "Ready"),
                            ("failed", "Could not be made playable"),
                            ("deleted", "Deleted after its time"),
                        ],
                        default="running",
                        max_length=8,
                    ),
                ),
                ("people", models.JSONField(default=dict)),
                ("tracks", models.JSONField(default=list)),
                ("mixed", models.CharField(blank=True, max_length=200)),
                ("why", models.CharField(blank=True, max_length=300)),
                (
                    "meeting",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="recordings", to="meetings.meeting"),
                ),
            ],
            options={
                "verbose_name": "recording",
                "verbose_name_plural": "recordings",
                "ordering": ["-begun"],
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=120)),
                ("agency", models.CharField(blank=True, max_length=120)),
                (
                    "part",
                    models.CharField(
                        choices=[("convener", "Convener"), ("speaker", "Speaker"), ("listener", "Listener")],
                        default="speaker",
                        max_length=8,
                    ),
                ),
                (
                    "where",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("in", "Admitted"), ("refused", "Refused"), ("removed", "Removed")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("asked", models.DateTimeField(default=django.utils.timezone.now)),
                ("seen", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "invitee",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="meetings.invitee"
                    ),
                ),
                ("meeting", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="seats", to="meetings.meeting")),
                (
                    "person",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "seat",
                "verbose_name_plural": "seats",
                "ordering": ["asked"],
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("joined", models.DateTimeField(default=django.utils.timezone.now)),
                ("seen", models.DateTimeField(default=django.utils.timezone.now)),
                ("left", models.DateTimeField(blank=True, null=True)),
                (
                    "meeting",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="attendance", to="meetings.meeting"),
                ),
                ("seat", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="stays", to="meetings.seat")),
            ],
            options={
                "verbose_name": "stay in a meeting",
                "verbose_name_plural": "stays in meetings",
                "ordering": ["joined"],
            },
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(fields=["start"], name="meetings_me_start_157cea_idx"),
        ),
        migrations.AddConstraint(
            model_name="invitee",
            constraint=models.UniqueConstraint(fields=("meeting", "person"), name="invited_once"),
        ),
        migrations.AddConstraint(
            model_name="invitee",
            constraint=models.UniqueConstraint(fields=("meeting", "agency"), name="agency_invited_once"),
        ),
        migrations.AddConstraint(
            model_name="recording",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")), fields=("meeting",), name="one_recording_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(fields=("meeting", "key"), name="one_seat_a_person"),
        ),
        migrations.AddIndex(
            model_name="attendance",
            index=models.Index(fields=["meeting", "left"], name="meetings_at_meeting_1145bf_idx"),
        ),
    ]

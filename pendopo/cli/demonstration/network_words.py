"""What the demonstration's network says beside its figures: lines of its log, two versions of a configuration, a device nobody noted,
two disputes about times that should not count."""

from datetime import UTC, datetime, timedelta
from operator import itemgetter

from pendopo.agencies.models import Person
from pendopo.bus.messages import Copied, LogLine
from pendopo.indicators.latest import utc_text
from pendopo.network.actions import propose
from pendopo.network.configurations.actions import keep
from pendopo.network.found import Port, Said
from pendopo.network.models import Configuration, Device, Dispute, Finding, Link, LogEvent
from pendopo.network.reach.actions import decide_dispute, dispute
from pendopo.network.syslog.actions import take

from .networking import BEGINS_S, LASTS_S, ROUND_S, drawn, failing

# Minutes ago, device, severity, program, text.
LINES = (
    (1310, "inti", 5, "", "%SYS-5-CONFIG_I: Configured from console by teknisi on vty0 (198.18.0.10)"),
    (905, "r-13", 3, "", "%LINK-3-UPDOWN: Interface ether3, changed state to down"),
    (897, "r-13", 3, "", "%LINK-3-UPDOWN: Interface ether3, changed state to up"),
    (420, "inti", 6, "sshd", "Accepted publickey for teknisi from 198.18.0.10 port 50111 ssh2"),
    (212, "r-08", 4, "", "Temperature of power supply 1 is 58 C, above the warning limit"),
    (95, "r-03", 6, "dhcpd", "DHCPACK on 198.18.3.44 to 02:00:5e:10:20:30 via bridge-kantor"),
    (60, "inti", 6, "ntpd", "synchronized to 198.18.0.5, stratum 3"),
    (22, "r-12", 6, "dhcpd", "DHCPACK on 198.18.12.31 to 02:00:5e:10:20:31 via bridge-kantor"),
)
GUESSES = 14
# Who passes the lines on; an address of documentation.
RELAY = "198.18.0.20"
CONFIGURATION = """hostname inti
service password-encryption
enable secret 5 <hidden>
username teknisi privilege 15 password 7 <hidden>
interface ge-0/0/1
 description Cincin 1 - Kecamatan Sooko
 ip address 198.18.13.2 255.255.255.252
interface uplink
 description Penyedia A, 1 Gbps
 ip address 198.18.0.2 255.255.255.252
snmp-server community <hidden> RO
logging host 198.18.0.20
ntp server 198.18.0.5
"""
CHANGED = CONFIGURATION.replace(
    "ntp server 198.18.0.5\n",
    "ntp server 198.18.0.5\nntp server 198.18.0.6\nip access-list standard KELOLA\n permit 198.18.0.0 0.0.0.255\n",
)


def seed_words(now: datetime) -> None:
    """Lines, copies and a finding, once."""
    if LogEvent.objects.exists() or not Device.objects.filter(code="inti").exists():
        return
    said: list[tuple[float, str, int, str, str]] = [
        (minutes, sender, severity, app, text) for minutes, sender, severity, app, text in LINES
    ]
    said += [
        (185 - number / 4, "inti", 4, "sshd", f"Failed password for invalid user admin from 203.0.113.77 port {40000 + number} ssh2")
        for number in range(GUESSES)
    ]
    take(lines=[_line(now, *words) for words in sorted(said, reverse=True)], position=0)
    if not Configuration.objects.exists():
        for days, text in ((9, CONFIGURATION), (0.9, CHANGED), (0.1, CHANGED)):
            keep(copy=Copied(device="inti", at=utc_text(now - timedelta(days=days)) or "", text=text))
    if not Finding.objects.exists():
        ports = [Port(number, f"ether{number}", 10**9, "up") for number in range(1, 9)]
        propose(devices=[Said("198.18.13.9", "sw-aula-pendopo", "MikroTik RouterOS 7.15 CRS309", ports)], by=None)
    _dispute_two(now)


def _dispute_two(now: datetime) -> None:
    """Of two times at which a line failed in these days: one is still to be decided, the other was refused."""
    engineer, head = (Person.objects.filter(email=f"{name}@mojokerto.test").first() for name in ("yoga.permana", "bagus.hermawan"))
    if engineer is None or head is None or Dispute.objects.exists():
        return
    network, _regions = drawn()
    rounds = range(int(now.timestamp() / ROUND_S) - 150, int(now.timestamp() / ROUND_S))
    begins = [number * ROUND_S + BEGINS_S for number in rounds]
    fell = {failing(network, begin): begin for begin in begins}
    made = [
        dispute(
            thing=Link.objects.get(code=code),
            start=datetime.fromtimestamp(begin, UTC),
            end=datetime.fromtimestamp(begin + LASTS_S, UTC),
            reason=reason,
            by=engineer,
        )
        for (code, begin), reason in zip(
            sorted(fell.items(), key=itemgetter(1)),
            ("Galian pihak ketiga di jalan kabupaten.", "Listrik kantor padam, bukan jaringan."),
            strict=False,
        )
    ]
    decide_dispute(row=made[-1], accepted=False, why="UPS belum dipasang: itu bagian dari layanan.", by=head)


def _line(now: datetime, minutes: float, host: str, severity: int, app: str, text: str) -> LogLine:
    at = utc_text(now - timedelta(minutes=minutes)) or ""
    return LogLine(at=at, sender=RELAY, host=host, app=app, facility=23, severity=severity, text=text, raw=f"<{184 + severity}>{text}")

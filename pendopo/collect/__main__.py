"""`python -m pendopo.collect --bus URL …`: one collector, until it is told to stop."""

import argparse
import asyncio
import logging
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

from .listening import Ears
from .running import Place, run


def main() -> None:
    """Reads the command line and runs."""
    parser = argparse.ArgumentParser(description="Watches the network and sends readings over the bus.")
    parser.add_argument("--bus", required=True, help="where NATS answers; user and password come from the environment")
    parser.add_argument("--name", default="", help="which sites it watches: those that name it; left out: those that name none")
    parser.add_argument(
        "--keep", action="store_true", help="the bus is a leaf node with JetStream: readings are kept there while the line is cut"
    )
    parser.add_argument("--access", type=Path, help="the file of SNMP credentials")
    parser.add_argument("--beat", type=Path, help="where to write a heartbeat")
    parser.add_argument("--syslog", default="", metavar="HOST:PORT", help="where to hear syslog over UDP and TCP")
    parser.add_argument("--syslog-tls", default="", metavar="HOST:PORT", help="where to hear syslog over TLS")
    parser.add_argument(
        "--traps", default="", metavar="HOST:PORT", help="where to hear SNMP traps: a device that sends one is asked at once"
    )
    parser.add_argument("--certificate", type=Path, help="the certificate for --syslog-tls")
    parser.add_argument("--key", type=Path, help="its key")
    parser.add_argument("--zone", type=ZoneInfo, default=UTC, help="the zone of devices that tell a time without one")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    ears = Ears(asked.syslog, asked.syslog_tls, asked.certificate, asked.key)
    asyncio.run(run(asked.bus, Place(asked.name, asked.keep, asked.access, asked.beat, ears, asked.traps, asked.zone)))


if __name__ == "__main__":
    main()

"""`python -m pendopo.collect --bus URL [--access FILE] [--beat FILE]`: one collector, until it is told to stop."""

import argparse
import asyncio
import logging
from pathlib import Path

from .running import run


def main() -> None:
    """Reads the command line and runs."""
    parser = argparse.ArgumentParser(description="Watches the network and sends readings over the bus.")
    parser.add_argument("--bus", required=True, help="where NATS answers; user and password come from the environment")
    parser.add_argument("--access", type=Path, help="the file of SNMP credentials")
    parser.add_argument("--beat", type=Path, help="where to write a heartbeat")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    asyncio.run(run(asked.bus, asked.access, asked.beat))


if __name__ == "__main__":
    main()

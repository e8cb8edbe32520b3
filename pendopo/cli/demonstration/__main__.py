"""`python -m pendopo.cli.demonstration [DIR]`: fills the demonstration; a step of `pendopo demo`, run as the service's own user."""

import logging
import sys
from pathlib import Path

import pendopo.ready  # noqa: F401
from pendopo.cli.demonstration.seeding import seed_demonstration

if __name__ == "__main__":
    sent = seed_demonstration(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    logging.getLogger("pendopo.demonstration").info("%s rows sent", sent)

"""Proves the book of deeds of a restored database; a child of the rehearsal, run as the service account.

`python -m pendopo.supervise.proving` writes `{"head": "NUMBER:HASH", "problems": [sentence, …]}`.
"""

import json
import sys

import pendopo.ready  # noqa: F401
from pendopo.audit.verify import verify

if __name__ == "__main__":
    verdict = verify()
    sys.stdout.write(json.dumps({"head": str(verdict.head), "problems": [problem.message for problem in verdict.problems]}))

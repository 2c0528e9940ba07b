"""The sandbox's web, worker and beat, with their pid files and logs under `.data/sandbox/run`.

SALUR_SANDBOX_PART names another part of `.data`, for a second sandbox beside it: the tests have one of their own.
"""

import os

from config.embedded import DATA
from config.processes import Salur

PART = os.environ.get("SALUR_SANDBOX_PART", "sandbox")
SANDBOX = Salur(DATA / PART / "run")

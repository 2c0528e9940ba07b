"""`make stop`: ends the sandbox's processes and its servers; its data stays, unless told ``--clean``."""

import shutil
import sys

from config import embedded
from sandbox.processes import PART, SANDBOX


def main() -> None:
    """Ends whatever runs of it; safe to repeat."""
    for name in SANDBOX.stop_all():
        print(f"stopped: {name} of the sandbox")
    if not embedded.env_file(PART).exists():
        return
    if "--clean" in sys.argv:
        embedded.clean(PART)
        shutil.rmtree(embedded.DATA / PART, ignore_errors=True)
    else:
        embedded.stop(PART)


if __name__ == "__main__":
    main()

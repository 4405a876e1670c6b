"""`python -m qbwc_server` is `qbwc`."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the `qbwc` script. Ctrl-C ends it in one line from the first moment on, while it is loaded too."""
    try:
        from qbwc_server import cli  # noqa: PLC0415 - loading takes long enough for a person to change their mind

        cli.main()
    except KeyboardInterrupt:
        sys.stderr.write("Aborted!\n")
        sys.exit(1)


if __name__ == "__main__":
    main()

"""`python -m qbwc_server` is `qbwc`."""

from qbwc_server.cli import main

if __name__ == "__main__":
    main()

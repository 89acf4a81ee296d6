"""`python -m omnilink` is `omnilink`."""

from omnilink.cli import main

main()

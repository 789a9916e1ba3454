"""`python -m ssti`: the command line."""

from ssti.cli import main

main()

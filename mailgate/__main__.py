"""`python -m mailgate`: the same as the command `mailgate`."""

from mailgate.cli import main

main()

"""Where we are of another opinion than a source of the corpus: the file, and why.

Such a file counts neither as right nor as wrong; one that comes out as its source expects must
leave this table.
"""

OPINIONS: dict[str, dict[str, str]] = {}

"""Text that a database can hold: what is asked for in any other is in none."""


def is_storable(text: str) -> bool:
    """Say whether a column may hold a text: no NUL, and no surrogate without its other half.

    Octets of a command line that are no UTF-8 come as such surrogates (PEP 383); handed to a
    database, they raise instead of matching nothing.
    """
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)

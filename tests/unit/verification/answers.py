"""Name servers as a table, for what needs no socket."""

from collections.abc import Mapping, Sequence

from mailgate.verification.names import UnansweredError

UNANSWERED = ("?",)


class Table:
    """Records by name, by kind; `?` in their place is a server that does not answer."""

    def __init__(
        self,
        texts: Mapping[str, Sequence[str]] | None = None,
        addresses: Mapping[str, Sequence[str]] | None = None,
        exchangers: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._texts, self._addresses = texts or {}, addresses or {}
        self._exchangers = exchangers or {}
        self.asked: list[str] = []

    def texts(self, name: str) -> tuple[str, ...]:
        """Return TXT records."""
        return self._found(self._texts, name)

    def addresses(self, name: str, *, ipv6: bool) -> tuple[str, ...]:
        """Return addresses of one family."""
        return tuple(each for each in self._found(self._addresses, name) if (":" in each) is ipv6)

    def exchangers(self, name: str) -> tuple[str, ...]:
        """Return mail servers."""
        return self._found(self._exchangers, name)

    def are_away(self) -> bool:
        """Say that somebody answers."""
        return False

    def _found(self, records: Mapping[str, Sequence[str]], name: str) -> tuple[str, ...]:
        self.asked.append(name)
        found = tuple(records.get(name, ()))
        if found == UNANSWERED:
            raise UnansweredError(f"no answer for {name}")
        return found

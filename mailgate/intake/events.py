"""What an operator can see of the intake: one method per event.

Ids, sizes, counts and the client's IP; no subject, no body and no address of a correspondent.
"""

import structlog

_log = structlog.get_logger("mailgate.intake")


class Events:
    """Writes the intake's events to the log; a test or the daemon may give another."""

    def accepted(self, spool_id: int, source: str, size: int, recipients: int) -> None:
        """Tell that a message is durable and was answered for. size: octets."""
        _log.info(
            "intake.accepted", spool_id=spool_id, source=source, size=size, recipients=recipients
        )

    def refused(self, source: str, peer: str, reply: bytes) -> None:
        """Tell that a whole message or a connection was refused, and with which fixed reply."""
        _log.info("intake.refused", source=source, peer=peer, reply=reply.decode().strip())

    def too_fast(self, source: str, peer: str, who: str) -> None:
        """Tell that mail of a peer is put off because he, or his network, sends too much.

        who: "sender" or "network". Not told for each mail: a flood is one event a minute.
        """
        _log.warning("intake.too_fast", source=source, peer=peer, who=who)

    def fault(self, where: str, error: BaseException) -> None:
        """Tell of an error of ours that a client was answered 4xx for."""
        _log.error("intake.fault", where=where, exc_info=error)

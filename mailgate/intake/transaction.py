"""MAIL, RCPT and DATA: one message on its way into the house (RFC 5321 §3.3).

Promises to refuse early, with a fixed text that says what to change; to read DATA block by block
within bounds; and to answer 250 only when the reception has made the message durable. A client
that goes away, or is slow, or lies about sizes leaves nothing behind but a closed connection.
"""

import asyncio
from typing import ClassVar

from mailgate.intake import answers, paths
from mailgate.intake.conversation import Conversation
from mailgate.intake.data import Sink, Unstuffer
from mailgate.intake.reception import Taken
from mailgate.intake.spool import Arrival
from mailgate.message.address import Envelope

_BODIES = ("7BIT", "8BITMIME")


class Transactions(Conversation):
    """The transactions of a session, one after the other.

    source: what the spool is told. hello_first: the reply to who did not greet.
    """

    source: ClassVar[str] = "smtp"
    hello_first: ClassVar[bytes] = answers.HELLO_FIRST

    helo = ""
    login: str | None = None
    _sender: str | None = None
    _utf8 = False
    _unknown = 0

    def _set_rset_state(self) -> None:
        """Forget the transaction, keep the session (RFC 5321 §4.1.1.5)."""
        self._sender = None
        self._utf8 = False
        self._recipients: list[str] = []

    async def mail(self, argument: str) -> None:
        """MAIL: begin a transaction, if there is room for its message."""
        if not self.greeted:
            return self._reject(self.hello_first)
        if self._sender is not None:
            return self._reject(answers.NESTED_MAIL)
        said = paths.argument(argument, "FROM:")
        parameters = paths.parameters(said[1]) if said else None
        if said is None or parameters is None:
            return self._reject(answers.BAD_MAIL)
        sender = paths.path(said[0])
        if sender is None:
            return self._reject(answers.BAD_SENDER)
        utf8 = "SMTPUTF8" in parameters
        if not sender.address.isascii() and not utf8:
            return self._reject(answers.SENDER_NEEDS_UTF8)
        refusal = self._refuses(parameters)
        if refusal is not None:
            return self._reject(refusal)
        refusal = self.service.reception.refuses_mail() or self._too_fast(sender.address)
        if refusal is not None:
            return self._say(refusal)
        self._sender, self._utf8 = sender.address, utf8
        return self._say(answers.SENDER_OK)

    def _refuses(self, parameters: dict[str, str | None]) -> bytes | None:
        """Return the refusal for what MAIL's parameters say, or None (RFC 1870, 6152, 6531)."""
        # AUTH names who had sent it elsewhere (RFC 4954 §5), which proves nothing here.
        known = {"SIZE", "BODY", "SMTPUTF8"} | ({"AUTH"} if self.service.logins else set())
        if not parameters.keys() <= known:
            return answers.UNKNOWN_PARAMETER
        if parameters.get("SMTPUTF8") is not None:
            return answers.BAD_MAIL
        if "BODY" in parameters and (parameters["BODY"] or "").upper() not in _BODIES:
            return answers.BAD_MAIL
        if "SIZE" in parameters:
            size = parameters["SIZE"] or ""
            if not (size.isascii() and size.isdigit()):
                return answers.BAD_MAIL
            digits = size.lstrip("0")
            if len(digits) > 18 or int(digits or "0") > self.limits.max_message_size:
                return answers.TOO_LARGE
        return None

    def _too_fast(self, sender: str) -> bytes | None:
        """Return the refusal of a mail beyond the pace of its sender or network, or None."""
        rates = self.service.rates
        who = rates.too_fast(sender, self.peer) if rates else None
        if rates is None or who is None:
            return None
        if rates.is_news(self.peer):
            self.service.reception.events.too_fast(self.source, self.peer, who)
        return answers.TOO_FAST

    async def rcpt(self, argument: str) -> None:
        """RCPT: accept a recipient that is ours, and no other."""
        if self._sender is None:
            return self._reject(answers.MAIL_FIRST)
        said = paths.argument(argument, "TO:")
        parameters = paths.parameters(said[1]) if said else None
        if said is None or parameters is None:
            return self._reject(answers.BAD_RCPT)
        if parameters:
            return self._reject(answers.UNKNOWN_PARAMETER)
        recipient = paths.path(said[0])
        if recipient is None or not recipient.address:
            return self._reject(answers.BAD_RECIPIENT)
        if not recipient.address.isascii() and not self._utf8:
            return self._reject(answers.RECIPIENT_NEEDS_UTF8)
        if len(self._recipients) >= self.limits.max_recipients:
            return self._say(answers.TOO_MANY_RECIPIENTS)
        refusal = self.service.reception.refuses_recipient(recipient)
        if refusal is None:
            self._recipients.append(recipient.address)
            return self._say(answers.RECIPIENT_OK)
        if refusal[:1] == b"4":
            return self._say(refusal)
        return await self._unknown_recipient(refusal)

    async def _unknown_recipient(self, refusal: bytes) -> None:
        # Whoever tries out addresses is slowed down, then sent away.
        self._unknown += 1
        self._say(refusal)
        if self.harvesting_allowed():
            return
        if self._unknown >= self.limits.max_unknown:
            self._leave_with(answers.TOO_MANY_UNKNOWN)
        elif self._unknown > self.limits.slow_after_unknown:
            await self._flush()
            await asyncio.sleep(self.limits.unknown_delay.total_seconds())

    def harvesting_allowed(self) -> bool:
        """Say whether unknown recipients are no sign of ill will."""
        return False

    async def data(self, argument: str) -> None:
        """Read the message, make it durable, answer (DATA, RFC 5321 §4.1.1.4)."""
        if self._sender is None:
            return self._reject(answers.MAIL_FIRST)
        if not self._recipients:
            return self._reject(answers.NO_RECIPIENT)
        if argument:
            return self._reject(answers.BAD_ARGUMENT)
        self._say(answers.GO_AHEAD)
        sink = Sink(self.service.reception.new_content(), self.limits)
        try:
            # Whoever was told to leave while his last block came in will send it again.
            whole = await self._read_message(sink) and not self._leaving
            if sink.refusal is not None:
                self._refuse_message(sink.refusal, sink.fault)
            elif whole:
                await self._hand_over(sink)
        finally:
            # Does nothing to what was handed over: that belongs to the reception.
            sink.close()
        self._leaving = self._leaving or not whole
        return self._set_rset_state()

    async def _read_message(self, sink: Sink) -> bool:
        """Fill the sink up to the final dot; False where the client is not listened to further."""
        unstuffer = Unstuffer()
        block = bytes(self._pending)
        self._pending.clear()
        await self._flush()
        waited, received = 0.0, 0
        while True:
            octets, rest = unstuffer.feed(block)
            sink.write(octets)
            if rest is not None:
                self._pending += rest
                return True
            if sink.hopeless:
                return False
            self._allow(self.limits.block_timeout)
            began = self.loop.time()
            block = await self._block()
            # Only the time the client takes counts, not ours.
            waited += self.loop.time() - began
            received += len(block)
            if not block:
                return False
            if self._too_slow(waited, received):
                self._leave_with(answers.TOO_SLOW)
                return False

    def _too_slow(self, seconds: float, octets: int) -> bool:
        grace = self.limits.rate_grace.total_seconds()
        return seconds > grace and octets < seconds * self.limits.min_octets_per_second

    async def _hand_over(self, sink: Sink) -> None:
        arrival = Arrival(
            source=self.source,
            envelope=Envelope(self._sender, tuple(dict.fromkeys(self._recipients))),
            received_at=self.service.reception.now(),
            peer=self.peer,
            helo=self.helo,
            tls=self.tls,
            login=self.login,
        )
        self._allow(None)
        self._accepting = True
        try:
            outcome = await self.service.reception.take(arrival, sink.hand_over())
        finally:
            self._accepting = False
        self._allow(self.limits.command_timeout)
        if isinstance(outcome, Taken):
            self._answer(answers.accepted(outcome.spool_id))
        else:
            self._answer(outcome.reply)

    def _refuse_message(self, reply: bytes, fault: OSError | None) -> None:
        events = self.service.reception.events
        if fault is not None:
            events.fault("content", fault)
        events.refused(self.source, self.peer, reply)
        self._answer(reply)

    def _answer(self, reply: bytes) -> None:
        """Answer the final dot, as often as the protocol wants."""
        self._say(reply)

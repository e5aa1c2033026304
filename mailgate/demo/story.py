"""The life of a ticket, step by step: what is sent, what must come back, and whether it did.

Every expectation is compared, not only shown. The first that is not met ends the story with
UnmetError; what was checked until then is in Story.checked.
"""

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

from mailgate.demo import words
from mailgate.demo.correspondent import Correspondent
from mailgate.demo.scenes import Scenes, Told, among
from mailgate.demo.stage import Stage
from mailgate.demo.telling import Telling

_WARSAW = ZoneInfo("Europe/Warsaw")
SATURDAY = datetime(2026, 11, 7, 10, 12, tzinfo=_WARSAW)
MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=_WARSAW)
TEATIME = MONDAY.replace(hour=15, minute=20)

_HELP, _BILLING = "PomocDYNAMICS@example.com", "billing@example.com"
_ACCOUNTS = "accounts@provider.example"
_ANNA = Correspondent("Anna Kowalska", "anna@klient.example")
_MAREK = Correspondent("Marek Obcy", "marek@ciekawski.example")
_MARY = Correspondent("Mary Jones", "mary@customer.example")
_EWA = Correspondent("Ewa Nowak", "ewa@example.com")
_JOHN = Correspondent("John Smith", "john@customer.example")


class Story(Scenes):
    """The steps, in order. checked: what was found as it must be."""

    def __init__(self, stage: Stage, telling: Telling, port: int) -> None:
        super().__init__(stage, telling, port, SATURDAY)
        self._reopened: Told = {}

    def play(self) -> None:
        """Play all steps, in order."""
        self._mail_on_saturday()
        self._agent_answers()
        self._out_of_office()
        self._reply_by_number()
        self._ticket_is_closed()
        self._reply_reopens()
        self._stranger_quotes_the_number()
        self._sender_is_forged()
        self._agent_answers_by_mail(self._mail_within_hours())
        self._mail_in_a_mailbox()
        self._books()

    def _mail_on_saturday(self) -> None:
        self._scene(SATURDAY, "a customer writes, the desk is closed")
        self._write(_ANNA, _HELP, words.SUBJECT, words.QUESTION)
        letter = self._receive(_ANNA, "An acknowledgement comes back at once")
        self._number = letter.subject.partition("[#")[2].partition("]")[0]
        self._telling.say(
            "It says when her mail came and from when it counts as received: from Monday. It"
            " repeats none of her words, since anybody could have written in her name."
        )
        ticket = self._ticket()
        self._check("a mail becomes a ticket with a number of six digits", len(self._number), 6)
        self._check(
            "a mail on Saturday counts from Monday, 9:00",
            ticket["effective_received_at"],
            MONDAY.isoformat(),
        )
        self._check(
            "the acknowledgement names that date",
            "9 listopada 2026 r., godz. 09:00" in letter.text,
            True,
        )
        self._check("the acknowledgement says that a machine wrote it", letter.is_automatic, True)
        self._check("the acknowledgement has the null return path", letter.mail_from, "")
        repeated = among((words.SUBJECT, "drukarka", "Anna"), letter)
        self._check("nobody unproven is sent words of his own choice", repeated, [])

    def _agent_answers(self) -> None:
        self._scene(MONDAY.replace(minute=5), "an agent answers from the command line")
        printed = self._command("reply", words.ANSWER)
        letter = self._receive(_ANNA, "Anna receives")
        self._check("an agent's answer reaches the customer", words.ANSWER in letter.text, True)
        self._check("her answer carries no mark of a machine", letter.is_automatic, False)
        self._check("the ticket is answered", " is answered:" in printed, True)

    def _out_of_office(self) -> None:
        self._scene(MONDAY.replace(minute=6), "Anna's mail program answers by itself")
        headers = self._answering(_ANNA) | {"Auto-Submitted": "auto-replied"}
        subject = f"Automatyczna odpowiedź: {self._last(_ANNA).subject}"
        self._write(_ANNA, _HELP, subject, words.ABSENT, headers, mail_from="")
        ticket = self._ticket()
        self._telling.say("It is kept in the ticket. Nobody answers it, and nothing moves.")
        kept = [each for each in ticket["entries"] if words.ABSENT in each["full_text"]]
        natures = [each["nature"] for each in kept]
        self._check("an out-of-office is kept and known as such", natures, ["auto-reply"])
        self._check("it does not move the ticket", ticket["status"], "answered")

    def _reply_by_number(self) -> None:
        self._scene(MONDAY.replace(minute=40), "Anna replies; only the subject has the number")
        subject = f"Re: [#{self._number}] {words.SUBJECT}"
        decided = self._write(_ANNA, _HELP, subject, words.THANKS)
        self._telling.say(
            f"Her mail is now part of ticket {self._number}. Why: {decided['reason']}."
        )
        self._check("a reply finds its ticket", str(decided["ticket"]), self._number)
        self._check("by the number in the subject", "Subject" in decided["reason"], True)
        self._check("the ticket shows her reply", self._ticket()["status"], "customer-replied")

    def _ticket_is_closed(self) -> None:
        self._scene(MONDAY.replace(hour=11), "the matter is settled, the agent closes the ticket")
        printed = self._command("close", None)
        letter = self._receive(_ANNA, "Anna is told")
        self._check("closing is told to the customer", "zamknięte" in letter.text, True)
        self._check("the ticket is closed", " is closed:" in printed, True)

    def _reply_reopens(self) -> None:
        self._scene(MONDAY.replace(hour=14, minute=30), "it was not: Anna replies to that letter")
        subject = f"Re: {self._last(_ANNA).subject}"
        self._write(_ANNA, _HELP, subject, words.AGAIN, self._answering(_ANNA))
        self._reopened = self._ticket()
        status, times = self._reopened["status"], self._reopened["reopened"]
        self._telling.say(f"Ticket {self._number} is {status} again.")
        self._check("a reply to a closed ticket reopens it", (status, times), ("open", 1))

    def _stranger_quotes_the_number(self) -> None:
        self._scene(MONDAY.replace(hour=15), "a stranger has heard of the number")
        subject = f"[#{self._number}] {words.SUBJECT}"
        decided = self._write(_MAREK, _HELP, subject, words.CURIOUS)
        letter = self._receive(_MAREK, "He gets a ticket of his own")
        self._telling.say(
            f"His ticket is linked with {self._number}, which is as it was; he is shown nothing"
            " of it."
        )
        old, new = self._ticket(), str(decided["ticket"])
        given = (decided["verdict"], new == self._number)
        self._check("a number is no key: a stranger opens a new ticket", given, ("open", False))
        self._check("the two tickets are linked", old.pop("linked"), [new])
        self._reopened.pop("linked")
        self._check("the old ticket is untouched", old, self._reopened)
        shown = among((words.SUBJECT, _ANNA.name, words.ANSWER, self._number), letter)
        self._check("the stranger is shown nothing of it", shown, [])

    def _sender_is_forged(self) -> None:
        self._scene(MONDAY.replace(hour=15, minute=10), "so he writes in Anna's name")
        self._telling.say(
            "The mail server in front has checked the sender, as for every mail, and says that it"
            " is not hers."
        )
        failed = "mx.example.com; dmarc=fail (p=reject) header.from=klient.example"
        headers = {"Authentication-Results": failed}
        subject = f"Re: [#{self._number}] {words.SUBJECT}"
        before = self._ticket()
        decided = self._write(_ANNA, _HELP, subject, words.FORGED, headers)
        spool_id = decided["spool_id"]
        self._sent[spool_id] = ("held", self._sent[spool_id][1])
        self._telling.say("It is held; nobody is sent anything. An operator sees it, and why:")
        self._telling.show(["$ mailgate spool list --held"])
        self._telling.show(self._stage.command("spool", "list", "--held").splitlines())
        why = self._stage.ask("spool", "show", str(spool_id))
        lines = [f"    {line}" for line in why["decided_by"]]
        self._telling.show([f"$ mailgate spool show {spool_id}", "...", "decided by", *lines])
        cause = (decided["verdict"], why["cause"])
        self._check("a forged sender is held", cause, ("hold", "failed_authentication"))
        named = f"Authentication-Results: {failed}" in why["decided_by"]
        self._check("the header that decided is named", named, True)
        self._check("the ticket does not change", self._ticket(), before)

    def _mail_within_hours(self) -> str:
        self._scene(TEATIME, "somebody writes in English to another department")
        decided = self._write(_JOHN, _BILLING, words.ENGLISH_SUBJECT, words.ENGLISH_QUESTION)
        letter = self._receive(_JOHN, "The acknowledgement is in English")
        self._check("the address names the department", decided["department"], "billing")
        self._check("the letter is in his language", "We have received" in letter.text, True)
        said = "counts as received: 9 November 2026, 15:20" in letter.text
        self._check("a mail within hours counts from when it came", said, True)
        return str(decided["ticket"])

    def _agent_answers_by_mail(self, number: str) -> None:
        self._scene(TEATIME.replace(minute=35), "the agent is told by mail, and answers by mail")
        notice = self._letters(_EWA, 5)[0]
        self._check("an agent is told of a new ticket", number in notice.subject, True)
        self._telling.say("Ewa was told:")
        lines = [line for line in notice.text.splitlines() if line.strip()]
        self._telling.show([f"Subject: {notice.subject}", "", *lines])
        self._telling.say("Her mail server has checked that what she sends is hers, and says so.")
        proof = "mx.example.com; dmarc=pass header.from=example.com"
        headers = {"In-Reply-To": notice.message_id, "Authentication-Results": proof}
        self._write(_EWA, _BILLING, f"Re: {notice.subject}", words.BY_MAIL, headers)
        letter = self._receive(_JOHN, "John receives her words, and not her command")
        reached = ("left today" in letter.text, letter.is_automatic)
        self._check("an agent's answer by mail reaches the customer", reached, (True, False))
        self._check("he never sees her command", among(("#resolve",), letter), [])
        ticket = self._stage.ask("tickets", "show", number)
        self._check("the command is carried out", ticket["status"], "resolved")

    def _mail_in_a_mailbox(self) -> None:
        mailserver = self._stage.mailserver
        if not mailserver.port:
            self._telling.say(mailserver.why_not)
            return
        self._scene(TEATIME.replace(minute=50), "a mail lies in Billing's mailbox at a provider")
        subject, text = words.MAILBOX_SUBJECT, words.MAILBOX_QUESTION
        octets = _MARY.compose(_ACCOUNTS, subject, text, self._now, {}).as_bytes()
        self._telling.say(f"{_MARY.name} <{_MARY.address}> wrote; Dovecot, by IMAP, has:")
        self._telling.show([f"To: {_ACCOUNTS}", f"Subject: {subject}", "", *text.splitlines()])
        mailserver.append(octets, self._now)
        spool_id = self._stage.fetched()
        self._sent[spool_id] = ("done", hashlib.sha256(octets).hexdigest())
        decided = self._stage.decided(spool_id)
        letter = self._receive(_MARY, "The daemon fetches it, and she gets her acknowledgement")
        self._stage.wait_for(lambda: not mailserver.mails("INBOX"), "the inbox to be empty")
        self._telling.say(
            f"It is Billing's by: {decided['reason']}. In the mailbox it is now in Processed."
        )
        opened = (decided["verdict"], decided["department"])
        self._check(
            "a mail in a mailbox opens its department's ticket", opened, ("open", "billing")
        )
        acknowledged = (str(decided["ticket"]) in letter.subject, letter.is_automatic)
        self._check("it is acknowledged as any other", acknowledged, (True, True))
        moved = mailserver.mails("Processed")
        self._check("it is moved to Processed, octet for octet", moved, [octets])

    def _books(self) -> None:
        self._scene(MONDAY.replace(hour=17), "the books are compared")
        new = 4 if self._stage.mailserver.port else 3
        self._letters(_EWA, new + 2)
        self._stage.settled()
        spool = self._stage.ask("spool", "list")
        outbox = self._stage.ask("outbox", "list")
        tickets = self._stage.ask("tickets", "list")
        self._telling.say(
            f"{len(spool)} mails came in, {len(tickets)} tickets were opened, {len(outbox)}"
            " letters left."
        )
        kept = {each["id"]: (each["state"], each["sha256"]) for each in spool}
        self._check("each mail taken is kept, octet for octet, done or held", kept, self._sent)
        self._check(
            "each letter was delivered, once, and nobody got another",
            sorted(each["message_id"] for each in outbox if each["state"] == "delivered"),
            sorted(each.message_id for each in self._stage.smarthost.letters),
        )
        answered = sorted(each["ticket"] for each in outbox if each["kind"] == "acknowledgement")
        numbers = sorted(each["number"] for each in tickets)
        self._check("each ticket was acknowledged once", answered, numbers)
        events = sorted(each["event"] for each in outbox if each["recipient"] == _ANNA.address)
        expected = ["closed", "comment", "received"]
        self._check("neither a follow-up nor an out-of-office is answered", events, expected)
        events = sorted(each["event"] for each in outbox if each["recipient"] == _EWA.address)
        expected = ["customer-reply"] * 2 + ["new-ticket"] * new
        self._check("the agent is told of each ticket and reply, and of no more", events, expected)

import pytest

from mailgate.message import footers, quotes

FOOTERS = [
    "Niniejsza wiadomość może zawierać informacje poufne i jest przeznaczona dla adresata.",
    "Treść tej wiadomości zawiera informacje przeznaczone tylko dla adresata. Jeżeli nie są\n"
    "Państwo jej adresatem, prosimy o powiadomienie nadawcy i usunięcie wiadomości.",
    "Administratorem danych osobowych jest Przykład sp. z o.o. Dane przetwarzamy zgodnie z RODO.",
    "Klauzula RODO",
    "Informujemy, że administratorem Państwa danych osobowych jest Przykład sp. z o.o.",
    "This e-mail and any attachments are confidential and intended solely for the addressee.",
    "The information contained in this message is privileged. If you are not the intended\n"
    "recipient, any disclosure or copying is prohibited.",
    "CONFIDENTIALITY NOTICE: this message is intended only for the use of the recipient.",
    "Disclaimer\n\nThe information contained in this mail of the sender is confidential.",
    "If you have received this e-mail in error, please notify the sender and delete it.",
    "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind,\n"
    "informieren Sie bitte den Absender und vernichten Sie diese E-Mail.",
    "Ce message et ses pièces jointes sont confidentiels et destinés au seul destinataire.",
    "Este mensaje es confidencial y va dirigido exclusivamente a su destinatario.",
    "Questo messaggio contiene informazioni riservate al destinatario.",
    "Dit bericht is vertrouwelijk en alleen bestemd voor de geadresseerde.",
    "Tato zpráva je důvěrná a určená pouze příjemci.",
    "Це повідомлення є конфіденційним і призначене лише для адресата.",
    "Esta mensagem é confidencial e destina-se apenas ao destinatário.",
    "Это сообщение конфиденциально и предназначено только для адресата.",
    "Please consider the environment before printing this e-mail.",
    "Pomyśl o środowisku, zanim wydrukujesz tę wiadomość.",
    "Zanim wydrukujesz, pomyśl o lasach.",
    "Ta wiadomość została sprawdzona na obecność wirusów przez program Avast.",
    "This email has been scanned for viruses and malware.",
    "Virus-free. www.example.com",
    "_______________________________________________\npomoc mailing list\npomoc@lists.example.com",
    "You received this message because you are subscribed to the group.",
    "Aby wypisać się z listy, kliknij tutaj.",
    "—\nReply to this email directly, view it on GitHub, or unsubscribe.",
    "Sąd Rejonowy dla m.st. Warszawy, kapitał zakładowy 5000 zł",
    "Any views expressed are those of the author. Strictly no liability is accepted for viruses,\n"
    "unauthorised disclosure, copying or distribution, nor for what was intercepted on its way.",
    "Wszelkie ujawnianie, kopiowanie, rozpowszechnianie lub wykorzystanie przez osobę inną niż\n"
    "odbiorca jest zabronione i może być bezprawne; po omyłkowym otrzymaniu należy ją zniszczyć.",
]
WORDS = [
    "Na podstawie art. 17 RODO wnoszę o usunięcie moich danych osobowych, których\n"
    "administratorem jest Państwa spółka.",
    "This message is not shown to the recipient, what can be done?",
    "Ta wiadomość nie dochodzi.",
    "To stop the machine press the red button.",
    "Before printing the label, the program crashes.",
    "If you are not sure, please ask Ann about the order of yesterday.",
    "NIP 0000000000",
    "Nie drukuje od rana.",
    "Zanim wydrukuję etykietę, pojawia się błąd.",
    "Registered in your shop as Ann Smith, but the login fails.",
    "Sąd Rejonowy w Krakowie przysłał pismo w tej sprawie.",
    "Bitte prüfen Sie den Ausdruck.",
    "Merci de penser à rappeler demain.",
    "Antes de imprimir aparece un error.",
    "Otrzymałem tę fakturę, ponieważ nikt nie zmienił adresu.",
    "Jeśli chcesz, mogę zrezygnować z drugiej drukarki.",
    "Unsubscribe",
    "Der Geschäftsführer wartet darauf.",
    "Save paper tray settings does not work.",
    "https://example.com/ticket",
    "Czy ten dokument jest poufny?",
    "The external disk is broken and I have confidential data, privileged and strictly personal,\n"
    "which must not be intercepted; my recipient waits for the distribution of it since Monday.",
]


@pytest.mark.parametrize("footer", FOOTERS)
def test_notices_of_offices_go(footer: str) -> None:
    """Legal notices, pleas, scanners and lists are cut below the words, and never the words."""
    assert quotes.own_words(f"Moje słowa.\n\n{footer}\n") == "Moje słowa."
    assert quotes.own_words(f"Moje słowa.\n\nAnna\n\n{footer}\n\n\n") == "Moje słowa.\n\nAnna"
    assert quotes.own_words(footer) == footer


@pytest.mark.parametrize("words", WORDS)
def test_requests_in_such_words_stay(words: str) -> None:
    """Who asks for the deletion of his data writes no notice."""
    assert quotes.own_words(f"Moje słowa.\n\n{words}") == f"Moje słowa.\n\n{words}"


def test_a_notice_without_a_line_of_its_own_goes() -> None:
    """Where a notice stands right below the last line of the words, it goes all the same."""
    text = (
        "Moje słowa.\nThis e-mail is confidential and intended solely for the addressee.\n"
        "Please delete it if it is not for you."
    )
    assert quotes.own_words(text) == "Moje słowa."


def test_only_the_ends_are_trimmed() -> None:
    """A notice above other words stays."""
    text = f"Moje słowa.\n\n{FOOTERS[0]}\n\nDalej moje."
    assert quotes.own_words(text) == text
    assert not footers.is_footer("")

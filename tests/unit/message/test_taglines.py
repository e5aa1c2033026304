import pytest

from mailgate.message import quotes, taglines

TAGLINES = [
    "Sent from my iPhone", "Sent from my iPad", "Sent from my Wiko RIDGE FAB 4G",
    "Sent from Mail for Windows", "Sent from Yahoo Mail on Android", "Sent from Outlook for iOS",
    "Sent via BlackBerry by AT&T", "Sent with Proton Mail secure email.", "*Sent from my Galaxy*",
    "Sent with Sparrow (http://www.example.com/?sig)", "via mobile", "Get Outlook for Android",
    "Get Outlook for iOS<https://aka.ms/example>", "Sent using the mail.com mail app",
    "Wysłane z iPhone'a", "Wysłane z iPhone’a", "Wysłano z iPada", "Wysłano z telefonu Samsung",
    "Wysłane z mojego telefonu", "Wysłano z urządzenia Galaxy", "Wysłano z Poczty systemu Windows",
    "Wysłano z aplikacji Outlook dla systemu Android", "Wysłano przy użyciu WP Poczty",
    "Wysłano z Onet Poczty", "Wysłane za pomocą aplikacji Interia Poczta", "Wyslane z iPhone'a",
    "Pobierz aplikację Outlook dla systemu iOS", "Wysłane z bezpiecznej poczty Proton Mail.",
    "Wysłane z urządzenia mobilnego", "Yahoo Mail na Androida", "Wysłano ze smartfona Huawei",
    "Von meinem iPhone gesendet", "Gesendet von Outlook für Android<https://aka.ms/x>",
    "Gesendet von Mail für Windows", "Von meinem Samsung Galaxy Smartphone gesendet.",
    "Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.",
    "Holen Sie sich Outlook für iOS", "Outlook für Android herunterladen",
    "Envoyé de mon iPhone", "Envoyé depuis mon téléphone Orange", "Envoyé à partir de Outlook",
    "Télécharger Outlook pour iOS", "Obtenez Outlook pour Android",
    "Enviado desde mi iPhone", "Enviado desde Outlook para Android", "Obtener Outlook para iOS",
    "Enviado do meu iPhone", "Enviado a partir do Outlook para Android", "Obter o Outlook para iOS",
    "Inviato da iPhone", "Inviato dal mio telefono", "Scarica Outlook per Android",
    "Verstuurd vanaf mijn iPhone", "Verzonden vanuit Outlook voor Android", "Download Outlook voor",
    "Odesláno z iPhonu", "Odesláno ze Seznam Emailu z mého telefonu", "Získejte Outlook pro iOS",
    "Odoslané z iPhonu", "Надіслано з iPhone", "Надіслано з мобільного пристрою",
    "Отправлено с iPhone", "Отправлено из мобильной Почты Mail.ru", "Загрузить Outlook для iOS",
    "Skickat från min iPhone", "Hämta Outlook för iOS", "Sendt fra min iPhone",
    "Hent Outlook til iOS", "Lähetetty iPhonesta", "iPhone-omról küldve", "Trimis de pe iPhone",
    "iPhone'umdan gönderildi", "iPhoneから送信", "发自我的iPhone", "Please excuse my brevity",
    "Przepraszam za ewentualne literówki", "Sent from my Verizon Wireless BlackBerry",
    "Sent via the Samsung Galaxy S9, an AT&T 5G Evolution capable smartphone",
    "Provenance : Courrier pour Windows 10", "Gesendet mit der Telekom Mail App",
    "Odesláno z Pošty pro Windows 10", "Sent from my phone. Please excuse brevity.",
    "Wysłane z telefonu - proszę o wyrozumiałość", "Ten e-mail został wysłany z telefonu",
]  # fmt: skip
WORDS = [
    "Sent from my desk, is much easier then my mobile phone.", "Ten komputer", "Ta drukarka",
    "Sent from my account to yours, the transfer is late", "Wysłane z mojego konta, a nie żony",
    "Sent the printer back", "// Sent from my custom mailer", "Sent with DHL, tracking 123",
    "Wysłane dokumenty są w załączniku", "Wysłano do Państwa zamówienie", "Wysłano z opóźnieniem",
    "Wysłałem z telefonu zdjęcie", "iPhone nie działa", "Get well soon", "Gesendet habe ich es",
    "Inviato il documento", "Von allen Rechnern aus geht es nicht", "Envoyé hier", "", "   ",
    "Enviado ayer por la tarde", "Przepraszam za kłopot", "This printer is broken", "a",
]  # fmt: skip


@pytest.mark.parametrize("line", TAGLINES)
def test_what_a_program_adds_is_no_word_of_a_person(line: str) -> None:
    """It goes, with what a telephone quotes below it without saying so."""
    assert taglines.is_tagline(line)
    assert quotes.own_words(f"Moje słowa.\n\n{line}") == "Moje słowa."
    assert quotes.own_words(f"Moje słowa.\n\n{line}\n\nold words\n") == "Moje słowa."


@pytest.mark.parametrize("line", WORDS)
def test_sentences_about_sending_stay(line: str) -> None:
    """Not each line that begins with "sent" was put there by a telephone."""
    assert not taglines.is_tagline(line)
    assert (
        quotes.own_words(f"Moje słowa.\n\n{line}\nDalej.")
        == f"Moje słowa.\n\n{line.strip()}\nDalej."
    )


def test_a_tagline_on_top_hides_nothing() -> None:
    """Who writes below it is read all the same, and so is who answers below a quote."""
    assert "Słowa." in quotes.own_words("Sent from my iPhone\n\nSłowa.")
    text = "Góra.\n\nSent from my iPhone\n\n> old\n\nDół."
    assert quotes.own_words(text) == "Góra.\n\nDół."

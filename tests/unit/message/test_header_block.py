import pytest

from mailgate.message import header_block, quotes
from mailgate.message.header_block import Divider

BLOCKS = [
    "From: Ann Sent: Friday, November 20, 2026 9:12 AM To: me Subject: x",
    "**From:** Ann <ann@example.com> **Sent:** Friday **To:** me **Subject:** x",
    "From: Ann <ann@example.com>\nSent: Friday\nTo: me\nSubject: x",
    "*From:* Ann\n*Sent:* Friday\n*To:* me\n*Subject:* x",
    "From: Ann [mailto:ann@example.com]\nOn Behalf Of desk@example.com\nSent: Friday\nTo: me",
    "From: ann@example.com\n\nSent: Friday\n\nTo: me\n\nSubject: x",
    "Date: Thu, 19 Nov 2026 13:53:45 +0100\nSubject: x\nFrom: ann@example.com\nTo: me",
    "Subject: x\nFrom: ann@example.com\nTo: me",
    "Od: Ewa <ewa@example.net>\nWysłano: piątek\nDo: ja\nTemat: x",
    "Od: Ewa\nWysłane: piątek\nDo: ja\nDW: Jan\nTemat: x",
    'Od: "Ewa" <ewa@example.net>\nDo: "Jan" <jan@example.net>;\nWysłane: 8:00 Piątek\nTemat: x',
    'Temat: x\nData: 2026-11-20 9:12\nNadawca: "Ewa" <ewa@example.net>\nAdresat: jan@example.net',
    "Von: Eva\nGesendet: Freitag\nAn: mich\nBetreff: x",
    "Gesendet: Freitag\nVon: Eva <eva@example.de>\nAn: mich\nBetreff: x",
    "De : Ève <eve@example.fr>\nEnvoyé le :vendredi\nÀ : moi\nObjet :x",
    'Message du : 20/11/2026 09:12\nDe : "Ève" <eve@example.fr>\nA : moi\nCopie à :\nSujet : x',
    "De: Eva\nEnviado el: viernes\nPara: mí\nAsunto: x",
    "De: Eva\nEnviada em: sexta-feira\nPara: mim\nAssunto: x",
    "Da: Eva\nInviato: venerdì\nA: me\nOggetto: x",
    "Van: Eva\nVerzonden: vrijdag\nAan: mij\nOnderwerp: x",
    "Od: Eva\nOdesláno: pátek\nKomu: mně\nPředmět: x",
    "Od: Eva\nOdoslané: piatok\nKomu: mne\nPredmet: x",
    "Від: Єва\nНадіслано: п'ятниця\nКому: мені\nТема: x",
    "От: Ева\nОтправлено: пятница\nКому: мне\nТема: x",
    "От кого: Ева <eva@example.ru>\nКому: мне\nДата: пятница\nТема: x",
    "Från: Eva\nSkickat: fredag\nTill: mig\nÄmne: x",
    "Fra: Eva\nSendt: fredag\nTil: meg\nEmne: x",
    "Lähettäjä: Eva\nLähetetty: perjantai\nVastaanottaja: minä\nAihe: x",
    "Feladó: Éva\nElküldve: péntek\nCímzett: nekem\nTárgy: x",
    "De la: Eva\nTrimis: vineri\nCătre: mine\nSubiect: x",
    "Kimden: Eva\nGönderildi: Cuma\nKime: bana\nKonu: x",
    "From: ann@example.com\nSent: Friday, November 20, 2026 9:12 AM",
    "From: ann@example.com\n\nDate: Fri, 20 Nov 2026 09:12:02 -0600",
    "Date: Fri, 20 Nov 2026 09:12:02 -0600\nTo: ann@example.com",
    "Od: ewa@example.net\nData: piątek, 20 listopada 2026 9:12",
    "Šalje: Eva\nPoslano: petak\nPrima: ja\nPredmet: x",
    "Pošiljatelj: Eva\nPoslano: petek\nZa: jaz\nZadeva: x",
    "Nuo: Eva\nIšsiųsta: penktadienis\nKam: man\nTema: x",
    "No: Eva\nNosūtīts: piektdiena\nKam: man\nTēma: x",
    "Saatja: Eva\nSaadetud: reede\nAdressaat: mina\nTeema: x",
    "Από: Εύα\nΣτάλθηκε: Παρασκευή\nΠρος: εμένα\nΘέμα: x",
    "מאת: Eva\nנשלח: יום שישי\nאל: אני\nנושא: x",
    "من: Eva\nتم الإرسال: الجمعة\nإلى: أنا\nالموضوع: x",
    "จาก: Eva\nส่ง: วันศุกร์\nถึง: ฉัน\nเรื่อง: x",
    "Từ: Eva\nĐã gửi: Thứ Sáu\nTới: tôi\nChủ đề: x",
    "Dari: Eva\nTerkirim: Jumat\nKepada: saya\nSubjek: x",
    "De: Eva\nEnviat: divendres\nPer a: mi\nTema: x",
    "Од: Ева\nПослато: петак\nЗа: мене\nТема: x",
    "From:\tAnn Smith/Desk\nTo:\tBob/Desk\nDate:\t20/11/2026 09:12\nSubject:\tx",
    "发件人：Eva\n发送时间：2026-11-20\n收件人：me\n主题：x",
    "差出人: Eva\n送信日時: 2026-11-20\n宛先: me\n件名: x",
    "보낸 사람: Eva\n보낸 날짜: 2026-11-20\n받는 사람: me\n제목: x",
]
WORDS = [
    "Od: 10:00\nDo: 12:00",
    "Data: jutro\nOd: 10:00\nDo: 12:00",
    "Od: 10:00\nDo: 12:00\nData: 20.11.2026\nTemat: wizyta",
    "Temat: wizyta\nData: 20.11.2026\nOd: 10:00\nDo: 12:00",
    "Od: Warszawa\nPrzez Łódź\n\nDo: Kraków\nbez przesiadki\nproszę\nData: jutro",
    "To: the point.\nFrom: here",
    "Subject: the printer\nDate: today\nTo: whom it concerns, 2026",
    "Uwaga: ważne",
    "Od: Warszawa\nDo: Kraków\nData: 20.11.2026\nTemat: szkolenie",
    "Data: 20.11.2026\nOd: Warszawa\nDo: Kraków\nTemat: szkolenie",
    "Data: 20.11.2026 10:00\nOd: ewa@example.net",
    "Od: ewa@example.net\nData: jutro",
    "Od: Ewa\nData: piątek, 20 listopada 2026 9:12",
    "CC: ann@example.com\nFrom: x\nTo: y",
    "From: here\nto there is a long way.",
]
ORIGINAL = [
    "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐",
    "-----Original Message-----",
    "----- Original Message -----",
    "-----original message-----",
    "-------- Oryginalna wiadomość --------",
    "-------- Wiadomość oryginalna --------",
    "-----Ursprüngliche Nachricht-----",
    "-------- Message d'origine --------",
    "-----Mensaje original-----",
    "-----Messaggio originale-----",
    "-----Oorspronkelijk bericht-----",
    "-----Původní zpráva-----",
    "-----Mensagem original-----",
    "-------- Исходное сообщение --------",
    "-------- Вихідне повідомлення --------",
    "-----Oprindelig meddelelse-----",
    "-----Ursprungligt meddelande-----",
    "_____Original Message_____",
    "-----Ewa Nowak/ABC/PL wrote: -----",
    "-----Antwort Mail-----",
    ">>> Ann Smith <ann@example.com> 20.11.26 9:12 >>>",
    "----- Poprzednia wiadomość -----",
    "--- Previous e-mail message ---",
    "***** Réponse au message *****",
    "-------- Исходное письмо --------",
    "##- Please type your reply above this line -##",
    "--- Odpowiedz powyżej tej linii ---",
    "Bitte antworten Sie oberhalb dieser Linie.",
    "=== Répondez au-dessus de cette ligne ===",
]
FORWARD = [
    "---------- Forwarded message ---------",
    "-------- Forwarded Message --------",
    "Begin forwarded message:",
    "> Begin forwarded message:",
    "-------- Przekazana wiadomość --------",
    "-------- Treść przekazanej wiadomości --------",
    "Początek przekazanej wiadomości:",
    "-------- Weitergeleitete Nachricht --------",
    "-------- Message transféré --------",
    "---------- Messaggio inoltrato ----------",
    "-------- Пересылаемое сообщение --------",
    "-------- Přeposlaná zpráva --------",
]


@pytest.mark.parametrize("block", BLOCKS)
def test_a_header_block_ends_the_words(block: str) -> None:
    """In each language, with and without a rule above, bold type or an address."""
    for rule in ("", "________________________________\n", "-----------\n"):
        assert quotes.own_words(f"Moje słowa.\n\n{rule}{block}\n\nold words") == "Moje słowa."


@pytest.mark.parametrize("words", WORDS)
def test_times_and_places_are_no_header_block(words: str) -> None:
    """From and To of something else than a mail stay."""
    assert quotes.own_words(f"Moje słowa.\n\n{words}") == f"Moje słowa.\n\n{words}"


@pytest.mark.parametrize("line", ORIGINAL)
def test_a_divider_ends_the_words(line: str) -> None:
    """What stands below "Original Message" in each language is not written now."""
    assert header_block.divider(line) is Divider.ORIGINAL
    assert quotes.own_words(f"Moje słowa.\n\n{line}\nold words") == "Moje słowa."


@pytest.mark.parametrize("line", FORWARD)
def test_what_stands_below_a_forwarding_line_is_kept(line: str) -> None:
    """A mail that passes another on is about it, whatever its subject; its signatures stay, too."""
    assert header_block.divider(line) is Divider.FORWARD
    text = f"Proszę zobaczyć.\n\n{line}\nOd: Ewa\n\nwords\n-- \nEwa"
    assert quotes.own_words(text) == text


@pytest.mark.parametrize(
    "line",
    ["-----Error message-----", "--- message ---", "--- The answer is in my last long message ---",
     "", "   ", "original message", "-- first point", "--- a ---", "Above this line all is well",
     "above", "the answer is above, in the first mail that I have sent", "===",
     "Forwarded message"],
)  # fmt: skip
def test_other_lines_part_nothing(line: str) -> None:
    """Dashes, and words about originals and lines, do not end the words."""
    assert header_block.divider(line) is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("From: x", "from"),
        ("*Od:* x", "from"),
        ("  Temat : x", "subject"),
        ("收件人：x", "to"),
        ("no label", ""),
        ("a very long sentence that goes on: and on", ""),
        ("https://example.com", ""),
    ],
)
def test_a_label_is_told_by_its_kind(line: str, kind: str) -> None:
    """Labels of many languages are of few kinds."""
    assert header_block.label_of(line) == kind

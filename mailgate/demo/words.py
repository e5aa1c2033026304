"""What the people of the demo write."""

SUBJECT = "Drukarka nie działa"
QUESTION = """\
Dzień dobry,

drukarka w recepcji od rana nie drukuje i miga na czerwono.
Proszę o pomoc.

Anna Kowalska
"""
ANSWER = "Proszę wyjąć kasetę z tonerem i włożyć ją ponownie. Czy drukarka drukuje?"
ABSENT = "Jestem na urlopie do środy. Odpowiem po powrocie."
THANKS = """\
Dzień dobry,

pomogło, dziękuję!

Anna Kowalska
"""
AGAIN = """\
Dzień dobry,

niestety znowu miga na czerwono.

Anna Kowalska
"""
CURIOUS = """\
Dzień dobry,

proszę o przesłanie całej korespondencji w tej sprawie.

Marek Obcy
"""
FORGED = """\
Dzień dobry,

proszę dosłać mi całą korespondencję w tej sprawie.

Anna Kowalska
"""
ENGLISH_SUBJECT = "Invoice for October"
ENGLISH_QUESTION = """\
Hello,

could you please send us the invoice for October once more?
We have not received it yet.

John Smith
"""
BY_MAIL = """\
#resolve

Hello,

the invoice for October left today, to the address you gave us.

Ewa Nowak
"""
MAILBOX_SUBJECT = "A payment made twice"
MAILBOX_QUESTION = """\
Hello,

we have paid your last invoice twice. Could you please check?

Mary Jones
"""

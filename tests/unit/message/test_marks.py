from mailgate.message import marks


def test_marks_are_taken_out() -> None:
    """No mark is left, and a text without marks is as it was."""
    text = "a\nb"
    assert marks.unmarked(text) is text
    assert marks.unmarked(f"{marks.QUOTED}a\n{marks.SIGNED}{marks.TOLD}b") == text

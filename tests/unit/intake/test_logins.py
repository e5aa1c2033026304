import pytest

from mailgate.intake.logins import MAX_PASSWORD_BYTES, Logins, hash_of, read_hash

SALT, OCTETS = "A" * 22, "A" * 43
EWA = hash_of(b"correct horse")


def test_a_hash_is_written_and_read():
    """What is written is what is read, and no two hashes of one password are alike."""
    assert read_hash(str(EWA)) == EWA
    assert hash_of(b"correct horse") != EWA
    assert b"correct" not in str(EWA).encode()


@pytest.mark.parametrize(
    ("name", "password", "address"),
    [
        ("ewa@example.com", b"correct horse", "ewa@example.com"),
        ("EWA@Example.com", b"correct horse", "ewa@example.com"),
        ("ewa@example.com", b"correct horsE", None),
        ("ewa@example.com", b"", None),
        ("jan@example.com", b"correct horse", None),
        ("", b"", None),
    ],
)
def test_only_the_right_password_fits(name, password, address):
    """The name in any case, the password to the octet; nobody by an empty one."""
    assert Logins({"ewa@example.com": EWA}).address_of(name, password) == address


def test_an_unknown_name_costs_as_much(monkeypatch):
    """Whether an address has a login cannot be told by the time it takes."""
    asked = []
    monkeypatch.setattr("hashlib.scrypt", lambda password, **how: asked.append(how) or bytes(32))
    logins = Logins({"ewa@example.com": EWA})
    logins.address_of("ewa@example.com", b"x")
    logins.address_of("nobody@example.com", b"x")
    assert [how["n"] for how in asked] == [1 << EWA.ln] * 2


@pytest.mark.parametrize("password", [b"", b"x" * (MAX_PASSWORD_BYTES + 1)])
def test_a_password_has_a_length(password):
    """Neither none nor more than is ever compared."""
    with pytest.raises(ValueError, match="octets"):
        hash_of(password)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hunter2",
        f"$scrypt$ln=5,r=8,p=1${SALT}${OCTETS}",
        f"$scrypt$ln=30,r=8,p=1${SALT}${OCTETS}",
        f"$scrypt$ln=15,r=99,p=1${SALT}${OCTETS}",
        f"$scrypt$ln=15,r=8,p=0${SALT}${OCTETS}",
        f"$scrypt$ln=15,r=8,p=1${'A' * 21}${OCTETS}",
        f"$scrypt$ln=15,r=8,p=1${SALT}${'A' * 10}",
        f"$argon2id$v=19$m=65536,t=3,p=4${SALT}${OCTETS}",
    ],
)
def test_what_is_no_hash_is_none(text):
    """Another form, or a cost that is too low or that would fill the memory."""
    assert read_hash(text) is None


def test_logins_show_no_hash():
    """A traceback or a log that prints them prints nothing of use."""
    assert "scrypt" not in repr(Logins({"ewa@example.com": EWA}))
    assert "Hash" not in repr(Logins({"ewa@example.com": EWA}))

"""mailgate password: a line for the file of those who may sign in on our listener."""

import sys

import click

from mailgate.cli.failures import BAD_INPUT, Failure


@click.command(epilog="Example: mailgate password ewa@example.com >> /etc/mailgate/logins")
@click.argument("address", metavar="ADDRESS")
def password(address: str) -> None:
    """Print a line for listener.smtp.logins_file, with ADDRESS and a hashed password.

    Asks for the password twice; where standard input is no terminal, its first line is it.
    """
    from mailgate.config import values
    from mailgate.config.reader import Unfit
    from mailgate.intake.logins import MAX_PASSWORD_BYTES, hash_of

    try:
        plain = values.address(address)
    except Unfit as unfit:
        raise click.BadParameter(str(unfit), param_hint="ADDRESS") from None
    said = _asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    try:
        made = hash_of(said.encode("utf-8", "surrogateescape"))
    except ValueError:
        raise Failure(
            BAD_INPUT, f"a password has 1 to {MAX_PASSWORD_BYTES} octets; nothing was printed"
        ) from None
    click.echo(f"{plain} {made}")


def _asked() -> str:
    said: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return said

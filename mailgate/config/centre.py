"""[gateway]: the installation as a whole."""

from dataclasses import dataclass
from pathlib import Path

from mailgate.config import values
from mailgate.config.faults import Fault
from mailgate.config.keyfile import read_guarded, read_keys
from mailgate.config.reader import Sheet, Table, Unfit
from mailgate.config.state import read_state
from mailgate.config.wording import close_to, either, show
from mailgate.departments import Department
from mailgate.tokens import Keys

TAG = "[#{number}]"


@dataclass(frozen=True)
class Centre:
    """What [gateway] says; postmaster is the key of a department, "" for the first."""

    name: str
    domain: str
    subject_tag: str
    keys: Keys
    admin: str | None
    state: Path
    templates: Path | None
    postmaster: str


def read_centre(top: Table) -> Centre:
    """Return what [gateway] says."""
    table = top.table("gateway")
    centre = Centre(
        name=table.need("name", values.text, "stand-in", 'write name = "Support Centre"'),
        domain=table.need(
            "domain", values.domain, "stand-in.invalid", 'write domain = "support.example.com"'
        ),
        subject_tag=table.take("subject_tag", _tag, TAG),
        keys=_keys(table),
        admin=table.take("admin", values.address, None),
        state=read_state(table),
        templates=read_templates(table),
        postmaster=table.take("postmaster_department", values.text, ""),
    )
    table.close()
    return centre


def read_templates(table: Table) -> Path | None:
    """Return the directory of the operator's own letters, None where there is none."""
    folder = table.sheet.folder.absolute()
    templates = table.take("templates", values.path_from(folder), None)
    if templates is not None and not templates.is_dir():
        wrong = f"{table.sheet.printed(templates)} is no directory"
        table.fault("templates", wrong, "name one that exists")
    return templates


def check_postmaster(sheet: Sheet, centre: Centre, departments: tuple[Department, ...]) -> str:
    """Return the key of the department that gets mail to postmaster, noting an unknown one."""
    keys = [department.key for department in departments]
    if not centre.postmaster or centre.postmaster in keys:
        return centre.postmaster or keys[0]
    meant = close_to(centre.postmaster, keys)
    sheet.fault(
        ("gateway", "postmaster_department"),
        f"there is no department {show(centre.postmaster)}",
        f"did you mean {show(meant)}?" if meant else f"write {either(keys)}",
    )
    return keys[0]


def _keys(table: Table) -> Keys:
    """Return the keys of the secret file; its faults bear its own name and lines."""
    named = table.take("secret_file", values.text, "secret")
    path = table.sheet.folder / named
    content = read_guarded(path)
    if isinstance(content, tuple):
        wrong, instead = content
        if "does not exist" in wrong:
            instead = f'(umask 077; echo "k1 $(openssl rand -base64 32)" > {path})'
        table.fault("secret_file", wrong, instead)
        return Keys(())
    keys, faults = read_keys(path, content)
    table.sheet.faults.extend(
        Fault(fault.file, fault.line, "", fault.wrong, fault.instead) for fault in faults
    )
    return keys


def _tag(value: object) -> str:
    said = values.text(value)
    if said.count("{number}") != 1 or said.replace("{number}", "").count("{"):
        raise Unfit(f"{show(said)} does not hold {{number}} once", f"write {show(TAG)}")
    if len(said) > 40:
        raise Unfit(f"{show(said)} is too long for a subject", f"write {show(TAG)}")
    return said

"""The mails kept in a folder, read back for /dev/mail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from store.errors import NotFound

NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
SHOWN = ("From", "To", "Subject", "Date", "Message-ID")


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One mail as it would have been sent."""

    id: str
    subject: str
    to: str
    at: datetime
    headers: list[tuple[str, str]]
    text: str
    html: str


def list_kept(folder: Path, most: int = 100) -> list[KeptMail]:
    """The newest mails first."""
    files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [_read(file) for file in files[:most]]


def get_kept(folder: Path, mail_id: str) -> KeptMail:
    file = folder / f"{mail_id}.eml"
    if not NAME.fullmatch(mail_id) or not file.is_file():
        raise NotFound("There is no such mail.")
    return _read(file)


def _read(file: Path) -> KeptMail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    return KeptMail(
        id=file.stem,
        subject=str(message["Subject"]),
        to=str(message["To"]),
        at=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        headers=[(name, str(message[name])) for name in SHOWN],
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    return str(body.get_content()) if body else ""

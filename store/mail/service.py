"""Writes a mail from its templates and hands it over: by SMTP, or into a folder where no server is set.

A mail may be sent twice (the worker died between sending and noting it): both copies have one Message-ID, so that a
mail program shows one.
"""

from __future__ import annotations

import os
import smtplib
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from store.clock import Clock
from store.settings import Settings

TIMEOUT_SECONDS = 20

Render = Callable[[str, dict[str, Any]], str]


@dataclass(frozen=True)
class Mailer:
    """Sends `templates/email/NAME.{subject.txt,txt,html}`."""

    settings: Settings
    render: Render
    clock: Clock
    folder: Path

    def send(self, to: str, template: str, context: dict[str, Any], message_id: str) -> None:
        """Write and hand over one mail; raises when it was not taken, so that its job is tried again."""
        message = self._write(to, template, context, message_id)
        if self.settings.smtp_url:
            self._by_smtp(message)
        else:
            self._keep(message, message_id)

    def _write(self, to: str, template: str, context: dict[str, Any], message_id: str) -> EmailMessage:
        sender = parseaddr(self.settings.mail_from)[1]
        message = EmailMessage()
        message["Subject"] = self.render(f"email/{template}.subject.txt", context).strip()
        message["From"] = self.settings.mail_from
        message["To"] = to
        message["Date"] = format_datetime(self.clock())
        message["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.render(f"email/{template}.txt", context))
        message.add_alternative(self.render(f"email/{template}.html", context), subtype="html")
        return message

    def _by_smtp(self, message: EmailMessage) -> None:
        url = urlsplit(self.settings.smtp_url)
        host, context = url.hostname or "", ssl.create_default_context()
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, url.port or 25, timeout=TIMEOUT_SECONDS)
        with server:
            server.ehlo()
            if url.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=context)
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)

    def _keep(self, message: EmailMessage, message_id: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as half:
            half.write(message.as_bytes())
        os.replace(half.name, self.folder / f"{message_id}.eml")  # noqa: PTH105 - atomic, and said so

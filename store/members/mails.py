"""The mails about accounts. Links are made here, at the moment of sending: no table ever holds one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from store.db import Database
from store.jobs.models import Job
from store.mail.service import Mailer
from store.members.models import Member
from store.settings import Settings

LINKED = {"confirm", "already_member", "reset", "change_email"}
"""Mails with a link that opens something."""


class Links(Protocol):
    """Makes the path of a mailed link, signed and good for a while."""

    def confirm(self, member: Member) -> str: ...

    def reset(self, member: Member) -> str: ...

    def change_email(self, member: Member, email: str) -> str: ...


@dataclass(frozen=True)
class MemberMails:
    """The handler of the job `member_mail`."""

    db: Database
    mailer: Mailer
    settings: Settings
    links: Links

    def send(self, job: Job) -> None:
        """Write the mail of this job, unless its account has gone, or there never was one (then it only took time).

        Nor when it holds a link, and links of this account have ended since it was asked for: a new one would be good
        again, and go to whoever has asked before the password or the address was changed.
        """
        kind, to = job.payload["kind"], job.payload["to"]
        with self.db.reader() as reader:
            member = reader.get(Member, job.payload["member_id"]) if job.payload["member_id"] else None
        if member is None or not member.active or (kind in LINKED and job.payload["as_of"] != member.fingerprint):
            return
        if kind == "confirm" and member.password is None:
            kind = "already_member"  # nobody knows whose password it was: a new one is set behind the link
        context = {"member": member, **self._links(kind, member, to)}
        self.mailer.send(to or member.email, f"member_{kind}", context, f"member_{kind}.{job.id}")

    def _links(self, kind: str, member: Member, to: str | None) -> dict[str, str]:
        base = self.settings.public_url
        paths = {"reset_url": "/reset", "url": "/sign-in"}
        waits = kind == "already_member" and member.confirmed_at is None
        if kind == "confirm" or (waits and member.password is not None):
            paths["url"] = self.links.confirm(member)
        elif kind == "reset" or waits:
            paths["url"] = self.links.reset(member)
        elif kind == "change_email":
            paths["url"] = self.links.change_email(member, to or member.email)
        return {name: base + path for name, path in paths.items()}

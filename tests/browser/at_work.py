"""What staff do with eyes and hands, named once; and colleagues for them."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from passlib.totp import TOTP
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select, update

from store.actors import Role
from store.members.models import Grant, Member
from store.ops.demo.accounts import STAFF, STAFF_KEY
from tests.browser.running import RunningShop
from tests.browser.steps import heading
from tests.integration.drawings import png

COLORS, SIZES = ("Black", "Bone"), ("XS", "S", "M", "L", "XL", "2XL")
TRACKING = "9400111899223197428490"
INKS = {"Black": (28, 28, 32), "Bone": (226, 220, 206)}


def sign_in(page: Page, live: RunningShop) -> None:
    """By typing password and code, as the demo's owner."""
    page.get_by_label("E-mail").fill(STAFF[0])
    page.get_by_label("Password").fill(STAFF[1])
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(heading(page)).to_have_text("Your code, please")
    # A code counts once, and tests are faster than half a minute.
    live.db.run(lambda session: session.execute(update(Member).values(totp_last_counter=None)))
    page.get_by_label("Code from your authenticator app").fill(TOTP(key=STAFF_KEY, format="base32").generate().token)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def colleague(live: RunningShop, *roles: Role, email: str = "") -> str:
    """The address of somebody with these roles, who shares the owner's authenticator; made unless they are there."""
    email = email or f"colleague-{secrets.token_hex(4)}@example.com"
    now = datetime.now(UTC)

    def work(session):
        if session.scalar(select(Member.id).where(Member.email == email)) is not None:
            return
        app = session.scalars(select(Member.tf_totp_secret).where(Member.email == STAFF[0])).one()
        member = Member(
            email=email,
            password=None,
            active=True,
            fs_uniquifier=uuid.uuid4().hex,
            confirmed_at=now,
            tf_primary_method="authenticator" if roles else None,
            tf_totp_secret=app if roles else None,
            created_at=now,
        )
        member.grants = [Grant(role=role, granted_by="test", granted_at=now) for role in roles]
        session.add(member)

    live.db.run(work)
    return email


def go_to(page: Page, area: str) -> None:
    """By the navigation; what a phone's bar has no room for is behind More."""
    link = page.get_by_role("navigation", name="Staff").get_by_role("link", name=area, exact=True)
    if not link.is_visible():
        page.get_by_role("button", name="More").click()
    link.click()
    expect(heading(page)).to_have_text(area)


def section(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def press(page: Page, part: str, button: str, said: str) -> None:
    """A button of one part of the page, and what is said when it has been done."""
    section(page, part).get_by_role("button", name=button, exact=True).last.click()
    expect(page.get_by_role("main").get_by_role("status")).to_have_text(said)


@dataclass(frozen=True, slots=True)
class Tee:
    """What one run of the journey makes; no two runs may share a title."""

    title: str

    @property
    def slug(self) -> str:
        return self.title.lower().replace(" ", "-")

    def variant(self, live: RunningShop, color: str, size: str) -> int:
        """Made color by color, size by size."""
        return live.variants(self.slug)[COLORS.index(color) * len(SIZES) + SIZES.index(size)]


def make_draft(page: Page, tee: Tee, price: str) -> None:
    """From the list of products to the page of a new draft with twelve variants."""
    page.get_by_role("link", name="New product").click()
    page.get_by_label("Title", exact=True).fill(tee.title)
    page.get_by_label("One sentence below the title").fill("Heavy cotton, printed by hand.")
    page.get_by_label("Its values, with commas").nth(0).fill(", ".join(COLORS))
    page.get_by_label("Its values, with commas").nth(1).fill(", ".join(SIZES))
    page.locator("#price").fill(price)
    page.locator("#weight").fill("180")
    page.get_by_role("button", name="Make the draft").click()
    expect(heading(page)).to_have_text(tee.title)
    expect(page.get_by_role("main").get_by_role("status")).to_have_text(
        "The draft is made. Add pictures, then publish it."
    )
    expect(section(page, "Variants").locator("tbody tr")).to_have_count(12)


def hang_pictures(page: Page, tee: Tee) -> None:
    """One for each color, sent together, then described one by one."""
    part = section(page, "Pictures")
    files = [
        {"name": f"{color}.png", "mimeType": "image/png", "buffer": png((900, 1200), INKS[color])} for color in COLORS
    ]
    part.get_by_label("Files").set_input_files(files)
    press(page, "Pictures", "Add pictures", "The pictures are added.")
    for place, color in enumerate(COLORS):
        part.get_by_label("What it shows").nth(place).fill(f"{tee.title} in {color.lower()}, laid flat.")
        part.get_by_label("Shown for").nth(place).select_option(label=color)
    press(page, "Pictures", "Save pictures", "The pictures are saved.")


def receive(page: Page, title: str, units: dict[str, int]) -> None:
    """Units of several variants, each found in the list of stock."""
    for label, count in units.items():
        go_to(page, "Stock")
        page.get_by_role("searchbox").fill(title)
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name=f"Receive {title}, {label}", exact=True).click()
        expect(heading(page)).to_have_text(f"{title}, {label}")
        section(page, "Receive").get_by_label("Units").fill(str(count))
        press(page, "Receive", "Receive", f"Received. {count} on hand now, {count} of them for sale.")


def told(page: Page, subject: str) -> list[str]:
    """What the history knows of a thing, newest first."""
    page.get_by_role("searchbox").fill(subject)
    page.get_by_role("button", name="Search").click()
    page.wait_for_url(f"**subject={subject.replace(':', '%3A')}**")
    return page.locator(".told .key").all_inner_texts()


def product_id(live: RunningShop, slug: str) -> int:
    return live.rows("SELECT id FROM product WHERE slug = :slug", slug=slug)[0][0]

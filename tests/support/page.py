"""The admin page as a browser meets it: cookies are kept, forms are read from the page and sent from it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from qbwc_server import accounts
from qbwc_server.accounts import Actor, Hasher, Person, Role
from qbwc_server.app import create_app
from qbwc_server.config import Settings
from qbwc_server.db import Database, tables
from tests.support.doubles import ManualClock

HOST = "sync.example.com"
PASSWORD = "correct horse battery staple"
OTHER_PASSWORD = "seven green bicycles sing"
ADMIN = "ada@example.com"
VIEWER = "vic@example.com"
TEST = Actor("a test")


class CompiledTemplates(BytecodeCache):
    """Templates that one server of this test run has compiled are not compiled again for the next one."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_COMPILED = CompiledTemplates()


def quick_hasher() -> Hasher:
    """The same algorithm with the least effort."""
    return Hasher(memory_kib=8, passes=1)


@dataclass
class Page:
    """One server (one worker) on a database."""

    url: str
    clock: ManualClock
    scheme: str = "https"
    proxies: str = "127.0.0.1,::1"
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        settings = Settings(database_url=self.url, trusted_proxies=self.proxies)
        self.app = create_app(settings, clock=self.clock, hasher=quick_hasher())
        self.admin.jinja_env.bytecode_cache = _COMPILED

    @property
    def admin(self) -> Flask:
        """The application behind /admin, whose URL map the walks go through."""
        found: Flask = self.app.extensions["qbwc_admin"]
        return found

    @property
    def db(self) -> Database:
        found: Database = self.app.extensions["qbwc_database"]
        return found

    def close(self) -> None:
        self.db.close()

    def person(self, email: str = ADMIN, role: Role = Role.ADMIN, password: str = PASSWORD) -> Person:
        """Adds somebody."""
        with self.db.write() as c:
            person = accounts.add(c, email, role, by=TEST, clock=self.clock)
            return accounts.set_password(c, person, password, quick_hasher(), by=TEST)

    def browser(self, address: str = "192.0.2.7", agent: str = "Mozilla/5.0 (X11; Linux) Firefox/130.0") -> Browser:
        """A browser that has never been here."""
        return Browser(self, self.app.test_client(), address, agent)

    def signed_in(self, email: str = ADMIN, password: str = PASSWORD, address: str = "192.0.2.7") -> Browser:
        """A browser in which somebody signed in."""
        browser = self.browser(address)
        answer = browser.sign_in(email, password)
        assert answer.status_code == 303, answer.text
        return browser

    def checksum(self) -> str:
        """Of every row of every table."""
        digest = hashlib.sha256()
        with self.db.read() as c:
            for table in tables.metadata.sorted_tables:
                rows = c.execute(sa.select(table).order_by(*table.primary_key.columns)).all()
                digest.update(repr((table.name, [tuple(row) for row in rows])).encode())
        return digest.hexdigest()


@dataclass
class Browser:
    """Sends what a browser sends, from pages of this server unless it is told otherwise."""

    page: Page
    client: FlaskClient
    address: str
    agent: str
    _tokens: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.request("GET", path, headers=headers)

    def post(
        self, path: str, data: Mapping[str, str] | None = None, *, token: bool = True, **headers: str
    ) -> TestResponse:
        """Posts a form with this browser's token, as a page of ours would."""
        fields = {**({"csrf_token": self.token()} if token else {}), **(data or {})}
        return self.request("POST", path, data=fields, headers={"Sec_Fetch_Site": "same-origin", **headers})

    def send(self, form: Any, button: str | None = None, **typed: str | None) -> TestResponse:
        """Sends a form of a page with all that is in it, and what somebody typed, ticked or chose; None unticks.

        `button` is the text of the one that is pressed, if its name and value matter.
        """
        fields = [(name, value) for name, value in form.form_values() if name not in typed]
        fields += [(name, value) for name, value in typed.items() if value is not None]
        if button is not None:
            (pressed,) = [each for each in form.xpath(".//button") if each.text_content().strip() == button]
            fields += [(pressed.get("name"), pressed.get("value"))] if pressed.get("name") else []
        if form.method == "GET":
            return self.get(f"{form.action}?{urlencode(fields)}")
        return self.request("POST", form.action, data=MultiDict(fields), headers={"Sec_Fetch_Site": "same-origin"})

    def follow(self, answer: TestResponse) -> TestResponse:
        """The page to which an answer leads."""
        assert answer.status_code == 303, text_of(answer)
        return self.get(answer.location)

    def request(
        self, method: str, path: str, *, data: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        return self.client.open(
            path,
            method=method,
            data=data,
            base_url=f"{self.page.scheme}://{HOST}",
            headers={
                "User-Agent": self.agent,
                **{name.replace("_", "-"): value for name, value in (headers or {}).items() if value},
            },
            environ_base={"REMOTE_ADDR": self.address},
            buffered=True,
        )

    def sign_in(self, email: str = ADMIN, password: str = PASSWORD, **fields: str) -> TestResponse:
        return self.post("/admin/log-in", {"email": email, "password": password, **fields})

    def token(self) -> str:
        """The token of a form that is open in this browser; it is as old as the cookie, so it is read once for each."""
        if self.cookie not in self._tokens:
            answers = (self.get(path) for path in ("/admin/account", "/admin/log-in"))
            found = next(filter(None, (hidden(answer, "csrf_token") for answer in answers)), "")
            self._tokens[self.cookie] = found
        return self._tokens[self.cookie]

    @property
    def cookie(self) -> str:
        """The value of the page's cookie, "" without one."""
        names = {"https": "__Host-qbwc", "http": "qbwc"}
        found = self.client.get_cookie(names[self.page.scheme], domain=HOST)
        return found.value if found is not None else ""

    def is_signed_in(self) -> bool:
        return self.get("/admin/account").status_code == 200


@dataclass(frozen=True)
class Door:
    """One method of one address of the page."""

    endpoint: str
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def doors(page: Page, *methods: str) -> list[Door]:
    """Every address of the page under these methods; whatever is added to it is among them. Arguments are made up."""
    adapter = page.admin.url_map.bind(HOST, "/admin")
    found = []
    for rule in page.admin.url_map.iter_rules():
        made_up = {name: 1 if "int:" + name in rule.rule else "x" for name in rule.arguments}
        path = adapter.build(rule.endpoint, made_up)
        found += [Door(rule.endpoint, method, path) for method in methods if method in (rule.methods or ())]
    assert found
    return found


def hidden(answer: TestResponse, name: str) -> str:
    """The value of a field on a page, "" if it has none of that name."""
    if not answer.text.lstrip().lower().startswith("<!doctype"):
        return ""
    found = parsed(answer).xpath("//*[@name = $name]", name=name)
    return str(found[0].get("value") or found[0].text_content().removeprefix("\n")) if found else ""


def parsed(answer: TestResponse) -> Any:
    """The page as lxml reads it."""
    return html.fromstring(answer.text)


def form_at(answer: TestResponse, path: str) -> Any:
    """The form of a page that is sent to an address ending like this."""
    (found,) = [form for form in parsed(answer).forms if (form.get("action") or "").endswith(path)]
    return found


def text_of(answer: TestResponse) -> str:
    """What somebody reads on the page, with single blanks."""
    return " ".join(str(parsed(answer).text_content()).split())

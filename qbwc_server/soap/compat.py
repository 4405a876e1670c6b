"""Spyne 2.14.0, brought in here and nowhere else, so that it works on every Python we support.

Nothing newer of Spyne will come (facts/spyne.md section 1), so its gaps are closed from outside:

- Its copy of six finds `six.moves` by a protocol that Python 3.12 removed; a finder of the present kind does it.
- It imports `cgi`, gone from Python 3.13, for one function; a stand-in is there while Spyne is imported, and only then.
- It runs a full garbage collection on a request once a second (trap T14); that is switched off.
- It writes requests, headers and parameters to its loggers, passwords among them (trap T7); they lead nowhere.
"""

from __future__ import annotations

import importlib
import logging
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType
from typing import Any

from werkzeug.http import parse_options_header

_SIX = "spyne.util.six"


class _SixMoves(MetaPathFinder, Loader):
    """Finds `spyne.util.six.moves` and what is in it, by asking Spyne's own six."""

    def __init__(self) -> None:
        self._own_specs: dict[str, ModuleSpec | None] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.startswith(f"{_SIX}.moves") and fullname in self._six().known_modules:
            return spec_from_loader(fullname, self, is_package=self._six().is_package(fullname))
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module: ModuleType = self._six().load_module(spec.name)
        self._own_specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # Most of them are modules of the standard library under a second name; they keep the identity they had.
        spec = module.__spec__
        if spec is not None and (own := self._own_specs.pop(spec.name, None)) is not None:
            module.__spec__ = own

    @staticmethod
    def _six() -> Any:
        return sys.modules[_SIX].__dict__["_importer"]


@contextmanager
def _cgi_stand_in() -> Iterator[None]:
    """While this is open, `import cgi` gives a module with the one function that Spyne takes from it."""
    stand_in = ModuleType("cgi")
    stand_in.__dict__["parse_header"] = parse_options_header
    before = sys.modules.get("cgi")
    sys.modules["cgi"] = stand_in
    try:
        yield
    finally:
        del sys.modules["cgi"]
        if before is not None:
            sys.modules["cgi"] = before


def _silence(logger: logging.Logger) -> None:
    """Nothing said to this logger or to one below it is written anywhere, nor worth the time of putting together."""
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False
    logger.handlers = [logging.NullHandler()]


def _import_spyne() -> None:
    sys.meta_path.append(_SixMoves())
    with warnings.catch_warnings(), _cgi_stand_in():
        warnings.simplefilter("ignore")  # escapes and `finally`s that newer Pythons find fault with
        importlib.import_module("spyne")
        importlib.import_module("spyne.protocol.soap.soap11")
        importlib.import_module("spyne.server.wsgi")
    # Its own finder is of the old kind; on Python 3.11 every import that asks it would give a warning.
    its_own = sys.modules[_SIX].__dict__["_importer"]
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not its_own]
    sys.modules["spyne.const"].__dict__["MIN_GC_INTERVAL"] = float("inf")
    _silence(logging.getLogger("spyne"))


_import_spyne()

from spyne import Application, Integer32, ServiceBase, Unicode, rpc  # noqa: E402 - only now can it be imported
from spyne.model.complex import Array  # noqa: E402
from spyne.model.fault import Fault  # noqa: E402
from spyne.protocol.soap.soap11 import Soap11  # noqa: E402
from spyne.server.wsgi import WsgiApplication  # noqa: E402

__all__ = ["Application", "Array", "Fault", "Integer32", "ServiceBase", "Soap11", "Unicode", "WsgiApplication", "rpc"]

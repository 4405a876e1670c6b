"""Characters that XML 1.0 cannot carry, made visible instead of breaking an answer."""

from __future__ import annotations

import re

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_text(text: str) -> str:
    """`text` with every control character, lone surrogate, U+FFFE and U+FFFF shown as U+FFFD.

    The usual text is returned as it is, without a copy.
    """
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)

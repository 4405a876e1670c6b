"""The bar chart: SVG written by hand, readable in light and dark, its words real text."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from benchmarks.workloads import PHASES, Measured

_WIDTH = 900
_LEFT = 20
_BAR = 14
_ROW = 70
_TOP = 64
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; } .small { font-size: 11px; fill: #57606a; }
  .p0 { fill: #6e7781; } .p1 { fill: #0969da; } .p2 { fill: #8250df; } .p3 { fill: #1a7f37; } .p4 { fill: #bf8700; }
  .floor { fill: #afb8c1; } .ground { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .small { fill: #9198a1; } .floor { fill: #484f58; } .ground { fill: #0d1117; }
    .p0 { fill: #9198a1; } .p1 { fill: #58a6ff; } .p2 { fill: #bc8cff; } .p3 { fill: #3fb950; } .p4 { fill: #d29922; }
  }
"""


def chart(measured: Sequence[Measured]) -> str:
    """A pair of bars for each line that has shares: the server's, divided, and the floor's, each against the longer."""
    lines = [each for each in measured if each.shares]
    height = _TOP + _ROW * len(lines) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="title">',
        '<title id="title">Processor time of the server beside the floor written by hand</title>',
        f"<style>{_STYLE}</style>",
        # A ground of its own: the page around it need not follow the viewer's scheme.
        _rect(0, 0, _WIDTH, "ground", height),
        *_legend(),
    ]
    for number, each in enumerate(lines):
        parts += _pair(each, _TOP + _ROW * number)
    return "\n".join([*parts, "</svg>", ""])


def _legend() -> list[str]:
    parts = [_text(_LEFT, 22, "Milliseconds of the processor, divided by what they were spent on; below, the floor")]
    at = _LEFT
    for number, phase in enumerate(PHASES):
        parts += [_rect(at, 34, 12, f"p{number}", 12), _text(at + 17, 45, phase, "small")]
        at += 34 + 7 * len(phase)
    return parts


def _pair(each: Measured, top: int) -> list[str]:
    longest = max(each.server.cpu, each.floor.cpu)
    room = _WIDTH - 2 * _LEFT - 130
    parts = [_text(_LEFT, top + 12, f"{each.name} ({each.database})")]
    at = float(_LEFT)
    for number, phase in enumerate(PHASES):
        width = room * max(0.0, each.shares[phase]) * each.server.cpu / longest
        parts.append(_rect(at, top + 19, width, f"p{number}", _BAR))
        at += width
    parts.append(_text(at + 6, top + 31, f"{each.server.cpu:.2f} ms for one {each.unit}", "small"))
    width = room * each.floor.cpu / longest
    parts.append(_rect(_LEFT, top + 36, width, "floor", _BAR))
    parts.append(_text(_LEFT + width + 6, top + 48, f"floor {each.floor.cpu:.2f} ms", "small"))
    return parts


def _rect(x: float, y: float, width: float, name: str, height: int) -> str:
    return f'<rect class="{name}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}"/>'


def _text(x: float, y: float, words: str, name: str = "") -> str:
    kind = f' class="{name}"' if name else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'

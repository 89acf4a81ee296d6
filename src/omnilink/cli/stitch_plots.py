"""Bar charts as SVG, each with a table that says the same: for whoever cannot see it, and for print."""

from collections.abc import Sequence
from html import escape
from math import log10
from typing import NamedTuple

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, EDGE = 720, 240, 56, 40, 12, 16
WIDEST_BAR = 90


class Bar(NamedTuple):
    """One bar."""

    label: str
    value: float
    marked: bool = False


def render_bars(title: str, about: str, bars: Sequence[Bar], *, across: str, up: str, logarithmic: bool = False) -> str:
    """A bar chart and its table.

    Args:
        title: of the figure.
        about: what to see in it, one sentence.
        bars: from left to right; a marked one is drawn in the other colour, and its row in the table says so.
        across: what the labels are.
        up: what the values are.
        logarithmic: heights grow by powers of ten.
    """
    highest = max((bar.value for bar in bars), default=0) or 1
    top = log10(highest + 1) if logarithmic else highest
    room = HEIGHT - BOTTOM - TOP
    step = min((WIDTH - LEFT - EDGE) / max(len(bars), 1), WIDEST_BAR)
    every = max(1, len(bars) // 12)
    drawn = []
    for i, bar in enumerate(bars):
        height = room * ((log10(bar.value + 1) if logarithmic else bar.value) / top)
        x, y = LEFT + i * step, TOP + room - height
        kind = "bar marked" if bar.marked else "bar"
        drawn.append(
            f'<rect class="{kind}" x="{x + 1:.1f}" y="{y:.1f}" width="{max(step - 2, 1):.1f}" height="{height:.1f}"/>'
        )
        if i % every == 0:
            drawn.append(
                f'<text x="{x + step / 2:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">'
                f"{escape(bar.label)}</text>"
            )
    axis = f'<path class="axis" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH}"/>'
    scale = (
        f'<text x="{LEFT - 6}" y="{TOP + 10}" text-anchor="end">{highest:,.0f}</text>'
        f'<text x="{LEFT - 6}" y="{HEIGHT - BOTTOM}" text-anchor="end">0</text>'
    )
    names = f'<text x="{(LEFT + WIDTH) / 2:.0f}" y="{HEIGHT - 4}" text-anchor="middle">{escape(across)}</text>'
    rows = "".join(
        f"<tr><th scope='row'>{escape(bar.label)}</th><td>{bar.value:,.0f}{' (linked)' if bar.marked else ''}</td></tr>"
        for bar in bars
        if bar.value
    )
    return (
        f"<figure><figcaption><strong>{escape(title)}.</strong> {escape(about)}</figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}: the table below says the same">'
        f"{axis}{scale}{names}{''.join(drawn)}</svg>"
        f"<details><summary>{escape(title)} as a table</summary><table><thead><tr><th scope='col'>{escape(across)}</th>"
        f"<th scope='col'>{escape(up)}</th></tr></thead><tbody>{rows}</tbody></table></details></figure>"
    )

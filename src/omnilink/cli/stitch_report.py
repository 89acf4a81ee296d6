"""The page `omnilink stitch --report` writes: one file without scripts, for a screen reader as well as for an eye.

WCAG 2.2 AA: headings in order, every plot with a table, contrast of 4.5 and more in light and dark, nothing said by
colour alone, tables with headings that scroll by keyboard. It shows people's data, and says so.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from omnilink.cli.stitch_plots import Bar, render_bars

if TYPE_CHECKING:
    from omnilink.identity.stitch import Doubt, Groups, Waterfall

DOUBTS = 40
ROWS_OF_A_DOUBT = 12
BITS = range(-30, 50, 2)
STYLE = """
:root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--soft:#f1f3f5;--line:#6b7280;--bar:#1d5fa8;--mark:#a8431d}
@media(prefers-color-scheme:dark){
:root{--ink:#ececec;--paper:#16181b;--soft:#23272c;--line:#9aa3af;--bar:#7db4f0;--mark:#f0a27d}}
body{font:1rem/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
body{max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.6rem}h2{font-size:1.3rem;margin-top:2.2rem}h3{font-size:1.05rem;margin-bottom:.3rem}
a{color:var(--bar)}
nav ul{display:flex;flex-wrap:wrap;gap:0 1.5rem;list-style:none;padding:0}
nav a{display:inline-block;padding:.3rem 0}
a:focus-visible,summary:focus-visible,div:focus-visible{outline:3px solid var(--mark);outline-offset:2px}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:.5rem 0}thead th{background:var(--soft)}
th,td{border:1px solid var(--line);padding:.25rem .5rem;text-align:left;vertical-align:top}
figure{margin:1rem 0}svg{width:100%;height:auto}svg text{font-size:12px;fill:var(--ink)}
.bar{fill:var(--bar)}.marked{fill:var(--mark)}.axis{fill:none;stroke:var(--line)}
summary{padding:.4rem 0;cursor:pointer}
.notice{border-left:.4rem solid var(--mark);background:var(--soft);padding:.5rem 1rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem}
"""


def render_report(name: str, rows: Sequence[Mapping[str, str]], groups: "Groups") -> str:
    """The page.

    Args:
        name: of the file.
        rows: as they were read.
        groups: what they were grouped into.
    """
    parts = [
        _summary(rows, groups),
        _doubts(rows, groups),
        f"<h2 id='scores'>How pairs score</h2>{_scores(groups)}",
        f"<h2 id='sizes'>How large groups are</h2>{_sizes(groups)}",
        f"<h2 id='hot'>Hot keys</h2>{_hot(groups)}",
        f"<h2 id='weights'>What was learned</h2>{_weights(groups)}",
    ]
    links = (
        ("doubts", "Doubtful first"),
        ("scores", "Scores"),
        ("sizes", "Sizes"),
        ("hot", "Hot keys"),
        ("weights", "Weights"),
    )
    menu = "".join(f"<li><a href='#{target}'>{text}</a></li>" for target, text in links)
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width,initial-scale=1'>"
        "<meta name='referrer' content='no-referrer'>"
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Who is who in {escape(name)}</title><style>{STYLE}</style></head><body>"
        f"<a class='skip' href='#main'>Skip to the content</a><header><h1>Who is who in {escape(name)}</h1>"
        f"<nav aria-label='On this page'><ul>{menu}</ul></nav></header>"
        f"<main id='main'>{''.join(parts)}</main></body></html>\n"
    )


def _summary(rows: Sequence[Mapping[str, str]], groups: "Groups") -> str:
    several = sum(len(group) > 1 for group in groups)
    warnings = "".join(f"<li>{escape(text)}</li>" for text in groups.warnings)
    columns = "; ".join(f"{field}: {', '.join(names)}" for field, names in groups.columns.items())
    return (
        "<p class='notice'>This page shows people's data. Keep it as you keep the table it was made from.</p>"
        f"<p>{len(rows):,} rows are {len(groups):,} people; {several:,} of them stand in more than one row. "
        f"Two rows are joined from {groups.threshold:+.1f} bits on: 0 bits are even odds, each bit doubles them.</p>"
        f"<p>Columns that were compared: {escape(columns)}.</p>"
        + (f"<h2>Warnings</h2><ul>{warnings}</ul>" if warnings else "")
    )


def _doubts(rows: Sequence[Mapping[str, str]], groups: "Groups") -> str:
    found = "".join(_doubt(i, doubt, rows, groups) for i, doubt in enumerate(groups.doubtful(DOUBTS), 1))
    return (
        "<h2 id='doubts'>Look at these first</h2><p>The least certain decisions, each with its rows and the sum that "
        f"decided.</p>{found or '<p>Nothing is doubtful.</p>'}"
    )


def _doubt(number: int, doubt: "Doubt", rows: Sequence[Mapping[str, str]], groups: "Groups") -> str:
    if doubt.kind == "group":
        title = f"{number}. One person, but held together loosely ({doubt.bits:+.1f} bits)"
    else:
        title = f"{number}. Two people, but nearly one ({doubt.bits:+.1f} bits)"
    shown = doubt.rows[:ROWS_OF_A_DOUBT]
    columns = [c for c in rows[shown[0]] if any(rows[row].get(c) for row in shown)]
    head = "".join(f"<th scope='col'>{escape(column)}</th>" for column in ("row", "person", *columns))
    body = "".join(
        f"<tr><th scope='row'>{row + 1}</th><td>{groups.group_of(row) + 1}</td>"
        + "".join(f"<td><bdi>{escape(rows[row].get(column, ''))}</bdi></td>" for column in columns)
        + "</tr>"
        for row in shown
    )
    a, b = _weakest(shown, groups) if len(shown) > 1 else (shown[0], shown[0])
    why = _waterfall(a, b, groups.explain(a, b)) if a != b else ""
    return (
        f"<h3>{escape(title)}</h3><div class='wide' role='region' tabindex='0' aria-label='Rows of case {number}'>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{why}"
    )


def _weakest(rows: Sequence[int], groups: "Groups") -> tuple[int, int]:
    """The row with the least support and the one it hangs on."""
    best = {a: max((groups.explain(a, b).bits, b) for b in rows if b != a) for a in rows}
    a = min(best, key=lambda row: best[row])
    return a, best[a][1]


def _waterfall(a: int, b: int, waterfall: "Waterfall") -> str:
    def lines() -> Iterator[str]:
        so_far = 0.0
        for step in waterfall.steps:
            so_far += step.bits
            yield (
                f"<tr><th scope='row'>{escape(step.what)}</th><td>{escape(step.level or '–')}</td>"
                f"<td>{step.bits:+.1f}</td><td>{so_far:+.1f}</td></tr>"
            )

    barred = "<p>Father and son, or the like: never joined, whatever agrees.</p>" if waterfall.barred else ""
    return (
        f"<details><summary>Why: rows {a + 1} and {b + 1}, {waterfall.bits:+.1f} bits</summary><table><thead><tr>"
        "<th scope='col'>field</th><th scope='col'>how alike</th><th scope='col'>bits</th><th scope='col'>sum</th></tr>"
        f"</thead><tbody>{''.join(lines())}</tbody></table>{barred}</details>"
    )


def _scores(groups: "Groups") -> str:
    edges = np.array([*BITS, BITS.stop])
    counts, _ = np.histogram(np.clip(groups.pair_bits, BITS.start, BITS.stop - 1), edges)
    bars = [Bar(f"{low:+d}", int(n), low >= groups.threshold) for low, n in zip(BITS, counts.tolist(), strict=True)]
    about = (
        "Two hills far apart are clear cases; the valley between is doubtful. Bars in the second colour, from "
        f"{groups.threshold:+.0f} bits on, may join groups. Heights are logarithmic."
    )
    return render_bars("Pairs by score", about, bars, across="bits", up="pairs", logarithmic=True)


def _sizes(groups: "Groups") -> str:
    sizes = Counter(map(len, groups))
    largest = max(sizes, default=1)
    shown = range(1, min(largest, 30) + 1)
    bars = [Bar(str(size), sizes.get(size, 0)) for size in shown]
    if largest > 30:
        bars.append(Bar(">30", sum(n for size, n in sizes.items() if size > 30)))
    about = f"The largest has {largest:,}. Heights are logarithmic."
    return render_bars("Groups by number of rows", about, bars, across="rows", up="groups", logarithmic=True)


def _hot(groups: "Groups") -> str:
    if not groups.hot_keys:
        return "<p>No telephone, mail address or number is shared by many people.</p>"
    bars = [Bar(key.masked, key.people) for key in groups.hot_keys[:20]]
    about = "Values that many people share: they support a link, and never make one alone."
    return render_bars("Hot keys by number of people", about, bars, across="key", up="people")


def _weights(groups: "Groups") -> str:
    lines = "".join(
        f"<tr><th scope='row'>{escape(w.field)}</th><td>{escape(w.level)}</td><td>{w.in_one_person:.3f}</td>"
        f"<td>{w.in_strangers:.6f}</td><td>{w.bits:+.1f}</td></tr>"
        for w in groups.weights
    )
    return (
        "<p>Learned from this table alone. A conflict that is common within one person counts little against a pair; "
        "an agreement that is rare among strangers counts much for it; a rare value counts more than a common one.</p>"
        "<div class='wide' role='region' tabindex='0' aria-label='Weights'><table><thead><tr><th scope='col'>field</th>"
        "<th scope='col'>how alike</th><th scope='col'>within one person</th><th scope='col'>among strangers</th>"
        f"<th scope='col'>bits</th></tr></thead><tbody>{lines}</tbody></table></div>"
    )

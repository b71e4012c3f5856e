"""The matrix of sites and time as HTML: a sign for what the pictures of a column show, bars for what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.components.inplace import going, link
from dashboard.language import language, t, tn
from dashboard.safetext import safe
from workflow.datewords import Language
from workflow.findings import DISPUTED
from workflow.model import Finding, Site
from workflow.readmodels import pages
from workflow.readmodels.matrix import CHANGED, STOOD, UNSEEN, Bar, Cell, Column, Line, cells, place_in
from workflow.timespan import format_span

__all__ = ["SIGNS", "cell_words", "drawn", "event_words", "mark_words"]

SIGNS: Mapping[str, str] = {
    "present": "●",
    "absent": "○",
    CHANGED: "◐",
    DISPUTED: "≠",
    "uncertain": "?",
    "obscured": "▒",
    "insufficient": "–",
    UNSEEN: "·",
}
"""A sign for each mark of a cell, the same as in the comparison; blank is no picture."""

_LEAST_PX = 18
# pictures of a cell that its tip names; a whole year may have many
_NAMED = 6
_STYLE = """<style>
.matrix { --name: clamp(230px, 20vw, 360px);
  font: 400 .82rem/1.3 var(--st-font, sans-serif); color: var(--st-text-color);
  --line: var(--st-border-color);
  --back: var(--st-background-color); --ink: #2f6fdb; --gone: #c76a00; }
.matrix .key { display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; padding: .1rem 0 .5rem; }
.matrix .key span { white-space: nowrap; }
.matrix .key b, .matrix .g { font-weight: 700; }
.matrix .key i { display: inline-block; position: static; width: 28px; vertical-align: middle; }
.matrix .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
.matrix .scroll:focus-visible, .matrix a:focus-visible { outline: 2px solid var(--st-primary-color);
  outline-offset: -2px; }
.matrix .row { display: grid; grid-template-columns: var(--name) minmax(var(--least), 1fr) 0;
  border-bottom: 1px solid var(--line);
  min-width: calc(var(--name) + var(--least)); }
.matrix .row:last-child { border-bottom: 0; }
.matrix .row:hover { background: color-mix(in srgb, var(--ink) 7%, var(--back)); }
.matrix .name { position: sticky; left: 0; z-index: 3; background: var(--back); padding: .2rem .6rem;
  overflow: hidden;
  white-space: nowrap; text-overflow: ellipsis; border-right: 1px solid var(--line); color: inherit;
  text-underline-offset: .2em; }
.matrix .name em { font-style: normal; opacity: .8; }
.matrix .words { display: none; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; padding: .2rem .6rem;
  border-left: 1px solid var(--line); }
.matrix .track { position: relative; height: 26px; background-size: calc(100% / var(--years)) 100%;
  background-image: linear-gradient(to right, var(--line) 1px, transparent 1px); }
.matrix .heads .name, .matrix .heads .track { height: auto; min-height: 24px; }
.matrix .heads.two .name, .matrix .heads.two .track { min-height: 38px; }
.matrix .heads { position: sticky; top: 0; font-weight: 600; }
.matrix .heads .track span { position: absolute; top: 2px; padding-left: 5px; white-space: nowrap; }
.matrix .heads .track small { position: absolute; top: 20px; transform: translateX(-50%); font-weight: 400;
  opacity: .8;
  font-size: .7rem; }
.matrix .g { position: absolute; top: 0; width: 18px; margin-left: -9px; height: 26px; line-height: 26px;
  text-align: center;
  color: inherit; cursor: pointer; z-index: 2; font-size: .95rem;
  text-shadow: 0 0 2px var(--back), 0 0 3px var(--back), 0 0 4px var(--back); }
.matrix .g.unseen { font-weight: 400; font-size: 1.1rem; }
.matrix .g.loose { text-decoration: underline dotted; text-underline-offset: 3px; }
.matrix .g:hover { background: var(--st-secondary-background-color); border-radius: 4px; }
.matrix .none { position: absolute; left: .6rem; top: 4px; opacity: .8; }
.matrix i { position: absolute; top: 5px; height: 16px; min-width: 3px; z-index: 1; box-sizing: border-box; }
.matrix i.stood { background: color-mix(in srgb, var(--ink) 26%, transparent); }
.matrix i.arrives { border: 1.5px solid var(--ink); border-radius: 3px;

   background: repeating-linear-gradient(45deg,
    color-mix(in srgb, var(--ink) 45%, transparent) 0 2px, transparent 2px 6px); }
.matrix i.removed { border: 1.5px dashed var(--gone); border-radius: 3px;

   background: repeating-linear-gradient(-45deg,
    color-mix(in srgb, var(--gone) 50%, transparent) 0 2px, transparent 2px 6px); }
.matrix i.published { top: 21px; height: 4px; border: 0; border-top: 3px dotted var(--ink); border-radius: 0;
  background: none; }
.matrix i.published.removed { border-top-color: var(--gone); }
.matrix i.open-left { border-left: 0; border-top-left-radius: 0; border-bottom-left-radius: 0; }
.matrix i.open-right { border-right: 0; border-top-right-radius: 0; border-bottom-right-radius: 0; }
.matrix .key i { top: auto; }
@media (min-width: 1600px) {
  .matrix .row { grid-template-columns: var(--name) minmax(var(--least), 1fr) 290px; }
  .matrix .words { display: block; }
}
</style>"""


@dataclass(frozen=True, slots=True)
class Voice:
    """A language and its words for marks, asked for once and not for each of some thousand signs."""

    language: Language
    words: Mapping[str, str]


def mark_words() -> dict[str, str]:
    """What marks are called in the session's language."""
    return {mark: t(mark) for mark in SIGNS}


def drawn(rows: Sequence[Line], columns: Sequence[Column], sites: Mapping[str, Site]) -> str:
    """The matrix of these lines; names open the comparison of the target, signs that of their picture."""
    years = columns[-1].year - columns[0].year + 1
    size = f"--years:{years};--least:{len(columns) * _LEAST_PX}px"
    voice = Voice(language(), mark_words())
    body = "".join(_row(line, columns, sites[line.site], voice) for line in rows)
    return (
        f"{_STYLE}<div class='matrix' style='{size}'>{_key()}"
        f"<div class='scroll' tabindex='0' role='group' aria-label='{safe(t('Sites through time'))}'>"
        f"{_heads(columns)}{body}</div></div>"
    )


def _key() -> str:
    signs = "".join(
        f"<span><b aria-hidden='true'>{sign}</b> {safe(t(word))}</span>" for word, sign in SIGNS.items()
    )
    bars = (
        ("arrives", t("appeared in this time")),
        ("stood", t("stood in this time")),
        ("removed", t("removed in this time")),
        ("published", t("says a publication")),
    )
    shapes = "".join(
        f"<span><i class='{kind}' aria-hidden='true'></i> {safe(name)}</span>" for kind, name in bars
    )
    return f"<div class='key'>{signs}<span>{safe(t('blank: no picture'))}</span>{shapes}</div>"


def _heads(columns: Sequence[Column]) -> str:
    """Years over their columns, and the columns' own names below where they are parts of a year."""
    by_year = len(columns) == columns[-1].year - columns[0].year + 1
    total, found = len(columns), []
    for number, column in enumerate(columns):
        if number == 0 or column.year != columns[number - 1].year:
            found.append(f"<span style='left:{_percent(number, total)}'>{column.year}</span>")
        if not by_year:
            found.append(f"<small style='left:{_percent(number + 0.5, total)}'>{column.name}</small>")
    name, words = safe(t("Site and target")), safe(t("What follows"))
    return (
        f"<div class='row heads{'' if by_year else ' two'}' aria-hidden='true'><div class='name'>{name}</div>"
        f"<div class='track'>{''.join(found)}</div><div class='words'>{words}</div></div>"
    )


def _row(line: Line, columns: Sequence[Column], site: Site, voice: Voice) -> str:
    opens = link("compare", site=line.site, target=line.target, lang=_lang(voice))
    target = f" <em><bdi>{safe(line.target_name)}</bdi></em>" if len(site.targets) > 1 else ""
    events = event_words(line)
    told = _told(line, events)
    found = cells(line.looks, columns)
    inside = "".join(_bar(bar, columns) for bar in line.bars) + "".join(
        _sign(line, one, columns, voice) for one in found
    )
    if not line.looks:
        inside += f"<span class='none'>{safe(t('no dated picture'))}</span>"
    title = safe(f"{site.name} {site.name_local}, {line.target_name}")
    return (
        f"<div class='row' data-line='{safe(line.site)}'>"
        f"<a class='name' {opens} title='{title}'><bdi>{safe(site.name)}</bdi>{target}</a>"
        f"<div class='track' role='img' aria-label='{safe(told)}'>{inside}</div>"
        f"<div class='words' aria-hidden='true' title='{safe('; '.join(events))}'>{safe('; '.join(events))}</div></div>"
    )


def _sign(line: Line, cell: Cell, columns: Sequence[Column], voice: Voice) -> str:
    last = cell.looks[-1]
    ids = [look.capture for look in line.looks]
    before = ids.index(last.capture) - 1
    opens = going(
        "compare",
        site=line.site,
        target=line.target,
        left=ids[before] if before >= 0 else "",
        right=last.capture,
        lang=_lang(voice),
    )
    kind = f"g{' unseen' if cell.mark == UNSEEN else ''}{' loose' if cell.loose else ''}"
    return (
        f"<span class='{kind}' {opens} style='left:{_percent(_middle(cell, columns), len(columns))}' "
        f"title='{safe(_pictures(cell, voice))}'>{SIGNS[cell.mark]}</span>"
    )


def _middle(cell: Cell, columns: Sequence[Column]) -> float:
    """Where the sign of a cell stands: at its pictures, off the edges so that neighbours keep apart."""
    days = [place_in(look.day, columns) for look in cell.looks]
    return cell.column + min(max(sum(days) / len(days) - cell.column, 0.25), 0.75)


def _bar(bar: Bar, columns: Sequence[Column]) -> str:
    start = place_in(bar.first, columns) if bar.first else 0.0
    end = place_in(bar.last, columns, end=True) if bar.last else float(len(columns))
    if (
        end <= start
        or (bar.first and bar.first > columns[-1].last)
        or (bar.last and bar.last < columns[0].first)
    ):
        return ""
    arrives = bar.finding.event.arrives
    kinds = [
        STOOD if bar.kind == STOOD else "arrives" if arrives else "removed",
        "published" if bar.published else "",
        "open-left" if bar.first is None else "",
        "open-right" if bar.last is None else "",
    ]
    if bar.published and bar.kind == STOOD:
        return ""
    words = t("stood in this time") if bar.kind == STOOD else finding_words(bar.finding)
    return (
        f"<i class='{' '.join(one for one in kinds if one)}' title='{safe(words)}' "
        f"style='left:{_percent(start, len(columns))};width:{_percent(end - start, len(columns))}'></i>"
    )


def _percent(number: float, total: int) -> str:
    return f"{100 * number / total:.3f}%"


def _lang(voice: Voice) -> str:
    return voice.language if voice.language != "en" else ""


# -- in words ------------------------------------------------------------------------------------------------


def event_words(line: Line) -> list[str]:
    """What follows for a target, an event a sentence."""
    return [finding_words(bar.finding) for bar in line.bars if bar.kind != STOOD]


def finding_words(one: Finding) -> str:
    """``appeared late 2021 or early 2022`` in the session's language, and where it rests on a publication alone."""
    words = pages.finding_words(one, language())
    return words if one.source == "imagery" else t("{event}, says a publication", event=words)


def cell_words(cell: Cell, columns: Sequence[Column], words: Mapping[str, str]) -> str:
    """``2021 Q4: present`` of a cell: the column and the word for its mark."""
    column = columns[cell.column]
    name = str(column.year) if _is_year(column) else f"{column.year} {column.name}"
    return f"{name}: {words[cell.mark]}"


def _is_year(column: Column) -> bool:
    return column.last == date(column.year, 12, 31) and column.first == date(column.year, 1, 1)


def _pictures(cell: Cell, voice: Voice) -> str:
    named = [
        f"{format_span(look.span, voice.language)}: {voice.words[look.state]}" for look in cell.looks[:_NAMED]
    ]
    more = len(cell.looks) - _NAMED
    return "; ".join((*named, f"+{more}") if more > 0 else named)


def _told(line: Line, events: Iterable[str]) -> str:
    """What the track shows, for those who hear it."""
    counted = tn(len(line.looks), "{n} picture", "{n} pictures")
    unknown = tn(line.unknown, "{n} undecided", "{n} undecided")
    return "; ".join((f"{counted}, {unknown}", *events))

"""The map of the sites as one file that opens without a server and asks nobody for anything.

Scripts, styles and the ground lie in the file as text, and a policy in it forbids the browser to load anything else.
Nothing here needs Streamlit: the command line writes the same file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from dashboard import assets
from dashboard.components.network_map import (
    CAMERA_SIGN,
    DOTTED,
    GLYPHS,
    KINDS,
    LIGHT,
    STATE_COLOURS,
    cones,
    file_parts,
    outlines,
    view,
)
from dashboard.safetext import safe
from workflow import __version__
from workflow.project import Project
from workflow.readmodels.footprints import Footprint
from workflow.readmodels.mapfile import MapSite, SiteMap, site_map
from workflow.readmodels.siteday import STATES

__all__ = ["MapFile", "english", "html_of", "written"]

Say = Callable[..., str]
SHOTS_TOLD = 6
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_STYLE = """
html, body { margin: 0; height: 100%; }
body { display: grid; grid-template-columns: 1fr min(22rem, 40%); font: 14px/1.45 system-ui, "Noto Sans KR", sans-serif;
  color: #1c2430; background: #fff; }
.folium-map { position: relative; width: 100%; height: 100%; }
aside { overflow: auto; padding: .8rem 1rem; border-left: 1px solid #c3ccd6; overflow-wrap: anywhere; }
h1 { font-size: 1.1rem; margin: 0 0 .4rem; } h2 { font-size: 1rem; margin: 1rem 0 .2rem; }
ul { list-style: none; margin: 0; padding: 0; } li { margin: .2rem 0; }
.site-line { display: grid; grid-template-columns: 1.3rem 1fr; }
button { all: unset; cursor: pointer; text-decoration: underline; text-underline-offset: .2em; }
button:focus-visible, input:focus-visible { outline: 2px solid #0072b2; outline-offset: 2px; }
.synthetic { border-left: 4px solid #b3261e; padding: .3rem .7rem; background: #fbeeed; }
.quiet { color: #4a5563; }
@media (max-width: 700px) { body { grid-template: 60% auto / 1fr; } aside { border-left: 0; } }
"""


@dataclass(frozen=True, slots=True)
class MapFile:
    """The text of the file, and what it says."""

    html: str
    content: SiteMap


def english(sentence: str, /, **values: object) -> str:
    """A sentence as it stands, with its fields filled: what the command line says."""
    return sentence.format(**values) if values else sentence


def written(project: Project, day: date | None, t: Say, lang: str = "en") -> MapFile:
    """The file with the map at the end of `day`, None for today; `t` gives sentences in the language `lang`.

    Raises
    ------
    BuildMissing
        when the bundled assets are not there.
    """
    content = site_map(project, day, datetime.now(UTC).date(), "ko" if lang == "ko" else "en")
    return MapFile(html_of(content, t, lang), content)


def html_of(content: SiteMap, t: Say, lang: str = "en") -> str:
    """The text of the file; the same content gives the same text."""
    build = assets.require()
    shown = view(
        [(one.id, one.known.state) for one in content.sites],
        {state: t(state) for state in STATES},
        day=content.day.isoformat(),
        outlined=outlines(content.outlines, [_days(one, t) for one in content.outlines]),
        seen=cones(content.cameras),
    )
    places = [(one.id, one.name, one.lonlat) for one in content.sites if one.lonlat is not None]
    body, script = file_parts(places, shown)
    title = safe(t("Sites at the end of {day}", day=content.day.isoformat()))
    scripts = [_script(build / "leaflet" / "leaflet.js"), _script(build / "basemap.js"), script]
    ground = json.dumps(json.loads((build / "countries-50m.json").read_text("utf-8")), separators=(",", ":"))
    return "\n".join(
        (
            f'<!DOCTYPE html><html lang="{safe(lang)}"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>{_css(build / 'leaflet' / 'leaflet.css')}{_STYLE}</style></head><body>",
            f"<main>{body}</main>",
            _panel(content, title, t),
            f'<script type="application/json" id="sitetrack-ground">{_inert(ground)}</script>',
            *(f"<script>{text}</script>" for text in scripts),
            "</body></html>\n",
        )
    )


def _script(path: Any) -> str:
    text = str(path.read_text("utf-8"))
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _css(path: Any) -> str:
    """A style sheet without the pictures that it would load."""
    return re.sub(r"url\([^)]*\)", "none", str(path.read_text("utf-8")))


def _inert(text: str) -> str:
    """JSON in which nothing ends the element that it stands in."""
    return text.replace("<", "\\u003c")


def _days(one: Footprint, t: Say) -> str:
    """The kind of picture with that outline, and the days of the newest of them."""
    lines = [shot.label for shot in one.shots[-SHOTS_TOLD:]]
    more = [t("{n} earlier pictures", n=len(one.shots) - len(lines))] if len(one.shots) > len(lines) else []
    return "\n".join((t(one.kind), *more, *lines))


def _panel(content: SiteMap, title: str, t: Say) -> str:
    parts = [f"<h1>{title}</h1>"]
    if content.synthetic:
        said = t("Some pictures are rendered scenes; what rests on them is no statement about the world.")
        parts.append(f"<div class='synthetic' role='note'><b>SYNTHETIC</b> {safe(said)}</div>")
    parts += [f"<ul>{_legend(content, t)}</ul>", _outline_switch(content, t), _camera_switch(content, t)]
    items = "".join(_item(one, t) for one in content.sites)
    parts.append(f"<h2>{safe(t('Sites'))} ({len(content.sites)})</h2><ul>{items}</ul>")
    if content.credits:
        credited = "".join(f"<li>{safe(one)}</li>" for one in content.credits)
        parts.append(f"<h2>{safe(t('Pictures'))} ({content.pictures})</h2><ul>{credited}</ul>")
    parts.append(f"<p class='quiet'>{safe(t('Ground: Natural Earth.'))} sitetrack {safe(__version__)}</p>")
    return f"<aside>{''.join(parts)}</aside>"


def _legend(content: SiteMap, t: Say) -> str:
    counts = content.states
    return "".join(
        f"<li>{_glyph(state)} {safe(t(state))} ({counts[state]})</li>" for state in STATES if state in counts
    )


def _glyph(state: str) -> str:
    return f"<span style='color:{STATE_COLOURS[state]}' aria-hidden='true'>{GLYPHS[state]}</span>"


def _outline_switch(content: SiteMap, t: Say) -> str:
    if not content.outlines:
        return ""
    kinds = "".join(
        f"<li>{KINDS.get(kind, DOTTED)[1]} {safe(t(kind))}</li>"
        for kind in dict.fromkeys(one.kind for one in content.outlines)
    )
    label = safe(t("Outlines of pictures"))
    return f"<p><label><input type='checkbox' id='sitetrack-outlines'> {label}</label></p><ul>{kinds}</ul>"


def _camera_switch(content: SiteMap, t: Say) -> str:
    if not content.cameras:
        return ""
    sign = f"<span style='color:{LIGHT['camera']}' aria-hidden='true'>{CAMERA_SIGN}</span>"
    label = safe(t("Where stills were taken from"))
    return f"<p><label><input type='checkbox' id='sitetrack-cones'> {sign} {label}</label></p>"


def _item(one: MapSite, t: Say) -> str:
    name = f"<bdi>{safe(one.name)}</bdi>"
    if one.lonlat is not None:
        name = f"<button type='button' data-site='{safe(one.id)}'>{name}</button>"
    else:
        name += f" <span class='quiet'>({safe(t('not located'))})</span>"
    seen = f" · {safe(t('picture: {date}', date=one.seen))}" if one.seen else ""
    return (
        f"<li class='site-line'>{_glyph(one.known.state)}<div>{name}"
        f"<div class='quiet'>{safe(t(one.known.state))}{seen} · {safe(one.category)}</div></div></li>"
    )

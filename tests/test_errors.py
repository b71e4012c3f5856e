"""Every error is one sentence that says what was wrong, which value, and what to do."""

from __future__ import annotations

import pytest

from workflow.errors import (
    AmbiguousName,
    BuildMissing,
    InputRefused,
    NotAllowed,
    ProjectUnusable,
    StaleWrite,
    UnknownName,
    WorkflowError,
)

CASES: list[tuple[WorkflowError, type[Exception], int, str]] = [
    (
        InputRefused("scene.tif", "has no date", "give one with --acquired"),
        ValueError,
        1,
        "scene.tif: has no date; give one with --acquired.",
    ),
    (
        StaleWrite("site", "gate", 3, 5),
        Exception,
        1,
        "site gate is at version 5, the change was based on version 3; "
        "look at the newer version and repeat the change.",
    ),
    (
        NotAllowed("Vera", "viewer", "observe"),
        PermissionError,
        1,
        "Vera (viewer) may not observe; ask a lead or declare another role.",
    ),
    (
        UnknownName("site", "gat", ["gate", "road"]),
        LookupError,
        2,
        "No site 'gat'; did you mean 'gate'?",
    ),
    (
        UnknownName("site", "zzz", ["gate", "road"]),
        LookupError,
        2,
        "No site 'zzz'; there are 2: list them first.",
    ),
    (UnknownName("site", "zzz", []), LookupError, 2, "No site 'zzz'; there are none yet."),
    (
        AmbiguousName("capture", "ab", ["abc", "abd"]),
        LookupError,
        2,
        "'ab' fits 2 captures (abc, abd); give one of them in full.",
    ),
    (
        ProjectUnusable("/p", "no project here", "run 'sitetrack init'"),
        OSError,
        3,
        "/p: no project here; run 'sitetrack init'.",
    ),
    (
        BuildMissing("dashboard/frontend/build"),
        ProjectUnusable,
        3,
        "dashboard/frontend/build: not built; install the project again with network access (pip install -e .).",
    ),
]


@pytest.mark.parametrize(("error", "family", "code", "sentence"), CASES)
def test_an_error_is_a_sentence_with_an_exit_code(
    error: WorkflowError, family: type[Exception], code: int, sentence: str
) -> None:
    assert str(error) == sentence
    assert isinstance(error, WorkflowError)
    assert isinstance(error, family)
    assert error.exit_code == code


def test_a_long_list_of_matches_is_cut() -> None:
    sentence = str(AmbiguousName("capture", "a", [f"a{number}" for number in range(9)]))
    assert sentence == "'a' fits 9 captures (a0, a1, a2, a3, a4, …); give one of them in full."


def test_the_parts_stay_at_hand() -> None:
    refused = InputRefused("scene.tif", "has no date", "give one")
    assert (refused.subject, refused.problem, refused.remedy) == ("scene.tif", "has no date", "give one")
    stale = StaleWrite("site", "gate", 3, 5)
    assert (stale.kind, stale.object_id, stale.base_version, stale.current_version) == ("site", "gate", 3, 5)

"""Which record a folder works with: its own, or the one that SITETRACK_DATABASE_URL names."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workflow.cli import main
from workflow.errors import ProjectUnusable
from workflow.model import Author, LonLat, Position, Site, Target
from workflow.project import Project, init_project

ANNA = Author("Anna")
SECRET = "geheim"  # noqa: S105  of nobody


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one site in its own record."""
    folder = init_project(tmp_path / "project")
    with Project.open(folder) as project:
        add_site(project, "arch")
        project.reconcile_register()
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return init_project(tmp_path / "empty")


@pytest.fixture
def another_url(postgres_database: str) -> Iterator[str]:
    """A second empty schema."""
    import psycopg

    name = f"u{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{postgres_database}?options=-csearch_path%3D{name},public"
        connection.execute("SET lock_timeout TO '20s'")
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set SITETRACK_DATABASE_URL, with a password that the server does not ask for."""
    return lambda url: monkeypatch.setenv("SITETRACK_DATABASE_URL", with_password(url))


def with_password(url: str) -> str:
    return url.replace("postgres@", f"postgres:{SECRET}@")


def add_site(project: Project, name: str) -> None:
    with project.record.write(ANNA, "a site") as transaction:
        transaction.put(
            Site(name, name, position=Position(LonLat(125.7, 39.0)), targets=(Target("gantry"),)), 0
        )


def sitetrack(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main([str(one) for one in arguments])
    printed = capsys.readouterr()
    assert SECRET not in printed.out + printed.err
    assert "Traceback" not in printed.err
    return int(left.value.code or 0), printed.out, printed.err


def head(root: Path) -> Any:
    with Project.open(root) as project:
        return project.record.chain_head()


def test_copy_moves_the_record_and_the_folder_works_with_the_database(
    root: Path, postgres_url: str, use: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    before = head(root)
    to = with_password(postgres_url)
    code, out, err = sitetrack(capsys, "record", "copy", "--to", to, "--project", root, "--json")
    assert code == 0
    assert "Set SITETRACK_DATABASE_URL" in err
    rows = {row["table"]: row["rows"] for row in json.loads(out)}
    assert (rows["site"], rows["site_revision"], rows["observation"]) == (1, 1, 0)
    with pytest.raises(
        ProjectUnusable, match=r"its record is in postgresql://postgres@.* SITETRACK_DATABASE_URL"
    ):
        Project.open(root)
    (root / ".sitetrack" / "record.json").unlink()
    with pytest.raises(ProjectUnusable, match="moved to postgresql://postgres@"):
        Project.open(root)
    use(postgres_url)
    assert head(root) == before
    assert SECRET not in (root / ".sitetrack" / "record.json").read_text()
    with Project.open(root) as project:
        assert project.record.name.startswith("postgresql://postgres@127.")
        add_site(project, "gate")
        assert project.record.verify().problems == ()


def test_keep_makes_a_mere_copy(root: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert sitetrack(capsys, "record", "copy", "--to", postgres_url, "--keep", "--project", root)[0] == 0
    with Project.open(root) as project:
        assert project.record.name == str(root / ".sitetrack" / "record.sqlite")
        add_site(project, "gate")


def test_a_record_comes_back_from_the_database_to_the_folder(
    root: Path,
    postgres_url: str,
    use: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = root / ".sitetrack" / "record.sqlite"
    sitetrack(capsys, "record", "copy", "--to", postgres_url, "--project", root)
    use(postgres_url)
    with Project.open(root) as project:
        add_site(project, "gate")
        project.reconcile_register()
        now = project.record.chain_head()
    code, _, err = sitetrack(capsys, "record", "copy", "--to", own, "--project", root)
    assert code == 3
    assert "holds a record already" in err
    own.rename(own.with_name("old.sqlite"))
    assert sitetrack(capsys, "record", "copy", "--to", own, "--project", root)[0] == 0
    monkeypatch.delenv("SITETRACK_DATABASE_URL")
    with Project.open(root) as project:
        assert project.record.chain_head() == now
        add_site(project, "tower")


def test_an_empty_folder_starts_a_record_in_an_empty_database(
    empty: Path, postgres_url: str, use: Callable[[str], None]
) -> None:
    use(postgres_url)
    with Project.open(empty) as project:
        add_site(project, "arch")
        made = project.record.id
    assert not (empty / ".sitetrack" / "record.sqlite").exists()
    assert json.loads((empty / ".sitetrack" / "record.json").read_text())["record"] == made
    assert head(empty).count > 0


def test_an_empty_folder_joins_a_record_only_when_told(
    root: Path,
    empty: Path,
    postgres_url: str,
    use: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    sitetrack(capsys, "record", "copy", "--to", postgres_url, "--project", root)
    use(postgres_url)
    code, _, err = sitetrack(capsys, "status", "--project", empty)
    assert code == 3
    assert "holds a record already" in err
    assert "sitetrack record join" in err
    code, out, _ = sitetrack(capsys, "record", "join", "--project", empty, "--json")
    assert code == 0
    (row,) = json.loads(out)
    assert list(row) == ["record", "where", "revisions"]
    assert row["revisions"] == head(root).count
    with Project.open(empty) as project:
        assert [site.id for site in project.sites()] == ["arch"]
    assert '"arch"' in (empty / "sites.geojson").read_text()


def test_a_folder_is_not_mixed_with_the_record_of_another_project(
    root: Path, empty: Path, postgres_url: str, another_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Project.open(empty, with_password(another_url)) as other:
        add_site(other, "theirs")
        before = other.record.chain_head()
    with pytest.raises(ProjectUnusable, match=r"works with the record .*record\.sqlite.* holds"):
        Project.open(root, with_password(another_url))
    sitetrack(capsys, "record", "copy", "--to", postgres_url, "--project", root)
    with pytest.raises(ProjectUnusable, match="works with the record") as refused:
        Project.open(root, with_password(another_url))
    assert SECRET not in str(refused.value)
    with Project.open(empty, another_url) as other:
        assert other.record.chain_head() == before
    with Project.open(root, postgres_url) as project:
        assert [site.id for site in project.sites()] == ["arch"]


def test_a_folder_with_a_record_makes_none_in_a_database(root: Path, postgres_url: str) -> None:
    import psycopg

    with pytest.raises(ProjectUnusable, match=r"there is no record in it.*record copy --to"):
        Project.open(root, postgres_url)
    with psycopg.connect(postgres_url) as connection:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
        assert connection.execute(tables).fetchone() == (0,)


def test_two_folders_work_with_one_record(
    root: Path, empty: Path, postgres_url: str, use: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    sitetrack(capsys, "record", "copy", "--to", postgres_url, "--project", root)
    use(postgres_url)
    sitetrack(capsys, "record", "join", "--project", empty)
    with Project.open(root) as one, Project.open(empty) as other:
        add_site(one, "gate")
        assert {site.id for site in other.sites()} == {"arch", "gate"}


@pytest.mark.parametrize("address", ["geheim", "postgresql://x:geheim@127.0.0.1:1/none", "x://geheim@y"])
def test_an_address_that_cannot_be_used_is_a_sentence(
    address: str, empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SITETRACK_DATABASE_URL", address)
    monkeypatch.chdir(empty)
    code, out, _ = sitetrack(capsys, "status")
    assert (code, out) == (3, "")
    assert sorted(path.name for path in empty.iterdir()) == ["imagery", "sites.geojson"]


def test_join_needs_an_address(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = sitetrack(capsys, "record", "join", "--project", empty)
    assert code == 3
    assert err.startswith("SITETRACK_DATABASE_URL: it is not set")


def test_a_note_that_cannot_be_read_is_a_sentence(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / ".sitetrack" / "record.json").write_text("[]")
    code, _, err = sitetrack(capsys, "status", "--project", root)
    assert code == 3
    assert "does not say which record" in err


def test_doctor_says_where_the_record_is(
    root: Path, postgres_url: str, use: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def value() -> str:
        rows = json.loads(sitetrack(capsys, "doctor", "--project", root, "--json")[1])
        return next(row["value"] for row in rows if row["name"] == "record")

    assert f"revisions in {root / '.sitetrack' / 'record.sqlite'}, chain head" in value()
    sitetrack(capsys, "record", "copy", "--to", postgres_url, "--project", root)
    use(postgres_url)
    assert "revisions in postgresql://postgres@127.0.0.1" in value()

"""What the server keeps for its pages ends by number: visits cannot add to it for ever."""

from __future__ import annotations

import ast
from pathlib import Path

import dashboard

FOLDER = Path(dashboard.__file__).parent
KEEPING = ("cache_data", "cache_resource", "lru_cache")
BY_FILES = {"_read", "ahead", "early"}  # keyed by files that lie in the installed program


def kept() -> dict[str, str]:
    """Every function of the pages whose results are kept, and how it says so."""
    return {
        node.name: ast.unparse(one)
        for file in sorted(FOLDER.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for one in node.decorator_list
        if "cache" in ast.unparse(one)
    }


def test_every_cache_of_the_pages_says_how_many_entries_it_keeps() -> None:
    found = {name: how for name, how in kept().items() if name not in BY_FILES}
    assert len(found) > 20
    endless = [
        name
        for name, how in found.items()
        if not any(word in how for word in KEEPING)
        or ("max_entries=" not in how and "maxsize=" not in how)
        or "=None" in how
    ]
    assert endless == []

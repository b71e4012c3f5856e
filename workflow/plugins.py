"""Families of plugins: modules of a package that define ``PLUGIN``, and entry points of other distributions.

A family is a package (`workflow.providers`); a module in it that is neither `base` nor starts with an
underscore is a plugin and says so. Another distribution adds one with an entry point in the group
`sitetrack.<last part of the package>`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from workflow.errors import ProjectUnusable

__all__ = ["PluginBroken", "load"]

_NOT_PLUGINS = frozenset({"base", "profiles"})


class PluginBroken(ProjectUnusable):
    """A plugin does not hold what its family asks for: the installation is at fault, not the input."""


def load(package: str) -> Mapping[str, Any]:
    """The plugins of `package` by their `name`, in the order of names; read-only.

    Raises
    ------
    PluginBroken
        when a module has no ``PLUGIN``, a plugin no name, or two plugins one name.
    """
    found: dict[str, Any] = {}
    for origin, plugin in (*_modules(package), *_entry_points(package)):
        name = getattr(plugin, "name", None)
        if not isinstance(name, str) or not name:
            raise PluginBroken(origin, "its PLUGIN has no name", "give it a name (str)")
        if name in found:
            raise PluginBroken(origin, f"its PLUGIN is called '{name}' as another is", "give it another name")
        found[name] = plugin
    return MappingProxyType(dict(sorted(found.items())))


def _modules(package: str) -> Iterator[tuple[str, Any]]:
    parent = importlib.import_module(package)
    names = sorted(module.name for module in pkgutil.iter_modules(parent.__path__))
    for name in names:
        if name in _NOT_PLUGINS or name.startswith("_"):
            continue
        module = importlib.import_module(f"{package}.{name}")
        if not hasattr(module, "PLUGIN"):
            raise PluginBroken(
                module.__name__, "defines no PLUGIN", "define one, or start the module's name with '_'"
            )
        yield module.__name__, module.PLUGIN


def _entry_points(package: str) -> Iterator[tuple[str, Any]]:
    for point in sorted(
        entry_points(group=f"sitetrack.{package.rpartition('.')[2]}"), key=lambda one: one.name
    ):
        yield point.value, point.load()

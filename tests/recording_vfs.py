"""A disk that remembers and fails on demand: a VFS in front of SQLite's own, for the code that runs as always.

SQLite reaches files through a table of functions, the VFS. `recording` registers a copy of the default one, as
the default, in the very library that the `sqlite3` module uses, so that every connection of this process goes
through it: `Record`, SQLAlchemy, nothing replaced. In the copy, files are opened and deleted through functions of
ours, and the method table of an opened file is a copy in which writes, truncations, syncs and closing are ours.
All else (reads, locks, shared memory) stays what it was. `os.fsync` and `os.replace`, with which a new record is
put in its place, are watched as well.

Seen are the files directly inside one folder. What is written there becomes a list of `Step`; a `Fault` makes one
of the steps fail, as a full or a broken disk would.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

__all__ = ["Disk", "Fault", "Step", "recording"]

OK = 0
FULL = 13
CODES = {"write": 10 | 3 << 8, "sync": 10 | 4 << 8, "truncate": 10 | 6 << 8}  # SQLITE_IOERR_WRITE, ...
OPEN_CREATE = 0x4
# files whose first sync also synchronises their folder (unixOpen, UNIXFILE_DIRSYNC): journals and the log
OPEN_JOURNAL = 0x800 | 0x4000 | 0x80000


@dataclass(frozen=True, slots=True)
class Step:
    """One change to the files of the folder.

    `do` is ``create``, ``write`` (`data` at `offset`), ``truncate`` (to `offset`), ``sync`` (the content of
    `name`), ``delete``, ``rename`` (to `target`) or ``sync names`` (creations, deletions and renames so far).
    """

    do: str
    name: str = ""
    offset: int = 0
    data: bytes = b""
    target: str = ""


@dataclass(slots=True)
class Fault:
    """Makes the `number`-th write, truncation or sync from now on fail (counted from 1), or all from that one.

    `reason` is `errno.ENOSPC` or `errno.EIO`. A write that fails has written its first half. A full disk
    still lets a file be truncated.
    """

    number: int
    reason: int
    lasts: bool = False
    seen: int = 0
    failed: int = 0

    def strikes(self, do: str) -> bool:
        """Count a step; whether it is one to fail."""
        self.seen += 1
        hit = self.seen == self.number or (self.lasts and self.seen > self.number)
        if hit and not (self.reason == errno.ENOSPC and do == "truncate"):
            self.failed += 1
            return True
        return False


# -- the library ---------------------------------------------------------------------------------------------

_Open = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)
_Delete = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_Close = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
_Write = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
_Truncate = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
_Sync = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class _Vfs(ctypes.Structure):
    """``sqlite3_vfs``, version 3; functions in the order of sqlite3.h."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("path_size", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
        ("delete", ctypes.c_void_p),
        ("others", ctypes.c_void_p * 14),
    )


class _Methods(ctypes.Structure):
    """``sqlite3_io_methods``, version 3."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("close", ctypes.c_void_p),
        ("read", ctypes.c_void_p),
        ("write", ctypes.c_void_p),
        ("truncate", ctypes.c_void_p),
        ("sync", ctypes.c_void_p),
        ("others", ctypes.c_void_p * 13),
    )


_SIZES = {1: 12, 2: 16, 3: 18}  # functions in a method table of each version


def _library() -> ctypes.CDLL:
    """The SQLite that the `sqlite3` module of this process runs on.

    Looked up through the module's own binary, which finds the library it was linked with (Linux, macOS) or the
    one inside it; on Windows the library lies beside it.
    """
    binary = getattr(_sqlite3, "__file__", None)
    place = binary if os.name != "nt" or binary is None else str(Path(binary).with_name("sqlite3.dll"))
    try:
        library = ctypes.CDLL(place)
        library.sqlite3_sourceid.restype = ctypes.c_char_p
        found = library.sqlite3_sourceid().decode()
    except (OSError, AttributeError) as error:
        raise RuntimeError(f"the SQLite library of {place or 'this interpreter'} gives no access") from error
    connection = sqlite3.connect(":memory:")
    (used,) = connection.execute("SELECT sqlite_source_id()").fetchone()
    connection.close()
    if found != used:
        raise RuntimeError(f"{place} is SQLite '{found}', the sqlite3 module uses '{used}'")
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    library.sqlite3_vfs_find.argtypes = (ctypes.c_char_p,)
    library.sqlite3_vfs_register.argtypes = (ctypes.POINTER(_Vfs), ctypes.c_int)
    library.sqlite3_vfs_unregister.argtypes = (ctypes.POINTER(_Vfs),)
    return library


_KEPT: list[object] = []  # SQLite holds pointers into these for as long as a file is open


# -- the disk ------------------------------------------------------------------------------------------------


class Disk:
    """What happened to the files directly inside `folder`, in order, and the fault that is to come."""

    def __init__(self, folder: Path) -> None:
        """Use `recording`."""
        self.folder = folder.resolve()
        self.steps: list[Step] = []
        self.fault: Fault | None = None
        self._files: dict[int, tuple[str, _Methods]] = {}  # address of an open file: name, its own methods
        self._tables: dict[int, _Methods] = {}
        self._unsynced_names: set[int] = set()
        self._real: Any = None
        self._mine = {
            "close": _Close(self._close),
            "write": _Write(self._write),
            "truncate": _Truncate(self._truncate),
            "sync": _Sync(self._sync),
        }
        self._open_mine, self._delete_mine = _Open(self._open), _Delete(self._delete)

    def vfs(self, real: Any) -> _Vfs:
        """A copy of the default VFS that opens and deletes through this disk."""
        if real.contents.version < 3:
            raise RuntimeError(f"the default VFS has version {real.contents.version}, 3 is needed")
        self._real = real
        copy = _Vfs.from_buffer_copy(real.contents)
        copy.next, copy.name = None, b"recording"
        copy.open = ctypes.cast(self._open_mine, ctypes.c_void_p)
        copy.delete = ctypes.cast(self._delete_mine, ctypes.c_void_p)
        return copy

    @property
    def has_open_files(self) -> bool:
        """Whether SQLite can still call this disk."""
        return bool(self._files)

    def _inside(self, path: Path) -> bool:
        return path.parent in (self.folder, self.folder.resolve())

    def _struck(self, do: str) -> bool:
        return self.fault is not None and self.fault.strikes(do)

    def _code(self, do: str) -> int:
        assert self.fault is not None
        return FULL if (self.fault.reason, do) == (errno.ENOSPC, "write") else CODES[do]

    # -- what SQLite calls -----------------------------------------------------------------------------------

    def _open(self, _vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        path = None if name is None else Path(os.fsdecode(ctypes.string_at(name)))
        seen = path is not None and self._inside(path)
        is_new = seen and path is not None and not path.exists()
        code = _Open(self._real.contents.open)(ctypes.addressof(self._real.contents), name, file, flags, out)
        if seen and path is not None and code == OK:
            if is_new:
                self.steps.append(Step("create", path.name))
            self._take_over(file, path.name)
            if flags & OPEN_JOURNAL and flags & OPEN_CREATE and os.name != "nt":
                self._unsynced_names.add(file)
        return int(code)

    def _take_over(self, file: int, name: str) -> None:
        """Let the open file at that address have a method table that calls this disk."""
        pointer = ctypes.c_void_p.from_address(file)
        address = pointer.value
        assert address is not None
        own = _Methods.from_address(address)
        if address not in self._tables:
            table = _Methods()
            size = _Methods.close.offset + _SIZES[own.version] * ctypes.sizeof(ctypes.c_void_p)
            ctypes.memmove(ctypes.addressof(table), address, size)
            for method, function in self._mine.items():
                setattr(table, method, ctypes.cast(function, ctypes.c_void_p))
            self._tables[address] = table
        self._files[file] = (name, own)
        pointer.value = ctypes.addressof(self._tables[address])

    def _close(self, file: int) -> int:
        _, own = self._files.pop(file)
        self._unsynced_names.discard(file)
        return int(_Close(own.close)(file))

    def _write(self, file: int, data: int, size: int, offset: int) -> int:
        name, own = self._files[file]
        written, code = size, OK
        if self._struck("write"):
            written, code = size // 2, self._code("write")
        result = _Write(own.write)(file, data, written, offset) if written else OK
        if result == OK and written:
            self.steps.append(Step("write", name, offset, ctypes.string_at(data, written)))
        return int(code or result)

    def _truncate(self, file: int, size: int) -> int:
        name, own = self._files[file]
        if self._struck("truncate"):
            return self._code("truncate")
        result = _Truncate(own.truncate)(file, size)
        if result == OK:
            self.steps.append(Step("truncate", name, size))
        return int(result)

    def _sync(self, file: int, flags: int) -> int:
        name, own = self._files[file]
        if self._struck("sync"):
            return self._code("sync")
        result = _Sync(own.sync)(file, flags)
        if result == OK:
            self.steps.append(Step("sync", name))
            if file in self._unsynced_names:
                self._unsynced_names.discard(file)
                self.steps.append(Step("sync names"))
        return int(result)

    def _delete(self, _vfs: int, name: int, sync_names: int) -> int:
        path = Path(os.fsdecode(ctypes.string_at(name)))
        result = _Delete(self._real.contents.delete)(ctypes.addressof(self._real.contents), name, sync_names)
        if result == OK and self._inside(path):
            self.steps.append(Step("delete", path.name))
            if sync_names and os.name != "nt":
                self.steps.append(Step("sync names"))
        return int(result)

    # -- what Python calls -----------------------------------------------------------------------------------

    def fsync(self, real: Callable[[int], None], handle: int) -> None:
        """`os.fsync`, written down where the handle is of the folder or of a file inside it."""
        status = os.fstat(handle)
        seen = [
            path for path in (self.folder, *self.folder.iterdir()) if os.path.samestat(status, path.stat())
        ]
        if seen and self._struck("sync"):
            assert self.fault is not None
            raise OSError(self.fault.reason, os.strerror(self.fault.reason))
        real(handle)
        if seen:
            is_folder = seen[0] == self.folder
            self.steps.append(Step("sync names") if is_folder else Step("sync", seen[0].name))

    def replace(self, real: Callable[..., None], source: Any, target: Any) -> None:
        """`os.replace`, written down where it is inside the folder."""
        real(source, target)
        names = [Path(one).resolve() for one in (source, target)]
        if all(name.parent == self.folder for name in names):
            self.steps.append(Step("rename", names[0].name, target=names[1].name))


@contextmanager
def recording(folder: Path) -> Iterator[Disk]:
    """Let every SQLite connection that is opened inside the block go through a `Disk` on `folder`.

    Close them before the block ends. Not to be nested.

    Raises
    ------
    RuntimeError
        when the library behind the `sqlite3` module cannot be reached.
    """
    library = _library()
    disk = Disk(folder)
    real = library.sqlite3_vfs_find(None)
    vfs = disk.vfs(real)
    kept = (disk, vfs)
    _KEPT.append(kept)
    fsync, replace = os.fsync, os.replace
    if library.sqlite3_vfs_register(ctypes.byref(vfs), 1) != OK:
        raise RuntimeError("SQLite did not take the recording VFS")
    try:
        with (
            mock.patch.object(os, "fsync", lambda handle: disk.fsync(fsync, handle)),
            mock.patch.object(os, "replace", lambda *names: disk.replace(replace, *names)),
        ):
            yield disk
    finally:
        library.sqlite3_vfs_register(real, 1)
        library.sqlite3_vfs_unregister(ctypes.byref(vfs))
        if not disk.has_open_files:
            _KEPT.remove(kept)

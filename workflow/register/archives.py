"""Zip archives of others: kept in memory, and measured before anything in them is unpacked."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from workflow.errors import InputRefused

__all__ = ["MAX_BYTES", "opened"]

MAX_BYTES = 64 * 1024 * 1024
"""No archive is read that unpacks to more; `zipfile` never gives more of a member than the archive says."""

_MAX_RATIO = 100
_MAX_MEMBERS = 10_000


@contextmanager
def opened(body: bytes, file: str, kind: str, remedy: str) -> Iterator[zipfile.ZipFile]:
    """The archive in `body`; what goes wrong while it is read is a refusal too. `kind` names it in sentences.

    Raises
    ------
    InputRefused
        when it is no archive, is damaged or encrypted, or unpacks to more than 64 MiB or 100 times its size.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            _refuse_bomb(archive.infolist(), file, remedy)
            yield archive
    except InputRefused:
        raise
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError) as error:
        raise InputRefused(file, f"is not a sound {kind}", remedy) from error
    except (RuntimeError, NotImplementedError) as error:
        raise InputRefused(file, "is encrypted or packed in an unusual way", remedy) from error


def _refuse_bomb(members: Sequence[zipfile.ZipInfo], file: str, remedy: str) -> None:
    packed = sum(member.compress_size for member in members)
    unpacked = sum(member.file_size for member in members)
    worst = max((member.file_size / max(member.compress_size, 1) for member in members), default=0)
    if len(members) > _MAX_MEMBERS or unpacked > MAX_BYTES:
        raise InputRefused(
            file, f"unpacks to {unpacked} bytes in {len(members)} files", "64 MiB are the limit: split it"
        )
    if unpacked > _MAX_RATIO * max(packed, 1) or worst > _MAX_RATIO:
        raise InputRefused(file, f"unpacks to more than {_MAX_RATIO} times its size", remedy)

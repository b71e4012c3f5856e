"""A process that reads one spoiled file after another for `mutations.py`, as an intake's child or the register does.

A line of JSON in, a line out. Started with the child's environment and behind its walls; the network is left open on
purpose, so that a request would be seen by the server that waits for one.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from workflow.intake_child import answer, enclose


def main() -> None:
    """Serve until the input ends."""
    enclose(json.loads(sys.stdin.readline()), network=True)
    import rasterio  # noqa: F401  what is measured is the reading

    from workflow.register import sites_of

    say({"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        start, work = time.monotonic(), time.process_time()
        try:
            if "register" in request:
                path = Path(request["register"])
                reading = sites_of(path.name, path.read_bytes())
                became = {"sites": len(reading.sites), "problem": " ".join(map(str, reading.refused))}
            else:
                became = answer(request)
        except BaseException as error:  # noqa: BLE001  that is what is looked for
            became = {"escaped": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()[-2000:]}
        say(
            {
                **became,
                "took_s": time.monotonic() - start,
                "cpu_s": time.process_time() - work,
                "memory": most_memory(),
            }
        )


def most_memory() -> int:
    """The most bytes that this process ever had in memory.

    The kernel's own mark where there is one: what `getrusage` tells begins with the size of the parent.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


def say(row: dict[str, Any]) -> None:
    """One line of JSON on the way out."""
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

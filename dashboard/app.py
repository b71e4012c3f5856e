"""The ASGI application: pages, pictures and assets on one port.

Started by ``sitetrack serve``, by ``streamlit run dashboard/app.py`` from any folder, or by an ASGI server as
``dashboard.app:app``. Which project it shows: SITETRACK_PROJECT, else the nearest one upwards from the
working directory, else the repository that this file lies in.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

HERE = Path(__file__).resolve().parent
if importlib.util.find_spec("dashboard") is None:  # run from a checkout that is not installed
    sys.path.append(str(HERE.parent))

from dashboard import headers, quick, routes, server  # noqa: E402

server.switch_off_usage_statistics()
app = st.App(
    str(HERE / "main.py"),
    routes=routes.table(),
    middleware=[
        Middleware(headers.SecurityHeaders),
        Middleware(quick.AskedAhead),
        Middleware(quick.KeptFiles),
    ],
    lifespan=quick.begun,
    exception_handlers={Exception: headers.failed},
)

"""``sitetrack doctor``."""

from __future__ import annotations

from pathlib import Path

import click

from workflow.cli.options import open_project, print_rows, project_options

__all__ = ["command"]


@click.command("doctor")
@project_options
def command(project_dir: Path | None, as_json: bool) -> None:
    """Show versions and what is missing; with --project, whether that project opens."""
    from workflow import chipcache
    from workflow.chips import CHIP_DIR
    from workflow.readmodels import health

    rows = health.doctor()
    if project_dir is not None:
        with open_project(project_dir) as project:
            head, where = project.record.chain_head(), project.record.name
            held, most = chipcache.size(project.state_dir / CHIP_DIR), chipcache.limit_bytes()
        value = f"{head.count} revisions in {where}, chain head {head.sha256}"
        rows.append({"name": "record", "value": value, "ok": True, "note": ""})
        value = f"{held.chips} chips, {held.bytes / 1e9:.2f} GB of at most {most / 1e9:g} GB"
        rows.append({"name": "chip cache", "value": value, "ok": True, "note": ""})
    print_rows(rows, as_json)

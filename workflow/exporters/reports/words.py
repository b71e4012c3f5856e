"""Words that a report has in every format."""

from __future__ import annotations

from workflow.exporters.reports.content import Drawn, Report

__all__ = ["called", "front_lines", "parts"]


def called(one: Drawn) -> str:
    """Heading of a chapter; its number is that of its figure."""
    return f"{one.chapter.number}. {one.chapter.name}"


def parts(report: Report) -> list[str]:
    """Headings of all parts, in order, each once."""
    return [
        *(["Map"] if report.network else []),
        *(["Growth"] if report.growth else []),
        *(["Timeline"] if report.series else []),
        *(called(one) for one in report.chapters),
        "Methods",
        *(["Credits"] if report.credits else []),
    ]


def front_lines(report: Report) -> list[str]:
    """What stands beneath the title."""
    contents = report.contents
    count = len(contents.chapters)
    drawn = sum(one.figure is not None for one in report.chapters)
    sites = f"{count} site{'' if count == 1 else 's'}, {drawn} figure{'' if drawn == 1 else 's'}"
    left = []
    if contents.unreviewed:
        left.append(f"{contents.unreviewed} of which nothing is approved")
    if contents.left_out:
        left.append(f"{contents.left_out} that are not for this audience ({contents.audience})")
    lines = [f"{sites}; evidence as of {report.words.stamped:%Y-%m-%d}."]
    if left:
        lines.append(f"Sites left out: {'; '.join(left)}.")
    if contents.synthetic:
        lines.append("Synthetic: some pictures are rendered by a program and show no real place.")
    return lines

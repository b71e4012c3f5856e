"""Reports of many sites as one document: contents, map, growth, timeline, a figure a site, methods, credits."""

from __future__ import annotations

from workflow.exporters.reports.content import Chapter, Contents, Drawn, Report

__all__ = ["SUFFIXES", "Chapter", "Contents", "Drawn", "Report", "write"]

SUFFIXES = (".pdf", ".docx")


def write(report: Report, suffix: str) -> bytes:
    """The document; `suffix` is one of `SUFFIXES`, in which the report's figures are too."""
    if suffix == ".docx":
        from workflow.exporters.reports.document import to_docx

        return to_docx(report)
    from workflow.exporters.reports.pdf import to_pdf

    return to_pdf(report)

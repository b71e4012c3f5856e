"""Track places across dated imagery: register, intake, track, record, findings, figures."""

__version__ = "0.1.0"

"""Stills of the same view: one laid on another by a homography, and the frames that they share. No pixels here."""

from workflow.stills.frames import Lying, Space, lying, space_of
from workflow.stills.views import ViewFit, fit_view, px_words, view_words

__all__ = ["Lying", "Space", "ViewFit", "fit_view", "lying", "px_words", "space_of", "view_words"]

"""Evidence bundles: one zip of what is known of some sites, which anybody can check without this program."""

from workflow.bundle.collecting import BundleOptions
from workflow.bundle.confirming import confirm, is_bundle
from workflow.bundle.making import Bundled, make_bundle

__all__ = ["BundleOptions", "Bundled", "confirm", "is_bundle", "make_bundle"]

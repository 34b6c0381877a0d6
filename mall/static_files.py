"""Where static files are kept: hashed and compressed when collected, as they lie while developing and testing."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Names carry the content's hash once ``collectstatic`` has run; before that, plain names work too."""

    manifest_strict = False

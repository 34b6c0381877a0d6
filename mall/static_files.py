"""Where static files are kept: hashed and compressed when collected, as they lie while developing and testing."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Names carry the content's hash once ``collectstatic`` has run; before that, plain names are served."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name

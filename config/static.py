"""Static files of production: named by content, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports between our script modules to the hashed names."""

    support_js_module_import_aggregation = True

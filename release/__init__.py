"""From a changed tree to an installed release: what changed for callers, the version, the tag, the upload."""

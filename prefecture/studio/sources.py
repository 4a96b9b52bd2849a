"""What a command works on: a draft by its id, a folder by its path, else a published démarche by its code."""

from __future__ import annotations

import uuid
from pathlib import Path

from prefecture.demarches import bundle
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.studio import queries


def version_of(source: str) -> Version:
    """The version that these words name. Raises DomainError, bundle.FolderUnreadable."""
    try:
        return queries.version(uuid.UUID(source))
    except ValueError:
        folder = Path(source)
    if folder.is_dir():
        return Version(bundle.freeze(folder), version_id=uuid.UUID(int=0), code=folder.name, number=0)
    return demarches.current(source)

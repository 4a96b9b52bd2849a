"""The démarches: data that analysts edit, no Python. One folder a démarche, shared blocks in `_commun`."""

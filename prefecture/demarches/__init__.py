"""Published versions of démarches: a folder checked, frozen whole and never changed again."""

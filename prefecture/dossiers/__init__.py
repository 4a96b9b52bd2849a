"""Dossiers: what a citizen filed, the tasks it needs, and the proof of everything that happened to it."""

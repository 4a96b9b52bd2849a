"""Counts and delays, by service and démarche. They name nobody."""

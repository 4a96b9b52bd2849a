"""The desks of the préfecture: one folder a subject, each with its service (writes) and queries (reads)."""

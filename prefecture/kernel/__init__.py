"""What every desk stands on: database, transactions, due work, clock, settings, secrets, logs, errors."""

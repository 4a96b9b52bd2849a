"""The analyst's desk: drafts of démarches, their comments, tests and sign-offs, publication, the move of dossiers."""

"""Documents: pièces that people upload, letters that we write, their pages as pictures, all encrypted at rest."""

"""A préfecture full of people and dossiers, for trying: everything in it was executed by the real house."""

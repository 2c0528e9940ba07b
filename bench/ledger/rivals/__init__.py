"""Others that do the same work: SQL by hand in the same tables, and django-hordak in tables of its own."""

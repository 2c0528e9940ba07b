"""`make bench`: how fast the house does its work, measured beside others that do the same work in the same database server."""

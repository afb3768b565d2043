"""What every generated package has in common: copied as it is, with a header that says so."""

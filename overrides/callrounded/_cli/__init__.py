"""`callrounded` in the terminal: typer and rich over the public client. Nothing but `__main__` imports this."""

"""What is told, pure: diagnostics, plans, events and runs as text, as JSON and as annotations. Prints nothing."""

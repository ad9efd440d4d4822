"""What is written down in git: the lock and the decisions of people."""

"""What leaves the project: timelines, folders for editors, and what is written beside a film."""

"""From text to rows: the storyboard read, its files found and digested, its requests checked and keyed."""

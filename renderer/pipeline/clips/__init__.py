"""Which clip stands for each take: by key, lock, pick and chain; and what stands in the way where none does."""

"""What `cchc doctor` looks after, a module for each place it looks at."""

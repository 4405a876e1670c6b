"""What several tests share: databases to run on, a clock and chance of their own, the list of what was not run."""

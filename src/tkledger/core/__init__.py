"""The law, pure: standard library only; no files, git, clock, environment or printing."""

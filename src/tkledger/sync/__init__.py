"""Brings a branch, its claims and the inboxes in step with a remote; it judges nothing itself."""

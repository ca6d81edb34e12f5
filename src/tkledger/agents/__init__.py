"""An agent's life: next, work, run, reap, escalation, inbox, worktrees, processes; it prints nothing."""

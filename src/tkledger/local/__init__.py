"""What a clone keeps for itself under .git/tk; losing it costs time only, and it decides nothing."""

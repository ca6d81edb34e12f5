"""What each command proposes, and the one table of commands; pure: nothing here reads git or writes."""

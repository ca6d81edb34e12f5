"""Tasks as other programs have them; it knows tasks and text, and neither git nor a front end."""

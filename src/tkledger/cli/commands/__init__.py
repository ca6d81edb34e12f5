"""One file a command, named after it: words to `api`, the answer to a view."""

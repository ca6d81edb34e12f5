"""The Model Context Protocol: tk's commands as tools of a model, over standard input and output."""

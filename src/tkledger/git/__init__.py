"""Git alone: processes, objects, history, refs and writing; it does not know what a task is."""

"""Task files as bytes: codec, reader, look-alikes; it does not know whose they are or what may change."""

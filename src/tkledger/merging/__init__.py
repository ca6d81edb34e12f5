"""Task files and trees merged by the law; it does not know why they are merged."""

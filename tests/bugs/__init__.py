"""Shape mistakes as people make them: each broken and mended, run by torch and through the checker."""

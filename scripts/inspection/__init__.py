"""What a log looks like before it is built: its format, its columns and a mapping."""

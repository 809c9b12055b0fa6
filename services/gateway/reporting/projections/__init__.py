"""One read model per file: its tables, how messages change them, and its queries."""

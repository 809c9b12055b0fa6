"""Each family of running figures by itself."""

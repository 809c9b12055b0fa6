"""Real servers, started for tests, benches and the chaos rig."""

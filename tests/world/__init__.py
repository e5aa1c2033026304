"""The world of the scenarios: the real daemon, its customers and agents, and a smarthost."""

"""The tasks service: plans, tasks, evidence, report duties and what reminds of them."""

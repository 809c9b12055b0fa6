"""The pages people see: server-made, complete without JavaScript."""

"""The rules of the tasks service. Pure: time, ids and the calendar come as arguments."""

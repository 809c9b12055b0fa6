"""The rules of the survey service. Pure: the standard library and `services.chassis.domain`, nothing else."""

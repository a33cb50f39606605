"""A cluster, where there is one: trainings, sweeps, features and predictions of folders run on the machines of a Ray.

`$PIXELWISE_CLUSTER`, or a user in the app (`chosen`), says where it is; without, everything runs on this machine and
nothing here is used. A folder of the data home is worked on by a process of its own there as here (`python -m
core.nn.train RUN_DIR`), and what both machines know of it is in that folder, which they share. On the machine that does
the work, an actor of Ray's (`keeper`) starts that process and gives signs of life (`core.storage.beat`); Ray starts the
actor on another machine when its own is gone, and the process goes on from the last checkpoint. Only processes made for
it import Ray: `look`, which looks at the machines before anything starts, and `submit`, which hands the work over.
"""

"""The network and the data centre as figures of the house (`sys.network.*`): for walls, rules and assessments."""

"""Whether a figure is plausible beside its neighbours: in its own line, in its delivery, and beside other figures. Pure decisions."""

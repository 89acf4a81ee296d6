"""What a planted fault is: a function that breaks one thing, and the contracts that must then fail."""

FAULTS = {}


def fault(*contracts):
    """A function of (suite class, connector class) that returns the names of what it changes in either."""

    def keep(plant):
        FAULTS[plant.__name__] = (plant, set(contracts))
        return plant

    return keep

"""Classes of the awareness course."""

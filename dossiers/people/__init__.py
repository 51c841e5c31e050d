"""People: candidates, their relatives, the members beside them."""

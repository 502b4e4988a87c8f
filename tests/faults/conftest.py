from tests.slapd import own_slapd, slapd, tree

__all__ = ["own_slapd", "slapd", "tree"]

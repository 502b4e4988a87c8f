from tests.slapd import slapd, slapd_admin, tree

__all__ = ["slapd", "slapd_admin", "tree"]
